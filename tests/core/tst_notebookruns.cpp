// SPDX-License-Identifier: GPL-3.0-or-later
// Edits and their undoing between the results of runs, and edits of many cells.
#include "notebooktesting.h"

#include <nlohmann/json.hpp>

#include <QSignalSpy>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;
using nlohmann::json;

namespace {

NotebookData standard()
{
    return parsed(corpusBytes(QStringLiteral("nbformat-4.5.ipynb")));
}

} // namespace

class TestNotebookRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void split_ofARunningCell_undone_keepsEveryOutput()
    {
        Notebook notebook(standard());
        const CellKey key = notebook.cellAt(1).key();
        const auto texts = [&](int index) {
            QStringList all;
            for (const Output& output : notebook.cellAt(index).outputs())
                all.append(output.streamText());
            return all;
        };
        notebook.clearRunOutputs(key);
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("a"));
        notebook.splitCell(key, 3);
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("b")); // it still runs
        QCOMPARE(texts(1), QStringList(QStringLiteral("b")));
        QCOMPARE(texts(2), QStringList(QStringLiteral("a")));
        notebook.undo();
        QCOMPARE(texts(1), QStringList({QStringLiteral("a"), QStringLiteral("b")}));
        notebook.redo();
        QCOMPARE(texts(1), QStringList(QStringLiteral("b")));
        QCOMPARE(texts(2), QStringList(QStringLiteral("a")));
        notebook.clearRunOutputs(key); // it runs anew: what it gave before is gone
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("c"));
        notebook.undo();
        QCOMPARE(texts(1), QStringList(QStringLiteral("c")));
    }

    void merge_ofARunningCell_undone_keepsEveryOutput()
    {
        Notebook notebook(standard());
        const auto keys = notebook.insertCells(0, {CellContent{}, CellContent{}});
        notebook.appendStream(keys[0], QStringLiteral("stdout"), QStringLiteral("a"));
        notebook.appendStream(keys[1], QStringLiteral("stdout"), QStringLiteral("b"));
        notebook.mergeCells(keys);
        notebook.appendStream(keys[0], QStringLiteral("stderr"), QStringLiteral("c"));
        notebook.appendStream(keys[1], QStringLiteral("stdout"),
                              QStringLiteral("d")); // of a cell that is gone
        notebook.undo();
        QCOMPARE(notebook.cellAt(0).outputs().back().streamText(), QStringLiteral("c"));
        QCOMPARE(notebook.cellAt(1).outputs().back().streamText(), QStringLiteral("bd"));
        notebook.redo();
        QCOMPARE(notebook.cellAt(0).outputs().back().streamText(), QStringLiteral("c"));
    }

    void cellType_ofARunningCell_undone_keepsItsOutputs()
    {
        Notebook notebook(standard());
        const CellKey key = notebook.cellAt(1).key();
        notebook.clearRunOutputs(key);
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("a"));
        notebook.setCellType(key, CellType::Markdown);
        QCOMPARE(notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("b")), -1);
        notebook.undo();
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("c"));
        QCOMPARE(notebook.cellAt(1).outputs().front().streamText(), QStringLiteral("ac"));
        notebook.redo(); // would take the result of a run away
        QCOMPARE(notebook.cellAt(1).type(), CellType::Markdown);
        notebook.undo();
        QCOMPARE(notebook.cellAt(1).outputs().front().streamText(), QStringLiteral("ac"));
    }

    void clearRunOutputs_ofAnEmptyCell_endsWhatUndoCanBringBack()
    {
        Notebook notebook(standard());
        const CellKey key = notebook.cellAt(1).key();
        notebook.clearOutputs(std::span(&key, 1));
        notebook.setSaved(notebook.snapshot());
        notebook.clearRunOutputs(key); // a run begins
        QVERIFY(!notebook.isModified());
        notebook.undo();
        QVERIFY(notebook.cellAt(1).outputs().empty());
    }

    void appendStream_withoutAName_replacesNothing()
    {
        Notebook notebook(parsed(corpusBytes(QStringLiteral("one-cell.ipynb"))));
        const CellKey key = notebook.cellAt(0).key();
        notebook.clearRunOutputs(key);
        notebook.appendOutput(key, {{"output_type", "display_data"},
                                    {"data", {{"text/plain", "figure"}}},
                                    {"metadata", json::object()}});
        QCOMPARE(notebook.appendStream(key, QString(), QStringLiteral("text")), 1);
        QCOMPARE(notebook.cellAt(0).outputs()[0].type(), QStringLiteral("display_data"));
    }

    void cellType_ofACellThatNeverRan_takesRunMembersAway_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::newRow("code") << QByteArray("code");
        QTest::newRow("escaped") << QByteArray("co\\u0064e");
    }

    void cellType_ofACellThatNeverRan_takesRunMembersAway()
    {
        QFETCH(QByteArray, type);
        Notebook notebook(parsed("{\"cells\":[{\"cell_type\":\"" + type +
                                 "\",\"execution_count\":null,\"metadata\":{},\"outputs\":[],"
                                 "\"source\":\"x\"}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":4}"));
        const QByteArray before = written(notebook);
        const CellKey key = notebook.cellAt(0).key();
        for (const CellType other : {CellType::Markdown, CellType::Raw}) {
            notebook.setCellType(key, other);
            const json cell = json::parse(written(notebook).toStdString())["cells"][0];
            QVERIFY(!cell.contains("outputs") && !cell.contains("execution_count"));
            notebook.undo();
            QCOMPARE(written(notebook), before);
        }
    }

    void cellType_ofAnUnknownCellWithOutputs_takesThemAway()
    {
        Notebook notebook(
            parsed("{\"cells\":[{\"cell_type\":\"sql\",\"metadata\":{},\"outputs\":[{\"output_type\":"
                   "\"table\"}],\"source\":\"x\"}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":7}"));
        const QByteArray before = written(notebook);
        const CellKey key = notebook.cellAt(0).key();
        QCOMPARE(notebook.cellAt(0).outputs().size(), size_t(1));
        notebook.setCellType(key, CellType::Raw);
        QCOMPARE(notebook.cellAt(0).outputs().size(), size_t(0));
        QVERIFY(!json::parse(written(notebook).toStdString())["cells"][0].contains("outputs"));
        notebook.undo();
        QCOMPARE(notebook.cellAt(0).outputs().size(), size_t(1));
        QCOMPARE(written(notebook), before);
        notebook.setCellType(key, CellType::Code);
        QCOMPARE(notebook.cellAt(0).outputs().size(), size_t(1));
    }

    void structuralEdits_ofTenThousandCells()
    {
        constexpr int count = 10'000;
        Notebook notebook(newNotebook());
        std::vector<CellContent> contents;
        for (int i = 0; i < count; ++i)
            contents.push_back({CellType::Code, QString::number(i), {}, {}, {}, {}, QStringLiteral("same")});
        QSignalSpy inserted(&notebook, &Notebook::cellsInserted);
        QSignalSpy removed(&notebook, &Notebook::cellsRemoved);
        QSignalSpy reordered(&notebook, &Notebook::cellsReordered);
        const auto keys = notebook.insertCells(0, contents);
        const auto pasted = notebook.insertCells(count / 2, contents);
        QCOMPARE(inserted.size(), 2);
        QSet<QString> ids;
        for (int i = 0; i < notebook.cellCount(); ++i)
            ids.insert(notebook.cellAt(i).id());
        QCOMPARE(ids.size(), 2 * count);
        notebook.moveCells(pasted, count);
        QCOMPARE(reordered.size(), 1);
        QCOMPARE(notebook.indexOf(pasted.back()), 2 * count - 1);
        std::vector<CellKey> every; // the second of each two
        for (int i = 1; i < count; i += 2)
            every.push_back(keys[size_t(i)]);
        notebook.removeCells(every);
        QCOMPARE(notebook.cellCount(), 2 * count - count / 2);
        QCOMPARE(removed.size(), count / 2);
        notebook.undo();
        QCOMPARE(notebook.indexOf(every.back()), count - 1);
        notebook.mergeCells(pasted);
        QCOMPARE(notebook.cellCount(), count + 1);
        QCOMPARE(notebook.cellAt(count).source().count(u'\n'), 2 * (count - 1));
        while (notebook.canUndo())
            notebook.undo();
        QCOMPARE(notebook.cellCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestNotebookRuns)
#include "tst_notebookruns.moc"
