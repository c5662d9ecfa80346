// SPDX-License-Identifier: GPL-3.0-or-later
// `cahier convert` as a user meets it.
#include "consolefixture.h"

#include <QDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

/// Four spaces, an unknown field, CRLF line ends and no final newline: nothing that a writer would choose.
const QByteArray oddNotebook = QByteArray(R"nb({
    "nbformat_minor": 4, "nbformat": 4,
    "metadata": {"language_info": {"name": "python"}, "mine": [1,2]},
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "caf\u00e9 ![p](attachment:p.png)"],
         "attachments": {
    "p.png" : {"image/png" : "iVBORw0KGgo="}}
},
        {"cell_type": "code", "execution_count": 3, "metadata": {}, "source": "%matplotlib inline\nx = 1\n!ls",
         "outputs": [
            {"output_type": "stream", "name": "stdout", "text": ["\u001b[31mred\u001b[0m <b>\n"]},
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo=", "text/plain": "fig"}},
            {"output_type": "execute_result", "execution_count": 3, "metadata": {},
             "data": {"text/html": "<table><tr><td>1</td></tr></table><META http-equiv=refresh content='0;url=http://x'>", "text/plain": "1"}},
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\u001b[0;31mE\u001b[0m: v"]}
         ]}
    ]
})nb")
                                   .replace("\n", "\r\n");

} // namespace

class TestConsoleConvert : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void convert_usage_exit2_data();
    void convert_usage_exit2();
    void convert_ipynbUntouched_sameBytes();
    void convert_python_percentFormat();
    void convert_pythonOfOtherLanguage_refused();
    void convert_markdown_writesPicturesBeside();
    void convert_markdownToStandardOutput_embedsPictures();
    void convert_html_escapedColouredAndHarmless();
    void convert_html_embedsOnlyPicturesBelowTheNotebook();
    void convert_markdown_attachmentNamesThatBeginAlike();
    void convert_ontoItself_refused();
    void convert_unwritableOutput_exit2();
};

void TestConsoleConvert::convert_usage_exit2_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("said");
    QTest::newRow("no notebook") << QStringList{u"--to"_s, u"py"_s} << u"which notebook?"_s;
    QTest::newRow("no format") << QStringList{u"a.ipynb"_s} << u"--to"_s;
    QTest::newRow("unknown format") << QStringList{u"a.ipynb"_s, u"--to"_s, u"pdf"_s} << u"pdf"_s;
    QTest::newRow("missing file") << QStringList{u"missing.ipynb"_s, u"--to"_s, u"py"_s}
                                  << u"missing.ipynb"_s;
}

void TestConsoleConvert::convert_usage_exit2()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, said);
    const ConsoleResult result = ConsoleFixture().run(QStringList{u"convert"_s} + arguments);
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(said), qPrintable(result.err));
}

void TestConsoleConvert::convert_ipynbUntouched_sameBytes()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    const ConsoleResult result =
        fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, u"ipynb"_s, u"-o"_s, u"b.ipynb"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(fixture.read(u"b.ipynb"_s), oddNotebook);
}

void TestConsoleConvert::convert_python_percentFormat()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    const ConsoleResult result = fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, u"py"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(result.out, u"# %% [markdown]\n# # Title\n# café ![p](attachment:p.png)\n\n"
                         "# %%\n# %matplotlib inline\nx = 1\n# !ls\n"_s);
}

void TestConsoleConvert::convert_pythonOfOtherLanguage_refused()
{
    const ConsoleFixture fixture;
    fixture.write(
        u"r.ipynb"_s,
        R"nb({"cells": [], "metadata": {"language_info": {"name": "R"}}, "nbformat": 4, "nbformat_minor": 4})nb");
    const ConsoleResult result = fixture.run({u"convert"_s, u"r.ipynb"_s, u"--to"_s, u"py"_s});
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(u" R,"_s), qPrintable(result.err));
}

void TestConsoleConvert::convert_markdown_writesPicturesBeside()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    const ConsoleResult result =
        fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, u"md"_s, u"-o"_s, u"my report.md"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    const QString text = QString::fromUtf8(fixture.read(u"my report.md"_s));
    QVERIFY2(text.contains(u"![p](my%20report_files/attachment_0_0.png)"_s), qPrintable(text));
    QVERIFY2(text.contains(u"![output](my%20report_files/output_1_1.png)"_s), qPrintable(text));
    QVERIFY2(text.contains(u"```python\n%matplotlib inline\n"_s), qPrintable(text));
    QVERIFY2(text.contains(u"```text\nred <b>\n```"_s), qPrintable(text));
    QCOMPARE(fixture.read(u"my report_files/output_1_1.png"_s), QByteArray::fromBase64("iVBORw0KGgo="));
}

