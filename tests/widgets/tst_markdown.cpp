// SPDX-License-Identifier: GPL-3.0-or-later
// Markdown as a document: what it holds, and that nothing in it does harm.
#include <widgets/markdown/markdowndocument.h>

#include <QBuffer>
#include <QElapsedTimer>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextList>
#include <QTextTable>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestMarkdown : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void text_ofSource_isTheWords_data();
    void text_ofSource_isTheWords();
    void headings_haveLevelsSizesAndAnchors();
    void lists_nestAndNumber();
    void tables_haveCellsAndAlignment();
    void code_isColouredByTheHook();
    void links_leadWhereTheySay();
    void formulas_haveTheirSourceAndPlace();
    void html_formats_areApplied();
    void pictures_fromAttachmentsFilesAndData_areFound();
    void pictures_fromElsewhere_areNot();
    void copied_text_isLikeMarkdown();
    void hostile_source_endsInTime_data();
    void hostile_source_endsInTime();

private:
    std::unique_ptr<MarkdownDocument> build(const QString& source, const QString& folder = {});
    Theme m_theme = makeTheme(false, 1, QFont(), monospaceFont());
};

namespace {

/// The blocks' texts, without those that only hold a table's place.
QString words(const QTextDocument& document)
{
    QStringList lines;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        if (!block.text().isEmpty()) lines.append(block.text());
    return lines.join(u'|')
        .replace(QChar::LineSeparator, u'/')
        .replace(QChar::ObjectReplacementCharacter, u'@');
}

QTextCharFormat formatOf(const QTextDocument& document, const QString& text)
{
    const QTextCursor found = document.find(text);
    return found.charFormat();
}

QByteArray png(int width, int height)
{
    QByteArray data;
    QBuffer buffer(&data);
    buffer.open(QIODevice::WriteOnly);
    QImage image(width, height, QImage::Format_RGB32);
    image.fill(Qt::red);
    image.save(&buffer, "PNG");
    return data;
}

} // namespace

std::unique_ptr<MarkdownDocument> TestMarkdown::build(const QString& source, const QString& folder)
{
    return buildMarkdown({.source = source, .folder = folder}, m_theme, {});
}

void TestMarkdown::text_ofSource_isTheWords_data()
{
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("shown");
    QTest::newRow("empty") << QString() << QString();
    QTest::newRow("paragraphs") << u"a\nb\n\nc"_s << u"a b|c"_s;
    QTest::newRow("break") << u"a  \nb"_s << u"a/b"_s;
    QTest::newRow("formats") << u"*a* **b** ~~c~~ `d`"_s << u"a b c d"_s;
    QTest::newRow("entities") << u"a &amp; b &#65; &alpha; &unknown;"_s << u"a & b A \u03b1 &unknown;"_s;
    QTest::newRow("quote") << u"> a\n>> b"_s << u"a|b"_s;
    QTest::newRow("code") << u"```\na\n  b\n```"_s << u"a/  b"_s;
    QTest::newRow("list") << u"- a\n- b\n\n  c"_s << u"a|b|c"_s;
    QTest::newRow("inline formula") << u"a $x_1*y*$ b"_s << u"a @ b"_s;
    QTest::newRow("display formula in a sentence") << u"a $$x$$ b"_s << u"a |@| b"_s;
    QTest::newRow("formula like a heading") << u"$$x\n= 1\n- y$$"_s << u"@"_s;
    QTest::newRow("formula in code") << u"`$x$` and\n\n    $y$\n"_s << u"$x$ and|$y$"_s;
    QTest::newRow("escaped dollar") << u"\\$5 and $6"_s << u"$5 and $6"_s;
    QTest::newRow("reference") << u"see \\eqref{a}"_s << u"see (\?\?\?)"_s;
    QTest::newRow("html formats") << u"<b>a</b> <sub>b</sub><br>c"_s << u"a b/c"_s;
    QTest::newRow("html script") << u"a<script>alert(1)</script>b\n\n<style>\np {}\n</style>\n\nc"_s
                                 << u"ab|c"_s;
    QTest::newRow("html unknown") << u"<marquee>a</marquee> <x-y z>b"_s << u"a b"_s;
    QTest::newRow("html comment") << u"a <!-- b --> c\n\n<!-- d\n\ne -->\n\nf"_s << u"a  c|f"_s;
    QTest::newRow("html blocks") << u"<div align=\"center\">\n<p>a\n  b</p><p>c</p>\n</div>"_s << u"a b|c"_s;
    QTest::newRow("html details") << u"<details>\n<summary>a</summary>\n\n*b*\n\n</details>"_s << u"a|b"_s;
    QTest::newRow("html list") << u"<ul><li>a<li>b</ul>"_s << u"a|b"_s;
    QTest::newRow("html formula") << u"<div>\n\n$x$ <i>$y$</i>\n</div>"_s << u"@ @"_s;
    QTest::newRow("nul and noncharacters")
        << u"a%1b%2"_s.arg(QChar(0)).arg(QChar(0xfdd0)) << u"a\ufffdb\ufffd"_s;
    QTest::newRow("right to left") << u"\u05e9\u05dc\u05d5\u05dd **\u05d0**"_s
                                   << u"\u05e9\u05dc\u05d5\u05dd \u05d0"_s;
    QTest::newRow("emoji") << u"\U0001f600 $x$"_s << u"\U0001f600 @"_s;
}

