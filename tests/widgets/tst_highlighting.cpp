// SPDX-License-Identifier: GPL-3.0-or-later
#include "editorstage.h"

#include <widgets/editor/languages.h>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestHighlighting : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void language_ofACell_followsMagics_data();
    void language_ofACell_followsMagics();
    void definition_ofALanguage_isFound_data();
    void definition_ofALanguage_isFound();
    void colour_ofPython_marksKeywords();
    void colour_beforeLoading_isEmptyAndLoads();
    void colour_everyLook_isReadable_data();
    void colour_everyLook_isReadable();
    void editor_shown_isColouredOnceLoaded();
    void editor_typingAQuote_recoloursWhatFollows();
    void editor_magics_doNotBreakWhatFollows();
    void editor_changedMagic_changesTheLanguage();
    void editor_longCell_colourIsThereAtTheEnd();
    void editor_dark_takesOtherColours();
    void typing_inALongCell_isQuick();
};

namespace {

int styleAt(const CodeEditor& editor, qsizetype byte)
{
    return int(editor.SendScintilla(QsciScintillaBase::SCI_GETSTYLEAT, static_cast<unsigned long>(byte)));
}

QColor colourAt(const CodeEditor& editor, qsizetype byte)
{
    const long value = editor.SendScintilla(QsciScintillaBase::SCI_STYLEGETFORE, styleAt(editor, byte));
    return QColor(int(value & 0xff), int((value >> 8) & 0xff), int((value >> 16) & 0xff));
}

void waitFor(EditorStage& stage, const QString& language)
{
    stage.highlighting.prepare(language);
    QTRY_VERIFY(stage.highlighting.isLoaded(language));
}

} // namespace

void TestHighlighting::language_ofACell_followsMagics_data()
{
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("notebook");
    QTest::addColumn<QString>("language");
    QTest::addColumn<int>("magicLine");
    QTest::newRow("none") << u"x = 1"_s << u"python"_s << u"python"_s << -1;
    QTest::newRow("bash") << u"%%bash\nls"_s << u"python"_s << u"bash"_s << 0;
    QTest::newRow("after empty lines") << u"\n  \r\n%%html\n<p>"_s << u"python"_s << u"html"_s << 2;
    QTest::newRow("time") << u"%%time\nx"_s << u"python"_s << u"python"_s << 0;
    QTest::newRow("unknown") << u"%%nosuch\nx"_s << u"python"_s << u"python"_s << 0;
    QTest::newRow("file") << u"%%writefile -a src/x.cpp\nint x;"_s << u"python"_s << u"cpp"_s << 0;
    QTest::newRow("file without suffix")
        << u"%%writefile Makefile\na:"_s << u"python"_s << u"makefile"_s << 0;
    QTest::newRow("script") << u"%%script /usr/bin/perl\n1"_s << u"python"_s << u"perl"_s << 0;
    QTest::newRow("bare") << u"%%"_s << u"python"_s << u"python"_s << 0;
    QTest::newRow("later") << u"x\n%%bash"_s << u"python"_s << u"python"_s << -1;
    QTest::newRow("julia has none") << u"%%bash"_s << u"julia"_s << u"julia"_s << -1;
    QTest::newRow("markdown") << u"%%bash"_s << u"markdown"_s << u"markdown"_s << -1;
}

void TestHighlighting::language_ofACell_followsMagics()
{
    QFETCH(const QString, source);
    QFETCH(const QString, notebook);
    const CellLanguage found = languageOfCell(source, notebook);
    QTEST(found.language, "language");
    QTEST(found.magicLine, "magicLine");
}

void TestHighlighting::definition_ofALanguage_isFound_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<QString>("source");
    QTest::newRow("python") << u"python"_s << u"import x"_s;
    QTest::newRow("ipython3") << u"ipython3"_s << u"import x"_s;
    QTest::newRow("R") << u"R"_s << u"if (TRUE) 1"_s;
    QTest::newRow("julia") << u"julia"_s << u"function f() end"_s;
    QTest::newRow("C++17") << u"C++17"_s << u"int x;"_s;
    QTest::newRow("javascript") << u"javascript"_s << u"var x = 1;"_s;
    QTest::newRow("bash") << u"bash"_s << u"if true; then"_s;
    QTest::newRow("rust") << u"rust"_s << u"fn main() {}"_s;
    QTest::newRow("text/x-python") << u"text/x-python"_s << u"import x"_s;
    QTest::newRow("text/x-c++src") << u"text/x-c++src"_s << u"int x;"_s;
    QTest::newRow("text/x-rsrc") << u"text/x-rsrc"_s << u"if (TRUE) 1"_s;
    QTest::newRow("a name only KSyntaxHighlighting knows") << u"Prolog"_s << u"a :- b."_s;
    QTest::newRow("a suffix") << u"f90"_s << u"program x"_s;
}

