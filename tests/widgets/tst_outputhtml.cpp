// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/htmloutput.h>
#include <widgets/outputs/htmlsafe.h>
#include <widgets/outputs/htmltable.h>
#include <widgets/outputs/jsonoutput.h>
#include <widgets/outputs/noteoutput.h>
#include <widgets/outputs/safebrowser.h>
#include <widgets/outputs/svgsafe.h>
#include <widgets/outputs/tableview.h>
#include <widgets/outputs/textoutput.h>

#include "outputtesting.h"

#include <QClipboard>
#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using nlohmann::json;
using notebook::Output;

namespace {

constexpr int width = 700;

std::string frame(int rows)
{
    std::string html = "<div>\n<style scoped>\n.dataframe tbody tr th { vertical-align: top; }\n</style>\n"
                       "<table border=\"1\" class=\"dataframe\">\n<thead>\n<tr style=\"text-align: right;\">"
                       "<th></th><th>name</th><th>price</th></tr>\n</thead>\n<tbody>\n";
    for (int i = 0; i < rows; ++i)
        html += "<tr>\n<th>" + std::to_string(i) + "</th>\n<td>name &amp; " + std::to_string(i) +
                "</td>\n<td>" + std::to_string(i) + ".5</td>\n</tr>\n";
    return html + "</tbody>\n</table>\n<p>" + std::to_string(rows) + " rows × 2 columns</p>\n</div>";
}

} // namespace

class TestOutputHtml : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void table_dataFrame_isReadAsAGrid();
    void table_spans_keepTheGrid();
    void table_otherHtml_isNone_data();
    void table_otherHtml_isNone();
    void table_long_isThereAtOnceAndCompletes();
    void table_selection_copiesAsTsv();
    void safeHtml_hostile_isHarmless_data();
    void safeHtml_hostile_isHarmless();
    void safeHtml_tenThousandNestedTags_areShallow();
    void safeHtml_unreadableColour_isDropped();
    void safeSvg_hostile_isHarmless_data();
    void safeSvg_hostile_isHarmless();
    void html_simple_isADocument();
    void html_scriptOnly_fallsBackToText_data();
    void html_scriptOnly_fallsBackToText();
    void json_value_foldsAndCopies();
    void json_long_isReadOnAWorker();

private:
    void show(const Output& output);

    std::unique_ptr<OutputStage> m_stage;
    std::unique_ptr<OutputArea> m_area;
};

void TestOutputHtml::init()
{
    m_stage = std::make_unique<OutputStage>();
    m_area = std::make_unique<OutputArea>(m_stage->services);
    m_area->resize(width, 10);
    m_area->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_area.get()));
    connect(m_area.get(), &OutputArea::heightChanged, m_area.get(),
            [this] { m_area->resize(width, m_area->heightForWidth(width)); });
}

void TestOutputHtml::cleanup()
{
    m_area.reset();
    m_stage.reset();
}

void TestOutputHtml::show(const Output& output)
{
    m_area->setOutputs({output});
    m_area->resize(width, m_area->heightForWidth(width));
}

void TestOutputHtml::table_dataFrame_isReadAsAGrid()
{
    const auto table = readTable(QString::fromStdString(frame(3)), true);
    QVERIFY(table);
    QCOMPARE(table->header, QStringList({u""_s, u"name"_s, u"price"_s}));
    QCOMPARE(table->rows.size(), 3);
    QCOMPARE(table->rows[2].cells, QStringList({u"2"_s, u"name & 2"_s, u"2.5"_s}));
    QCOMPARE(table->rows[2].headers, 1);
    QCOMPARE(table->isNumeric, std::vector<bool>({true, false, true}));
    QCOMPARE(table->caption, u"3 rows × 2 columns"_s);
    QCOMPARE(table->toCsv().section(u"\r\n"_s, 1, 1), u"0,name & 0,0.5"_s);
}

void TestOutputHtml::table_spans_keepTheGrid()
{
    const auto table =
        readTable(u"<table><thead><tr><th rowspan=2>a</th><th colspan=2>b</th></tr>"
                  "<tr><th>c</th><th>d</th></tr></thead>"
                  "<tr><th rowspan=2>x</th><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"_s,
                  true);
    QVERIFY(table);
    QCOMPARE(table->header, QStringList({u"a"_s, u"b\nc"_s, u"d"_s}));
    QCOMPARE(table->rows[1].cells, QStringList({u""_s, u"3"_s, u"4"_s}));
    QVERIFY(readTable(u"<table><tr><td colspan=99999999 rowspan=-5>x</td></tr></table>"_s, true));
    // Rows that end early have their cells all the same.
    const auto ragged = readTable(u"<table><tr><td>1<td>2<tr><td>3</table>"_s, true);
    QCOMPARE(ragged->toTsv(), u"\t\n1\t2\n3\t\n"_s);
}

