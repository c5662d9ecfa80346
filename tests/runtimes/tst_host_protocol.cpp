// SPDX-License-Identifier: GPL-3.0-or-later
// The host's manners towards clients.
#include <runtimes/wire/socketpath.h>
#include <tests/support/hostfixture.h>

#include <QScopeGuard>
#include <QTest>

#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

class TestHostProtocol : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hello_wrongVersion_isRefusedWithAWayOut();
    void request_beforeHello_isRefused();
    void request_unknownOrWrong_isAnswered_data();
    void request_unknownOrWrong_isAnswered();
    void frames_malformed_closeThatConnectionOnly_data();
    void frames_malformed_closeThatConnectionOnly();
    void requests_manyWithoutReading_areAllAnsweredInOrder();
    void socket_folderAndFile_arePrivate();
    void socket_otherUsersClient_isRefused();
    void socket_otherUsersHost_isRefused();
    void version_isPrinted();

private:
    static void runAsNobody(QProcess& process, const QString& script, const QStringList& arguments);
};

void TestHostProtocol::hello_wrongVersion_isRefusedWithAWayOut()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client(host.socketPath());
    const json answer = client.request({{"op", "hello"}, {"protocol", 99}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeVersion));
    QVERIFY(answer["message"].get<std::string>().contains("version"));
    QVERIFY(client.hello().value("ok", false)); // it may try again
}

void TestHostProtocol::request_beforeHello_isRefused()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client(host.socketPath());
    QCOMPARE(client.request({{"op", "list"}})["code"].get<std::string>(),
             std::string(wire::errorCodeBadRequest));
}

void TestHostProtocol::request_unknownOrWrong_isAnswered_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("code");
    const auto row = [](const char* name, const char* request, std::string_view code) {
        QTest::newRow(name) << QByteArray(request)
                            << QByteArray(code.data(), static_cast<qsizetype>(code.size()));
    };
    row("unknown op", R"({"op":"dance"})", wire::errorCodeBadRequest);
    row("no such kernel", R"({"op":"attach","kernel":"x","after":0})", wire::errorCodeNotFound);
    row("kernel of a wrong type", R"({"op":"attach","kernel":{"a":1}})", wire::errorCodeNotFound);
    row("start without anything", R"({"op":"start"})", wire::errorCodeBadRequest);
    row("argv of numbers", R"({"op":"start","argv":[1,2]})", wire::errorCodeBadRequest);
    row("empty argv", R"({"op":"start","argv":[]})", wire::errorCodeBadRequest);
    row("env of numbers", R"({"op":"start","argv":["/bin/true"],"env":{"A":1}})", wire::errorCodeBadRequest);
    row("env as an array", R"({"op":"start","argv":["/bin/true"],"env":["A"]})", wire::errorCodeBadRequest);
    row("env with an equals sign", R"({"op":"start","argv":["/bin/true"],"env":{"A=B":"x"}})",
        wire::errorCodeBadRequest);
    row("environ of numbers", R"({"op":"specs","environ":{"A":1}})", wire::errorCodeBadRequest);
    row("environ with a null", R"({"op":"start","argv":["/bin/true"],"environ":{"A":null}})",
        wire::errorCodeBadRequest);
    row("environ as a text", R"({"op":"specs","environ":"A=B"})", wire::errorCodeBadRequest);
    row("send to nobody", R"({"op":"send","kernel":"x","channel":"shell"})", wire::errorCodeNotFound);
    row("list without a path", R"({"op":"file_list"})", wire::errorCodeBadRequest);
    row("remove without a path", R"({"op":"file_remove"})", wire::errorCodeBadRequest);
    row("remove a number", R"({"op":"file_remove","path":7})", wire::errorCodeBadRequest);
    row("a relative path", R"({"op":"file_stat","path":"a/b"})", wire::errorCodeBadRequest);
    row("a path with a zero byte", R"({"op":"file_stat","path":"/a\u0000b"})", wire::errorCodeBadRequest);
    row("rename to nothing", R"({"op":"file_rename","path":"/a"})", wire::errorCodeBadRequest);
    row("read before the beginning", R"({"op":"file_read","path":"/etc/passwd","offset":-1,"size":1})",
        wire::errorCodeBadRequest);
    row("read without a size", R"({"op":"file_read","path":"/etc/passwd","offset":0})",
        wire::errorCodeBadRequest);
    row("read a folder", R"({"op":"file_read","path":"/etc","offset":0,"size":1})", wire::errorCodeIo);
    row("upload without a token", R"({"op":"file_begin","path":"/tmp/x"})", wire::errorCodeBadRequest);
    row("a token with a slash", R"({"op":"file_begin","path":"/tmp/x","token":"../a"})",
        wire::errorCodeBadRequest);
    row("write without bytes", R"({"op":"file_write","path":"/tmp/x","token":"a","offset":0})",
        wire::errorCodeBadRequest);
    row("finish what never began", R"({"op":"file_finish","path":"/tmp/x","token":"ab12","size":0})",
        wire::errorCodeNotFound);
    row("forget nobody", R"({"op":"forget"})", wire::errorCodeNotFound);
}

