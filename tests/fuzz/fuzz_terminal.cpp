// SPDX-License-Identifier: GPL-3.0-or-later
// Reads any bytes as what a program writes to a terminal: all at once, and in pieces as the first bytes say.
// Both show the same lines, which are those of plainText(), and each has its place in rows of any width.
#include <core/text/ansi.h>
#include <tests/fuzz/require.h>
#include <widgets/outputs/rowmap.h>
#include <widgets/outputs/textbuffer.h>

#include <QStringList>

#include <algorithm>

using namespace cahier;
using namespace cahier::widgets;

namespace {

QStringList linesOf(const TextBuffer& buffer)
{
    QStringList lines;
    bool goesOn = false;
    for (qsizetype i = 0; i < buffer.lineCount(); ++i) {
        const GridLine line = buffer.line(i);
        require(line.columnCount() == buffer.columnCount(i), "columns of a line");
        require(line.columnCount() <= buffer.widestLine(), "the widest line");
        qsizetype at = 0;
        for (const GridLine::Span& span : line.spans) {
            require(span.start == at && span.length > 0, "spans one behind the other");
            at += span.length;
        }
        require(at == line.text.size() || line.spans.empty(), "spans to the end");
        if (goesOn)
            lines.back() += line.text;
        else
            lines.append(line.text);
        goesOn = buffer.isCut(i);
    }
    return lines;
}

void checkRows(const TextBuffer& buffer, qsizetype columns)
{
    RowMap map;
    map.setColumns(columns);
    map.update(buffer, 0);
    qint64 rows = 0;
    for (qsizetype line = 0; line < buffer.lineCount(); ++line) {
        require(map.rowOfLine(buffer, line) == rows, "the first row of a line");
        const qsizetype its = map.rowsOf(buffer, line);
        const RowMap::Place last = map.placeOf(buffer, rows + its - 1);
        require(last.line == line && last.rowInLine == its - 1, "the last row of a line");
        rows += its;
    }
    require(map.rowCount() == rows, "the number of rows");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    constexpr size_t controls = 3;
    if (size < controls) return 0;
    // A character that is broken off at the end would wait for its rest.
    const std::string bytes =
        std::string(reinterpret_cast<const char*>(data) + controls, size - controls) + '\n';

    TextBuffer whole, grown;
    whole.setText(notebook::StreamText().appended(bytes));
    notebook::StreamText text;
    for (size_t at = 0, i = 0; at < bytes.size(); ++i) {
        const std::string piece(bytes.substr(at, 1 + data[i % 2]));
        text = text.appended(piece);
        grown.setText(text);
        at += piece.size();
    }
    const QStringList lines = linesOf(whole);
    require(linesOf(grown) == lines, "pieces give the same lines");
    require(whole.logicalLineCount() == lines.size(), "the number of lines");
    checkRows(whole, 1 + data[2]);

    QString plain = text::plainText(QString::fromUtf8(bytes.data(), qsizetype(bytes.size())));
    if (plain.endsWith(u'\n')) plain.chop(1);
    const bool wasCut = whole.logicalLineCount() != whole.lineCount();
    if (!wasCut && !bytes.empty())
        require(lines == plain.split(u'\n') || lines.isEmpty(), "the lines of plainText()");
    return 0;
}
