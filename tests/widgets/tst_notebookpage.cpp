// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/widgets/notebookstage.h>

#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/cellgutter.h>
#include <widgets/notebook/findbar.h>
#include <widgets/notebook/findcontroller.h>
#include <widgets/notebook/inputprompt.h>
#include <widgets/outputs/outputarea.h>

#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <algorithm>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

QStringList manyCells(int count)
{
    QStringList sources;
    for (int i = 0; i < count; ++i)
        sources += i % 2 == 0 ? u"x = %1"_s.arg(i) : u"# Heading %1\n\nSome text."_s.arg(i);
    return sources;
}

nlohmann::json plainOutput(const QString& text)
{
    return {{"output_type", "display_data"},
            {"metadata", nlohmann::json::object()},
            {"data", {{"text/plain", text.toStdString()}}}};
}

} // namespace

class TestNotebookPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void view_manyCells_hasWidgetsForFew();
    void view_jumpsAndScrolls_showTheRightCells();
    void view_growthAbove_movesNothing();
    void view_tallCell_hasASmallEditor();
    void typing_goesIntoTheNotebook_andUndoComesBack();
    void typing_elsewhere_reachesTheEditor();
    void modes_enterAndEscape_switch();
    void markdown_editsInPlace();
    void arrows_leaveTheEditor();
    void commands_insertTypeMoveDelete();
    void run_selectedAdvancesAndInserts();
    void run_states_areShownAndSpoken();
    void input_isAskedInTheCell();
    void drag_movesCells();
    void folds_hideAndUnfold();
    void find_marksGoesAndReplaces();
    void pool_reusedWidgets_keepNothing();
    void commands_all_areKnown();
};

void TestNotebookPage::view_manyCells_hasWidgetsForFew()
{
    NotebookStage stage(manyCells(10000));
    QCOMPARE(stage.view().verticalScrollBar()->value(), 0);
    QVERIFY(stage.top(0) > 5); // the margin before the first cell is in sight
    QVERIFY(stage.view().realizedCount() > 3);
    QVERIFY(stage.view().realizedCount() < 40);
    QVERIFY(stage.page.perform(u"view.lastCell"_s));
    QVERIFY(stage.view().realizedCount() < 40);
    QVERIFY(stage.widget(9999));
    QVERIFY(stage.top(9999) + stage.widget(9999)->height() <= stage.view().viewport()->height());
    QCOMPARE(stage.view().verticalScrollBar()->value(), stage.view().verticalScrollBar()->maximum());
    QVERIFY(!stage.view().widgetFor(stage.key(0)));
    QVERIFY(stage.page.perform(u"view.firstCell"_s));
    QVERIFY(stage.top(0) >= 0);
    QCOMPARE(stage.view().verticalScrollBar()->value(), 0);
}

void TestNotebookPage::view_jumpsAndScrolls_showTheRightCells()
{
    NotebookStage stage(manyCells(1000));
    QScrollBar* bar = stage.view().verticalScrollBar();
    for (const double part : {0.5, 0.2, 0.9, 0.0, 1.0}) {
        bar->setValue(int(bar->maximum() * part));
        // What is seen stands without gaps or overlaps, in order.
        int bottom = INT_MIN, shown = 0;
        for (int index = 0; index < 1000; ++index) {
            const CellWidget* widget = stage.widget(index);
            if (!widget || widget->y() > stage.view().viewport()->height() || widget->geometry().bottom() < 0)
                continue;
            if (bottom != INT_MIN) QCOMPARE(widget->y(), bottom);
            bottom = widget->y() + widget->height() + 8;
            ++shown;
        }
        QVERIFY(shown > 3);
        QVERIFY(bottom >= stage.view().viewport()->height() || part == 1.0);
    }
    for (int page = 0; page < 40; ++page) {
        const int before = bar->value();
        QTest::keyClick(&stage.view(), Qt::Key_PageUp);
        QVERIFY(bar->value() < before || before == 0);
    }
}

