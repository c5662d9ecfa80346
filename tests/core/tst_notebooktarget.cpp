// SPDX-License-Identifier: GPL-3.0-or-later
// A session whose results go into a real notebook.
#include <core/notebook/notebook.h>
#include <core/notebook/reader.h>
#include <core/runtime/notebooktarget.h>
#include <tests/support/sessionstage.h>

#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

struct Stage {
    notebook::Notebook notebook{notebook::newNotebook()};
    NotebookTarget target{notebook};
    Session session{target};
    std::shared_ptr<FakeKernelConnection> kernel = std::make_shared<FakeKernelConnection>();

    Stage()
    {
        (void)session.attach(kernel);
        kernel->catchUp();
    }
    CellKey add(const QString& source, notebook::CellType type = notebook::CellType::Code)
    {
        notebook::CellContent content;
        content.type = type;
        content.source = source;
        return notebook.insertCells(notebook.cellCount(), {content}).front();
    }
    Message run(CellKey cell)
    {
        (void)session.enqueue(std::vector{cell});
        return kernel->lastRequest("execute_request");
    }
    [[nodiscard]] const std::vector<notebook::Output>& outputs(CellKey cell) const
    {
        return notebook.find(cell)->outputs();
    }
};

} // namespace

class TestNotebookTarget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void codeCells_mixed_areTheCodeCells();
    void run_cell_fillsNotebook();
    void run_removedCell_undoShowsOutputs();
    void runnableCell_tagAndLineEnds_areUnderstood();
    void update_afterUserCleared_isIgnored();
};

void TestNotebookTarget::codeCells_mixed_areTheCodeCells()
{
    Stage stage;
    const CellKey first = stage.add(u"1"_s);
    const CellKey text = stage.add(u"text"_s, notebook::CellType::Markdown);
    const CellKey second = stage.add(u"2"_s);
    QCOMPARE(stage.target.codeCells(), (std::vector{first, second}));
    QVERIFY(!stage.target.runnableCell(text));
    const QString id = stage.notebook.find(second)->id();
    QVERIFY(!id.isEmpty());
    QCOMPARE(stage.target.cellWithId(id), second);
}

void TestNotebookTarget::run_cell_fillsNotebook()
{
    Stage stage;
    const CellKey cell = stage.add(u"print(1)"_s);
    const Message request = stage.run(cell);
    QCOMPARE(request.metadata.at("cellId"), json(stage.notebook.find(cell)->id().toStdString()));
    stage.kernel->deliver(
        std::vector{stage.kernel->stream(request, "a"), stage.kernel->stream(request, "b\n"),
                    stage.kernel->iopub(request, "display_data", displayContent("x", "id")),
                    stage.kernel->iopub(request, "update_display_data", displayContent("y", "id"))});
    stage.kernel->deliver(stage.kernel->okRun(request, 7));
    QCOMPARE(stage.notebook.find(cell)->executionCount(), 7);
    QCOMPARE(stage.outputs(cell).size(), 2u);
    QCOMPARE(stage.outputs(cell)[0].streamText(), u"ab\n"_s);
    const json display = stage.outputs(cell)[1].value();
    QCOMPARE(display.at("data"), json({{"text/plain", "y"}}));
    QVERIFY(!display.contains("transient"));
}

void TestNotebookTarget::run_removedCell_undoShowsOutputs()
{
    Stage stage;
    const CellKey cell = stage.add(u"print(1)"_s);
    const Message request = stage.run(cell);
    stage.notebook.removeCells(std::vector{cell});
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "meanwhile")});
    stage.notebook.undo();
    QCOMPARE(stage.outputs(cell).size(), 1u);
    QCOMPARE(stage.outputs(cell)[0].streamText(), u"meanwhile"_s);
}

void TestNotebookTarget::runnableCell_tagAndLineEnds_areUnderstood()
{
    Stage stage;
    const CellKey cell = stage.add(u"a\r\nb"_s);
    stage.notebook.setCellMetadata(cell, {{"tags", {"raises-exception"}}});
    const std::optional<RunnableCell> runnable = stage.target.runnableCell(cell);
    QVERIFY(runnable);
    QVERIFY(runnable->mayRaise);
    QCOMPARE(runnable->source, u"a\nb"_s);
}

void TestNotebookTarget::update_afterUserCleared_isIgnored()
{
    Stage stage;
    const CellKey cell = stage.add(u"display"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub(request, "display_data", displayContent("x", "id"))});
    stage.notebook.clearOutputs(std::vector{cell});
    stage.kernel->deliver(
        std::vector{stage.kernel->stream(request, "text"),
                    stage.kernel->iopub(request, "update_display_data", displayContent("y", "id"))});
    QCOMPARE(stage.outputs(cell).size(), 1u);
    QCOMPARE(stage.outputs(cell)[0].type(), u"stream"_s);
}

QTEST_GUILESS_MAIN(TestNotebookTarget)
#include "tst_notebooktarget.moc"