void TestMarkdown::text_ofSource_isTheWords()
{
    QFETCH(const QString, source);
    QTEST(words(*build(source)), "shown");
}

void TestMarkdown::headings_haveLevelsSizesAndAnchors()
{
    const auto document = build(u"# One `Two`!\n\ntext\n\n### Three\n"_s);
    const QTextBlock first = document->firstBlock();
    QCOMPARE(first.blockFormat().headingLevel(), 1);
    QVERIFY(first.begin().fragment().charFormat().font().pointSizeF() > m_theme.prose.pointSizeF() * 1.5);
    QCOMPARE(document->anchorPosition(u"One-Two!"_s), 0);
    QCOMPARE(document->anchorPosition(u"one-two"_s), 0);
    QVERIFY(document->anchorPosition(u"Three"_s).value_or(0) > 0);
    QVERIFY(!document->anchorPosition(u"Four"_s));
}

void TestMarkdown::lists_nestAndNumber()
{
    const auto document = build(u"3. a\n4. b\n   - [x] c\n   - [ ] d\n"_s);
    QTextBlock block = document->firstBlock();
    QVERIFY(block.textList());
    QCOMPARE(block.textList()->itemText(block), u"3."_s);
    block = block.next();
    QCOMPARE(block.textList()->itemText(block), u"4."_s);
    const double outer = block.blockFormat().leftMargin();
    block = block.next();
    QCOMPARE(block.blockFormat().intProperty(ListMark), int(DoneMark));
    QVERIFY(block.blockFormat().leftMargin() > outer);
    QCOMPARE(block.next().blockFormat().intProperty(ListMark), int(OpenMark));
}

void TestMarkdown::tables_haveCellsAndAlignment()
{
    const auto document = build(u"before\n\n| a | b |\n|:-:|--:|\n| `c` | $d$ |\n\nafter"_s);
    QCOMPARE(words(*document), u"before|a|b|c|@|after"_s);
    QTextTable* table = document->find(u"c"_s).currentTable();
    QVERIFY(table);
    QCOMPARE(table->rows(), 2);
    QCOMPARE(table->cellAt(0, 0).firstCursorPosition().blockFormat().alignment(), Qt::AlignHCenter);
    QCOMPARE(table->cellAt(1, 1).firstCursorPosition().blockFormat().alignment(), Qt::AlignRight);
    QVERIFY(!document->find(u"after"_s).currentTable());
    const auto html = build(u"<table><tr><th colspan=2>h<tr><td>1<td>2</table>"_s);
    QCOMPARE(words(*html), u"h|1|2"_s);
    QCOMPARE(html->find(u"h"_s).currentTable()->cellAt(0, 0).columnSpan(), 2);
}