void TestNotebookPage::view_growthAbove_movesNothing()
{
    NotebookStage stage(manyCells(60));
    stage.view().reveal(stage.key(30), NotebookView::Reveal::Top);
    const int before = stage.top(30);
    // One above that has a widget, one that has none.
    QVERIFY(!stage.widget(2));
    for (const int index : {28, 2}) {
        for (int line = 0; line < 5; ++line)
            stage.notebook().appendOutput(stage.key(index), plainOutput(u"a line of output"_s));
        QTest::qWait(60);
        QCOMPARE(stage.top(30), before);
    }
    stage.notebook().setSource(stage.key(29), u"# One\n\ntwo\n\nthree"_s);
    QCOMPARE(stage.top(30), before);
    stage.notebook().removeCells(std::vector{stage.key(28)});
    QCOMPARE(stage.top(29), before);
}

void TestNotebookPage::view_tallCell_hasASmallEditor()
{
    QStringList lines;
    for (int i = 0; i < 20000; ++i)
        lines += u"line_%1 = %1"_s.arg(i);
    NotebookStage stage({lines.join(u'\n'), u"after"_s});
    CodeEditor* editor = stage.widget(0)->editor();
    QVERIFY(editor->height() < 3 * stage.view().viewport()->height());
    QVERIFY(stage.widget(0)->height() > 20000 * editor->lineHeight());
    QScrollBar* bar = stage.view().verticalScrollBar();
    bar->setValue(bar->maximum() / 2);
    // The line that stands at the top of the viewport is the one that belongs there.
    const int inCell = -stage.top(0);
    const int expected = (inCell - editor->y()) / editor->lineHeight() + editor->firstDisplayLine();
    QVERIFY(std::abs(expected - 10000) < 60);
    QVERIFY(editor->y() <= inCell);
    QVERIFY(editor->y() + editor->height() >= inCell + stage.view().viewport()->height());
    QVERIFY(stage.page.perform(u"view.lastCell"_s));
    QVERIFY(stage.widget(1));
}

void TestNotebookPage::typing_goesIntoTheNotebook_andUndoComesBack()
{
    NotebookStage stage({u"x = 1"_s, u"y"_s});
    QVERIFY(stage.page.perform(u"view.editMode"_s));
    QCOMPARE(stage.view().mode(), NotebookView::Mode::Edit);
    stage.press(Qt::Key_End);
    stage.type(u"23"_s);
    QCOMPARE(stage.notebook().cellAt(0).source(), u"x = 123"_s);
    const int height = stage.widget(0)->height();
    stage.press(Qt::Key_Return);
    stage.type(u"z"_s);
    QCOMPARE(stage.notebook().cellAt(0).source(), u"x = 123\nz"_s);
    QVERIFY(stage.widget(0)->height() > height);
    while (stage.page.perform(u"edit.undo"_s) && stage.notebook().cellAt(0).source() != u"x = 1"_s) {
    }
    QCOMPARE(stage.notebook().cellAt(0).source(), u"x = 1"_s);
    QCOMPARE(stage.widget(0)->editor()->text(), u"x = 1"_s);
    QVERIFY(stage.page.perform(u"edit.redo"_s));
    QCOMPARE(stage.widget(0)->editor()->text(), stage.notebook().cellAt(0).source());
}

void TestNotebookPage::typing_elsewhere_reachesTheEditor()
{
    NotebookStage stage({u"abc"_s});
    stage.notebook().replaceText(stage.key(0), 1, 1, u"\U0001F600\n"_s);
    QCOMPARE(stage.widget(0)->editor()->text(), u"a\U0001F600\nc"_s);
}

void TestNotebookPage::modes_enterAndEscape_switch()
{
    NotebookStage stage({u"a"_s, u"b"_s});
    QSignalSpy changed(&stage.view(), &NotebookView::modeChanged);
    QTest::mouseClick(stage.widget(1)->editor()->viewport(), Qt::LeftButton);
    QTRY_COMPARE(stage.view().mode(), NotebookView::Mode::Edit);
    QCOMPARE(stage.page.selection().activeIndex(), 1);
    QVERIFY(stage.page.perform(u"view.commandMode"_s));
    QCOMPARE(stage.view().mode(), NotebookView::Mode::Command);
    QVERIFY(stage.view().hasFocus());
    QCOMPARE(changed.count(), 2);
}

