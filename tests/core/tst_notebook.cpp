// SPDX-License-Identifier: GPL-3.0-or-later
#include "notebooktesting.h"

#include <core/notebook/clipboard.h>

#include <nlohmann/json.hpp>

#include <QElapsedTimer>
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

QStringList sources(const Notebook& notebook)
{
    QStringList all;
    for (int i = 0; i < notebook.cellCount(); ++i)
        all.append(notebook.cellAt(i).source());
    return all;
}

} // namespace

class TestNotebook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneEdit_changesOnlyItsLines_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"nbformat-4.4.ipynb", "nbformat-4.5.ipynb", "indent-2.ipynb",
                                 "indent-4-unsorted.ipynb", "tabs.ipynb", "crlf.ipynb", "ascii.ipynb",
                                 "no-final-newline.ipynb", "bom.ipynb", "string-sources.ipynb"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void oneEdit_changesOnlyItsLines()
    {
        QFETCH(QString, name);
        const QByteArray before = corpusBytes(name);
        Notebook notebook(parsed(before));
        notebook.replaceText(notebook.cellAt(1).key(), 1, 0, QStringLiteral("é"));
        const LineDiff diff = lineDiff(before, written(notebook));
        QCOMPARE(diff.removed.size(), 1);
        QCOMPARE(diff.added.size(), 1);
        QVERIFY(diff.added.front().contains(name == u"ascii.ipynb" ? QByteArray("p\\u00e9rint")
                                                                   : QByteArray("pérint")));
        QCOMPARE(diff.added.front().endsWith('\r'), name == u"crlf.ipynb");
    }

    void deletionAndMove_keepOtherLines()
    {
        const QByteArray before = corpusBytes(QStringLiteral("indent-2.ipynb"));
        Notebook notebook(parsed(before));
        const CellKey second = notebook.cellAt(1).key();
        notebook.moveCells(std::span(&second, 1), 3);
        QByteArray after = written(notebook);
        LineDiff diff = lineDiff(before, after);
        QVERIFY(diff.removed.isEmpty() && diff.added.isEmpty());
        notebook.undo();
        notebook.removeCells(std::span(&second, 1));
        after = written(notebook);
        QVERIFY(lineDiff(before, after).added.isEmpty());
    }

    void firstAndLastCell_writeAsNbformat()
    {
        const QByteArray empty = corpusBytes(QStringLiteral("no-cells.ipynb"));
        Notebook notebook(parsed(empty));
        notebook.insertCells(
            0, {CellContent{CellType::Code, QStringLiteral("a\nb"), {}, {}, {}, {}, QStringLiteral("x1")}});
        QVERIFY2(written(notebook).startsWith(
                     "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"execution_count\": null,\n"
                     "   \"id\": \"x1\",\n   \"metadata\": {},\n   \"outputs\": [],\n   \"source\": [\n"
                     "    \"a\\n\",\n    \"b\"\n   ]\n  }\n ],\n"),
                 written(notebook).constData());
        const CellKey key = notebook.cellAt(0).key();
        notebook.removeCells(std::span(&key, 1));
        QCOMPARE(written(notebook), empty);
    }

    void ids_areRepairedOnlyWhenSomethingChanged()
    {
        const QByteArray before = corpusBytes(QStringLiteral("ids-missing-and-repeated.ipynb"));
        Notebook notebook(parsed(before));
        QVERIFY(writeNotebook(notebook.snapshot()).madeIds().empty());
        notebook.replaceText(notebook.cellAt(0).key(), 0, 0, QStringLiteral("x"));
        const NotebookBytes first = writeNotebook(notebook.snapshot());
        QCOMPARE(first.madeIds().size(), size_t(2));
        QCOMPARE(first.notices().size(), 2);
        QCOMPARE(writeNotebook(notebook.snapshot()).join(), first.join()); // the same ids each time
        QSignalSpy changed(&notebook, &Notebook::cellChanged);
        notebook.adoptIds(first.madeIds(), first.notices());
        QCOMPARE(changed.size(), 2);
        QCOMPARE(written(notebook), first.join());
        QVERIFY(writeNotebook(notebook.snapshot()).madeIds().empty());
        QSet<QString> ids;
        for (int i = 0; i < notebook.cellCount(); ++i)
            ids.insert(notebook.cellAt(i).id());
        QCOMPARE(ids.size(), notebook.cellCount());
    }

    void typing_withinASecond_isOneStep()
    {
        qint64 now = 0;
        Notebook notebook(standard());
        notebook.setClock([&now] { return now; });
        const CellKey key = notebook.cellAt(4).key();
        for (const QChar c : QStringLiteral("hello")) {
            notebook.replaceText(key, notebook.find(key)->source().size(), 0, c);
            now += 300;
        }
        notebook.replaceText(key, 5, 0, QStringLiteral("\n")); // a new line begins a step
        notebook.replaceText(key, 6, 0, QStringLiteral("w"));
        now += 1500;
        notebook.replaceText(key, 7, 0, QStringLiteral("o")); // a pause begins a step
        notebook.replaceText(key, 7, 1, QString());           // erasing begins one
        notebook.replaceText(key, 6, 1, QString());           // and goes on
        QCOMPARE(notebook.find(key)->source(), QStringLiteral("hello\n"));
        notebook.undo();
        QCOMPARE(notebook.find(key)->source(), QStringLiteral("hello\nwo"));
        notebook.undo();
        QCOMPARE(notebook.find(key)->source(), QStringLiteral("hello\nw"));
        notebook.undo();
        QCOMPARE(notebook.find(key)->source(), QStringLiteral("hello"));
        notebook.undo();
        QCOMPARE(notebook.find(key)->source(), QString());
        QVERIFY(!notebook.canUndo());
        QVERIFY(!notebook.isModified());
    }

    void removal_undone_bringsBackKeyAndOutputs()
    {
        Notebook notebook(standard());
        const CellKey keys[] = {notebook.cellAt(1).key(), notebook.cellAt(3).key()};
        notebook.removeCells(keys);
        QCOMPARE(notebook.cellCount(), 4);
        QCOMPARE(notebook.indexOf(keys[0]), -1);
        notebook.appendStream(keys[0], QStringLiteral("stdout"), QStringLiteral("late")); // the run goes on
        QSignalSpy inserted(&notebook, &Notebook::cellsInserted);
        notebook.undo();
        QCOMPARE(inserted.size(), 2);
        QCOMPARE(notebook.indexOf(keys[0]), 1);
        QCOMPARE(notebook.indexOf(keys[1]), 3);
        QCOMPARE(notebook.cellAt(1).outputs().back().streamText(), QStringLiteral("late"));
    }

    void clearOutputs_undone_doesNotTakeRunResults()
    {
        Notebook notebook(standard());
        const CellKey key = notebook.cellAt(1).key();
        notebook.clearOutputs(std::span(&key, 1));
        QVERIFY(notebook.cellAt(1).outputs().empty());
        notebook.undo();
        QCOMPARE(notebook.cellAt(1).outputs().size(), size_t(2));
        notebook.redo();
        notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("new"));
        notebook.undo();
        QCOMPARE(notebook.cellAt(1).outputs().size(), size_t(1));
        QCOMPARE(notebook.cellAt(1).outputs()[0].streamText(), QStringLiteral("new"));
    }

    void splitAndMerge_keepTextAndOutputs()
    {
        Notebook notebook(standard());
        const QByteArray before = written(notebook);
        const CellKey key = notebook.cellAt(1).key();
        const CellKey lower = notebook.splitCell(key, 13);
        QCOMPARE(notebook.indexOf(lower), 2);
        QCOMPARE(notebook.cellAt(1).source() + notebook.cellAt(2).source(),
                 QStringLiteral("print('one')\nprint('two')\n1"));
        QVERIFY(notebook.cellAt(1).outputs().empty());
        QCOMPARE(notebook.cellAt(2).outputs().size(), size_t(2));
        const CellKey both[] = {key, lower};
        notebook.mergeCells(both);
        QCOMPARE(notebook.cellCount(), 6);
        QCOMPARE(notebook.cellAt(1).source(), QStringLiteral("print('one')\n\n\nprint('two')\n1"));
        QCOMPARE(notebook.cellAt(1).outputs().size(), size_t(2));
        notebook.undo();
        notebook.undo();
        QVERIFY(!notebook.canUndo());
        QCOMPARE(written(notebook), before);
    }

    void merge_ofAttachmentsWithTheSameName_keepsBoth()
    {
        Notebook notebook(newNotebook());
        const auto markdown = [](const QString& source, const char* attachments) {
            return CellContent{CellType::Markdown, source, {}, {}, RawJson(attachments), {}, {}};
        };
        const auto keys = notebook.insertCells(
            0, {markdown(QStringLiteral("![a](attachment:image.png)"),
                         "{\"image.png\":{\"image/png\":\"AA==\"},\"same.png\":{\"image/png\":\"CC==\"}}"),
                markdown(QStringLiteral(
                             "![b](attachment:image.png) attachment:image.png.bak ![c](attachment:same.png)"),
                         "{\"image.png\":{\"image/png\":\"BB==\"},\"same.png\":{\"image/png\":\"CC==\"}}"),
                markdown(QStringLiteral("![d](attachment:my%20(1).png \"t\")"),
                         "{\"my (1).png\":{\"image/png\":\"DD==\"}}"),
                markdown(QStringLiteral("![e](attachment:my%20(1).png \"t\")"),
                         "{\"my (1).png\":{\"image/png\":\"EE==\"}}")});
        notebook.mergeCells(keys);
        const auto png = [](const char* text) { return nlohmann::json{{"image/png", text}}; };
        const Cell merged = notebook.cellAt(0);
        QCOMPARE(merged.source(), QStringLiteral("![a](attachment:image.png)\n\n![b](attachment:image-1.png) "
                                                 "attachment:image.png.bak ![c](attachment:same.png)\n\n"
                                                 "![d](attachment:my%20(1).png \"t\")\n\n"
                                                 "![e](attachment:my%20%281%29-1.png \"t\")"));
        QVERIFY(merged.attachments() == nlohmann::json({{"image.png", png("AA==")},
                                                        {"image-1.png", png("BB==")},
                                                        {"same.png", png("CC==")},
                                                        {"my (1).png", png("DD==")},
                                                        {"my (1)-1.png", png("EE==")}}));
        notebook.undo();
        QCOMPARE(notebook.cellAt(1).source().left(26), QStringLiteral("![b](attachment:image.png)"));
        QVERIFY(notebook.cellAt(0).attachments()["image.png"] == png("AA=="));
    }

    void cellType_change_dropsOutputsAndUndoBringsThemBack()
    {
        Notebook notebook(standard());
        const QByteArray before = written(notebook);
        const CellKey key = notebook.cellAt(1).key();
        notebook.setCellType(key, CellType::Markdown);
        const json cell = json::parse(written(notebook).toStdString())["cells"][1];
        QCOMPARE(cell["cell_type"].get<std::string>(), std::string("markdown"));
        QVERIFY(!cell.contains("outputs") && !cell.contains("execution_count"));
        notebook.undo();
        QCOMPARE(written(notebook), before);
        notebook.setCellType(notebook.cellAt(0).key(), CellType::Code);
        const json code = json::parse(written(notebook).toStdString())["cells"][0];
        QVERIFY(code["outputs"].is_array() && code["execution_count"].is_null());
    }

    void groups_areOneStep()
    {
        Notebook notebook(standard());
        const QStringList before = sources(notebook);
        notebook.beginGroup(QStringLiteral("Replace All"));
        for (int i = 0; i < 3; ++i)
            notebook.replaceText(notebook.cellAt(i).key(), 0, 1, QStringLiteral("Z"));
        notebook.beginGroup(QStringLiteral("inner"));
        const CellKey key = notebook.cellAt(5).key();
        notebook.removeCells(std::span(&key, 1));
        notebook.endGroup();
        notebook.endGroup();
        QCOMPARE(notebook.undoTitle(), QStringLiteral("Replace All"));
        notebook.undo();
        QCOMPARE(sources(notebook), before);
        QVERIFY(!notebook.canUndo());
        notebook.redo();
        QCOMPARE(notebook.cellCount(), 5);
    }

    void modified_isRelativeToTheSavedState()
    {
        Notebook notebook(standard());
        QSignalSpy changes(&notebook, &Notebook::modifiedChanged);
        const CellKey key = notebook.cellAt(0).key();
        notebook.replaceText(key, 0, 0, QStringLiteral("a"));
        QVERIFY(notebook.isModified());
        notebook.endTyping();
        const NotebookSnapshot first = notebook.snapshot();
        notebook.replaceText(key, 1, 0, QStringLiteral("b")); // typed during the save
        notebook.setSaved(first);
        QVERIFY(notebook.isModified());
        notebook.undo();
        QVERIFY(!notebook.isModified());
        notebook.undo();
        QVERIFY(notebook.isModified());
        notebook.redo();
        QVERIFY(!notebook.isModified());
        notebook.appendStream(notebook.cellAt(1).key(), QStringLiteral("stdout"), QStringLiteral("x"));
        QVERIFY(notebook.isModified());
        QVERIFY(!notebook.canRedo() || notebook.redoTitle() != QString());
        QCOMPARE(changes.size(), 5);
    }

    void runResults_areWrittenAsNbformatDoes()
    {
        Notebook notebook(parsed(corpusBytes(QStringLiteral("one-cell.ipynb"))));
        const CellKey key = notebook.cellAt(0).key();
        notebook.clearRunOutputs(key);
        notebook.setExecutionCount(key, 7);
        QCOMPARE(notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("a\nb")), 0);
        QCOMPARE(notebook.appendStream(key, QStringLiteral("stdout"), QStringLiteral("c\n")), 0);
        QCOMPARE(notebook.appendStream(key, QStringLiteral("stderr"), QStringLiteral("e")), 1);
        QCOMPARE(notebook.appendOutput(key, {{"output_type", "stream"}, {"name", "stderr"}, {"text", "f"}}),
                 1);
        QCOMPARE(
            notebook.appendOutput(
                key, {{"output_type", "display_data"},
                      {"data",
                       {{"text/plain", "x\ny"}, {"image/png", "aGk=\n"}, {"application/json", {{"v", 1.0}}}}},
                      {"metadata", json::object()},
                      {"transient", {{"display_id", "1"}}}}),
            2);
        const json cell = json::parse(written(notebook).toStdString())["cells"][0];
        QCOMPARE(cell["execution_count"].get<int>(), 7);
        QVERIFY(cell["outputs"][0] ==
                json({{"name", "stdout"}, {"output_type", "stream"}, {"text", {"a\n", "bc\n"}}}));
        QVERIFY(cell["outputs"][1]["text"] == json::array({"ef"}));
        QVERIFY(cell["outputs"][2]["data"]["text/plain"] == json::array({"x\n", "y"}));
        QCOMPARE(cell["outputs"][2]["data"]["image/png"].get<std::string>(), std::string("aGk=\n"));
        QVERIFY(!cell["outputs"][2].contains("transient"));
        QVERIFY(written(notebook).contains("\"v\": 1.0"));
        QCOMPARE(notebook.cellAt(0).outputs()[2].value()["data"]["text/plain"].get<std::string>(),
                 std::string("x\ny"));
        notebook.replaceOutput(key, 2,
                               {{"output_type", "display_data"},
                                {"data", {{"text/plain", "new"}}},
                                {"metadata", json::object()}});
        QCOMPARE(notebook.cellAt(0).outputs()[2].mimeTypes(), QStringList(QStringLiteral("text/plain")));
        QVERIFY(!notebook.canUndo());
    }

    void languageInfo_isNoStepAndSurvivesUndo()
    {
        Notebook notebook(standard());
        notebook.setMetadata({{"kernelspec", {{"name", "other"}, {"display_name", "O"}}}});
        notebook.setLanguageInfo({{"name", "julia"}});
        QCOMPARE(notebook.language(), QStringLiteral("julia"));
        notebook.undo();
        QCOMPARE(notebook.kernelName(), QStringLiteral("python3"));
        QCOMPARE(notebook.language(), QStringLiteral("julia"));
        QVERIFY(!notebook.canUndo());
        QVERIFY(notebook.isModified());
    }

    void clipboard_roundTrip_givesCopiesWithOtherIds()
    {
        Notebook notebook(standard());
        std::vector<Cell> copied;
        for (int i = 0; i < notebook.cellCount(); ++i)
            copied.push_back(notebook.cellAt(i));
        auto cells = cellsFromClipboardJson(cellsToClipboardJson(copied));
        QVERIFY(cells);
        const auto keys = notebook.insertCells(2, std::move(*cells));
        QCOMPARE(keys.size(), size_t(6));
        QCOMPARE(notebook.cellAt(3).source(), copied[1].source());
        QVERIFY(notebook.cellAt(3).id() != copied[1].id());
        QCOMPARE(notebook.cellAt(3).outputs().size(), size_t(2));
        QVERIFY(writeNotebook(notebook.snapshot()).madeIds().empty());
        QVERIFY(!cellsFromClipboardJson("just text"));
        QVERIFY(cellsFromClipboardJson(corpusBytes(QStringLiteral("nbformat-3.ipynb"))));
    }

    void manyStreamPieces_costInProportion()
    {
        Notebook notebook(parsed(corpusBytes(QStringLiteral("one-cell.ipynb"))));
        const CellKey key = notebook.cellAt(0).key();
        notebook.clearRunOutputs(key);
        const QString line = QStringLiteral("a line of output\n");
        NotebookSnapshot held = notebook.snapshot();
        for (int i = 0; i < 1'000'000; ++i) {
            notebook.appendStream(key, QStringLiteral("stdout"), line);
            if (i % 50'000 == 0) held = notebook.snapshot(); // as the journal and saves do
        }
        QCOMPARE(notebook.cellAt(0).outputs()[0].streamText().size(), line.size() * 1'000'000);
        QCOMPARE(held.cells[0].outputs()[0].streamText().size(), line.size() * 950'001);
    }

    void typingInALongCell_isFast()
    {
        Notebook notebook(parsed(corpusBytes(QStringLiteral("one-cell.ipynb"))));
        const CellKey key = notebook.cellAt(0).key();
        notebook.setSource(key, QStringLiteral("a line of a very long cell, of 40 units\n").repeated(20'000));
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 1000; ++i)
            notebook.replaceText(key, i, 0, QStringLiteral("x"));
        qInfo("%.3f ms for each key", double(timer.nsecsElapsed()) / 1e9);
        QVERIFY(notebook.find(key)->source().startsWith(QStringLiteral("xxxx")));
    }
};

QTEST_GUILESS_MAIN(TestNotebook)
#include "tst_notebook.moc"
