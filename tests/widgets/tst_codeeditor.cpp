// SPDX-License-Identifier: GPL-3.0-or-later
#include "editorstage.h"

#include <QAccessible>
#include <QRandomGenerator>
#include <QScrollBar>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestCodeEditor : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void load_anyText_comesBackUnchanged_data();
    void load_anyText_comesBackUnchanged();
    void load_afterAnotherText_leavesNothingOfIt();
    void positions_beyondAscii_areUtf16Units();
    void applyChange_elsewhere_keepsTheCursorAndTellsNothing();
    void applyChange_atRandom_staysEqualToTheModel();
    void typing_atRandom_keepsTheModelEqual();
    void typing_overASelection_isOneReplacement();
    void height_ofLines_isTheirsAndPadding();
    void height_ofALongLine_hasRoomForTheScrollBar();
    void height_wrapped_countsDisplayLines();
    void scrolling_byTheCursor_doesNotHappen();
    void wheel_vertical_goesToTheParent();
    void appearance_zoom_changesHeights();
    void select_backAndForth_givesTheRange();
    void accessible_nameAndText_areThere();
};

void TestCodeEditor::load_anyText_comesBackUnchanged_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << QString();
    QTest::newRow("lines") << u"a = 1\nb = 2\n"_s;
    QTest::newRow("crlf") << u"a\r\nb\r\n\r\n"_s;
    QTest::newRow("lone carriage returns") << u"a\rb\r\r\nc\n\rd"_s;
    QTest::newRow("astral, combining") << u"\U0001F600 = 'e\u0301'\n\U00010348\n"_s;
    QTest::newRow("nul and controls") << (u"a"_s + QChar(0) + u"b\u0001\f\v\u0085\u2028"_s);
    QTest::newRow("byte order mark") << u"\uFEFFx"_s;
}

void TestCodeEditor::load_anyText_comesBackUnchanged()
{
    QFETCH(const QString, text);
    EditorStage stage;
    stage.load(text);
    QCOMPARE(stage.editor.text(), text);
    QCOMPARE(stage.editor.textLength(), text.size());
    QCOMPARE(stage.editor.cursorPosition(), 0);
    stage.editor.setCursorPosition(text.size());
    stage.type(u"x"_s);
    QCOMPARE(stage.editor.text(), QString(text + u'x'));
    QCOMPARE(stage.model, QString(text + u'x'));
}