void TestHighlighting::definition_ofALanguage_isFound()
{
    QFETCH(const QString, language);
    QFETCH(const QString, source);
    EditorStage stage(QString{});
    waitFor(stage, language);
    QVERIFY(!stage.highlighting.colour(source, language).empty());
}

void TestHighlighting::colour_ofPython_marksKeywords()
{
    EditorStage stage(QString{});
    waitFor(stage, u"python"_s);
    const QString source = u"import os\r\nx = '\u00e9\U0001F600'  # why\n"_s;
    const std::vector<FormatRun> runs = stage.highlighting.colour(source, u"python"_s);
    QStringList coloured;
    for (const FormatRun& run : runs)
        coloured += source.sliced(run.start, run.length);
    QVERIFY2(coloured.contains(u"import"_s), qPrintable(coloured.join(u'|')));
    QVERIFY(coloured.join(QString()).contains(u"'\u00e9\U0001F600'"_s));
    QVERIFY(coloured.join(QString()).contains(u"# why"_s));
    QVERIFY(stage.highlighting.colour(source, u"no such language"_s).empty());
}

void TestHighlighting::colour_beforeLoading_isEmptyAndLoads()
{
    Appearance appearance;
    Highlighting highlighting(appearance);
    QSignalSpy loaded(&highlighting, &Highlighting::loaded);
    QVERIFY(highlighting.colour(u"import x"_s, u"python"_s).empty());
    QTRY_COMPARE(loaded.count(), 1);
    QVERIFY(!highlighting.colour(u"import x"_s, u"python"_s).empty());
    QVERIFY(highlighting.colour(u"import x"_s, u"ruby"_s).empty());
    QTRY_COMPARE(loaded.count(), 2);
}

void TestHighlighting::colour_everyLook_isReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestHighlighting::colour_everyLook_isReadable()
{
    QFETCH(const bool, dark);
    EditorStage stage(QString{});
    stage.appearance.setScheme(dark ? ColourScheme::Dark : ColourScheme::Light);
    waitFor(stage, u"markdown"_s);
    waitFor(stage, u"python"_s);
    (void)stage.highlighting.colour(
        u"@d\nclass A(B):\n  def f(self): # c\n    return 1 + 0x1 + 1.5 or f'{x!r}\\n'\nNone print()"_s,
        u"python"_s);
    (void)stage.highlighting.colour(
        u"# H\n*a* **b** `c` [l](u)\n> q\n\n- x\n\n```html\n<p a='b'>&amp;</p>\n```\n"_s, u"markdown"_s);
    QVERIFY(stage.highlighting.looks().size() > 6);
    for (const CodeLook& look : stage.highlighting.looks())
        QVERIFY2(contrast(look.foreground, stage.appearance.theme().editor) >= 4.5,
                 qPrintable(look.foreground.name()));
}

void TestHighlighting::editor_shown_isColouredOnceLoaded()
{
    EditorStage stage;
    stage.load(u"import os\nx = 1\n"_s);
    QTRY_VERIFY(styleAt(stage.editor, 0) != Highlighting::plainStyle);
    QCOMPARE(styleAt(stage.editor, 7), Highlighting::plainStyle);
}

void TestHighlighting::editor_typingAQuote_recoloursWhatFollows()
{
    EditorStage stage;
    waitFor(stage, u"python"_s);
    stage.loadAt(u"|\nimport a\nimport b\n"_s);
    stage.editor.grab();
    const int keyword = styleAt(stage.editor, 1);
    QVERIFY(keyword != Highlighting::plainStyle);
    stage.editor.setAutoClosing(false);
    stage.type(u"'''"_s);
    stage.editor.grab();
    QVERIFY(styleAt(stage.editor, 4) != keyword);
    QCOMPARE(styleAt(stage.editor, 13), styleAt(stage.editor, 4));
    stage.key(Qt::Key_Backspace);
    stage.editor.grab();
    QCOMPARE(styleAt(stage.editor, 3), keyword);
    QCOMPARE(styleAt(stage.editor, 12), keyword);
}

