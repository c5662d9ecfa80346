// SPDX-License-Identifier: GPL-3.0-or-later
// The host's life and its manners towards clients.
#include <runtimes/wire/socketpath.h>
#include <tests/support/hostfixture.h>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QScopeGuard>
#include <QTest>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
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
    void serve_second_findsTheFirst();
    void serve_afterKill_takesOver();
    void serve_openFolder_isRefused();
    void daemon_returnsOnceItListens_endsWhenIdle();
    void attach_program_startsHostAndCopiesBothWays();
    void attach_hostJustEnding_startsAnother();
    void idle_noClientEver_endsTheHost();
    void idle_clientOrKernel_keepsTheHost();
    void idle_deadKernel_doesNotKeepTheHost();
    void terminate_host_endsItsKernels();
    void kill_host_kernelsDieJournalStays();
    void kill_host_helpersOfKernelsAreEnded();
    void restart_host_onlyRuntimeFoldersAreRemoved();
    void restart_host_oldRecordNewJournal_isKept();
    void restart_host_oldDeadKernel_isDropped();
    void restart_host_tornRecord_isRebuilt();
    void journal_bound_isSaidAsGap();
    void environ_ofARequest_replacesTheHosts();
    void environ_ofSpecs_isWhereTheyAreLookedFor();
    void daemon_inheritedDescriptors_areClosed();
    void start_noPython_saysWhatToDo();
    void start_pythonWithoutIpykernel_namesItAndTheCommand();
    void start_pythonFoundByProbing_isOffered();
    void start_unknownSpec_listsInstalled();
    void start_badArgv_saysProgramAndPath();
    void start_specWithMissingModule_saysTheCommand();
    void version_isPrinted();

private:
    static void writeScript(const QString& path, const QByteArray& text);
    static void writeSpec(const HostFixture& host, const QString& name, const json& spec);
    /// A kernel of a host that was killed since; its id.
    static std::string kernelOfKilledHost(HostFixture& host);
    static void makeOld(const QString& path);
    static void runAsNobody(QProcess& process, const QString& script, const QStringList& arguments);
};