void TestHostProtocol::request_unknownOrWrong_isAnswered()
{
    QFETCH(const QByteArray, request);
    QFETCH(const QByteArray, code);
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json answer = client.request(json::parse(request.toStdString()));
    QCOMPARE(answer["ok"].get<bool>(), false);
    QCOMPARE(answer["code"].get<std::string>(), code.toStdString());
    QVERIFY(!answer["message"].get<std::string>().empty());
    QVERIFY(client.request({{"op", "list"}}).value("ok", false));
}

void TestHostProtocol::frames_malformed_closeThatConnectionOnly_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("two gigabytes claimed") << QByteArray("\x00\x00\x00\x80\x01\x00\x00\x00", 8);
    QTest::newRow("text") << QByteArray("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    QTest::newRow("zeros") << QByteArray(64, '\0');
    QTest::newRow("ones") << QByteArray(64, '\xff');
    const auto frame = [](std::string_view envelope) {
        return QByteArray::fromStdString(wire::encodeFrame(envelope));
    };
    QTest::newRow("not JSON") << frame("not json");
    QTest::newRow("invalid UTF-8") << frame("{\"op\":\"\xff\xfe\",\"id\":1");
    QTest::newRow("an array") << frame("[]");
    QTest::newRow("no op") << frame("{\"id\":1}");
    QTest::newRow("op of a wrong type") << frame("{\"op\":5,\"id\":1}");
    QTest::newRow("no id") << frame("{\"op\":\"list\"}");
    QTest::newRow("id of a wrong type") << frame("{\"op\":\"list\",\"id\":\"x\"}");
    QTest::newRow("nested deep") << frame(std::string(200000, '['));
    const std::string deep = std::string(200000, '[') + std::string(200000, ']');
    QTest::newRow("a field nested deep") << frame("{\"op\":\"start\",\"id\":1,\"env\":" + deep + "}");
}

void TestHostProtocol::frames_malformed_closeThatConnectionOnly()
{
    QFETCH(const QByteArray, bytes);
    HostFixture host;
    QVERIFY(host.start());
    HostClient good = host.connect();
    HostClient bad = host.connect();
    bad.sendRaw(bytes.toStdString());
    const HostEvent error = bad.nextEvent();
    QCOMPARE(error.op(), std::string("error"));
    QVERIFY(!error.envelope["message"].get<std::string>().empty());
    QVERIFY(bad.waitForClose());
    QVERIFY(good.request({{"op", "list"}}).value("ok", false));
}

void TestHostProtocol::requests_manyWithoutReading_areAllAnsweredInOrder()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    constexpr int count = 20000;
    std::thread writer([&] { // the answers are more than the host keeps: it stops reading meanwhile
        for (int i = 1; i <= count; ++i)
            client.sendRequest(100000 + i, {{"op", "list"}});
    });
    const auto stopWriter = qScopeGuard([&] {
        client.shutDown(); // a writer that nobody reads from would wait for ever
        writer.join();
    });
    bool inOrder = true;
    QVERIFY(waitUntil([&] { return host.connect().isOpen(); })); // others are served
    for (int i = 1; i <= count && inOrder; ++i)
        inOrder = client.nextEvent().envelope.value("id", 0) == 100000 + i;
    QVERIFY(inOrder);
    const long memory = host.memoryKb("VmHWM");
    QVERIFY2(sanitized || memory < 60 * 1024, qPrintable(QString::number(memory)));
}

