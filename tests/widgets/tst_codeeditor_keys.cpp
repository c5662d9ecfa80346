// SPDX-License-Identifier: GPL-3.0-or-later
#include "editorstage.h"

#include <QAction>
#include <QClipboard>
#include <QMenu>
#include <QMimeData>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestCodeEditorKeys : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keys_ofTheWindow_reachItsActions_data();
    void keys_ofTheWindow_reachItsActions();
    void keys_ofTheEditor_doNotReachActions();
    void enter_inPython_indents_data();
    void enter_inPython_indents();
    void enter_inCrlfText_keepsItsLineEnds();
    void backspace_inLeadingSpace_goesToTheStop();
    void typing_brackets_closesAndStepsOver_data();
    void typing_brackets_closesAndStepsOver();
    void typing_aBracketOverASelection_wrapsIt();
    void typing_quotesInProse_closesNone();
    void typing_withSeveralCursors_isOneGroup();
    void controlD_onAWord_selectsTheNextOne();
    void controlAltArrows_addCursors_escapeCollapses();
    void comment_ofLines_comesAndGoes();
    void comment_ofHtml_isClosed();
    void tab_ofSeveralLines_indentsThem();
    void tab_atTheStartOfALine_insertsSpaces();
    void altArrows_moveLines();
    void deleteLine_last_takesTheLineEndBefore();
    void arrows_atTheEdges_leaveTheCell();
    void mouse_controlClick_addsACursor();
    void mouse_altDrag_selectsARectangle();
    void clipboard_cutWithoutSelection_takesTheLine();
    void drop_ofText_isInserted();
    void inputMethod_composing_tellsOnlyTheResult();
    void contextMenu_hasTheCommands();
    void readOnly_nothing_changes();
};

namespace {

constexpr auto ctrl = Qt::ControlModifier;
constexpr auto shift = Qt::ShiftModifier;
constexpr auto alt = Qt::AltModifier;

} // namespace

void TestCodeEditorKeys::keys_ofTheWindow_reachItsActions_data()
{
    QTest::addColumn<QKeySequence>("keys");
    for (const char* keys : {"Shift+Return", "Ctrl+Return", "Alt+Return", "Ctrl+S", "Ctrl+F", "Ctrl+H",
                             "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y", "Ctrl+Shift+P", "Ctrl+Shift+-", "F1", "F5",
                             "F11", "Esc", "Ctrl+M", "Ctrl++", "Ctrl+-", "Ctrl+0"})
        QTest::newRow(keys) << QKeySequence(QString::fromLatin1(keys));
}

void TestCodeEditorKeys::keys_ofTheWindow_reachItsActions()
{
    QFETCH(const QKeySequence, keys);
    EditorStage stage;
    stage.load(u"x = 1"_s);
    QAction action;
    action.setShortcut(keys);
    stage.window.addAction(&action);
    QSignalSpy triggered(&action, &QAction::triggered);
    QTest::keyClick(&stage.editor, keys[0].key(), keys[0].keyboardModifiers());
    QCOMPARE(triggered.count(), 1);
    QCOMPARE(stage.editor.text(), u"x = 1"_s);
}

void TestCodeEditorKeys::keys_ofTheEditor_doNotReachActions()
{
    EditorStage stage;
    stage.load(u"a\nb"_s);
    QAction letter, down, escape, comment;
    letter.setShortcut(Qt::Key_A);
    down.setShortcut(Qt::Key_Down);
    escape.setShortcut(Qt::Key_Escape);
    comment.setShortcut(ctrl | Qt::Key_Slash);
    stage.window.addActions({&letter, &down, &escape, &comment});
    QSignalSpy letters(&letter, &QAction::triggered), downs(&down, &QAction::triggered),
        escapes(&escape, &QAction::triggered), comments(&comment, &QAction::triggered);
    QTest::keyClick(&stage.editor, Qt::Key_A);
    stage.key(Qt::Key_Down);
    stage.key(Qt::Key_Slash, ctrl);
    stage.key(Qt::Key_Up, ctrl | alt);
    stage.key(Qt::Key_Escape); // two cursors become one
    QCOMPARE(letters.count() + downs.count() + escapes.count() + comments.count(), 0);
    QCOMPARE(stage.editor.text(), u"aa\n# b"_s);
    stage.key(Qt::Key_Escape);
    QCOMPARE(escapes.count(), 1);
}