void TestHostProtocol::writeScript(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestHostProtocol::writeSpec(const HostFixture& host, const QString& name, const json& spec)
{
    const QString folder = host.folder(QStringLiteral(".local/share/jupyter/kernels/") + name);
    QVERIFY(QDir().mkpath(folder));
    QFile file(folder + QStringLiteral("/kernel.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray::fromStdString(spec.dump()));
}

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

void TestHostProtocol::serve_second_findsTheFirst()
{
    HostFixture host;
    QVERIFY(host.start());
    QProcess second;
    second.setProcessEnvironment(host.environment);
    second.start(hostProgram(), {QStringLiteral("serve")});
    QVERIFY(second.waitForFinished());
    QCOMPARE(second.exitCode(), 0);
    QVERIFY(host.connect().isOpen());
}

void TestHostProtocol::serve_afterKill_takesOver()
{
    HostFixture host;
    QVERIFY(host.start());
    const json first = host.connect().hello();
    host.kill();
    QVERIFY(QFile::exists(QString::fromStdString(host.socketPath())));
    QVERIFY(host.start());
    QVERIFY(host.connect().hello()["host"] != first["host"]);
}

void TestHostProtocol::serve_openFolder_isRefused()
{
    HostFixture host;
    QFile::setPermissions(host.folder(QStringLiteral("h")), QFile::ReadOwner | QFile::WriteOwner |
                                                                QFile::ExeOwner | QFile::ReadOther |
                                                                QFile::ExeOther);
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.start(hostProgram(), {QStringLiteral("serve"), QStringLiteral("--daemon")});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(process.readAllStandardError().contains("chmod 700"));
}

void TestHostProtocol::daemon_returnsOnceItListens_endsWhenIdle()
{
    HostFixture host;
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.start(hostProgram(), {QStringLiteral("serve"), QStringLiteral("--daemon"),
                                  QStringLiteral("--idle-exit"), QStringLiteral("0")});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardOutput().isEmpty());
    HostClient client(host.socketPath());
    QVERIFY(client.isOpen());
    const qint64 pid = client.hello()["pid"].get<qint64>();
    QCOMPARE(getsid(static_cast<pid_t>(pid)) == getsid(0), false);
    client.close();
    QVERIFY(waitUntil([&] { return !processLives(pid); }));
    QVERIFY(!QFile::exists(QString::fromStdString(host.socketPath())));
}

void TestHostProtocol::attach_program_startsHostAndCopiesBothWays()
{
    HostFixture host;
    std::array<int, 2> in{}, out{};
    QCOMPARE(pipe2(in.data(), O_CLOEXEC), 0);
    QCOMPARE(pipe2(out.data(), O_CLOEXEC), 0);
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.setChildProcessModifier([&] {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
    });
    process.setInputChannelMode(QProcess::ForwardedInputChannel);
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(hostProgram(), {QStringLiteral("attach")});
    QVERIFY(process.waitForStarted());
    ::close(in[0]);
    ::close(out[1]);
    HostClient client;
    client.useFds(out[0], in[1]);
    const json answer = client.hello();
    QVERIFY(answer.value("ok", false));
    const std::string kernel = client.startKernel(scripted());
    QVERIFY(!kernel.empty());
    client.execute(kernel, "big-1", "busy\nburst 200000\nreply\nidle");
    const auto events = client.collect("big-1");
    const auto stream =
        std::ranges::find_if(events, [](const HostEvent& event) { return event.type() == "stream"; });
    QVERIFY(stream != events.end());
    QVERIFY(stream->content()["text"].get<std::string>().ends_with("199999\n"));
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    client.close();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const qint64 pid = answer["pid"].get<qint64>();
    QVERIFY(processLives(pid)); // the host outlives its client
    ::kill(static_cast<pid_t>(pid), SIGTERM);
    QVERIFY(waitUntil([&] { return !processLives(pid); }));
}

void TestHostProtocol::attach_hostJustEnding_startsAnother()
{
    HostFixture host;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = host.socketPath();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QCOMPARE(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    QCOMPARE(listen(listener, 1), 0);
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.start(hostProgram(), {QStringLiteral("attach")});
    QVERIFY(process.waitForStarted());
    process.write(QByteArray::fromStdString(wire::encodeFrame(
        json({{"op", "hello"}, {"id", 1}, {"protocol", wire::protocolVersion}, {"client", "t"}}).dump())));
    QVERIFY(process.waitForBytesWritten());
    // A host that ends: what it was told goes unanswered.
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    QVERIFY(connection >= 0);
    pollfd item{connection, POLLIN, 0};
    QCOMPARE(poll(&item, 1, HostClient::patienceMs), 1);
    ::close(listener);
    QVERIFY(QFile::remove(QString::fromStdString(path)));
    ::close(connection);

    QByteArray answer;
    while (!answer.contains("\"host\"") && process.waitForReadyRead(HostClient::patienceMs))
        answer += process.readAllStandardOutput();
    QVERIFY(answer.contains("\"ok\":true"));
    const qint64 pid = host.connect().hello()["pid"].get<qint64>();
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    ::kill(static_cast<pid_t>(pid), SIGTERM);
    QVERIFY(waitUntil([&] { return !processLives(pid); }));
}

void TestHostProtocol::idle_noClientEver_endsTheHost()
{
    HostFixture host;
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.start(hostProgram(),
                  {QStringLiteral("serve"), QStringLiteral("--idle-exit"), QStringLiteral("0")});
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitCode(), 0);
}

void TestHostProtocol::idle_clientOrKernel_keepsTheHost()
{
    HostFixture host;
    host.arguments = {QStringLiteral("--idle-exit"), QStringLiteral("1")};
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(!host.waitForEnd(1500)); // a client
    const std::string kernel = client.startKernel(scripted());
    client.close();
    QVERIFY(!host.waitForEnd(1500)); // a kernel
    client = host.connect();
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    client.close();
    QVERIFY(host.waitForEnd(10000));
}

void TestHostProtocol::idle_deadKernel_doesNotKeepTheHost()
{
    HostFixture host;
    host.arguments = {QStringLiteral("--idle-exit"), QStringLiteral("1")};
    QVERIFY(host.start());
    HostClient client = host.connect();
    const std::string kernel = client.startKernel(scripted());
    client.execute(kernel, "die-1", "busy\nstream last\ndie 9");
    QVERIFY(!client.waitForState("dead").op().empty());
    client.close();
    QVERIFY(host.waitForEnd(10000));
    QVERIFY(host.start()); // and the next one still has it, with its own reason
    client = host.connect();
    const json info = client.request({{"op", "list"}})["kernels"][0];
    QCOMPARE(info["kernel"].get<std::string>(), kernel);
    QCOMPARE(info["state"].get<std::string>(), std::string("dead"));
    QCOMPARE(info["reason"].get<std::string>(), std::string("kernel killed, signal 9"));
    QVERIFY(client.request({{"op", "forget"}, {"kernel", kernel}}).value("ok", false));
    QVERIFY(client.request({{"op", "list"}})["kernels"].empty());
}

void TestHostProtocol::terminate_host_endsItsKernels()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(!client.startKernel(scripted()).empty());
    const qint64 kernel = client.request({{"op", "list"}})["kernels"][0]["pid"].get<qint64>();
    host.terminate();
    QCOMPARE(client.waitForState("dead").envelope["reason"].get<std::string>(),
             std::string("the host was told to end"));
    QVERIFY(waitUntil([&] { return !processLives(kernel); }));
    QVERIFY(QDir(host.folder(QStringLiteral("h"))).entryList({QStringLiteral("k*")}, QDir::Dirs).isEmpty());
}

void TestHostProtocol::kill_host_kernelsDieJournalStays()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const std::string kernel = client.startKernel(scripted());
    const qint64 pid = client.request({{"op", "list"}})["kernels"][0]["pid"].get<qint64>();
    const json sent = client.execute(kernel, "keep-1", "busy\nstream kept\nreply\nidle");
    const std::uint64_t last = client.collect("keep-1").back().seq();
    host.kill();
    QVERIFY(waitUntil([&] { return !processLives(pid); }));
    QVERIFY(host.start());
    client = host.connect(); // what it answers comes after the host put its folders in order
    QVERIFY(QDir(host.folder(QStringLiteral("h"))).entryList({QStringLiteral("k*")}, QDir::Dirs).isEmpty());
    const json info = client.request({{"op", "list"}})["kernels"][0];
    QCOMPARE(info["state"].get<std::string>(), std::string("dead"));
    QCOMPARE(info["reason"].get<std::string>(), std::string("the host process ended unexpectedly"));
    QCOMPARE(info["last"].get<std::uint64_t>(), last + 1);
    client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    QCOMPARE(client.collect("keep-1").back().seq(), last);
    const HostEvent dead = client.nextEvent();
    QCOMPARE(dead.state(), std::string("dead"));
    QCOMPARE(dead.seq(), last + 1);
    // A client that does not know whether its request arrived asks again: it is told that it did.
    const json again = client.execute(kernel, "keep-1", "x");
    QVERIFY(again.value("duplicate", false));
    QCOMPARE(again["seq"].get<std::uint64_t>(), sent["seq"].get<std::uint64_t>());
    QCOMPARE(client.execute(kernel, "keep-2", "x")["code"].get<std::string>(),
             std::string(wire::errorCodeDead));
    QCOMPARE(client.request({{"op", "restart"}, {"kernel", kernel}})["code"].get<std::string>(),
             std::string(wire::errorCodeDead));
    QVERIFY(client.request({{"op", "forget"}, {"kernel", kernel}}).value("ok", false));
    QVERIFY(waitUntil([&] { return !QDir(host.journalFolder(kernel)).exists(); }));
}