void TestHostProtocol::socket_folderAndFile_arePrivate()
{
    HostFixture host;
    QVERIFY(host.start());
    struct stat info{};
    QCOMPARE(stat(host.socketPath().c_str(), &info), 0);
    QCOMPARE(info.st_mode & 0777u, 0600u);
    QCOMPARE(stat(host.folder(QStringLiteral("h")).toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777u, 0700u);
}

void TestHostProtocol::runAsNobody(QProcess& process, const QString& script, const QStringList& arguments)
{
    process.setChildProcessModifier([] {
        constexpr uid_t nobody = 65534;
        if (setgroups(0, nullptr) != 0 || setresgid(nobody, nobody, nobody) != 0 ||
            setresuid(nobody, nobody, nobody) != 0)
            _exit(77);
    });
    process.start(QStringLiteral("python3"),
                  QStringList{QStringLiteral("-S"), QStringLiteral("-c"), script} + arguments);
}

void TestHostProtocol::socket_otherUsersClient_isRefused()
{
    if (geteuid() != 0) QSKIP("only root can be another user");
    HostFixture host;
    QVERIFY(host.start());
    // Let in as far as the folders go: what refuses is the check of the credentials.
    const QByteArray path = QByteArray::fromStdString(host.socketPath());
    QCOMPARE(chmod(host.folder().toUtf8().constData(), 0711), 0);
    QCOMPARE(chmod(host.folder(QStringLiteral("h")).toUtf8().constData(), 0711), 0);
    QCOMPARE(chmod(path.constData(), 0666), 0);
    QProcess client;
    runAsNobody(client,
                QStringLiteral("import socket, sys\n"
                               "s = socket.socket(socket.AF_UNIX)\n"
                               "s.connect(sys.argv[1])\n"
                               "try: print('got', len(s.recv(1)))\n"
                               "except ConnectionResetError: print('got 0')\n"),
                {QString::fromUtf8(path)});
    QVERIFY(client.waitForFinished());
    if (client.exitCode() == 77) QSKIP("this root cannot become another user");
    QCOMPARE(client.readAllStandardOutput(), QByteArray("got 0\n"));
    QVERIFY(
        waitUntil([&] { return host.log().contains(QStringLiteral("refused a client of another user")); }));
    QVERIFY(host.connect().isOpen());
}

void TestHostProtocol::socket_otherUsersHost_isRefused()
{
    if (geteuid() != 0) QSKIP("only root can be another user");
    const QTemporaryDir folder(QStringLiteral("/tmp/cahier-XXXXXX"));
    QCOMPARE(chmod(folder.path().toUtf8().constData(), 0777), 0);
    const QString path = folder.filePath(QStringLiteral("host.sock"));
    QProcess listener;
    runAsNobody(listener,
                QStringLiteral("import socket, sys\n"
                               "s = socket.socket(socket.AF_UNIX)\n"
                               "s.bind(sys.argv[1])\n"
                               "s.listen()\n"
                               "print('listens', flush=True)\n"
                               "sys.stdin.read()\n"),
                {path});
    const bool listens = listener.waitForReadyRead();
    if (!listens && listener.exitCode() == 77) QSKIP("this root cannot become another user");
    QVERIFY(listens);
    const auto connected = wire::connectToHost(path.toStdString());
    QVERIFY(!connected);
    QVERIFY2(connected.error().message.contains("another user"), connected.error().message.c_str());
    listener.closeWriteChannel();
    QVERIFY(listener.waitForFinished());
}

void TestHostProtocol::version_isPrinted()
{
    QProcess process;
    process.start(hostProgram(), {QStringLiteral("--version")});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput(), QByteArray("cahier-host " CAHIER_VERSION "\n"));
    process.start(hostProgram(), {QStringLiteral("nonsense")});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 2);
}

QTEST_GUILESS_MAIN(TestHostProtocol)
#include "tst_host_protocol.moc"