void TestOutputHtml::table_otherHtml_isNone_data()
{
    QTest::addColumn<QString>("html");
    QTest::newRow("none") << u"<p>text</p>"_s;
    QTest::newRow("two") << u"<table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>"_s;
    QTest::newRow("nested") << u"<table><tr><td><table><tr><td>2</td></tr></table></td></tr></table>"_s;
    QTest::newRow("image") << u"<table><tr><td><img src='data:x'></td></tr></table>"_s;
    QTest::newRow("script") << u"<table><tr><td>1</td></tr></table><script>x</script>"_s;
    QTest::newRow("empty") << u"<table></table>"_s;
    QTest::newRow("an essay") << u"<table><tr><td>1</td></tr></table>"_s + QString(1000, u'x');
}

void TestOutputHtml::table_otherHtml_isNone()
{
    QFETCH(const QString, html);
    QVERIFY(!readTable(html, true));
}

void TestOutputHtml::table_long_isThereAtOnceAndCompletes()
{
    show(display({{"text/html", frame(5000)}, {"text/plain", "df"}}));
    auto* output = qobject_cast<HtmlOutput*>(m_area->widgetOf(0));
    QVERIFY(output && output->table());
    QVERIFY(output->table()->model()->rowCount() > 100);
    const int height = m_area->heightForWidth(width);
    QVERIFY(height > 300 && height < 900);
    QTRY_COMPARE(output->table()->model()->rowCount(), 5000);
    QCOMPARE(m_area->heightForWidth(width), height);
    QCOMPARE(output->accessibleName(),
             u"Output, table with %1 rows and 2 columns"_s.arg(QLocale().toString(5000)));
}

void TestOutputHtml::table_selection_copiesAsTsv()
{
    show(display({{"text/html", frame(5)}}));
    auto* table = qobject_cast<HtmlOutput*>(m_area->widgetOf(0))->table();
    table->selectionModel()->select(QItemSelection(table->model()->index(1, 1), table->model()->index(2, 2)),
                                    QItemSelectionModel::ClearAndSelect);
    table->setFocus();
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"name & 1\t1.5\nname & 2\t2.5"_s);
}

void TestOutputHtml::safeHtml_hostile_isHarmless_data()
{
    QTest::addColumn<QString>("html");
    QTest::newRow("script") << u"a<script>evil()</script>"_s;
    QTest::newRow("script, odd case") << u"a<ScRiPt >evil()</sCrIpT>"_s;
    QTest::newRow("handler") << u"<p onclick='evil()'>a</p><img src=x onerror=evil()>"_s;
    QTest::newRow("javascript link")
        << u"<a href='javascript:evil()'>a</a><a href=' jAvAsCrIpT:evil()'>b</a>"_s;
    QTest::newRow("encoded link") << u"<a href='&#106;avascript:evil()'>a</a>"_s;
    QTest::newRow("file link") << u"<a href='file:///evil'>a</a>"_s;
    QTest::newRow("remote image")
        << u"a<img src='http://evil/x.png'><img src='//evil/y'><img src='file:///evil'>"_s;
    QTest::newRow("style")
        << u"<p style='background:url(http://evil);position:fixed'>a</p><style>evil{}</style>"_s;
    QTest::newRow("link element")
        << u"a<link rel=stylesheet href=http://evil><base href=http://evil><meta content=evil>"_s;
    QTest::newRow("frames")
        << u"a<iframe src=http://evil>evil</iframe><object data=evil>evil</object><embed src=evil>"_s;
    QTest::newRow("svg") << u"a<svg><image href='http://evil'/><script>evil</script></svg>"_s;
    QTest::newRow("unclosed") << u"a<script>evil()<b"_s;
    QTest::newRow("quotes") << u"<p title='\"><script>x</script>'>a</p>"_s;
    QTest::newRow("NUL") << u"a<p"_s + QChar(0) + u" onload=evil>b</p>"_s;
}

void TestOutputHtml::safeHtml_hostile_isHarmless()
{
    QFETCH(const QString, html);
    const SafeHtml safe = safeHtml(html, Qt::white);
    QVERIFY2(!safe.html.contains(u"evil"), qPrintable(safe.html));
    QVERIFY2(!safe.html.contains(u"<script"), qPrintable(safe.html));
    QVERIFY(safe.html.contains(u'a'));
}