void TestNotebookPage::markdown_editsInPlace()
{
    NotebookStage stage({u"# Title"_s, u"code"_s});
    QVERIFY(!stage.widget(0)->editor());
    QVERIFY(stage.page.perform(u"view.editMode"_s));
    QVERIFY(stage.widget(0)->editor());
    stage.press(Qt::Key_End, Qt::ControlModifier);
    stage.type(u"!"_s);
    QVERIFY(stage.page.perform(u"cell.runAndAdvance"_s));
    QVERIFY(!stage.widget(0)->editor());
    QCOMPARE(stage.notebook().cellAt(0).source(), u"# Title!"_s);
    QCOMPARE(stage.page.selection().activeIndex(), 1);
    // Going elsewhere renders, too; so does a double click begin to edit.
    stage.page.selection().select(0);
    QVERIFY(stage.page.perform(u"view.editMode"_s));
    QTest::mouseClick(stage.widget(1)->editor()->viewport(), Qt::LeftButton);
    QTRY_VERIFY(!stage.widget(0)->editor());
    auto* rendered = stage.widget(0)->findChild<MarkdownView*>();
    QTest::mouseDClick(rendered->viewport(), Qt::LeftButton, {}, QPoint(10, 10));
    QTRY_VERIFY(stage.widget(0)->editor());
    QVERIFY(stage.widget(0)->editor()->text().endsWith(u'!'));
}

void TestNotebookPage::arrows_leaveTheEditor()
{
    NotebookStage stage({u"a\nb"_s, u"c"_s});
    QVERIFY(stage.page.perform(u"view.editMode"_s));
    stage.press(Qt::Key_Down);
    QCOMPARE(stage.page.selection().activeIndex(), 0);
    stage.press(Qt::Key_Down);
    QCOMPARE(stage.page.selection().activeIndex(), 1);
    QVERIFY(stage.widget(1)->editor()->hasFocus());
    stage.press(Qt::Key_Up);
    QCOMPARE(stage.page.selection().activeIndex(), 0);
    stage.type(u"!"_s);
    QCOMPARE(stage.notebook().cellAt(0).source(), u"a\nb!"_s);
}

void TestNotebookPage::commands_insertTypeMoveDelete()
{
    NotebookStage stage({u"a"_s, u"b"_s});
    QVERIFY(stage.page.perform(u"cell.insertBelow"_s));
    stage.type(u"new"_s);
    QCOMPARE(stage.sources(), (QStringList{u"a"_s, u"new"_s, u"b"_s}));
    QVERIFY(stage.page.perform(u"view.commandMode"_s));
    QVERIFY(stage.page.perform(u"cell.toMarkdown"_s));
    QCOMPARE(stage.notebook().cellAt(1).type(), CellType::Markdown);
    QVERIFY(!stage.widget(1)->editor());
    QVERIFY(stage.page.perform(u"cell.moveUp"_s));
    QCOMPARE(stage.sources(), (QStringList{u"new"_s, u"a"_s, u"b"_s}));
    QVERIFY(!stage.page.perform(u"cell.moveUp"_s));
    QVERIFY(stage.page.perform(u"cell.cut"_s));
    QCOMPARE(stage.sources(), (QStringList{u"a"_s, u"b"_s}));
    QVERIFY(stage.page.perform(u"cell.pasteBelow"_s));
    QCOMPARE(stage.sources(), (QStringList{u"a"_s, u"new"_s, u"b"_s}));
    QVERIFY(stage.page.perform(u"view.extendBelow"_s));
    QVERIFY(stage.page.perform(u"cell.merge"_s));
    QCOMPARE(stage.sources(), (QStringList{u"a"_s, u"new\n\nb"_s}));
    QVERIFY(stage.page.perform(u"view.editMode"_s));
    stage.press(Qt::Key_Home, Qt::ControlModifier);
    stage.press(Qt::Key_Right);
    QVERIFY(stage.page.perform(u"cell.split"_s));
    QCOMPARE(stage.sources(), (QStringList{u"a"_s, u"n"_s, u"ew\n\nb"_s}));
}

void TestNotebookPage::run_selectedAdvancesAndInserts()
{
    NotebookStage stage({u"1"_s, u"# text"_s, u"2"_s});
    QSignalSpy run(&stage.page, &NotebookPage::runRequested);
    const auto ran = [&run] { return run.takeFirst().front().value<std::vector<CellKey>>(); };
    QVERIFY(stage.page.perform(u"cells.runAll"_s));
    QCOMPARE(ran(), (std::vector{stage.key(0), stage.key(2)}));
    QVERIFY(stage.page.perform(u"cell.runAndAdvance"_s));
    QCOMPARE(ran(), std::vector{stage.key(0)});
    QCOMPARE(stage.page.selection().activeIndex(), 1);
    QVERIFY(stage.page.perform(u"cell.run"_s));
    QCOMPARE(run.count(), 0);
    stage.page.selection().select(2);
    QVERIFY(stage.page.perform(u"cells.runAbove"_s));
    QCOMPARE(ran(), std::vector{stage.key(0)});
    QVERIFY(stage.page.perform(u"cell.runAndAdvance"_s));
    QCOMPARE(ran(), std::vector{stage.key(2)});
    QCOMPARE(stage.notebook().cellCount(), 4);
    QCOMPARE(stage.view().mode(), NotebookView::Mode::Edit);
}

