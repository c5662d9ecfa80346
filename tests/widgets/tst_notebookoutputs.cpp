// SPDX-License-Identifier: GPL-3.0-or-later
// What the page does with outputs: where they lead, and how much of them is shown.
#include <tests/widgets/notebookstage.h>

#include <core/notebook/clipboard.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/noticebar.h>
#include <widgets/outputs/outputarea.h>
#include <widgets/outputs/terminaltext.h>

#include <nlohmann/json.hpp>

#include <QTest>
#include <QToolButton>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

const nlohmann::json divisionByZero = {
    {"output_type", "error"},
    {"ename", "ZeroDivisionError"},
    {"evalue", "division by zero"},
    {"traceback",
     {"Cell In[3], line 1\n----> 1 f(0)",
      "Cell In[2], line 3, in f(x)\n      2     y = x\n----> 3     return 1 / y",
      "ZeroDivisionError: division by zero"}}};

OutputArea* outputsOf(NotebookStage& stage, int index)
{
    return stage.widget(index)->findChild<OutputArea*>();
}

QString lines(int count)
{
    QString text;
    for (int i = 0; i < count; ++i)
        text += u"line %1\n"_s.arg(i);
    return text;
}

} // namespace

class TestNotebookOutputs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stream_growing_makesTheCellHigher();
    void traceback_clickedLine_isShown();
    void traceback_cellRanAgain_isSaid();
    void scrolling_toggled_isRecordedAndUndone();
    void scrolling_justLong_isBoundedFirst();
    void scrolling_ofTheFile_isFollowed_data();
    void scrolling_ofTheFile_isFollowed();
    void scrolling_expandedByHand_isTakenBack();
};

void TestNotebookOutputs::stream_growing_makesTheCellHigher()
{
    NotebookStage stage({u"print()"_s, u"# below"_s});
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, u"line\n"_s);
    QTRY_VERIFY(stage.widget(0)->findChild<TerminalText*>());
    auto* const terminal = stage.widget(0)->findChild<TerminalText*>();
    const auto text = terminal->text();
    QTRY_COMPARE(terminal->height(), terminal->heightOfRows(1));
    const int height = stage.widget(0)->height();
    for (int rows = 2; rows <= 10; ++rows) {
        stage.notebook().appendStream(stage.key(0), u"stdout"_s, u"line\n"_s);
        QTRY_COMPARE(terminal->height(), terminal->heightOfRows(rows));
        QCOMPARE(stage.widget(0)->height(),
                 height + terminal->heightOfRows(rows) - terminal->heightOfRows(1));
    }
    QCOMPARE(terminal->text(), text); // nothing was read twice
    QVERIFY(stage.top(1) > stage.top(0) + height);
}

void TestNotebookOutputs::traceback_clickedLine_isShown()
{
    NotebookStage stage({u"def f(x):\n    y = x\n    return 1 / y"_s, u"# text"_s, u"f(0)"_s, u"other"_s});
    stage.notebook().setExecutionCount(stage.key(0), 2);
    stage.notebook().setExecutionCount(stage.key(2), 3);
    stage.notebook().setExecutionCount(stage.key(3), 2); // of an earlier kernel
    stage.notebook().setSource(stage.key(3), u"below"_s);
    stage.notebook().moveCells(std::vector{stage.key(3)}, 0);
    stage.notebook().insertCells(0, {{.source = u"far away"_s}});
    stage.notebook().appendOutput(stage.key(4), divisionByZero);
    setFolded(stage.notebook(), stage.key(2), Fold::Source, true);
    const auto terminal = [&] { return stage.widget(4)->findChild<TerminalText*>(); };
    QTRY_VERIFY(terminal());
    const auto click = [&](const QString& text) {
        const TextBuffer& buffer = terminal()->text()->buffer();
        for (int line = 0; line < buffer.lineCount(); ++line) {
            if (!buffer.line(line).text.startsWith(text)) continue;
            QTest::mouseClick(terminal(), Qt::LeftButton, {}, QPoint(30, terminal()->heightOfRows(line) + 2));
        }
    };
    click(u"Cell In[2], line 3"_s);
    QCOMPARE(stage.page.selection().activeIndex(), 2);
    QCOMPARE(stage.view().mode(), NotebookView::Mode::Edit);
    QVERIFY(stage.widget(2)->editor() && stage.widget(2)->editor()->hasFocus());
    QCOMPARE(stage.widget(2)->editor()->cursorPosition(), 20);
    // Its own cell, which was shortened since.
    stage.notebook().setSource(stage.key(4), QString());
    click(u"Cell In[3], line 1"_s);
    QCOMPARE(stage.page.selection().activeIndex(), 4);
    QVERIFY(stage.widget(4)->editor()->hasFocus());
}

void TestNotebookOutputs::traceback_cellRanAgain_isSaid()
{
    NotebookStage stage({u"f(0)"_s});
    stage.notebook().setExecutionCount(stage.key(0), 7);
    stage.notebook().appendOutput(stage.key(0), divisionByZero);
    const auto terminal = [&] { return stage.widget(0)->findChild<TerminalText*>(); };
    QTRY_VERIFY(terminal());
    QTest::mouseClick(terminal(), Qt::LeftButton, {}, QPoint(30, 8));
    QCOMPARE(stage.page.findChild<NoticeBar*>()->sentences(),
             QStringList{u"The cell that ran as [3] was deleted or has run again since."_s});
    QCOMPARE(stage.view().mode(), NotebookView::Mode::Command);
}

