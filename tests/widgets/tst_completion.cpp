// SPDX-License-Identifier: GPL-3.0-or-later
#include "editorstage.h"

#include <core/runtime/requests.h>
#include <widgets/editor/completionpopup.h>
#include <widgets/editor/inspectiontip.h>

#include <QAbstractItemView>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestCompletion : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tab_afterAWord_asks();
    void tab_inProse_insertsSpaces();
    void answer_withOneMatch_isInserted();
    void answer_withSeveral_isShownAndChosen_data();
    void answer_withSeveral_isShownAndChosen();
    void answer_inTheMiddleOfAWord_replacesAllOfIt();
    void answer_afterMoreTyping_isFiltered();
    void answer_afterTheTextChanged_isDropped();
    void answer_notAskedFor_isDropped();
    void typing_withTheList_filtersAndCloses();
    void escape_withTheList_closesOnlyIt();
    void click_onAMatch_insertsIt();
    void load_withTheList_closesIt();
    void shiftTab_twice_asksForMore();
    void inspection_shown_hasNoEscapesAndCloses();
    void inspection_late_isDropped();
};

namespace {

runtime::Completions completions(const QStringList& texts, qsizetype start, qsizetype end)
{
    runtime::Completions result{.start = start, .end = end};
    for (const QString& text : texts)
        result.matches.push_back({text, u"function"_s, u"(x, y)"_s});
    return result;
}

runtime::Inspection inspection(const char* text)
{
    runtime::Inspection result;
    result.found = true;
    result.data["text/plain"] = text;
    return result;
}

CompletionPopup* popupOf(const EditorStage& stage)
{
    auto* const popup = stage.editor.findChild<CompletionPopup*>();
    return popup && popup->isVisible() ? popup : nullptr;
}

InspectionTip* tipOf(const EditorStage& stage)
{
    auto* const tip = stage.editor.findChild<InspectionTip*>();
    return tip && tip->isVisible() ? tip : nullptr;
}

} // namespace

void TestCompletion::tab_afterAWord_asks()
{
    EditorStage stage;
    QSignalSpy asked(&stage.editor, &CodeEditor::completionRequested);
    stage.loadAt(u"\U0001F600 np.a|"_s);
    stage.key(Qt::Key_Tab);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].value<qsizetype>(), 7);
    stage.loadAt(u"x = |"_s);
    stage.key(Qt::Key_Space, Qt::ControlModifier);
    QCOMPARE(asked.count(), 2);
    QCOMPARE(stage.editor.text(), u"x = "_s);
}

void TestCompletion::tab_inProse_insertsSpaces()
{
    EditorStage stage(u"markdown"_s);
    QSignalSpy asked(&stage.editor, &CodeEditor::completionRequested);
    stage.loadAt(u"word|"_s);
    stage.key(Qt::Key_Tab);
    QCOMPARE(asked.count(), 0);
    QCOMPARE(stage.textAt(), u"word    |"_s);
}

void TestCompletion::answer_withOneMatch_isInserted()
{
    EditorStage stage;
    stage.loadAt(u"x = pri|"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"print"_s}, 4, 7));
    QCOMPARE(stage.textAt(), u"x = print|"_s);
    QCOMPARE(stage.model, u"x = print"_s);
    QCOMPARE(stage.edits, 1);
    QVERIFY(!popupOf(stage));
}

void TestCompletion::answer_withSeveral_isShownAndChosen_data()
{
    QTest::addColumn<QList<Qt::Key>>("keys");
    QTest::addColumn<QString>("after");
    QTest::newRow("enter") << QList{Qt::Key_Return} << u"alpha|"_s;
    QTest::newRow("down, tab") << QList{Qt::Key_Down, Qt::Key_Tab} << u"alps|"_s;
    QTest::newRow("up goes around") << QList{Qt::Key_Up, Qt::Key_Enter} << u"alto|"_s;
    QTest::newRow("page down") << QList{Qt::Key_PageDown, Qt::Key_Return} << u"alto|"_s;
}

void TestCompletion::answer_withSeveral_isShownAndChosen()
{
    QFETCH(const QList<Qt::Key>, keys);
    QFETCH(const QString, after);
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s, u"alto"_s}, 0, 2));
    QVERIFY(popupOf(stage));
    QVERIFY(stage.editor.hasFocus());
    for (const Qt::Key key : keys)
        stage.key(key);
    QCOMPARE(stage.textAt(), after);
    QVERIFY(!popupOf(stage));
}

void TestCompletion::answer_inTheMiddleOfAWord_replacesAllOfIt()
{
    EditorStage stage;
    stage.loadAt(u"f(pri|nter)"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"print"_s}, 2, 9));
    QCOMPARE(stage.textAt(), u"f(print|)"_s);
}

