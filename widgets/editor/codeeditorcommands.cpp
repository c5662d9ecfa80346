// SPDX-License-Identifier: GPL-3.0-or-later
// What the editor's keys do to lines and selections.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/editoraction.h>
#include <widgets/editor/highlighting.h>
#include <widgets/editor/indentation.h>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

CodeEditor::LineRange CodeEditor::selectedLines() const
{
    const auto main = size_t(send(SCI_GETMAINSELECTION));
    const Span span = spans()[main];
    const long first = send(SCI_LINEFROMPOSITION, span.start());
    long last = send(SCI_LINEFROMPOSITION, span.end());
    // A line is not meant when the selection ends at its beginning.
    if (last > first && send(SCI_POSITIONFROMLINE, last) == span.end()) --last;
    return {int(first), int(last)};
}

/// One change for all of them; each keeps its line end. The same columns from the right are selected after.
void CodeEditor::replaceLines(const LineRange& lines, const std::vector<QByteArray>& texts)
{
    const Span span = spans()[size_t(send(SCI_GETMAINSELECTION))];
    const auto fromEnd = [this](long position) {
        return send(SCI_GETLINEENDPOSITION, send(SCI_LINEFROMPOSITION, position)) - position;
    };
    const std::array ends{fromEnd(span.anchor), fromEnd(span.caret)};
    const std::array at{send(SCI_LINEFROMPOSITION, span.anchor), send(SCI_LINEFROMPOSITION, span.caret)};
    QByteArray all;
    for (int line = lines.first; line <= lines.last; ++line) {
        all += texts[size_t(line - lines.first)];
        if (line < lines.last)
            all += bytes(send(SCI_GETLINEENDPOSITION, line), send(SCI_POSITIONFROMLINE, line + 1));
    }
    replaceBytes(send(SCI_POSITIONFROMLINE, lines.first), send(SCI_GETLINEENDPOSITION, lines.last), all);
    std::array<long, 2> now{};
    for (size_t i = 0; i < 2; ++i) {
        const long start = send(SCI_POSITIONFROMLINE, at[i]);
        now[i] = std::max(start, send(SCI_GETLINEENDPOSITION, at[i]) - ends[i]);
    }
    // A selection that began at the start of a line still does.
    if (span.start() == span.end() || lines.first == lines.last) return setSpans({{now[0], now[1]}}, 0);
    const bool forwards = span.anchor < span.caret;
    now[forwards ? 0 : 1] = send(SCI_POSITIONFROMLINE, lines.first);
    setSpans({{now[0], now[1]}}, 0);
}

bool CodeEditor::indentLines()
{
    if (send(SCI_GETREADONLY) != 0) return true;
    const LineRange lines = selectedLines();
    std::vector<QByteArray> texts;
    for (int line = lines.first; line <= lines.last; ++line) {
        const QByteArray text = lineBytes(line);
        texts.push_back(text.isEmpty() ? text : QByteArray(indentUnit, ' ') + text);
    }
    replaceLines(lines, texts);
    return true;
}

bool CodeEditor::outdentLines()
{
    if (send(SCI_GETREADONLY) != 0) return true;
    const LineRange lines = selectedLines();
    std::vector<QByteArray> texts;
    bool changed = false;
    for (int line = lines.first; line <= lines.last; ++line) {
        QByteArray text = lineBytes(line);
        qsizetype less = 0;
        if (text.startsWith('\t'))
            less = 1;
        else
            while (less < indentUnit && less < text.size() && text[less] == ' ')
                ++less;
        changed = changed || less > 0;
        texts.push_back(text.sliced(less));
    }
    if (changed) replaceLines(lines, texts);
    return true;
}

bool CodeEditor::canComment() const
{
    const auto [before, after] = commentMarks();
    return !before.isEmpty();
}

std::pair<QByteArray, QByteArray> CodeEditor::commentMarks() const
{
    const CellLanguage& language = cellLanguage();
    if (language.language.isEmpty()) return {};
    const QString definition = m_highlighting.definition(language.language);
    if (definition.isEmpty()) return {"#", {}}; // not loaded yet, or unknown
    const CommentMarks marks = m_highlighting.commentMarks(definition);
    if (!marks.line.isEmpty()) return {marks.line.toUtf8(), {}};
    return {marks.begin.toUtf8(), marks.end.toUtf8()};
}