void TestNotebookOutputs::scrolling_toggled_isRecordedAndUndone()
{
    NotebookStage stage({u"print()"_s, u"# text"_s});
    QVERIFY(!stage.page.isAvailable(u"cell.toggleOutputScroll"_s));
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, lines(100));
    QTRY_VERIFY(outputsOf(stage, 0) && outputsOf(stage, 0)->isBounded());
    const int bounded = stage.widget(0)->height();
    QVERIFY(stage.page.perform(u"cell.toggleOutputScroll"_s));
    QCOMPARE(stage.notebook().cellAt(0).metadata(), nlohmann::json::parse(R"({"scrolled": false})"));
    QVERIFY(stage.widget(0)->height() > 2 * bounded);
    QVERIFY(stage.page.perform(u"cell.toggleOutputScroll"_s));
    QCOMPARE(stage.notebook().cellAt(0).metadata(), nlohmann::json::parse(R"({"scrolled": true})"));
    QCOMPARE(stage.widget(0)->height(), bounded);
    QVERIFY(stage.page.perform(u"edit.undo"_s));
    QVERIFY(stage.widget(0)->height() > 2 * bounded);
    QVERIFY(stage.page.perform(u"edit.undo"_s));
    QCOMPARE(stage.notebook().cellAt(0).metadata(), nlohmann::json::object());
    QCOMPARE(stage.widget(0)->height(), bounded);
    stage.page.selection().select(1);
    QVERIFY(!stage.page.isAvailable(u"cell.toggleOutputScroll"_s));
}

void TestNotebookOutputs::scrolling_justLong_isBoundedFirst()
{
    NotebookStage stage({u"print()"_s});
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, lines(30));
    QTRY_VERIFY(outputsOf(stage, 0));
    const int whole = stage.widget(0)->height();
    QVERIFY(!outputsOf(stage, 0)->isBounded());
    QVERIFY(stage.page.perform(u"cell.toggleOutputScroll"_s));
    QCOMPARE(scrollingOf(stage.notebook().cellAt(0)), OutputScrolling::Bounded);
    QVERIFY(stage.widget(0)->height() < whole);
    QVERIFY(stage.page.perform(u"cell.toggleOutputScroll"_s));
    QCOMPARE(scrollingOf(stage.notebook().cellAt(0)), OutputScrolling::Whole);
}

void TestNotebookOutputs::scrolling_ofTheFile_isFollowed_data()
{
    QTest::addColumn<QByteArray>("scrolled");
    QTest::addColumn<bool>("isBounded");
    QTest::newRow("nothing") << QByteArray("{}") << true;
    QTest::newRow("auto") << QByteArray(R"({"scrolled": "auto"})") << true;
    QTest::newRow("false") << QByteArray(R"({"scrolled": false})") << false;
    QTest::newRow("true") << QByteArray(R"({"scrolled": true})") << true;
}

void TestNotebookOutputs::scrolling_ofTheFile_isFollowed()
{
    QFETCH(const QByteArray, scrolled);
    QFETCH(const bool, isBounded);
    NotebookStage stage({u"print()"_s, u"print()"_s});
    // The widget may have shown a cell of the other kind.
    setScrolled(stage.notebook(), stage.key(0), isBounded);
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, lines(100));
    QTRY_VERIFY(outputsOf(stage, 0));
    stage.notebook().removeCells(std::vector{stage.key(0)});
    nlohmann::json json = nlohmann::json::parse(
        R"({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "",
            "execution_count": 1, "outputs": [{"output_type": "stream", "name": "stdout", "text": ""}]}]})");
    json["cells"][0]["metadata"] = nlohmann::json::parse(scrolled.toStdString());
    json["cells"][0]["outputs"][0]["text"] = lines(100).toStdString();
    const notebook::Notebook read(
        notebook::readNotebook(notebook::FileImage::fromBytes(QByteArray::fromStdString(json.dump())))
            .value());
    stage.notebook().insertCells(0, {notebook::contentOf(read.cellAt(0))});
    QTRY_VERIFY(outputsOf(stage, 0));
    QCOMPARE(outputsOf(stage, 0)->isBounded(), isBounded);
}

void TestNotebookOutputs::scrolling_expandedByHand_isTakenBack()
{
    NotebookStage stage({u"print()"_s});
    stage.notebook().appendStream(stage.key(0), u"stdout"_s, lines(100));
    QTRY_VERIFY(outputsOf(stage, 0));
    const auto buttons = outputsOf(stage, 0)->findChildren<QToolButton*>();
    (*std::ranges::find(buttons, u"Show all"_s, &QToolButton::text))->click();
    QVERIFY(!outputsOf(stage, 0)->isBounded());
    QVERIFY(stage.page.perform(u"cell.toggleOutputScroll"_s));
    QVERIFY(outputsOf(stage, 0)->isBounded());
    QCOMPARE(scrollingOf(stage.notebook().cellAt(0)), OutputScrolling::Bounded);
}

QTEST_MAIN(TestNotebookOutputs)
#include "tst_notebookoutputs.moc"