void TestMarkdown::code_isColouredByTheHook()
{
    QString asked;
    const ColourCode colour = [&](const QString& text, const QString& language) {
        asked = language + u':' + text;
        return std::vector<FormatRun>{{.start = 4, .length = 1, .foreground = QColor(0x112233), .bold = true},
                                      {.start = 3, .length = 99}};
    };
    const auto document = buildMarkdown({.source = u"```python title\nif\n x\n```"_s}, m_theme, colour);
    QCOMPARE(asked, u"python:if\n x"_s);
    QCOMPARE(formatOf(*document, u"x"_s).foreground().color(), QColor(0x112233));
    QCOMPARE(formatOf(*document, u"if"_s).foreground().color(), m_theme.text);
}

void TestMarkdown::links_leadWhereTheySay()
{
    const auto document = build(
        u"[one](#Two) <a href=\"x.ipynb\">two</a> https://example.org/a_b [four](javascript:alert(1))"_s);
    QCOMPARE(formatOf(*document, u"one"_s).anchorHref(), u"#Two"_s);
    QCOMPARE(formatOf(*document, u"two"_s).anchorHref(), u"x.ipynb"_s);
    QCOMPARE(formatOf(*document, u"https"_s).anchorHref(), u"https://example.org/a_b"_s);
}

void TestMarkdown::formulas_haveTheirSourceAndPlace()
{
    const auto document = build(u"a $x$ and\n$$y$$\n\n|$z$|\n|-|\n"_s);
    QCOMPARE(document->formulas().size(), size_t(3));
    QCOMPARE(document->formulas()[1].source, u"$$y$$"_s);
    QVERIFY(document->formulas()[1].key.display);
    for (const FormulaSlot& slot : document->formulas())
        QCOMPARE(document->characterAt(slot.position), QChar(QChar::ObjectReplacementCharacter));
    QCOMPARE(document->findBlock(document->formulas()[1].position).blockFormat().alignment(),
             Qt::AlignHCenter);
    document->setTextWidth(400);
    const double before = document->size().height();
    auto formula = std::make_shared<Formula>();
    formula->width = 3;
    formula->height = 8;
    formula->depth = 1;
    document->setFormula(0, formula);
    QVERIFY(document->size().height() > before + 60);
}

void TestMarkdown::html_formats_areApplied()
{
    const auto document =
        build(u"<b>one</b> <span style=\"color:#ff0000\">two</span> <kbd>three</kbd> four<sup>2</sup>"_s);
    QCOMPARE(formatOf(*document, u"one"_s).fontWeight(), int(QFont::Bold));
    QCOMPARE(formatOf(*document, u"two"_s).foreground().color(), QColor(0xff0000));
    QVERIFY(formatOf(*document, u"three"_s).background().style() != Qt::NoBrush);
    QCOMPARE(formatOf(*document, u"2"_s).verticalAlignment(), QTextCharFormat::AlignSuperScript);
    QVERIFY(formatOf(*document, u"four"_s).fontWeight() != QFont::Bold);
}

void TestMarkdown::pictures_fromAttachmentsFilesAndData_areFound()
{
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(u"a b"_s));
    QFile file(folder.filePath(u"a b/c.png"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(png(7, 3)) > 0);
    file.close();
    MarkdownInput input{
        .source =
            u"![A](attachment:x.png) ![](a%20b/c.png)\n\n<img src='data:image/png;base64,%1' width=30>"_s.arg(
                QString::fromLatin1(png(2, 1).toBase64())),
        .attachments = notebook::RawJson(R"({"x.png": {"image/png": ")" + png(5, 4).toBase64() + R"("}})"),
        .folder = folder.path()};
    QVERIFY(needsWorker(input));
    const auto document = buildMarkdown(input, m_theme, {});
    QCOMPARE(document->pictures().size(), size_t(3));
    QCOMPARE(document->pictures()[0].natural, QSize(5, 4));
    QCOMPARE(document->pictures()[0].alternative, u"A"_s);
    QCOMPARE(document->pictures()[1].natural, QSize(7, 3));
    QCOMPARE(document->pictures()[2].natural, QSize(2, 1));
    QCOMPARE(document->pictures()[2].wanted, QSize(30, 0));
    QCOMPARE(decodePicture(document->pictures()[0].data, 100).size(), QSize(5, 4));
}

