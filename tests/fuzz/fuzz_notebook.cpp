// SPDX-License-Identifier: GPL-3.0-or-later
// Reads any bytes as a notebook. What can be read is looked at completely, saved untouched (the same bytes),
// edited as the input's last bytes say, saved, read again (the same contents) and undone (the first bytes
// again).
#include <core/notebook/clipboard.h>
#include <core/notebook/notebook.h>
#include <core/notebook/reader.h>
#include <core/notebook/writer.h>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>

using namespace cahier::notebook;

namespace {

void require(bool condition, const char* what)
{
    if (condition) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

void lookAtEverything(const Notebook& notebook)
{
    qsizetype seen =
        notebook.metadata().size() + size_t(notebook.kernelName().size() + notebook.language().size());
    for (int i = 0; i < notebook.cellCount(); ++i) {
        const Cell& cell = notebook.cellAt(i);
        seen += cell.source().size() + cell.typeName().size() + cell.id().size() + cell.tags().size();
        seen += qsizetype(cell.metadata().size() + cell.attachments().size());
        seen += cell.executionCount().value_or(0) > 0 ? 1 : 0;
        for (const Output& output : cell.outputs()) {
            seen += output.type().size() + output.streamName().size() + output.streamText().size();
            seen += output.mimeTypes().size() + qsizetype(output.value().size());
        }
    }
    require(seen >= 0, "sizes");
}

/// Bytes that decide what happens; zeroes when used up.
class Choices {
public:
    Choices(const uint8_t* data, size_t size) : m_data(data), m_size(size) {}
    int next(int below)
    {
        const int value = m_at < m_size ? m_data[m_size - 1 - m_at] : 0;
        ++m_at;
        return below > 0 ? value % below : 0;
    }

private:
    const uint8_t* m_data;
    size_t m_size;
    size_t m_at = 0;
};

void editOnce(Notebook& notebook, Choices& choices)
{
    static const QString texts[] = {QStringLiteral("x"),           QStringLiteral("\n"),
                                    QStringLiteral("é\U0001F600"), QStringLiteral("a\r\nb\u2028c"),
                                    QString(QChar(0xD800)),        QStringLiteral("\"\\\t")};
    const int count = notebook.cellCount();
    const int index = choices.next(count);
    const CellKey key = count > 0 ? notebook.cellAt(index).key() : CellKey{};
    const qsizetype size = count > 0 ? notebook.cellAt(index).source().size() : 0;
    switch (choices.next(12)) {
    case 0:
    case 1:
        notebook.replaceText(key, choices.next(int(size) + 1), choices.next(4), texts[choices.next(6)]);
        break;
    case 2:
        notebook.insertCells(
            index, {CellContent{CellType(choices.next(3)), texts[choices.next(6)], {}, {}, {}, {}, {}}});
        break;
    case 3:
        notebook.removeCells(std::span(&key, 1));
        break;
    case 4:
        notebook.moveCells(std::span(&key, 1), choices.next(count));
        break;
    case 5:
        if (count > 0) notebook.splitCell(key, choices.next(int(size) + 1));
        break;
    case 6: {
        const CellKey keys[] = {key, count > 1 ? notebook.cellAt((index + 1) % count).key() : key};
        notebook.mergeCells(keys);
        break;
    }
    case 7:
        notebook.setCellType(key, CellType(choices.next(3)));
        break;
    case 8:
        notebook.clearOutputs(std::span(&key, 1));
        break;
    case 9:
        notebook.setCellMetadata(key, {{"tags", {"a", "b"}}, {"collapsed", choices.next(2) == 1}});
        break;
    case 10: {
        auto metadata = notebook.metadata();
        metadata["fuzz"] = choices.next(9);
        notebook.setMetadata(metadata);
        break;
    }
    default:
        if (auto cells = cellsFromClipboardJson(cellsToClipboardJson(
                std::span(count > 0 ? &notebook.cellAt(0) : nullptr, size_t(std::min(count, 2))))))
            notebook.insertCells(choices.next(count + 1), std::move(*cells));
    }
}

void sameContents(const Notebook& a, const Notebook& b)
{
    require(a.cellCount() == b.cellCount(), "the number of cells");
    for (int i = 0; i < a.cellCount(); ++i) {
        require(a.cellAt(i).source() == b.cellAt(i).source(), "the sources");
        require(a.cellAt(i).typeName() == b.cellAt(i).typeName(), "the types");
        require(a.cellAt(i).metadata() == b.cellAt(i).metadata(), "the metadata");
        require(a.cellAt(i).outputs().size() == b.cellAt(i).outputs().size(), "the number of outputs");
        require(a.cellAt(i).executionCount() == b.cellAt(i).executionCount(), "the execution counts");
    }
    require(a.metadata() == b.metadata(), "the notebook's metadata");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), qsizetype(size));
    auto read = readNotebook(FileImage::fromBytes(bytes));
    if (!read) {
        require(!read.error().message.isEmpty(), "a message");
        return 0;
    }
    const bool upgraded = read->upgraded;
    Notebook notebook(std::move(*read));
    const QByteArray before = writeNotebook(notebook.snapshot()).join();
    require(upgraded || before == bytes, "untouched is unchanged");
    lookAtEverything(notebook);

    Choices choices(data, size);
    const int steps = 1 + choices.next(5);
    for (int i = 0; i < steps; ++i)
        editOnce(notebook, choices);
    const QByteArray after = writeNotebook(notebook.snapshot()).join();
    auto again = readNotebook(FileImage::fromBytes(after));
    require(again.has_value(), "what was written can be read");
    sameContents(notebook, Notebook(std::move(*again)));

    while (notebook.canUndo())
        notebook.undo();
    require(writeNotebook(notebook.snapshot()).join() == before, "undo gives the first bytes");
    while (notebook.canRedo())
        notebook.redo();
    require(writeNotebook(notebook.snapshot()).join() == after, "redo gives the last bytes");
    return 0;
}