void TestOutputHtml::safeHtml_tenThousandNestedTags_areShallow()
{
    QString html;
    for (int i = 0; i < 10'000; ++i)
        html += u"<div><table><tr><td>"_s;
    const SafeHtml safe = safeHtml(html + u"deep"_s, Qt::white);
    QVERIFY(safe.html.contains(u"deep"));
    QVERIFY(safe.html.count(u"<div>"_s) < 50);
    show(display({{"text/html", html.toStdString() + "deep"}, {"text/plain", "x"}}));
    QTRY_VERIFY(qobject_cast<HtmlOutput*>(m_area->widgetOf(0))->browser());
}

void TestOutputHtml::safeHtml_unreadableColour_isDropped()
{
    const QString html = u"<p style='color: black'>a</p>"_s;
    QVERIFY(safeHtml(html, Qt::white).html.contains(u"color"));
    QVERIFY(!safeHtml(html, QColor(0x1d2025)).html.contains(u"color"));
    QVERIFY(safeHtml(u"<p style='background-color: rgb(0, 0, 90)'>a</p>"_s, Qt::white)
                .html.contains(u"color:#ffffff"));
}

void TestOutputHtml::safeSvg_hostile_isHarmless_data()
{
    QTest::addColumn<QByteArray>("inside");
    QTest::newRow("script") << QByteArray("<script>evil()</script>");
    QTest::newRow("handler") << QByteArray("<rect onload='evil()' width='1' height='1'/>");
    QTest::newRow("remote image") << QByteArray(
        "<image xlink:href='http://evil/x.png' width='1' height='1'/>");
    QTest::newRow("file") << QByteArray("<image href='file:///evil' width='1' height='1'/>");
    QTest::newRow("use") << QByteArray("<use xlink:href='evil.svg#a'/>");
    QTest::newRow("style") << QByteArray("<style>@import url(http://evil); rect{fill:red}</style>");
    QTest::newRow("fill") << QByteArray("<rect fill='url(http://evil#a)' width='1' height='1'/>");
    QTest::newRow("foreign") << QByteArray("<foreignObject><p>evil</p></foreignObject>");
    QTest::newRow("animation") << QByteArray("<set attributeName='href' to='evil'/>");
}

void TestOutputHtml::safeSvg_hostile_isHarmless()
{
    QFETCH(const QByteArray, inside);
    const auto safe =
        safeSvg("<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "
                "width='9' height='9'><circle r='3'/>" +
                inside + "</svg>");
    QVERIFY(safe);
    QVERIFY2(!safe->contains("evil"), safe->constData());
    QVERIFY(safe->contains("<circle"));
}

void TestOutputHtml::html_simple_isADocument()
{
    show(display({{"text/html", "<h3>Title</h3><p>See <a href='https://x.org/a'>this</a></p>"}}));
    auto* output = qobject_cast<HtmlOutput*>(m_area->widgetOf(0));
    QVERIFY(output && output->browser());
    QCOMPARE(output->browser()->toPlainText(), u"Title\nSee this"_s);
    QVERIFY(m_area->heightForWidth(width) > 30);
    QSignalSpy activated(m_area.get(), &OutputArea::linkActivated);
    Q_EMIT output->browser()->anchorClicked(QUrl(u"https://x.org/a"_s));
    Q_EMIT output->browser()->anchorClicked(QUrl(u"javascript:x"_s));
    QCOMPARE(activated.count(), 1);
}

void TestOutputHtml::html_scriptOnly_fallsBackToText_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("short") << 10;
    QTest::newRow("long") << 3'000'000;
}

void TestOutputHtml::html_scriptOnly_fallsBackToText()
{
    QFETCH(const int, size);
    const std::string script =
        "<div id='plot'></div><script>/*" + std::string(size_t(size), 'x') + "*/</script>";
    show(display({{"text/html", script}, {"text/plain", "Figure()"}}));
    QTRY_VERIFY(qobject_cast<TextOutput*>(m_area->widgetOf(0)));
    const auto notes = m_area->findChildren<NoteOutput*>();
    QCOMPARE(notes.size(), 1);
    QVERIFY(notes.front()->isVisible());
    QVERIFY(notes.front()->accessibleName().contains(u"text/html"));
    show(display({{"text/html", script}}));
    QTRY_VERIFY(qobject_cast<NoteOutput*>(m_area->widgetOf(0)));
}

void TestOutputHtml::json_value_foldsAndCopies()
{
    show(display({{"application/json", {{"a", 1}, {"list", {1, 2, 3}}, {"text", "x\ny"}}}}));
    JsonTree& tree = qobject_cast<JsonOutput*>(m_area->widgetOf(0))->tree();
    QCOMPARE(tree.visibleRows(100), 4);
    const int before = m_area->heightForWidth(width);
    tree.setCurrentIndex(tree.indexBelow(tree.indexBelow(tree.model()->index(0, 0))));
    tree.setFocus();
    QTest::keyClick(&tree, Qt::Key_Right);
    QCOMPARE(tree.visibleRows(100), 7);
    QVERIFY(m_area->heightForWidth(width) > before);
    tree.copyCurrent();
    QCOMPARE(QGuiApplication::clipboard()->text(), u"[\n  1,\n  2,\n  3\n]"_s);
    show(display({{"application/geo+json", {{"type", "Point"}}}, {"text/plain", "x"}}));
    QVERIFY(qobject_cast<JsonOutput*>(m_area->widgetOf(0)));
}

void TestOutputHtml::json_long_isReadOnAWorker()
{
    json list = json::array();
    for (int i = 0; i < 100'000; ++i)
        list.push_back({{"i", i}});
    show(display({{"application/json", list}}));
    const auto* output = qobject_cast<JsonOutput*>(m_area->widgetOf(0));
    QVERIFY(!output->tree().value());
    QTRY_VERIFY(output->tree().value());
    QTRY_COMPARE(m_area->height(), m_area->heightForWidth(width));
    QVERIFY(m_area->height() < 900);
}

QTEST_MAIN(TestOutputHtml)
#include "tst_outputhtml.moc"