void TestNotebookPage::run_states_areShownAndSpoken()
{
    NotebookStage stage({u"1"_s, u"2"_s});
    stage.startKernel();
    QVERIFY(stage.page.perform(u"cells.runAll"_s));
    QVERIFY(stage.widget(0)->accessibleName().contains(u"running"_s));
    QVERIFY(stage.widget(1)->accessibleName().contains(u"waiting"_s));
    QVERIFY(stage.page.isAvailable(u"cell.cancel"_s));
    stage.kernel->deliver(stage.kernel->okRun(stage.kernel->lastRequest("execute_request"), 7));
    QTRY_VERIFY(stage.widget(0)->accessibleName().contains(u"done"_s));
    QCOMPARE(stage.notebook().cellAt(0).executionCount(), std::optional<qint64>(7));
    const Message second = stage.kernel->lastRequest("execute_request");
    stage.kernel->deliver({stage.kernel->status(second, "busy"), stage.kernel->stream(second, "out\n")});
    const auto outputs = [&] { return stage.widget(1)->findChild<OutputArea*>(); };
    QTRY_VERIFY(outputs() && !outputs()->isHidden());
    QCOMPARE(stage.widget(1)->accessibleName(), u"Code cell 2 of 2, running"_s);
}

void TestNotebookPage::input_isAskedInTheCell()
{
    NotebookStage stage({u"input()"_s});
    stage.startKernel();
    QVERIFY(stage.page.perform(u"cell.run"_s));
    const Message request = stage.kernel->lastRequest("execute_request");
    stage.kernel->deliver(
        {stage.kernel->status(request, "busy"), stage.kernel->inputRequest(request, "Name? ")});
    QTRY_VERIFY(stage.widget(0)->hasInputPrompt());
    QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
    stage.type(u"Ada"_s);
    stage.press(Qt::Key_Return);
    QTRY_COMPARE(stage.kernel->requests("input_reply").size(), size_t(1));
    QCOMPARE(stage.kernel->lastRequest("input_reply").content["value"], "Ada");
    QTRY_VERIFY(!stage.widget(0)->hasInputPrompt());
}

void TestNotebookPage::drag_movesCells()
{
    NotebookStage stage({u"a"_s, u"b"_s, u"c"_s});
    auto* gutter = stage.widget(0)->findChild<CellGutter*>();
    const QPoint grip(4, 4);
    QTest::mousePress(gutter, Qt::LeftButton, {}, grip);
    const QPoint target = gutter->mapFromGlobal(
        stage.view().viewport()->mapToGlobal(QPoint(10, stage.widget(2)->geometry().bottom() - 2)));
    QTest::mouseMove(gutter, grip + QPoint(0, 30));
    QTest::mouseMove(gutter, target);
    QTest::mouseRelease(gutter, Qt::LeftButton, {}, target);
    QCOMPARE(stage.sources(), (QStringList{u"b"_s, u"c"_s, u"a"_s}));
    QVERIFY(stage.page.perform(u"edit.undo"_s));
    QCOMPARE(stage.sources(), (QStringList{u"a"_s, u"b"_s, u"c"_s}));
}

void TestNotebookPage::folds_hideAndUnfold()
{
    NotebookStage stage({u"# A"_s, u"one"_s, u"two"_s, u"# B"_s, u"three"_s});
    QVERIFY(stage.page.perform(u"cells.collapseHeading"_s));
    QVERIFY(stage.view().isHidden(1));
    QVERIFY(!stage.widget(1) || !stage.widget(1)->isVisible());
    QVERIFY(stage.page.perform(u"view.selectBelow"_s));
    QCOMPARE(stage.page.selection().activeIndex(), 3);
    // Whoever goes to a hidden cell sees it.
    stage.page.revealCell(stage.key(2));
    QVERIFY(!stage.view().isHidden(2));
    QVERIFY(stage.widget(2)->isVisible());
    stage.page.selection().select(1);
    const int height = stage.widget(1)->height();
    QVERIFY(stage.page.perform(u"cell.toggleInput"_s));
    QVERIFY(!stage.widget(1)->editor());
    QVERIFY(stage.page.perform(u"edit.undo"_s));
    QVERIFY(stage.widget(1)->editor());
    QCOMPARE(stage.widget(1)->height(), height);
}