void TestHostProtocol::kill_host_helpersOfKernelsAreEnded()
{
    HostFixture host;
    QVERIFY(host.start());
    const QString pidFile = host.folder(QStringLiteral("helper"));
    const QString script = host.folder(QStringLiteral("wrapper"));
    // A wrapper that stays in front of the kernel: the host's death reaches only the wrapper itself.
    writeScript(script, "#!/bin/sh\nsleep 1000 &\necho $! > " + pidFile.toUtf8() + "\n\"$@\"\n");
    HostClient client = host.connect();
    json start = scripted();
    start["argv"].insert(start["argv"].begin(), script.toStdString());
    QVERIFY(!client.startKernel(start).empty());
    QFile file(pidFile);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const qint64 helper = file.readAll().trimmed().toLongLong();
    QVERIFY(processLives(helper));
    host.kill();
    QVERIFY(host.start());
    QVERIFY(waitUntil([&] { return !processLives(helper); }));
}

std::string TestHostProtocol::kernelOfKilledHost(HostFixture& host)
{
    if (!host.start()) return {};
    HostClient client = host.connect();
    const std::string kernel = client.startKernel(scripted());
    client.execute(kernel, "keep-1", "busy\nstream kept\nreply\nidle");
    const bool ran = !client.collect("keep-1").empty();
    host.kill();
    return ran ? kernel : std::string();
}

