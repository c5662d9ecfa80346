// SPDX-License-Identifier: GPL-3.0-or-later
#include "notebooktesting.h"

#include <core/convert/containedhtml.h>
#include <core/convert/html.h>
#include <core/convert/markdown.h>
#include <core/convert/mimerank.h>
#include <core/convert/parameters.h>
#include <core/convert/script.h>

#include <QTest>

using namespace Qt::StringLiterals;
using namespace cahier;
using cahier::notebook::testing::parsed;

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
    void toPythonScript_textOfOtherCells_staysText();
    void containedHtml_pieces_stayInTheirPlace_data();
    void containedHtml_pieces_stayInTheirPlace();
    void toHtml_attachment_makesNoMarkup();
    void toMarkdown_attachments_byNameOnce();
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
    QTest::newRow("continued line") << u"x = a \\\n%b\n%time"_s << u"x = a \\\n%b\n# %time"_s;
    QTest::newRow("comment with a backslash") << u"# a \\\n%time"_s << u"# a \\\n# %time"_s;
    QTest::newRow("carriage returns") << u"x\r%time\r\n!ls"_s << u"x\n# %time\n# !ls"_s;
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

void TestConvert::toPythonScript_textOfOtherCells_staysText()
{
    const notebook::Notebook book(parsed(R"nb({"cells": [
      {"cell_type": "markdown", "metadata": {}, "source": "a\rimport os\r\nb"},
      {"cell_type": "x]\nimport os\r#", "metadata": {}, "source": "c"}],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 4})nb"));
    QCOMPARE(*convert::toPythonScript(book),
             u"# %% [markdown]\n# a\n# import os\n# b\n\n# %% [x__import_os__]\n# c\n"_s);
}

void TestConvert::containedHtml_pieces_stayInTheirPlace_data()
{
    QTest::addColumn<QString>("html");
    QTest::addColumn<QString>("contained");
    const auto row = [](const char* name, const char* html, const char* contained) {
        QTest::newRow(name) << QString::fromUtf8(html) << QString::fromUtf8(contained);
    };
    row("table", "<table border=\"1\"><tr><td>1 &lt; 2</table>",
        "<table border=\"1\"><tr><td>1 &lt; 2</table>");
    row("style", "<style>td > th { }</style><p>a", "<style>td > th { }</style><p>a");
    row("whole comments", "a<!-- <b --><!-->c<!--->d<!--x--!>e", "a<!-- <b --><!-->c<!--->d<!--x--!>e");
    row("open comment", "a<!-- b", "a");
    row("open style", "a<style>b{}", "a<style>b{}</style>");
    row("open textarea", "<TEXTAREA>a</textareas>", "<TEXTAREA>a</textareas></textarea>");
    row("plaintext", "a<plaintext>b", "a b");
    row("open tag", "a<b title='x>y", "a");
    row("quoted end", "<i title='>'>a</i>", "<i title='>'>a</i>");
    row("open table", "<table><tr><td><div>a", "<table><tr><td><div>a</div></table>");
    row("open template", "<template><p>a</div>", "<template><p>a </template>");
    row("end of others", "a</div></section></body>b", "a   b");
    row("end through a table", "<div><table></div>", "<div><table> </table></div>");
    row("refresh and links", "<META a><link\nb><base c>d", "   d");
    row("script", "a<script>if (a < b) '</p>'</script >b<script>c", "a b ");
    row("pieces of a tag", "<<meta>script>a", "< script>a");
    row("svg", "<svg><style><![CDATA[a>b]]></style><path/></svg>", "<svg><style>a&gt;b</style><path/></svg>");
    row("open characters", "<svg><![CDATA[a</svg>", "<svg>a&lt;/svg&gt;</svg>");
    row("no markup", "1 < 2 <3 a<", "1 < 2 <3 a<");
}

void TestConvert::containedHtml_pieces_stayInTheirPlace()
{
    QFETCH(QString, html);
    QTEST(convert::containedHtml(html), "contained");
}

void TestConvert::toHtml_attachment_makesNoMarkup()
{
    const notebook::Notebook book(parsed(R"nb({"cells": [{"cell_type": "markdown", "metadata": {},
      "source": "![a](attachment:a.png) ![b](attachment:b.png) ![c](attachment:50%25.png)",
      "attachments": {"a.png": {"image/png\"><style>*{display:none}</style><i x=\"": "AAAA"},
        "b.png": {"text/html": "PGI+", "image/png": "BBBB"}, "50%25.png": {"image/png": "CCCC"}}}],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 4})nb"));
    const QString page = QString::fromUtf8(convert::toHtml(book, {u"t"_s, {}}));
    QVERIFY(!page.contains(u"display:none"_s));
    QVERIFY(page.contains(u"src=\"attachment:a.png\""_s));
    QVERIFY(page.contains(u"src=\"data:image/png;base64,BBBB\""_s));
    QVERIFY(page.contains(u"src=\"data:image/png;base64,CCCC\""_s));
}

void TestConvert::toMarkdown_attachments_byNameOnce()
{
    const notebook::Notebook book(parsed(R"nb({"cells": [{"cell_type": "markdown", "metadata": {},
      "source": "![1](attachment:fig(1).png) ![2](attachment:fig%281%29.png) ![3](<attachment:50%.png>) ![4](attachment:x)",
      "attachments": {"fig(1).png": {"image/png": "AAAA"}, "50%.png": {"image/png": "BBBB"},
        "x": {"image/png) [y](javascript:z": "CCCC"}}}],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 4})nb"));
    const convert::MarkdownExport markdown = convert::toMarkdown(book, u"f"_s);
    QCOMPARE(markdown.text,
             u"![1](f/attachment_0_1.png) ![2](f/attachment_0_1.png) ![3](f/attachment_0_0.png) "
             "![4](attachment:x)\n"_s);
    QCOMPARE(markdown.files.size(), size_t(2));
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