void TestConsoleConvert::convert_markdownToStandardOutput_embedsPictures()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    const ConsoleResult result = fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, u"md"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY2(result.out.contains(u"![p](data:image/png;base64,iVBORw0KGgo=)"_s), qPrintable(result.out));
}

void TestConsoleConvert::convert_html_escapedColouredAndHarmless()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    const ConsoleResult result =
        fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, u"html"_s, u"-o"_s, u"a.html"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    const QString page = QString::fromUtf8(fixture.read(u"a.html"_s));
    QVERIFY(page.contains(u"default-src 'none'"_s));
    QVERIFY(page.contains(u"<h1>Title</h1>"_s));
    QVERIFY(page.contains(u"caf\u00e9"_s));
    QVERIFY(page.contains(u"src=\"data:image/png;base64,iVBORw0KGgo=\""_s));
    QVERIFY(page.contains(u"<span style=\"color:rgb(205,0,0);\">red</span> &lt;b&gt;"_s));
    QVERIFY(page.contains(u"<table><tr><td>1</td></tr></table>"_s));
    QVERIFY2(!page.contains(u"<META http-equiv=refresh"_s, Qt::CaseInsensitive),
             "a refresh would leave the page");
}

void TestConsoleConvert::convert_html_embedsOnlyPicturesBelowTheNotebook()
{
    const ConsoleFixture fixture;
    const QByteArray picture = QByteArray::fromBase64("iVBORw0KGgo=");
    QDir(fixture.path(u"."_s)).mkpath(u"nb/img"_s);
    fixture.write(u"nb/img/in.png"_s, picture);
    fixture.write(u"out.png"_s, picture);
    fixture.write(u"nb/a.ipynb"_s, R"nb({"cells": [{"cell_type": "markdown", "metadata": {},
      "source": "![a](img/in.png) ![b](../out.png) ![c](http://example.org/x.png)"
}],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 4
})nb");
    const ConsoleResult result = fixture.run({u"convert"_s, u"nb/a.ipynb"_s, u"--to"_s, u"html"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(result.out.count(u"src=\"data:image/png"_s), 1);
    QVERIFY(result.out.contains(u"src=\"../out.png\""_s));
    QVERIFY(result.out.contains(u"src=\"http://example.org/x.png\""_s));
}

void TestConsoleConvert::convert_markdown_attachmentNamesThatBeginAlike()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, R"nb({"cells": [{"cell_type": "markdown", "metadata": {},
      "source": "![1](attachment:a.png) ![2](attachment:a.png2) ![3](<attachment:b c.png>) ![4](attachment:no.png)",
      "attachments": {"a.png": {"image/png": "AAAA"}, "a.png2": {"image/png": "BBBB"}, "b c.png": {"image/png": "CCCC"}}}],
      "metadata": {}, "nbformat": 4, "nbformat_minor": 4})nb");
    const ConsoleResult result = fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, u"md"_s});
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(result.out, u"![1](data:image/png;base64,AAAA) ![2](data:image/png;base64,BBBB) "
                         "![3](data:image/png;base64,CCCC) ![4](attachment:no.png)\n"_s);
}

void TestConsoleConvert::convert_ontoItself_refused()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    for (const QString& format : {u"py"_s, u"md"_s, u"html"_s}) {
        const ConsoleResult result =
            fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, format, u"-o"_s, u"./a.ipynb"_s});
        QCOMPARE(result.status, 2);
        QCOMPARE(fixture.read(u"a.ipynb"_s), oddNotebook);
    }
}

void TestConsoleConvert::convert_unwritableOutput_exit2()
{
    const ConsoleFixture fixture;
    fixture.write(u"a.ipynb"_s, oddNotebook);
    for (const QString& format : {u"ipynb"_s, u"py"_s, u"md"_s, u"html"_s}) {
        const ConsoleResult result =
            fixture.run({u"convert"_s, u"a.ipynb"_s, u"--to"_s, format, u"-o"_s, u"no/such/x"_s});
        QCOMPARE(result.status, 2);
        QVERIFY2(result.err.contains(u"no/such"_s), qPrintable(result.err));
    }
}

QTEST_GUILESS_MAIN(TestConsoleConvert)
#include "tst_console_convert.moc"
