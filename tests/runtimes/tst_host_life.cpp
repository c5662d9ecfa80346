// SPDX-License-Identifier: GPL-3.0-or-later
// How a host begins, ends, and finds what another one left.
#include <runtimes/wire/socketpath.h>
#include <tests/support/hostfixture.h>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTest>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

class TestHostLife : public QObject {
    Q_OBJECT
private Q_SLOTS:
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
    void daemon_inheritedDescriptors_areClosed();

private:
    static void makeOld(const QString& path);
    /// A kernel of a host that was killed since; its id.
    static std::string kernelOfKilledHost(HostFixture& host);
};

void TestHostLife::serve_second_findsTheFirst()
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

void TestHostLife::serve_afterKill_takesOver()
{
    HostFixture host;
    QVERIFY(host.start());
    const json first = host.connect().hello();
    host.kill();
    QVERIFY(QFile::exists(QString::fromStdString(host.socketPath())));
    QVERIFY(host.start());
    QVERIFY(host.connect().hello()["host"] != first["host"]);
}

void TestHostLife::serve_openFolder_isRefused()
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

void TestHostLife::daemon_returnsOnceItListens_endsWhenIdle()
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

void TestHostLife::attach_program_startsHostAndCopiesBothWays()
{
    HostFixture host;
    QProcess process;
    HostClient client = host.connectThrough(process);
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

void TestHostLife::attach_hostJustEnding_startsAnother()
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

void TestHostLife::idle_noClientEver_endsTheHost()
{
    HostFixture host;
    QProcess process;
    process.setProcessEnvironment(host.environment);
    process.start(hostProgram(),
                  {QStringLiteral("serve"), QStringLiteral("--idle-exit"), QStringLiteral("0")});
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitCode(), 0);
}

void TestHostLife::idle_clientOrKernel_keepsTheHost()
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

void TestHostLife::idle_deadKernel_doesNotKeepTheHost()
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

void TestHostLife::terminate_host_endsItsKernels()
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

void TestHostLife::kill_host_kernelsDieJournalStays()
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

void TestHostLife::kill_host_helpersOfKernelsAreEnded()
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

std::string TestHostLife::kernelOfKilledHost(HostFixture& host)
{
    if (!host.start()) return {};
    HostClient client = host.connect();
    const std::string kernel = client.startKernel(scripted());
    client.execute(kernel, "keep-1", "busy\nstream kept\nreply\nidle");
    const bool ran = !client.collect("keep-1").empty();
    host.kill();
    return ran ? kernel : std::string();
}

void TestHostLife::makeOld(const QString& path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(-8), QFileDevice::FileModificationTime));
}

void TestHostLife::restart_host_onlyRuntimeFoldersAreRemoved()
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

void TestHostLife::restart_host_oldRecordNewJournal_isKept()
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

void TestHostLife::restart_host_oldDeadKernel_isDropped()
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

void TestHostLife::restart_host_tornRecord_isRebuilt()
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

void TestHostLife::journal_bound_isSaidAsGap()
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

void TestHostLife::daemon_inheritedDescriptors_areClosed()
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

QTEST_GUILESS_MAIN(TestHostLife)
#include "tst_host_life.moc"