void TestHostProtocol::makeOld(const QString& path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(-8), QFileDevice::FileModificationTime));
}

void TestHostProtocol::restart_host_onlyRuntimeFoldersAreRemoved()
{
    HostFixture host;
    const QDir folder(host.folder(QStringLiteral("h")));
    const QStringList others = {QStringLiteral("keep"), QStringLiteral("k0123456"),
                                QStringLiteral("k0123456789"), QStringLiteral("kABCDEF01")};
    for (const QString& name : others)
        QVERIFY(folder.mkpath(name));
    QVERIFY(folder.mkpath(QStringLiteral("k01234abc")));
    QVERIFY(host.start());
    QVERIFY(host.connect().isOpen()); // what it answers comes after the host put its folders in order
    for (const QString& name : others)
        QVERIFY2(folder.exists(name), qPrintable(name));
    QVERIFY(!folder.exists(QStringLiteral("k01234abc")));
}

void TestHostProtocol::restart_host_oldRecordNewJournal_isKept()
{
    HostFixture host;
    const std::string kernel = kernelOfKilledHost(host);
    QVERIFY(!kernel.empty());
    makeOld(host.journalFolder(kernel) + QStringLiteral("/kernel.json"));
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json kernels = client.request({{"op", "list"}})["kernels"];
    QCOMPARE(kernels.size(), std::size_t{1});
    QCOMPARE(kernels[0]["kernel"].get<std::string>(), kernel);
}

void TestHostProtocol::restart_host_oldDeadKernel_isDropped()
{
    HostFixture host;
    const std::string kernel = kernelOfKilledHost(host);
    QVERIFY(!kernel.empty());
    const QDir folder(host.journalFolder(kernel));
    for (const QString& name : folder.entryList(QDir::Files))
        makeOld(folder.filePath(name));
    QVERIFY(host.start());
    QVERIFY(host.connect().request({{"op", "list"}})["kernels"].empty());
    QVERIFY(!folder.exists());
}

void TestHostProtocol::restart_host_tornRecord_isRebuilt()
{
    HostFixture host;
    const std::string kernel = kernelOfKilledHost(host);
    QVERIFY(!kernel.empty());
    QFile record(host.journalFolder(kernel) + QStringLiteral("/kernel.json"));
    QVERIFY(record.resize(0));
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json kernels = client.request({{"op", "list"}})["kernels"];
    QCOMPARE(kernels.size(), std::size_t{1});
    QCOMPARE(kernels[0]["kernel"].get<std::string>(), kernel);
    QCOMPARE(kernels[0]["reason"].get<std::string>(), std::string("the host process ended unexpectedly"));
    client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    const HostEvent kept = client.waitFor([](const HostEvent& event) { return event.type() == "stream"; });
    QCOMPARE(kept.content()["text"].get<std::string>(), std::string("kept\n"));
    QVERIFY(record.size() > 0); // and it is there for the next host
}