void TestCodeEditorKeys::enter_inPython_indents_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::newRow("plain") << u"x = 1|"_s << u"x = 1\n|"_s;
    QTest::newRow("kept") << u"    x = 1|"_s << u"    x = 1\n    |"_s;
    QTest::newRow("block") << u"if x:|"_s << u"if x:\n    |"_s;
    QTest::newRow("block with a comment") << u"  if x:  # why|"_s << u"  if x:  # why\n      |"_s;
    QTest::newRow("colon in a string") << u"x = 'a:|"_s << u"x = 'a:\n|"_s;
    QTest::newRow("tabs") << u"\tif x:|"_s << u"\tif x:\n\t\t|"_s;
    QTest::newRow("bracket") << u"f(|)"_s << u"f(\n    |\n)"_s;
    QTest::newRow("return") << u"    return x|"_s << u"    return x\n|"_s;
    QTest::newRow("returned") << u"    returned = x|"_s << u"    returned = x\n    |"_s;
    QTest::newRow("inside") << u"a|b"_s << u"a\n|b"_s;
}

void TestCodeEditorKeys::enter_inPython_indents()
{
    QFETCH(const QString, before);
    QFETCH(const QString, after);
    EditorStage stage;
    stage.loadAt(before);
    stage.key(Qt::Key_Return);
    QCOMPARE(stage.textAt(), after);
    QCOMPARE(stage.model, stage.editor.text());
    QCOMPARE(stage.edits, 1);
}

void TestCodeEditorKeys::enter_inCrlfText_keepsItsLineEnds()
{
    EditorStage stage;
    stage.loadAt(u"a\r\nb|"_s);
    stage.key(Qt::Key_Return);
    QCOMPARE(stage.editor.text(), u"a\r\nb\r\n"_s);
    QCOMPARE(stage.model, u"a\r\nb\r\n"_s);
}

void TestCodeEditorKeys::backspace_inLeadingSpace_goesToTheStop()
{
    EditorStage stage;
    stage.loadAt(u"          |x"_s);
    stage.key(Qt::Key_Backspace);
    QCOMPARE(stage.textAt(), u"        |x"_s);
    stage.key(Qt::Key_Backspace);
    QCOMPARE(stage.textAt(), u"    |x"_s);
    stage.loadAt(u"\U0001F600\r\n|"_s);
    stage.key(Qt::Key_Backspace);
    QCOMPARE(stage.textAt(), u"\U0001F600|"_s);
    stage.key(Qt::Key_Backspace);
    QCOMPARE(stage.textAt(), u"|"_s);
    QCOMPARE(stage.model, QString());
}

void TestCodeEditorKeys::typing_brackets_closesAndStepsOver_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("after");
    QTest::newRow("round") << u"f|"_s << u"("_s << u"f(|)"_s;
    QTest::newRow("over") << u"f|"_s << u"(x)"_s << u"f(x)|"_s;
    QTest::newRow("before a word") << u"|x"_s << u"("_s << u"(|x"_s;
    QTest::newRow("not over a bracket of the user's") << u"f(x|)"_s << u")"_s << u"f(x)|)"_s;
    QTest::newRow("quotes") << u"x = |"_s << u"'a'"_s << u"x = 'a'|"_s;
    QTest::newRow("prefix") << u"x = f|"_s << u"\""_s << u"x = f\"|\""_s;
    QTest::newRow("apostrophe") << u"# don|"_s << u"'"_s << u"# don'|"_s;
    QTest::newRow("triple") << u"|"_s << u"\"\"\"doc"_s << u"\"\"\"doc|\"\"\""_s;
    QTest::newRow("triple closed") << u"|"_s << u"\"\"\"doc\"\"\""_s << u"\"\"\"doc\"\"\"|"_s;
    QTest::newRow("nested") << u"|"_s << u"[{('a')}]"_s << u"[{('a')}]|"_s;
}

void TestCodeEditorKeys::typing_brackets_closesAndStepsOver()
{
    QFETCH(const QString, before);
    QFETCH(const QString, typed);
    QFETCH(const QString, after);
    EditorStage stage;
    stage.loadAt(before);
    stage.type(typed);
    QCOMPARE(stage.textAt(), after);
    QCOMPARE(stage.model, stage.editor.text());
    stage.editor.setAutoClosing(false);
    stage.loadAt(before);
    stage.type(typed);
    QCOMPARE(stage.textAt(), QString(before).replace(u"|"_s, typed + u'|'));
}