bool CodeEditor::commentLines()
{
    const auto [before, after] = commentMarks();
    if (before.isEmpty() || send(SCI_GETREADONLY) != 0) return true;
    const LineRange lines = selectedLines();
    std::vector<QByteArray> texts;
    qsizetype column = -1;
    bool all = true;
    for (int line = lines.first; line <= lines.last; ++line) {
        texts.push_back(lineBytes(line));
        const QByteArray& text = texts.back();
        const qsizetype space = leadingSpace(text);
        if (space == text.size() && lines.first != lines.last) continue;
        column = column < 0 ? space : std::min(column, space);
        all = all && QByteArrayView(text).sliced(space).startsWith(before);
    }
    for (QByteArray& text : texts) {
        const qsizetype space = leadingSpace(text);
        if (space == text.size() && (lines.first != lines.last || all)) continue;
        if (!all) {
            text.insert(column, before + ' ');
            if (!after.isEmpty()) text += ' ' + after;
            continue;
        }
        text.remove(space, before.size());
        if (text.size() > space && text[space] == ' ') text.remove(space, 1);
        if (!after.isEmpty() && text.endsWith(after))
            text.chop(after.size() + (text.endsWith(' ' + after) ? 1 : 0));
    }
    if (column >= 0) replaceLines(lines, texts);
    return true;
}

bool CodeEditor::deleteLines()
{
    if (send(SCI_GETREADONLY) != 0) return true;
    const LineRange lines = selectedLines();
    long start = send(SCI_POSITIONFROMLINE, lines.first);
    const long end = send(SCI_POSITIONFROMLINE, lines.last + 1);
    if (lines.last + 1 == send(SCI_GETLINECOUNT) && lines.first > 0)
        start = send(SCI_GETLINEENDPOSITION, lines.first - 1); // the last line takes the line end before it
    replaceBytes(start, end, {});
    send(SCI_SETEMPTYSELECTION, send(SCI_POSITIONFROMLINE, send(SCI_LINEFROMPOSITION, start)));
    return true;
}

bool CodeEditor::moveLinesUp()
{
    send(SCI_MOVESELECTEDLINESUP);
    return true;
}

bool CodeEditor::moveLinesDown()
{
    send(SCI_MOVESELECTEDLINESDOWN);
    return true;
}

// -- several cursors

bool CodeEditor::addCursorAbove()
{
    addCursor(-1);
    return true;
}

bool CodeEditor::addCursorBelow()
{
    addCursor(1);
    return true;
}

void CodeEditor::addCursor(int direction)
{
    const std::vector<Span> all = spans();
    const Span main = all[size_t(send(SCI_GETMAINSELECTION))];
    const Span& outermost =
        direction < 0 ? std::ranges::min(all, {}, &Span::caret) : std::ranges::max(all, {}, &Span::caret);
    const long line = send(SCI_LINEFROMPOSITION, outermost.caret) + direction;
    if (line < 0 || line >= send(SCI_GETLINECOUNT)) return;
    const long position = send(SCI_FINDCOLUMN, line, send(SCI_GETCOLUMN, main.caret));
    send(SCI_ADDSELECTION, position, position);
}

bool CodeEditor::selectNextOccurrence()
{
    send(SCI_SETSEARCHFLAGS, SCFIND_MATCHCASE);
    SendScintilla(SCI_SETTARGETRANGE, 0UL, send(SCI_GETLENGTH));
    send(SCI_MULTIPLESELECTADDNEXT);
    return true;
}

bool CodeEditor::wantsHelp() const
{
    if (isProse(cellLanguage().language) || cursorCount() > 1) return false;
    const long caret = send(SCI_GETCURRENTPOS);
    const char before = caret > 0 ? byteAt(caret - 1) : char(0);
    return before != 0 && before != ' ' && before != '\t' && before != '\n' && before != '\r';
}

} // namespace cahier::widgets