void TestHostProtocol::journal_bound_isSaidAsGap()
{
    HostFixture host;
    host.arguments = {QStringLiteral("--journal-limit"), QStringLiteral("1000000")};
    QVERIFY(host.start());
    HostClient client = host.connect();
    const std::string kernel = client.startKernel(scripted());
    constexpr int cells = 10;
    for (int i = 0; i < cells; ++i) {
        const std::string id = "flood-" + std::to_string(i);
        client.execute(kernel, id, "busy\nflood 500 1000\nreply\nidle");
        QVERIFY(client.collect(id).size() >= 504); // who keeps up gets everything
    }
    HostClient late = host.connect();
    const json attached = late.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    const std::uint64_t last = attached["last"].get<std::uint64_t>();
    std::uint64_t next = 1, gone = 0, outputs = 0;
    int replies = 0;
    while (next <= last) {
        const HostEvent event = late.nextEvent();
        QVERIFY(!event.op().empty());
        if (event.op() == "gap") {
            QCOMPARE(event.envelope["from"].get<std::uint64_t>(), next);
            gone += event.envelope["outputs"].get<std::uint64_t>();
            next = event.envelope["to"].get<std::uint64_t>() + 1;
            continue;
        }
        QCOMPARE(event.seq(), next++);
        outputs += event.type() == "stream" ? 1 : 0;
        replies += event.type() == "execute_reply" ? 1 : 0;
    }
    QCOMPARE(gone + outputs, static_cast<std::uint64_t>(cells * 500));
    QVERIFY(gone > 2000);
    QCOMPARE(replies, cells);
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostProtocol::environ_ofARequest_replacesTheHosts()
{
    HostFixture host;
    host.environment.insert(QStringLiteral("CAHIER_TEST_HOST"), QStringLiteral("host"));
    QVERIFY(host.start());
    HostClient client = host.connect();
    const QString script = host.folder(QStringLiteral("wrapper"));
    writeScript(script, "#!/bin/sh\nenv >&2\nexit 5\n");
    const auto environmentOf = [&](json start) {
        start["op"] = "start";
        start["argv"] = {script.toStdString()};
        client.request({{"op", "attach"}, {"kernel", client.request(start)["kernel"]}, {"after", 0}});
        return "\n" + client.waitForState("dead").envelope["stderr"].get<std::string>();
    };
    const std::string path = qgetenv("PATH").toStdString();
    const std::string replaced = environmentOf({{"environ",
                                                 {{"PATH", path},
                                                  {"CAHIER_TEST_OWN", "mine"},
                                                  {"CAHIER_TEST_OVER", "below"},
                                                  {"JPY_PARENT_PID", "1"}}},
                                                {"env", {{"CAHIER_TEST_OVER", "above"}}}});
    QVERIFY(replaced.contains("\nCAHIER_TEST_OWN=mine\n"));
    QVERIFY(replaced.contains("\nCAHIER_TEST_OVER=above\n"));
    QVERIFY(!replaced.contains("CAHIER_TEST_HOST"));
    QVERIFY(!replaced.contains("JPY_PARENT_PID"));
    QVERIFY(environmentOf({}).contains("\nCAHIER_TEST_HOST=host\n"));
}

void TestHostProtocol::environ_ofSpecs_isWhereTheyAreLookedFor()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const QString folder = host.folder(QStringLiteral("mine/special"));
    QVERIFY(QDir().mkpath(folder));
    QFile file(folder + QStringLiteral("/kernel.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"argv":["/bin/true"],"display_name":"Special","language":"python"})");
    file.close();
    const json variables = {{"CAHIER_KERNEL_PATH", host.folder(QStringLiteral("mine")).toStdString()}};
    const json specs = client.request({{"op", "specs"}, {"environ", variables}})["specs"];
    QCOMPARE(specs.size(), std::size_t{1});
    QCOMPARE(specs[0]["name"].get<std::string>(), std::string("special"));
    QVERIFY(!client.request({{"op", "specs"}})["specs"].dump().contains("special"));
    QVERIFY(
        client.request({{"op", "start"}, {"spec", "special"}, {"environ", variables}}).value("ok", false));
}

void TestHostProtocol::daemon_inheritedDescriptors_areClosed()
{
    HostFixture host;
    std::array<int, 2> inherited{};
    QCOMPARE(pipe2(inherited.data(), O_CLOEXEC), 0);
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.setChildProcessModifier([&] { fcntl(inherited[1], F_SETFD, 0); });
    process.start(hostProgram(), {QStringLiteral("serve"), QStringLiteral("--daemon"),
                                  QStringLiteral("--idle-exit"), QStringLiteral("0")});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    ::close(inherited[1]);
    HostClient client = host.connect(); // the host lives, and nobody holds the pipe
    pollfd item{inherited[0], POLLIN, 0};
    QCOMPARE(poll(&item, 1, HostClient::patienceMs), 1);
    QVERIFY(item.revents & POLLHUP);
    QVERIFY(client.hello().value("ok", false));
    ::close(inherited[0]);
}

void TestHostProtocol::start_noPython_saysWhatToDo()
{
    HostFixture host;
    host.environment.insert(QStringLiteral("CAHIER_KERNEL_PATH"), host.folder(QStringLiteral("none")));
    host.environment.insert(QStringLiteral("PATH"), host.folder(QStringLiteral("empty")));
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(client.hello()["problems"].dump().contains("No Python was found"));
    const json answer = client.request({{"op", "start"}, {"spec", "python3"}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(answer["message"].get<std::string>().contains("No Python was found"));
    QVERIFY(answer["detail"].get<std::string>().contains(host.folder(QStringLiteral("empty")).toStdString()));
}

void TestHostProtocol::start_pythonWithoutIpykernel_namesItAndTheCommand()
{
    HostFixture host;
    const QString bin = host.folder(QStringLiteral("bin"));
    QVERIFY(QDir().mkpath(bin));
    writeScript(bin + QStringLiteral("/python3"),
                "#!/bin/sh\necho \"No module named ipykernel\" >&2\nexit 1\n");
    host.environment.insert(QStringLiteral("CAHIER_KERNEL_PATH"), host.folder(QStringLiteral("none")));
    host.environment.insert(QStringLiteral("PATH"), bin);
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json answer = client.request({{"op", "start"}, {"spec", "python3"}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    const std::string python = bin.toStdString() + "/python3";
    QCOMPARE(answer["message"].get<std::string>(),
             python + " has no ipykernel. Install it with: " + python + " -m pip install ipykernel");
    QVERIFY(answer["detail"].get<std::string>().contains("No module named ipykernel"));
}

void TestHostProtocol::start_pythonFoundByProbing_isOffered()
{
    HostFixture host;
    const QString bin = host.folder(QStringLiteral("bin"));
    QVERIFY(QDir().mkpath(bin));
    writeScript(bin + QStringLiteral("/python3"), "#!/bin/sh\nexit 1\n"); // the first on PATH has none
    host.environment.insert(QStringLiteral("CAHIER_KERNEL_PATH"), host.folder(QStringLiteral("none")));
    host.environment.insert(QStringLiteral("PATH"), bin + QStringLiteral(":/usr/bin:/bin"));
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json specs = client.hello()["specs"];
    QCOMPARE(specs.size(), std::size_t{1});
    QCOMPARE(specs[0]["name"].get<std::string>(), std::string("python3"));
    QCOMPARE(specs[0]["resource_dir"].get<std::string>(), std::string());
    const std::string kernel = client.startKernel({{"spec", "python3"}});
    QVERIFY(!kernel.empty());
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
}

void TestHostProtocol::start_unknownSpec_listsInstalled()
{
    HostFixture host;
    writeSpec(host, QStringLiteral("MyKernel"),
              {{"argv", {"/bin/true"}}, {"display_name", "Mine"}, {"language", "x"}});
    QVERIFY(QDir().mkpath(host.folder(QStringLiteral(".local/share/jupyter/kernels/broken"))));
    QFile broken(host.folder(QStringLiteral(".local/share/jupyter/kernels/broken/kernel.json")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("{");
    broken.close();
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json hello = client.hello();
    QVERIFY(hello["problems"].dump().contains("broken"));
    const json answer = client.request({{"op", "start"}, {"spec", "julia"}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(answer["message"].get<std::string>().contains("“julia”"));
    QVERIFY(answer["message"].get<std::string>().contains("mykernel"));
    QVERIFY(answer["detail"].get<std::string>().contains("jupyter/kernels"));
}

void TestHostProtocol::start_badArgv_saysProgramAndPath()
{
    HostFixture host;
    const QString script = host.folder(QStringLiteral("no-interpreter"));
    writeScript(script, "#!/does/not/exist\n");
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json missing = client.request({{"op", "start"}, {"argv", {"no-such-program-at-all"}}});
    QCOMPARE(missing["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(missing["message"].get<std::string>().contains("no-such-program-at-all"));
    QVERIFY(missing["detail"].get<std::string>().contains("PATH: "));
    const json broken = client.request({{"op", "start"}, {"argv", {script.toStdString()}}});
    QCOMPARE(broken["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(broken["message"].get<std::string>().contains("No such file"));
    QVERIFY(client.request({{"op", "list"}})["kernels"].empty());
}

void TestHostProtocol::start_specWithMissingModule_saysTheCommand()
{
    HostFixture host;
    writeSpec(
        host, QStringLiteral("nomodule"),
        {{"argv", {"python3", "-S", "-c", "import sys; sys.exit('No module named ipykernel_launcher')"}},
         {"language", "python"}});
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json answer = client.request({{"op", "start"}, {"spec", "nomodule"}});
    client.request({{"op", "attach"}, {"kernel", answer["kernel"]}, {"after", 0}});
    const HostEvent dead = client.waitForState("dead");
    QVERIFY(dead.envelope["reason"].get<std::string>().contains("has no ipykernel. Install it with: "));
    QCOMPARE(dead.envelope["exit"].get<int>(), 1);
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