void TestCodeEditorKeys::typing_aBracketOverASelection_wrapsIt()
{
    EditorStage stage;
    stage.load(u"a b c"_s);
    stage.editor.select(2, 1);
    stage.type(u"[\""_s);
    QCOMPARE(stage.editor.text(), u"a [\"b\"] c"_s);
    QCOMPARE(stage.editor.selectedText(), u"b"_s);
    stage.loadAt(u"f|"_s);
    stage.type(u"("_s);
    stage.key(Qt::Key_Backspace);
    QCOMPARE(stage.textAt(), u"f|"_s);
}

void TestCodeEditorKeys::typing_quotesInProse_closesNone()
{
    EditorStage stage(u"markdown"_s);
    stage.loadAt(u"|"_s);
    stage.type(u"\"So\" ("_s);
    QCOMPARE(stage.textAt(), u"\"So\" (|)"_s);
}

void TestCodeEditorKeys::typing_withSeveralCursors_isOneGroup()
{
    EditorStage stage;
    stage.loadAt(u"a|\nb\nc"_s);
    stage.key(Qt::Key_Down, alt | shift);
    stage.key(Qt::Key_Down, alt | shift);
    QCOMPARE(stage.editor.cursorCount(), 3);
    stage.type(u"x"_s);
    QCOMPARE(stage.editor.text(), u"ax\nbx\ncx"_s);
    QCOMPARE(stage.model, stage.editor.text());
    QCOMPARE(stage.groups, 1);
    stage.type(u"("_s);
    stage.key(Qt::Key_Return);
    stage.key(Qt::Key_Backspace);
    QCOMPARE(stage.model, stage.editor.text());
    QCOMPARE(stage.editor.cursorCount(), 3);
    QCOMPARE(stage.groups, 4);
}

void TestCodeEditorKeys::controlD_onAWord_selectsTheNextOne()
{
    EditorStage stage;
    stage.loadAt(u"f|oo = foo + foo"_s);
    stage.key(Qt::Key_D, ctrl);
    QCOMPARE(stage.editor.selectedText(), u"foo"_s);
    stage.key(Qt::Key_D, ctrl);
    QCOMPARE(stage.editor.cursorCount(), 2);
    stage.type(u"x"_s);
    QCOMPARE(stage.editor.text(), u"x = x + foo"_s);
    QCOMPARE(stage.model, stage.editor.text());
}

void TestCodeEditorKeys::controlAltArrows_addCursors_escapeCollapses()
{
    EditorStage stage;
    stage.loadAt(u"a\nb|\nc"_s);
    stage.key(Qt::Key_Up, ctrl | alt);
    stage.key(Qt::Key_Down, ctrl | alt);
    QCOMPARE(stage.editor.cursorCount(), 3);
    stage.key(Qt::Key_Escape);
    QCOMPARE(stage.editor.cursorCount(), 1);
}

void TestCodeEditorKeys::comment_ofLines_comesAndGoes()
{
    EditorStage stage;
    const QString text = u"if x:\n    y\n\n    z\nend"_s;
    stage.load(text);
    stage.editor.select(0, text.indexOf(u"end"_s));
    stage.key(Qt::Key_Slash, ctrl);
    QCOMPARE(stage.editor.text(), u"# if x:\n#     y\n\n#     z\nend"_s);
    QCOMPARE(stage.model, stage.editor.text());
    QCOMPARE(stage.edits, 1);
    stage.key(Qt::Key_Slash, ctrl);
    QCOMPARE(stage.editor.text(), text);
    QCOMPARE(stage.editor.selectedRange(), (TextRange{0, text.indexOf(u"end"_s)}));
}

void TestCodeEditorKeys::comment_ofHtml_isClosed()
{
    EditorStage stage;
    stage.highlighting.prepare(u"html"_s);
    QTRY_VERIFY(stage.highlighting.isLoaded(u"html"_s));
    stage.loadAt(u"%%html\n<p|>"_s);
    stage.key(Qt::Key_Slash, ctrl);
    QCOMPARE(stage.editor.text(), u"%%html\n<!-- <p> -->"_s);
    stage.key(Qt::Key_Slash, ctrl);
    QCOMPARE(stage.editor.text(), u"%%html\n<p>"_s);
}

