// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/serveraddress.h>

#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace Qt::StringLiterals;

class TestServerAddress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void parse_pasted_isNormalised_data();
    void parse_pasted_isNormalised();
    void parse_unusable_isRefused_data();
    void parse_unusable_isRefused();
    void at_path_isBelowTheBase();
    void token_anywhere_isNotShown();
};

void TestServerAddress::parse_pasted_isNormalised_data()
{
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("token");
    QTest::addColumn<QString>("document");
    const auto row = [](const char* name, const char* pasted, const char* base, const char* token = "",
                        const char* document = "") {
        QTest::newRow(name) << QString::fromUtf8(pasted) << QString::fromUtf8(base)
                            << QString::fromUtf8(token) << QString::fromUtf8(document);
    };
    row("plain", "http://localhost:8888/", "http://localhost:8888/");
    row("no slash", "http://localhost:8888", "http://localhost:8888/");
    row("token", "http://localhost:8888/?token=abc123", "http://localhost:8888/", "abc123");
    row("token encoded", "http://h:1/?token=a%2Fb%20c%2B", "http://h:1/", "a/b c+");
    row("token among others", "http://h:1/lab?x=1&token=t&y=2#part", "http://h:1/", "t");
    row("lab", "http://localhost:8888/lab", "http://localhost:8888/");
    row("lab tree", "http://h:1/lab/tree/some/a%20b.ipynb?token=t", "http://h:1/", "t", "some/a b.ipynb");
    row("lab workspace", "http://h:1/lab/workspaces/auto-X/tree/n.ipynb", "http://h:1/", "", "n.ipynb");
    row("tree", "http://h:1/tree?", "http://h:1/");
    row("tree folder", "http://h:1/tree/some/where", "http://h:1/", "", "some/where");
    row("notebook", "http://h:1/notebooks/dir/x.ipynb", "http://h:1/", "", "dir/x.ipynb");
    row("notebook in a folder named tree", "http://h:1/notebooks/a/x.ipynb", "http://h:1/", "", "a/x.ipynb");
    row("base path", "https://example.org/some/base/lab", "https://example.org/some/base/");
    row("base path, page", "https://example.org/base/login?next=%2Fbase%2Flab", "https://example.org/base/");
    row("hub user", "https://hub.org/user/ada/lab?token=t", "https://hub.org/user/ada/", "t");
    row("hub user named lab", "https://hub.org/user/lab/lab", "https://hub.org/user/lab/");
    row("hub below a path", "https://x.org/jh/user/ada%40b.c/tree/n.ipynb",
        "https://x.org/jh/user/ada%40b.c/", "", "n.ipynb");
    row("hub named server", "https://hub.org/user/ada/big/lab/tree/n.ipynb", "https://hub.org/user/ada/big/",
        "", "n.ipynb");
    row("IPv6", "http://[::1]:8888/lab", "http://[::1]:8888/");
    row("no scheme, this machine", "localhost:8888", "http://localhost:8888/");
    row("no scheme, this machine by number", "127.0.0.1:8888/?token=t", "http://127.0.0.1:8888/", "t");
    row("no scheme, IPv6", "[::1]:8888", "http://[::1]:8888/");
    row("no scheme, elsewhere", "example.org:8888/lab", "https://example.org:8888/");
    row("upper case", "HTTPS://Example.ORG/Lab/", "https://example.org/Lab/");
    row("double slashes", "http://h:1//base//lab", "http://h:1/base/");
    row("jupyter server list", "http://localhost:8888/?token=abc :: /home/ada", "http://localhost:8888/",
        "abc");
    row("blanks around", "  \n http://h:1/ \t", "http://h:1/");
    row("angle brackets", "<http://h:1/?token=t>", "http://h:1/", "t");
    row("quotes", "\"http://h:1/lab\"", "http://h:1/");
}

void TestServerAddress::parse_pasted_isNormalised()
{
    QFETCH(QString, pasted);
    const Result<ServerAddress> address = ServerAddress::parse(pasted);
    QVERIFY2(address, qPrintable(address ? QString() : address.error().text()));
    QTEST(address->base.toString(QUrl::FullyEncoded), "base");
    QTEST(address->token, "token");
    QTEST(address->document, "document");
    const Result<ServerAddress> again = ServerAddress::parse(address->id());
    QVERIFY(again && again->base == address->base && again->token.isEmpty());
}