void TestCompletion::answer_afterMoreTyping_isFiltered()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.type(u"p"_s);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s, u"alto"_s}, 0, 2));
    QVERIFY(popupOf(stage));
    QCOMPARE(popupOf(stage)->shownMatches(), (QStringList{u"alpha"_s, u"alps"_s}));
}

void TestCompletion::answer_afterTheTextChanged_isDropped()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.type(u" "_s);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s}, 0, 2));
    QVERIFY(!popupOf(stage));
    stage.key(Qt::Key_Space, Qt::ControlModifier);
    stage.key(Qt::Key_Home);
    stage.editor.showCompletions(completions({u"alpha"_s}, 0, 2));
    QCOMPARE(stage.editor.text(), u"al "_s);
}

void TestCompletion::answer_notAskedFor_isDropped()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.editor.showCompletions(completions({u"alpha"_s}, 0, 2));
    QCOMPARE(stage.editor.text(), u"al"_s);
}

void TestCompletion::typing_withTheList_filtersAndCloses()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s, u"alto"_s}, 0, 2));
    stage.type(u"p"_s);
    QVERIFY(popupOf(stage));
    QCOMPARE(popupOf(stage)->shownMatches().size(), 2);
    stage.key(Qt::Key_Backspace);
    QVERIFY(popupOf(stage));
    QCOMPARE(popupOf(stage)->shownMatches().size(), 3);
    stage.type(u"x"_s);
    QVERIFY(!popupOf(stage));
    QCOMPARE(stage.editor.text(), u"alx"_s);
}

void TestCompletion::escape_withTheList_closesOnlyIt()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s}, 0, 2));
    QKeyEvent override(QEvent::ShortcutOverride, Qt::Key_Escape, Qt::NoModifier);
    QCoreApplication::sendEvent(&stage.editor, &override);
    QVERIFY(override.isAccepted());
    stage.key(Qt::Key_Escape);
    QVERIFY(!popupOf(stage));
    QCOMPARE(stage.textAt(), u"al|"_s);
}

void TestCompletion::click_onAMatch_insertsIt()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s}, 0, 2));
    auto* const list = popupOf(stage)->findChild<QAbstractItemView*>();
    QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::NoModifier,
                      list->visualRect(list->model()->index(1, 0)).center());
    QCOMPARE(stage.textAt(), u"alps|"_s);
    QVERIFY(stage.editor.hasFocus());
}

void TestCompletion::load_withTheList_closesIt()
{
    EditorStage stage;
    stage.loadAt(u"al|"_s);
    stage.key(Qt::Key_Tab);
    stage.editor.showCompletions(completions({u"alpha"_s, u"alps"_s}, 0, 2));
    stage.load(u"other"_s);
    QVERIFY(!popupOf(stage));
}

void TestCompletion::shiftTab_twice_asksForMore()
{
    EditorStage stage;
    QSignalSpy asked(&stage.editor, &CodeEditor::inspectionRequested);
    stage.loadAt(u"print|(1)"_s);
    stage.key(Qt::Key_Backtab, Qt::ShiftModifier);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked[0][1].toInt(), 0);
    stage.editor.showInspection(inspection("short"));
    stage.key(Qt::Key_Backtab, Qt::ShiftModifier);
    QCOMPARE(asked.count(), 2);
    QCOMPARE(asked[1][1].toInt(), 1);
    stage.editor.showInspection(inspection("long"));
    QVERIFY(tipOf(stage));
    QCOMPARE(tipOf(stage)->text(), u"long"_s);
    QCOMPARE(stage.editor.text(), u"print(1)"_s);
}

void TestCompletion::inspection_shown_hasNoEscapesAndCloses()
{
    EditorStage stage;
    stage.loadAt(u"print|(1)"_s);
    stage.key(Qt::Key_Backtab, Qt::ShiftModifier);
    stage.editor.showInspection(inspection("\x1b[31mSignature:\x1b[0m print(x)"));
    QVERIFY(tipOf(stage));
    QCOMPARE(tipOf(stage)->text(), u"Signature: print(x)"_s);
    stage.key(Qt::Key_Shift, Qt::ShiftModifier);
    QVERIFY(tipOf(stage));
    stage.key(Qt::Key_Escape);
    QVERIFY(!tipOf(stage));
    stage.key(Qt::Key_Backtab, Qt::ShiftModifier);
    stage.editor.showInspection(inspection("text"));
    stage.type(u"x"_s);
    QVERIFY(!tipOf(stage));
    QCOMPARE(stage.editor.text(), u"printx(1)"_s);
}

void TestCompletion::inspection_late_isDropped()
{
    EditorStage stage;
    stage.loadAt(u"print|"_s);
    stage.key(Qt::Key_Backtab, Qt::ShiftModifier);
    stage.type(u"x"_s);
    stage.editor.showInspection(inspection("text"));
    QVERIFY(!tipOf(stage));
}

QTEST_MAIN(TestCompletion)
#include "tst_completion.moc"
