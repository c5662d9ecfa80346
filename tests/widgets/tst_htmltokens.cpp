// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/html/htmlentities.h>
#include <widgets/html/htmltokens.h>

#include <QElapsedTimer>
#include <QTest>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestHtmlTokens : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tokens_ofHtml_areBrowsers_data();
    void tokens_ofHtml_areBrowsers();
    void script_seen_isTold();
    void hostile_endsInTime_data();
    void hostile_endsInTime();
    void entities_areDecoded();
};

/// <b x="1"> as "<b x=1>", </b> as "</b>", texts in brackets.
static QString written(const std::vector<HtmlToken>& tokens)
{
    QString all;
    for (const HtmlToken& token : tokens) {
        if (token.kind == HtmlToken::Kind::Text) {
            all += u'[' + token.text + u']';
            continue;
        }
        all += (token.kind == HtmlToken::Kind::End ? u"</"_s : u"<"_s) + token.name;
        for (const auto& [name, value] : token.attributes)
            all += u' ' + name + u'=' + value;
        all += u'>';
    }
    return all;
}

void TestHtmlTokens::tokens_ofHtml_areBrowsers_data()
{
    QTest::addColumn<QString>("html");
    QTest::addColumn<QString>("expected");
    QTest::newRow("all") << u"a<B CLASS='x' data=y z>b&lt;</b ><!-- c --><img src=\"a>b\"/> 1 < 2 <"_s
                         << u"[a]<b class=x data=y z=>[b<]</b><img src=a>b>[ 1 < 2 <]"_s;
    QTest::newRow("nothing") << QString() << QString();
    QTest::newRow("blanks around =") << u"<a href = x title\n=\t'y z'>"_s << u"<a href=x title=y z>"_s;
    QTest::newRow("value with entity") << u"<a href='?a=1&amp;b'>"_s << u"<a href=?a=1&b>"_s;
    QTest::newRow("slash in value") << u"<a href=/a/b/>"_s << u"<a href=/a/b/>"_s;
    QTest::newRow("= begins a name") << u"<a =b>"_s << u"<a =b=>"_s;
    QTest::newRow("declaration") << u"<!DOCTYPE html><?xml ?>x"_s << u"[x]"_s;
    QTest::newRow("comment with tag") << u"a<!-- <b> > -->c"_s << u"[a][c]"_s;
    QTest::newRow("short comments") << u"<!-->a<!--->b"_s << u"[a][b]"_s;
    QTest::newRow("open comment") << u"a<!-- b"_s << u"[a]"_s;
    QTest::newRow("end without name") << u"a</>b</ c>d"_s << u"[a][b][d]"_s;
    QTest::newRow("raw text") << u"<style>a<b></styles></STYLE >c"_s << u"<style></style>[c]"_s;
    QTest::newRow("open raw text") << u"<script>a<b>"_s << u"<script>"_s;
    QTest::newRow("broken off tag") << u"a<b c"_s << u"[a]"_s;
    QTest::newRow("broken off value") << u"a<b c='d>e"_s << u"[a]"_s;
    QTest::newRow("broken off end") << u"a</"_s << u"[a</]"_s;
    QTest::newRow("no names") << u"1<2 <é> <_>"_s << u"[1<2 <é> <_>]"_s;
}

void TestHtmlTokens::tokens_ofHtml_areBrowsers()
{
    QFETCH(const QString, html);
    QFETCH(const QString, expected);
    QCOMPARE(written(htmlTokens(html)), expected);
}

void TestHtmlTokens::script_seen_isTold()
{
    for (const auto& [html, seen] :
         {std::pair{u"<p>a</p><SCRIPT src=x>"_s, true}, {u"&lt;script>"_s, false}}) {
        HtmlTokenizer tokenizer(html);
        for (HtmlToken token; tokenizer.next(token);) {
        }
        QCOMPARE(tokenizer.sawScript(), seen);
    }
}

void TestHtmlTokens::hostile_endsInTime_data()
{
    QTest::addColumn<QString>("piece");
    for (const QString& piece : {u"<a "_s, u"<a x=\""_s, u"<a x='\""_s, u"<!--"_s, u"<script>"_s,
                                 u"</scriptx"_s, u"</"_s, u"< "_s, u"&#"_s, u"<b></b>"_s})
        QTest::newRow(qPrintable(piece)) << piece;
}

void TestHtmlTokens::hostile_endsInTime()
{
    QFETCH(const QString, piece);
    constexpr int patienceMs = 5000; // what grows with the square takes minutes
    QElapsedTimer timer;
    timer.start();
    (void)htmlTokens(u"<script>"_s + piece.repeated(200'000));
    (void)htmlTokens(piece.repeated(200'000));
    QVERIFY(timer.elapsed() < patienceMs);
}

void TestHtmlTokens::entities_areDecoded()
{
    QCOMPARE(decodeEntities(u"a &lt;&#65;&#x42; &eacute;&nope; & &amp;lt; &#0;&#xd800;"_s),
             u"a <AB \u00e9&nope; & &lt; \ufffd\ufffd"_s);
    QCOMPARE(decodeEntity(u"&nbsp;"_s), QString(QChar::Nbsp));
}

QTEST_MAIN(TestHtmlTokens)
#include "tst_htmltokens.moc"