void TestServerAddress::parse_unusable_isRefused_data()
{
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<QString>("part"); ///< of the sentence
    QTest::newRow("empty") << u""_s << u"Enter the address"_s;
    QTest::newRow("blanks") << u"  \n"_s << u"Enter the address"_s;
    QTest::newRow("ftp") << u"ftp://h/?token=SECRET"_s << u"not by ftp"_s;
    QTest::newRow("file") << u"file:///etc/passwd"_s << u"address"_s;
    QTest::newRow("no host") << u"http://:8888/?token=SECRET"_s << u"not an address"_s;
    QTest::newRow("port not a number") << u"http://h:abc/?token=SECRET"_s << u"not an address"_s;
    QTest::newRow("port too large") << u"http://h:65536/?token=SECRET"_s << u"not an address"_s;
    QTest::newRow("port 0") << u"http://h:0/?token=SECRET"_s << u"no port 0"_s;
    QTest::newRow("user and password") << u"http://ada:SECRET@h:1/"_s << u"Leave out"_s;
    QTest::newRow("hub home") << u"https://hub.org/hub/home?token=SECRET"_s << u"JupyterHub itself"_s;
    QTest::newRow("hub spawn") << u"https://hub.org/hub/spawn"_s << u"JupyterHub itself"_s;
    QTest::newRow("hub starting page") << u"https://hub.org/hub/user/ada/lab"_s << u"JupyterHub itself"_s;
    QTest::newRow("user without name") << u"https://hub.org/user/?token=SECRET"_s << u"user's name"_s;
    QTest::newRow("broken IPv6") << u"http://[::1:8888/?token=SECRET"_s << u"not an address"_s;
}

void TestServerAddress::parse_unusable_isRefused()
{
    QFETCH(QString, pasted);
    QFETCH(QString, part);
    const Result<ServerAddress> address = ServerAddress::parse(pasted);
    QVERIFY2(!address, qPrintable(address ? address->base.toString() : QString()));
    QCOMPARE(address.error().code, ErrorCode::InvalidFormat);
    QVERIFY2(address.error().message.contains(part), qPrintable(address.error().text()));
    QVERIFY(!address.error().text().contains("SECRET"_L1));
}

void TestServerAddress::at_path_isBelowTheBase()
{
    const ServerAddress address = ServerAddress::parse(u"https://hub.org/user/ada%40b/lab?token=t"_s).value();
    QCOMPARE(address.at(u"api/contents/"_s + encodedPath(u"a b/ü%?#.ipynb"_s)).toString(QUrl::FullyEncoded),
             u"https://hub.org/user/ada%40b/api/contents/a%20b/%C3%BC%25%3F%23.ipynb"_s);
    QCOMPARE(address.channels(u"k-1"_s, u"s-1"_s).toString(QUrl::FullyEncoded),
             u"wss://hub.org/user/ada%40b/api/kernels/k-1/channels?session_id=s-1"_s);
    const ServerAddress plain = ServerAddress::parse(u"http://[::1]:8888"_s).value();
    QCOMPARE(plain.channels(u"k"_s, u"s"_s).scheme(), u"ws"_s);
    QCOMPARE(plain.displayName(), u"[::1]:8888"_s);
    QCOMPARE(address.displayName(), u"hub.org/user/ada@b"_s);
}

void TestServerAddress::token_anywhere_isNotShown()
{
    const ServerAddress address = ServerAddress::parse(u"http://h:1/b/lab?token=SECRET"_s).value();
    QCOMPARE(address.token, u"SECRET"_s);
    for (const QString& shown :
         {address.displayName(), address.base.toString(), address.at(u"api"_s).toString(),
          address.channels(u"k"_s, u"s"_s).toString()})
        QVERIFY2(!shown.contains("SECRET"_L1), qPrintable(shown));
}

QTEST_GUILESS_MAIN(TestServerAddress)
#include "tst_serveraddress.moc"