void TestHighlighting::editor_magics_doNotBreakWhatFollows()
{
    EditorStage stage;
    waitFor(stage, u"python"_s);
    const QString text =
        u"%matplotlib inline\n!echo \"it's\nimport a\nx = '''\n%not\n'''\nlen?\nimport b\n"_s;
    stage.load(text);
    stage.editor.grab();
    QCOMPARE(styleAt(stage.editor, 0), Highlighting::magicStyle);
    QCOMPARE(styleAt(stage.editor, text.indexOf(u'!')), Highlighting::magicStyle);
    QCOMPARE(styleAt(stage.editor, text.indexOf(u"len?"_s)), Highlighting::magicStyle);
    QVERIFY(styleAt(stage.editor, text.indexOf(u"%not"_s)) != Highlighting::magicStyle);
    const int keyword = styleAt(stage.editor, text.indexOf(u"import a"_s));
    QVERIFY(keyword > Highlighting::magicStyle);
    QCOMPARE(styleAt(stage.editor, text.indexOf(u"import b"_s)), keyword);
}

void TestHighlighting::editor_changedMagic_changesTheLanguage()
{
    EditorStage stage;
    waitFor(stage, u"python"_s);
    waitFor(stage, u"bash"_s);
    stage.load(u"\nimport a; echo $HOME\n"_s);
    stage.editor.grab();
    const int keyword = styleAt(stage.editor, 1);
    QVERIFY(keyword > Highlighting::magicStyle);
    stage.type(u"%%bash"_s);
    stage.editor.grab();
    QCOMPARE(stage.editor.cellLanguage().language, u"bash"_s);
    QCOMPARE(styleAt(stage.editor, 0), Highlighting::magicStyle);
    QVERIFY(styleAt(stage.editor, 7) != keyword);
    QVERIFY(styleAt(stage.editor, 22) > Highlighting::magicStyle); // $HOME
}

void TestHighlighting::editor_longCell_colourIsThereAtTheEnd()
{
    EditorStage stage;
    waitFor(stage, u"python"_s);
    stage.load(u"def f(x): return x + 1  # a comment\n"_s.repeated(20'000));
    stage.editor.setFirstDisplayLine(19'980);
    stage.editor.grab();
    const qsizetype line = 36 * 19'985;
    QTRY_VERIFY(styleAt(stage.editor, line) > Highlighting::magicStyle);
    QTRY_COMPARE(styleAt(stage.editor, 0), styleAt(stage.editor, line));
}

void TestHighlighting::editor_dark_takesOtherColours()
{
    EditorStage stage;
    stage.appearance.setScheme(ColourScheme::Light);
    waitFor(stage, u"python"_s);
    stage.load(u"import os\n"_s);
    stage.editor.grab();
    const QColor light = colourAt(stage.editor, 0);
    stage.appearance.setScheme(ColourScheme::Dark);
    stage.editor.grab();
    QVERIFY(colourAt(stage.editor, 0) != light);
    QVERIFY(contrast(colourAt(stage.editor, 0), stage.appearance.theme().editor) >= 4.5);
}

void TestHighlighting::typing_inALongCell_isQuick()
{
    EditorStage stage;
    waitFor(stage, u"python"_s);
    stage.load(u"def f(x): return x + 1  # a comment\n"_s.repeated(20'000));
    stage.editor.setFirstDisplayLine(9'990);
    stage.editor.setCursorPosition(36 * 10'000);
    stage.editor.grab();
    QTest::qWait(0);
    QElapsedTimer clock;
    clock.start();
    constexpr int keys = 100;
    for (int i = 0; i < keys; ++i)
        stage.type(i % 20 == 0 ? u"("_s : u"a"_s);
    // A hundred times what it takes on a quiet machine: only a wrong complexity fails.
    QVERIFY2(clock.elapsed() < 5000, qPrintable(QString::number(clock.elapsed())));
    qInfo("%.2f ms for a key", double(clock.elapsed()) / keys);
    QCOMPARE(stage.model, stage.editor.text());
}

QTEST_MAIN(TestHighlighting)
#include "tst_highlighting.moc"