void TestCodeEditorKeys::tab_ofSeveralLines_indentsThem()
{
    EditorStage stage;
    stage.load(u"a\n\n  b\nc"_s);
    stage.editor.select(0, 7);
    stage.key(Qt::Key_Tab);
    QCOMPARE(stage.editor.text(), u"    a\n\n      b\nc"_s);
    stage.key(Qt::Key_Backtab, shift);
    stage.key(Qt::Key_Backtab, shift);
    QCOMPARE(stage.editor.text(), u"a\n\nb\nc"_s);
    QCOMPARE(stage.model, stage.editor.text());
    QCOMPARE(stage.groups, 0);
}

void TestCodeEditorKeys::tab_atTheStartOfALine_insertsSpaces()
{
    EditorStage stage;
    QSignalSpy asked(&stage.editor, &CodeEditor::completionRequested);
    stage.loadAt(u"  |x"_s);
    stage.key(Qt::Key_Tab);
    QCOMPARE(stage.textAt(), u"    |x"_s);
    QCOMPARE(asked.count(), 0);
}

void TestCodeEditorKeys::altArrows_moveLines()
{
    EditorStage stage;
    stage.loadAt(u"a\nb|\nc"_s);
    stage.key(Qt::Key_Down, alt);
    QCOMPARE(stage.editor.text(), u"a\nc\nb"_s);
    QCOMPARE(stage.model, stage.editor.text());
    stage.key(Qt::Key_Up, alt);
    stage.key(Qt::Key_Up, alt);
    QCOMPARE(stage.editor.text(), u"b\na\nc"_s);
    QCOMPARE(stage.model, stage.editor.text());
}

void TestCodeEditorKeys::deleteLine_last_takesTheLineEndBefore()
{
    EditorStage stage;
    stage.loadAt(u"a\r\nb|b"_s);
    stage.key(Qt::Key_K, ctrl | shift);
    QCOMPARE(stage.textAt(), u"|a"_s);
    stage.key(Qt::Key_K, ctrl | shift);
    QCOMPARE(stage.textAt(), u"|"_s);
    QCOMPARE(stage.model, QString());
}

void TestCodeEditorKeys::arrows_atTheEdges_leaveTheCell()
{
    EditorStage stage;
    QSignalSpy up(&stage.editor, &CodeEditor::leftUpwards), down(&stage.editor, &CodeEditor::leftDownwards);
    stage.loadAt(u"a|\nb"_s);
    stage.key(Qt::Key_Up);
    QCOMPARE(up.count(), 1);
    stage.key(Qt::Key_Down);
    QCOMPARE(down.count(), 0);
    QCOMPARE(stage.textAt(), u"a\nb|"_s);
    stage.key(Qt::Key_Down);
    QCOMPARE(down.count(), 1);
}

void TestCodeEditorKeys::mouse_controlClick_addsACursor()
{
    EditorStage stage;
    stage.load(u"abc\ndef"_s);
    const auto click = [&](qsizetype at, Qt::KeyboardModifiers modifiers) {
        const QPoint point = stage.editor.rectAt(at).center() - stage.editor.viewport()->pos();
        QTest::mouseClick(stage.editor.viewport(), Qt::LeftButton, modifiers, point);
    };
    click(1, Qt::NoModifier);
    QCOMPARE(stage.editor.cursorPosition(), 1);
    click(5, ctrl);
    QCOMPARE(stage.editor.cursorCount(), 2);
    stage.type(u"x"_s);
    QCOMPARE(stage.editor.text(), u"axbc\ndxef"_s);
    QCOMPARE(stage.model, stage.editor.text());
}

void TestCodeEditorKeys::mouse_altDrag_selectsARectangle()
{
    EditorStage stage;
    stage.load(u"abcd\nx\nefgh"_s);
    const QPoint offset = stage.editor.viewport()->pos();
    const QPoint from = stage.editor.rectAt(1).center() - offset;
    const QPoint to = stage.editor.rectAt(10).center() - offset;
    QTest::mousePress(stage.editor.viewport(), Qt::LeftButton, alt, from);
    QMouseEvent move(QEvent::MouseMove, to, stage.editor.viewport()->mapToGlobal(to), Qt::NoButton,
                     Qt::LeftButton, alt);
    QCoreApplication::sendEvent(stage.editor.viewport(), &move);
    QTest::mouseRelease(stage.editor.viewport(), Qt::LeftButton, alt, to);
    QCOMPARE(stage.editor.cursorCount(), 3);
    stage.key(Qt::Key_Delete);
    QCOMPARE(stage.editor.text(), u"ad\nx\neh"_s);
    QCOMPARE(stage.model, stage.editor.text());
}