void TestMarkdown::pictures_fromElsewhere_areNot()
{
    QTemporaryDir outside;
    const QString inside = outside.filePath(u"in"_s);
    QVERIFY(QDir().mkdir(inside));
    QFile file(outside.filePath(u"secret.png"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(png(7, 3)) > 0);
    file.close();
    QVERIFY(QFile::link(file.fileName(), inside + u"/link.png"_s));
    QFile svg(inside + u"/s.svg"_s);
    QVERIFY(svg.open(QIODevice::WriteOnly));
    svg.write(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='../secret.png'/></svg>");
    svg.close();
    const auto document =
        build(u"![](../secret.png) ![](%1) ![](link.png) ![](s.svg) ![](file://%1) "
              "![](https://example.org/x.png) ![](//example.org/x.png) ![](data:text/html,x)"_s.arg(
                  file.fileName()),
              inside);
    QCOMPARE(document->pictures().size(), size_t(8));
    for (const Picture& picture : document->pictures())
        QVERIFY2(picture.data.isEmpty() && picture.natural.isEmpty(), qPrintable(picture.address));
    QVERIFY(document->pictures()[5].remote && document->pictures()[6].remote);
    QVERIFY(!document->pictures()[0].remote);
}

void TestMarkdown::copied_text_isLikeMarkdown()
{
    const auto document =
        build(u"a **b** $x^2$\n\n- c\n- [x] d\n  1. e\n\n|f|g|\n|-|-|\n|h|i|\n\n![j](k.png)"_s);
    QCOMPARE(document->textBetween(0, document->characterCount()).simplified(),
             u"a b $x^2$ - c - [x] d 1. e f g h i ![j](k.png)"_s);
    QCOMPARE(document->textBetween(2, 5), u"b $x^2$"_s);
    QVERIFY(document->textBetween(0, document->characterCount()).contains(u"f\tg\nh\ti"_s));
}

void TestMarkdown::hostile_source_endsInTime_data()
{
    QTest::addColumn<QString>("source");
    const auto row = [](const char* name, const QString& unit, int total) {
        QTest::newRow(name) << unit.repeated(total / unit.size());
    };
    constexpr int large = 10'000'000, deep = 20'000;
    row("quotes", u">"_s, large);
    row("brackets", u"["_s, large);
    row("text", u"word "_s, large);
    row("lines", u"a\n\n"_s, 2'000'000);
    row("stars", u"*a "_s, 1'000'000);
    row("backticks", u"`a"_s, 1'000'000);
    row("tags", u"<b>"_s, 1'000'000);
    row("tag openings", u"<a "_s, 1'000'000);
    row("nested lists", u"- "_s, deep);
    row("nested quotes", u"> "_s, deep);
    row("dollars", u"$$"_s, 1'000'000);
    row("formulas", u"$x$ "_s, 400'000);
    row("entities", u"&alpha;"_s, 300'000);
    row("pictures", u"![](x)"_s, 60'000);
    QTest::newRow("rows") << u"|a|b|\n|-|-|\n"_s + u"|c|d|\n"_s.repeated(100'000);
    QTest::newRow("columns") << u"|a"_s.repeated(5000) + u"\n"_s + u"|-"_s.repeated(5000) + u"\n"_s;
    QTest::newRow("html table") << u"<table>"_s + u"<tr><td>a"_s.repeated(50'000);
    QTest::newRow("nul") << QString(1'000'000, QChar(0));
    QTest::newRow("one line of code") << u"    "_s + QString(5'000'000, u'x');
    QTest::newRow("surrogates") << QString(1'000'000, QChar(0xd800));
}

void TestMarkdown::hostile_source_endsInTime()
{
    QFETCH(const QString, source);
    QElapsedTimer clock;
    clock.start();
    const auto document = build(source);
    document->setTextWidth(700);
    QVERIFY(document->size().height() > 0);
    qInfo("%lld ms", clock.elapsed());
    QVERIFY2(clock.elapsed() < 60'000, qPrintable(QString::number(clock.elapsed())));
}

QTEST_MAIN(TestMarkdown)
#include "tst_markdown.moc"