void TestNotebookPage::find_marksGoesAndReplaces()
{
    NotebookStage stage({u"cat"_s, u"# cat and Cat"_s, u"dog"_s, u"cats"_s});
    FindController& finder = stage.page.finder();
    QSignalSpy searched(&finder, &FindController::searched);
    QVERIFY(stage.page.perform(u"edit.replace"_s));
    auto* bar = stage.page.findChild<FindBar*>();
    const QList<QLineEdit*> fields = bar->findChildren<QLineEdit*>();
    QTRY_VERIFY(fields.at(0)->hasFocus());
    stage.type(u"cat"_s);
    QTRY_COMPARE(finder.matches().size(), size_t(4));
    QCOMPARE(finder.current(), 0);
    QTest::keyClick(fields.at(0), Qt::Key_Return);
    QCOMPARE(finder.current(), 1);
    QCOMPARE(stage.page.selection().activeIndex(), 1);
    QVERIFY(stage.page.perform(u"edit.findPrevious"_s));
    QCOMPARE(finder.current(), 0);
    fields.at(1)->setText(u"bird"_s);
    Q_EMIT bar->replaceRequested();
    QCOMPARE(stage.sources().first(), u"bird"_s);
    QTRY_COMPARE(finder.matches().size(), size_t(3));
    Q_EMIT bar->replaceAllRequested();
    QTRY_COMPARE(stage.sources(), (QStringList{u"bird"_s, u"# bird and bird"_s, u"dog"_s, u"birds"_s}));
    QVERIFY(stage.page.perform(u"edit.undo"_s));
    QCOMPARE(stage.sources(), (QStringList{u"bird"_s, u"# cat and Cat"_s, u"dog"_s, u"cats"_s}));
    // In the selected cells alone.
    stage.page.selection().select(1);
    const QList<QToolButton*> buttons = bar->findChildren<QToolButton*>();
    const auto within =
        std::ranges::find(buttons, u"In the selected cells only"_s, &QToolButton::accessibleName);
    QVERIFY(within != buttons.end());
    (*within)->click();
    QTRY_COMPARE(finder.matches().size(), size_t(2));
    QCOMPARE(finder.matches().front().cell, stage.key(1));
    QTest::keyClick(fields.at(0), Qt::Key_Escape);
    QVERIFY(!bar->isVisible());
    QVERIFY(finder.matches().empty());
}

void TestNotebookPage::pool_reusedWidgets_keepNothing()
{
    QStringList sources;
    for (int i = 0; i < 200; ++i)
        sources += u"cell %1"_s.arg(i);
    NotebookStage stage(sources);
    for (int i = 0; i < 200; i += 3)
        stage.notebook().appendOutput(stage.key(i), plainOutput(u"output of %1"_s.arg(i)));
    QScrollBar* bar = stage.view().verticalScrollBar();
    for (const int value : {bar->maximum(), 0, bar->maximum() / 3, bar->maximum() / 2}) {
        bar->setValue(value);
        for (int i = 0; i < 200; ++i) {
            CellWidget* widget = stage.widget(i);
            if (!widget) continue;
            QCOMPARE(widget->editor()->text(), u"cell %1"_s.arg(i));
            auto* outputs = widget->findChild<OutputArea*>();
            QCOMPARE(outputs && !outputs->isHidden(), i % 3 == 0);
        }
    }
}

void TestNotebookPage::commands_all_areKnown()
{
    NotebookStage stage({u"a"_s});
    QVERIFY(NotebookPage::commands().size() > 40);
    for (const QString& command : NotebookPage::commands())
        (void)stage.page.isAvailable(command);
    QVERIFY(!stage.page.perform(u"no.such"_s));
    QVERIFY(!stage.page.isAvailable(QString()));
}

QTEST_MAIN(TestNotebookPage)
#include "tst_notebookpage.moc"