void TestCodeEditorKeys::clipboard_cutWithoutSelection_takesTheLine()
{
    EditorStage stage;
    stage.loadAt(u"one\ntw|o\nthree"_s);
    stage.key(Qt::Key_X, ctrl);
    QCOMPARE(stage.editor.text(), u"one\nthree"_s);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"two\n"_s);
    QGuiApplication::clipboard()->setText(u"a\r\nb"_s);
    stage.key(Qt::Key_V, ctrl);
    QCOMPARE(stage.editor.text(), u"one\na\nbthree"_s);
    QCOMPARE(stage.model, stage.editor.text());
}

void TestCodeEditorKeys::drop_ofText_isInserted()
{
    EditorStage stage;
    stage.load(u"one two"_s);
    QMimeData data;
    data.setText(u"new "_s);
    const QPoint point = stage.editor.rectAt(4).center() - stage.editor.viewport()->pos();
    QDragEnterEvent enter(point, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(stage.editor.viewport(), &enter);
    QVERIFY(enter.isAccepted());
    QDragMoveEvent move(point, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(stage.editor.viewport(), &move);
    QDropEvent drop(point, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(stage.editor.viewport(), &drop);
    QCOMPARE(stage.editor.text(), u"one new two"_s);
    QCOMPARE(stage.model, stage.editor.text());
}

void TestCodeEditorKeys::inputMethod_composing_tellsOnlyTheResult()
{
    EditorStage stage;
    stage.loadAt(u"x = '|'"_s);
    for (const QString& preedit : {u"n"_s, u"ni"_s, u"\u306b"_s}) {
        QInputMethodEvent event(preedit, {});
        QCoreApplication::sendEvent(&stage.editor, &event);
    }
    QCOMPARE(stage.edits, 0);
    QInputMethodEvent commit;
    commit.setCommitString(u"\u65e5\u672c"_s);
    QCoreApplication::sendEvent(&stage.editor, &commit);
    QCOMPARE(stage.textAt(), u"x = '\u65e5\u672c|'"_s);
    QCOMPARE(stage.model, stage.editor.text());
    QCOMPARE(stage.edits, 1);
}

void TestCodeEditorKeys::contextMenu_hasTheCommands()
{
    EditorStage stage;
    stage.load(u"x"_s);
    QPointer<QMenu> shown;
    connect(&stage.editor, &CodeEditor::contextMenuRequested, &stage.window,
            [&shown](QMenu* menu) { shown = menu; });
    const QPoint point(20, 10);
    QContextMenuEvent event(QContextMenuEvent::Mouse, point, stage.editor.mapToGlobal(point));
    QCoreApplication::sendEvent(stage.editor.viewport(), &event);
    QVERIFY(shown);
    QCOMPARE(shown->actions().size(), 6);
    for (const QAction* action : shown->actions())
        QVERIFY(action->isSeparator() || !action->icon().isNull());
    shown->actions().last()->trigger();
    QCOMPARE(stage.editor.text(), u"# x"_s);
    shown->close();
    QTRY_VERIFY(!shown);
}

void TestCodeEditorKeys::readOnly_nothing_changes()
{
    EditorStage stage;
    stage.loadAt(u"if x:|\n    y"_s);
    stage.editor.setReadOnly(true);
    stage.type(u"a(\""_s);
    for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Backspace, Qt::Key_Delete, Qt::Key_Tab})
        stage.key(key);
    stage.key(Qt::Key_Slash, ctrl);
    stage.key(Qt::Key_K, ctrl | shift);
    stage.key(Qt::Key_X, ctrl);
    stage.key(Qt::Key_Down, alt);
    QCOMPARE(stage.editor.text(), u"if x:\n    y"_s);
    QCOMPARE(stage.edits, 0);
}

QTEST_MAIN(TestCodeEditorKeys)
#include "tst_codeeditor_keys.moc"