void TestCodeEditor::load_afterAnotherText_leavesNothingOfIt()
{
    EditorStage stage;
    QSignalSpy edited(&stage.editor, &CodeEditor::textEdited);
    stage.load(u"first\n"_s.repeated(30'000) + u"x"_s.repeated(5000));
    stage.editor.setMatches({{0, 5}, {6, 5}}, 0);
    stage.editor.select(10, 100);
    stage.editor.setFirstDisplayLine(50);
    stage.load(u"second"_s);
    QCOMPARE(stage.editor.text(), u"second"_s);
    QCOMPARE(stage.editor.selectedRange(), (TextRange{0, 0}));
    QCOMPARE(stage.editor.firstDisplayLine(), 0);
    QCOMPARE(stage.editor.horizontalScrollBar()->maximum(), 0);
    for (int indicator = 8; indicator <= 10; ++indicator)
        QCOMPARE(stage.editor.SendScintilla(QsciScintillaBase::SCI_INDICATORVALUEAT,
                                            static_cast<unsigned long>(indicator), 1L),
                 0);
    QCOMPARE(edited.count(), 0);
}

void TestCodeEditor::positions_beyondAscii_areUtf16Units()
{
    EditorStage stage;
    const QString text = u"\u00e9 = '\U0001F600'\r\ne\u0301 = \u4e2d\nplain\n"_s;
    stage.load(text);
    for (qsizetype at = 0; at <= text.size(); ++at) {
        const bool inside = at > 0 && at < text.size() &&
                            (text[at].isLowSurrogate() || (text[at] == u'\n' && text[at - 1] == u'\r'));
        if (inside) continue;
        stage.editor.setCursorPosition(at);
        QCOMPARE(stage.editor.cursorPosition(), at);
        QCOMPARE(stage.editor.text({0, at}), text.first(at));
    }
}

void TestCodeEditor::applyChange_elsewhere_keepsTheCursorAndTellsNothing()
{
    EditorStage stage;
    QSignalSpy edited(&stage.editor, &CodeEditor::textEdited);
    stage.loadAt(u"one\ntwo |three"_s);
    stage.editor.applyChange(0, 3, u"\U0001F600 longer\nand more"_s);
    QCOMPARE(stage.textAt(), u"\U0001F600 longer\nand more\ntwo |three"_s);
    stage.editor.applyChange(stage.editor.textLength(), 0, u"!"_s);
    QCOMPARE(stage.textAt(), u"\U0001F600 longer\nand more\ntwo |three!"_s);
    QCOMPARE(edited.count(), 0);
}

namespace {

QString randomText(QRandomGenerator& random, int longest)
{
    static const QStringList pieces{u"a"_s,          u"bc"_s, u"\n"_s, u"\r\n"_s, u"\r"_s,      u"\u00e9"_s,
                                    u"\U0001F600"_s, u" "_s,  u"("_s,  u"'''"_s,  u"%%bash\n"_s};
    QString text;
    for (int i = random.bounded(longest); i > 0; --i)
        text += pieces[random.bounded(pieces.size())];
    return text;
}

qsizetype randomPlace(QRandomGenerator& random, const QString& text)
{
    qsizetype at = random.bounded(text.size() + 1);
    if (at < text.size() && text[at].isLowSurrogate()) ++at;
    return at;
}

} // namespace

void TestCodeEditor::applyChange_atRandom_staysEqualToTheModel()
{
    EditorStage stage;
    QRandomGenerator random(7);
    stage.load(randomText(random, 200));
    for (int i = 0; i < 1000; ++i) {
        qsizetype from = randomPlace(random, stage.model), to = randomPlace(random, stage.model);
        if (from > to) std::swap(from, to);
        to = std::min(to, from + 20);
        if (to < stage.model.size() && stage.model[to].isLowSurrogate()) ++to;
        const QString inserted = randomText(random, 12);
        stage.editor.applyChange(from, to - from, inserted);
        stage.model.replace(from, to - from, inserted);
        QCOMPARE(stage.editor.text(), stage.model);
        QCOMPARE(stage.editor.textLength(), stage.model.size());
    }
}

void TestCodeEditor::typing_atRandom_keepsTheModelEqual()
{
    EditorStage stage;
    QRandomGenerator random(11);
    stage.load(randomText(random, 100));
    const QList<std::pair<Qt::Key, Qt::KeyboardModifiers>> keys{
        {Qt::Key_Left, Qt::NoModifier},
        {Qt::Key_Right, Qt::ShiftModifier},
        {Qt::Key_Up, Qt::ShiftModifier},
        {Qt::Key_Down, Qt::AltModifier},
        {Qt::Key_Up, Qt::AltModifier},
        {Qt::Key_Return, Qt::NoModifier},
        {Qt::Key_Backspace, Qt::NoModifier},
        {Qt::Key_Delete, Qt::NoModifier},
        {Qt::Key_Slash, Qt::ControlModifier},
        {Qt::Key_D, Qt::ControlModifier},
        {Qt::Key_Up, Qt::ControlModifier | Qt::AltModifier},
        {Qt::Key_X, Qt::ControlModifier},
        {Qt::Key_V, Qt::ControlModifier},
        {Qt::Key_BracketRight, Qt::ControlModifier},
        {Qt::Key_BracketLeft, Qt::ControlModifier},
        {Qt::Key_Home, Qt::ControlModifier},
        {Qt::Key_End, Qt::NoModifier},
        {Qt::Key_K, Qt::ControlModifier | Qt::ShiftModifier},
        {Qt::Key_Escape, Qt::NoModifier}};
    for (int i = 0; i < 1500; ++i) {
        if (random.bounded(3) == 0)
            stage.type(QString(u"ab(\"'[ )]é"_s[random.bounded(10)]));
        else {
            const auto [key, modifiers] = keys[random.bounded(keys.size())];
            stage.key(key, modifiers);
        }
        QVERIFY(!stage.inGroup);
        QCOMPARE(stage.editor.text(), stage.model);
        if (stage.model.size() < 30) {
            stage.model += u"\nfoo = bar(1)\n  x"_s.repeated(5);
            stage.editor.load(stage.model);
        }
    }
}

void TestCodeEditor::typing_overASelection_isOneReplacement()
{
    EditorStage stage;
    QSignalSpy edited(&stage.editor, &CodeEditor::textEdited);
    stage.load(u"hello world"_s);
    stage.editor.select(0, 5);
    stage.type(u"x"_s);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(edited[0],
             (QList<QVariant>{QVariant::fromValue(qsizetype(0)), QVariant::fromValue(qsizetype(5)), u"x"_s}));
    QCOMPARE(stage.groups, 0);
}

void TestCodeEditor::height_ofLines_isTheirsAndPadding()
{
    EditorStage stage;
    stage.load(u"a\nb\nc"_s);
    QCOMPARE(stage.editor.displayLineCount(), 3);
    QCOMPARE(stage.editor.contentHeight(),
             3 * stage.editor.lineHeight() + 2 * stage.editor.verticalPadding());
    QSignalSpy changed(&stage.editor, &CodeEditor::contentHeightChanged);
    stage.key(Qt::Key_Return);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(stage.editor.contentHeight(),
             4 * stage.editor.lineHeight() + 2 * stage.editor.verticalPadding());
}

void TestCodeEditor::height_ofALongLine_hasRoomForTheScrollBar()
{
    EditorStage stage;
    stage.load(u"x"_s.repeated(1000));
    const int bar = stage.editor.horizontalScrollBar()->sizeHint().height();
    QCOMPARE(stage.editor.contentHeight(),
             stage.editor.lineHeight() + 2 * stage.editor.verticalPadding() + bar);
    stage.editor.selectAll();
    stage.key(Qt::Key_Delete);
    QCOMPARE(stage.editor.contentHeight(), stage.editor.lineHeight() + 2 * stage.editor.verticalPadding());
}

void TestCodeEditor::height_wrapped_countsDisplayLines()
{
    EditorStage stage(u"markdown"_s);
    stage.editor.setWrapped(true);
    stage.load(u"word "_s.repeated(300) + u"\nshort"_s);
    const int lines = stage.editor.displayLineCount();
    QVERIFY2(lines > 5, qPrintable(QString::number(lines)));
    QSignalSpy changed(&stage.editor, &CodeEditor::contentHeightChanged);
    stage.window.resize(300, 400);
    QTRY_VERIFY(stage.editor.displayLineCount() > lines);
    QTRY_VERIFY(changed.count() > 0);
}

void TestCodeEditor::scrolling_byTheCursor_doesNotHappen()
{
    EditorStage stage;
    stage.load(u"line\n"_s.repeated(500));
    QSignalSpy reveal(&stage.editor, &CodeEditor::revealRequested);
    stage.key(Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(stage.editor.SendScintilla(QsciScintillaBase::SCI_GETFIRSTVISIBLELINE), 0);
    QCOMPARE(reveal.count(), 1);
    QCOMPARE(reveal[0][0].toRect().top(), 500 * stage.editor.lineHeight() + stage.editor.verticalPadding());
    stage.editor.setFirstDisplayLine(480);
    QCOMPARE(stage.editor.cursorRect().top(),
             20 * stage.editor.lineHeight() + stage.editor.verticalPadding());
    stage.editor.grab();
    QCOMPARE(stage.editor.SendScintilla(QsciScintillaBase::SCI_GETFIRSTVISIBLELINE), 480);
}

void TestCodeEditor::wheel_vertical_goesToTheParent()
{
    EditorStage stage;
    stage.load(u"x"_s.repeated(1000) + u"\n"_s.repeated(100));
    stage.editor.grab();
    const auto wheel = [&](QPoint angle) {
        QWheelEvent event({50, 10}, stage.editor.mapToGlobal(QPointF(50, 10)), {}, angle, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        event.setAccepted(true);
        QCoreApplication::sendEvent(stage.editor.viewport(), &event);
        return event.isAccepted();
    };
    QVERIFY(!wheel({0, -120}));
    QCOMPARE(stage.editor.SendScintilla(QsciScintillaBase::SCI_GETFIRSTVISIBLELINE), 0);
    QVERIFY(wheel({-120, 0}));
    QVERIFY(stage.editor.horizontalScrollBar()->value() > 0);
}

void TestCodeEditor::appearance_zoom_changesHeights()
{
    EditorStage stage;
    stage.load(u"a\nb"_s);
    const int before = stage.editor.contentHeight();
    QSignalSpy changed(&stage.editor, &CodeEditor::contentHeightChanged);
    stage.appearance.setZoom(2);
    QVERIFY(stage.editor.contentHeight() > before * 3 / 2);
    QVERIFY(changed.count() > 0);
}

void TestCodeEditor::select_backAndForth_givesTheRange()
{
    EditorStage stage;
    stage.load(u"a\U0001F600bc"_s);
    stage.editor.select(1, 3);
    QCOMPARE(stage.editor.selectedRange(), (TextRange{1, 3}));
    QCOMPARE(stage.editor.selectedText(), u"\U0001F600b"_s);
    QCOMPARE(stage.editor.cursorPosition(), 4);
}

void TestCodeEditor::accessible_nameAndText_areThere()
{
    EditorStage stage;
    stage.editor.setAccessibleName(u"Cell 3"_s);
    stage.load(u"x = '\u00e9'"_s);
    QAccessibleInterface* const shown = QAccessible::queryAccessibleInterface(&stage.editor);
    QVERIFY(shown);
    QCOMPARE(shown->text(QAccessible::Name), u"Cell 3"_s);
    QVERIFY(shown->textInterface());
    QCOMPARE(shown->textInterface()->text(0, shown->textInterface()->characterCount()), u"x = '\u00e9'"_s);
}

QTEST_MAIN(TestCodeEditor)
#include "tst_codeeditor.moc"
