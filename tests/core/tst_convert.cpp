// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/html.h>
#include <core/convert/mimerank.h>
#include <core/convert/parameters.h>
#include <core/convert/script.h>

#include <QTest>

using namespace Qt::StringLiterals;
using namespace cahier;

class TestConvert : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void commentMagics_source_onlyIPythonSyntax_data();
    void commentMagics_source_onlyIPythonSyntax();
    void parseParameter_text_typedAsPapermill_data();
    void parseParameter_text_typedAsPapermill();
    void parseParameter_badForm_isRefused_data();
    void parseParameter_badForm_isRefused();
    void parameterSource_languages_quoteValues_data();
    void parameterSource_languages_quoteValues();
    void bestMimeType_media_ranked();
    void ansiToHtml_text_escapedAndStyled();
};

void TestConvert::commentMagics_source_onlyIPythonSyntax_data()
{
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("expected");
    QTest::newRow("plain") << u"x = 1\ny = x % 2"_s << u"x = 1\ny = x % 2"_s;
    QTest::newRow("line magic") << u"%time f()\nx"_s << u"# %time f()\nx"_s;
    QTest::newRow("shell") << u"!ls -l"_s << u"# !ls -l"_s;
    QTest::newRow("shell continued") << u"!ls \\\n  -l\nx = 1"_s << u"# !ls \\\n#   -l\nx = 1"_s;
    QTest::newRow("assigned") << u"files = !ls\nt = %timeit -o f()"_s
                              << u"# files = !ls\n# t = %timeit -o f()"_s;
    QTest::newRow("cell magic") << u"\n%%bash\necho x\n"_s << u"#\n# %%bash\n# echo x\n#"_s;
    QTest::newRow("help") << u"print?\n?print\nprint??"_s << u"# print?\n# ?print\n# print??"_s;
    QTest::newRow("in a block") << u"if x:\n    !ls"_s << u"if x:\n    pass  # !ls"_s;
    QTest::newRow("in a string") << u"s = '''\n%time\n!ls\n'''\n%time"_s
                                 << u"s = '''\n%time\n!ls\n'''\n# %time"_s;
    QTest::newRow("in brackets") << u"f(a\n  % b)"_s << u"f(a\n  % b)"_s;
    QTest::newRow("not equal") << u"a != b\nx = a != b"_s << u"a != b\nx = a != b"_s;
    QTest::newRow("apostrophe in comment") << u"# it's\n%time"_s << u"# it's\n# %time"_s;
    QTest::newRow("escaped quote") << u"s = 'it\\'s'\n%time"_s << u"s = 'it\\'s'\n# %time"_s;
}

void TestConvert::commentMagics_source_onlyIPythonSyntax()
{
    QFETCH(QString, source);
    QTEST(convert::commentMagics(source), "expected");
}

void TestConvert::parseParameter_text_typedAsPapermill_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("raw");
    QTest::addColumn<QString>("json");
    QTest::newRow("integer") << u"a=12"_s << false << u"12"_s;
    QTest::newRow("negative") << u"a=-3"_s << false << u"-3"_s;
    QTest::newRow("float") << u"a=1.5"_s << false << u"1.5"_s;
    QTest::newRow("true") << u"a=True"_s << false << u"true"_s;
    QTest::newRow("none") << u"a=None"_s << false << u"null"_s;
    QTest::newRow("text") << u"a=b=c"_s << false << u"\"b=c\""_s;
    QTest::newRow("empty") << u"a="_s << false << u"\"\""_s;
    QTest::newRow("lines") << u"a=x\ny"_s << false << u"\"x\\ny\""_s;
    QTest::newRow("raw") << u"a=12"_s << true << u"\"12\""_s;
}

void TestConvert::parseParameter_text_typedAsPapermill()
{
    QFETCH(QString, text);
    QFETCH(bool, raw);
    QFETCH(QString, json);
    const auto parameter = convert::parseParameter(text, raw);
    QVERIFY(parameter.has_value());
    QCOMPARE(parameter->name, u"a"_s);
    QCOMPARE(QString::fromStdString(parameter->value.dump()), json);
}

void TestConvert::parseParameter_badForm_isRefused_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"", "a", "=1", "1a=2", "a b=2", "a-b=2", "import os;a=1", "a=123456789012345678901234567890"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestConvert::parseParameter_badForm_isRefused()
{
    QFETCH(QString, text);
    const auto parameter = convert::parseParameter(text, false);
    QVERIFY(!parameter.has_value());
    QVERIFY(parameter.error().code == ErrorCode::InvalidFormat);
}

void TestConvert::parameterSource_languages_quoteValues_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<QString>("expected");
    QTest::newRow("python")
        << u"python"_s
        << u"# Parameters\ns = \"a\\\"b\\\\c\\nd$e'f\"\nb = True\nn = None\ni = float('-inf')"_s;
    QTest::newRow("r") << u"R"_s
                       << u"# Parameters\ns = \"a\\\"b\\\\c\\nd$e'f\"\nb = TRUE\nn = NULL\ni = -Inf"_s;
    QTest::newRow("julia")
        << u"julia"_s << u"# Parameters\ns = \"a\\\"b\\\\c\\nd\\$e'f\"\nb = true\nn = nothing\ni = -Inf"_s;
    QTest::newRow("bash") << u"bash"_s << u"# Parameters\ns='a\"b\\c\nd$e'\\''f'\nb=true\nn=''\ni=-inf"_s;
}

void TestConvert::parameterSource_languages_quoteValues()
{
    QFETCH(QString, language);
    const std::vector<convert::Parameter> parameters{{u"s"_s, "a\"b\\c\nd$e'f"},
                                                     {u"b"_s, true},
                                                     {u"n"_s, nullptr},
                                                     {u"i"_s, -std::numeric_limits<double>::infinity()}};
    const auto source = convert::parameterSource(language, parameters);
    QVERIFY(source.has_value());
    QTEST(*source, "expected");
    QVERIFY(!convert::parameterSource(u"cobol"_s, parameters).has_value());
}

void TestConvert::bestMimeType_media_ranked()
{
    const QStringList figure{u"text/plain"_s, u"image/png"_s, u"text/html"_s};
    QCOMPARE(convert::bestMimeType(figure, convert::Medium::Html), u"text/html"_s);
    QCOMPARE(convert::bestMimeType(figure, convert::Medium::Markdown), u"image/png"_s);
    QCOMPARE(convert::bestMimeType(figure, convert::Medium::Terminal), u"text/plain"_s);
    QCOMPARE(convert::bestMimeType(figure, convert::Medium::Window), u"image/png"_s);
    QCOMPARE(convert::bestMimeType({u"text/plain"_s, u"application/geo+json"_s}, convert::Medium::Window),
             u"application/geo+json"_s);
    QCOMPARE(convert::bestMimeType({u"application/vnd.jupyter.widget-view+json"_s}, convert::Medium::Window),
             QString());
    QCOMPARE(convert::bestMimeType({u"application/x-own"_s}, convert::Medium::Html), QString());
}

void TestConvert::ansiToHtml_text_escapedAndStyled()
{
    QCOMPARE(convert::ansiToHtml(u"a<b\x1b[1;38;2;1;2;3mc\x1b[0m"_s),
             u"a&lt;b<span style=\"color:rgb(1,2,3);font-weight:bold;\">c</span>"_s);
    QCOMPARE(convert::ansiToHtml(u"\x1b[7mx"_s),
             u"<span style=\"color:var(--paper);background:var(--text);\">x</span>"_s);
}

QTEST_GUILESS_MAIN(TestConvert)
#include "tst_convert.moc"
