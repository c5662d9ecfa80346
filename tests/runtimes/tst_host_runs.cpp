// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that clients run, as a client of the host sees them (hostprotocol.h, Programs).
#include <tests/support/hostfixture.h>

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <csignal>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

namespace {

json shell(const char* token, const std::string& script)
{
    return {{"op", "run"}, {"token", token}, {"argv", {"sh", "-c", script}}};
}

bool isOk(const json& answer)
{
    return answer.is_object() && answer.value("ok", false);
}

/// What reading gives from an offset on, once.
std::string readOnce(HostClient& client, const char* token, std::uint64_t offset)
{
    if (!isOk(client.request({{"op", "run_read"}, {"token", token}, {"offset", offset}}))) return "(refused)";
    return client.lastParts().empty() ? std::string("(no part)") : client.lastParts().front();
}

struct Whole {
    std::string output;
    json end; ///< the answer that told of it
};

/// Reads on to the end.
Whole readAll(HostClient& client, const char* token, std::string before = {})
{
    Whole whole{std::move(before), {}};
    for (;;) {
        const json answer =
            client.request({{"op", "run_read"}, {"token", token}, {"offset", whole.output.size()}});
        if (!isOk(answer) || client.lastParts().empty()) return whole;
        whole.output += client.lastParts().front();
        if (!answer.contains("exit") && !answer.contains("signal")) continue;
        whole.end = answer;
        return whole;
    }
}

} // namespace

class TestHostRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void run_sameToken_isTheSameRun();
    void run_malformed_isRefused_data();
    void run_malformed_isRefused();
    void read_withoutTaking_givesTheSame();
    void read_wrongOffset_isRefused();
    void read_unknown_isNotFound();
    void read_nothingThere_isAnsweredAfterAWhile();
    void read_secondReader_takesOver();
    void read_notTaken_programWaits();
    void signal_end_isTold();
    void release_running_endsItForGood();
    void client_lost_mayComeBack();
    void client_lostForGood_endsItsRun();
    void idle_run_keepsTheHost();
    void terminate_host_endsItsRuns();
};

void TestHostRuns::run_sameToken_isTheSameRun()
{
    HostFixture host;
    QVERIFY(host.start());
    const std::string file = host.folder(QStringLiteral("count")).toStdString();
    HostClient client = host.connect();
    HostClient other = host.connect();
    const json request = shell("a1", "echo once >> '" + file + "'; echo done");
    QVERIFY(isOk(client.request(request)));
    QVERIFY(isOk(client.request(request)));
    QVERIFY(isOk(other.request(request)));
    QCOMPARE(readAll(other, "a1").output, std::string("done\n"));
    QVERIFY(isOk(client.request(request))); // it has ended, and is not released
    QFile counted(QString::fromStdString(file));
    QVERIFY(counted.open(QIODevice::ReadOnly));
    QCOMPARE(counted.readAll(), QByteArray("once\n"));
}

void TestHostRuns::run_malformed_isRefused_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("no token") << QByteArray(R"({"argv":["true"]})");
    QTest::newRow("no digits") << QByteArray(R"({"token":"../a","argv":["true"]})");
    QTest::newRow("no program") << QByteArray(R"({"token":"a1"})");
    QTest::newRow("empty program") << QByteArray(R"({"token":"a1","argv":[""]})");
    QTest::newRow("number") << QByteArray(R"({"token":"a1","argv":["true",1]})");
    QTest::newRow("zero byte") << QByteArray(R"({"token":"a1","argv":["true","\u0000"]})");
    QTest::newRow("environment") << QByteArray(R"({"token":"a1","argv":["true"],"env":{"A=B":"c"}})");
    QTest::newRow("relative folder") << QByteArray(R"({"token":"a1","argv":["true"],"cwd":"here"})");
}

void TestHostRuns::run_malformed_isRefused()
{
    QFETCH(const QByteArray, request);
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    json fields = json::parse(request.toStdString());
    fields["op"] = "run";
    const json answer = client.request(fields);
    QVERIFY(!isOk(answer));
    QCOMPARE(answer.value("code", ""), std::string(wire::errorCodeBadRequest));
}

void TestHostRuns::read_withoutTaking_givesTheSame()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(isOk(client.request(shell("a1", "printf hello; exec sleep 60"))));
    QCOMPARE(readOnce(client, "a1", 0), std::string("hello"));
    QCOMPARE(readOnce(client, "a1", 0), std::string("hello")); // as after an answer that was lost
    QCOMPARE(readOnce(client, "a1", 2), std::string("llo"));
}

void TestHostRuns::read_wrongOffset_isRefused()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(isOk(client.request(shell("a1", "printf hello; exec sleep 60"))));
    QCOMPARE(readOnce(client, "a1", 0), std::string("hello"));
    QCOMPARE(readOnce(client, "a1", 4), std::string("o"));
    QCOMPARE(readOnce(client, "a1", 3), std::string("(refused)")); // it was taken
    QCOMPARE(readOnce(client, "a1", 6), std::string("(refused)")); // it was never there
    const json answer = client.request({{"op", "run_read"}, {"token", "a1"}, {"offset", -1}});
    QCOMPARE(answer.value("code", ""), std::string(wire::errorCodeBadRequest));
}

void TestHostRuns::read_unknown_isNotFound()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    for (const char* const op : {"run_read", "run_cancel"}) {
        const json answer = client.request({{"op", op}, {"token", "a1"}, {"offset", 0u}});
        QCOMPARE(answer.value("code", ""), std::string(wire::errorCodeNotFound));
    }
    QVERIFY(isOk(client.request({{"op", "run_release"}, {"token", "a1"}})));
}

void TestHostRuns::read_nothingThere_isAnsweredAfterAWhile()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(isOk(client.request(shell("a1", "exec sleep 60"))));
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(readOnce(client, "a1", 0), std::string());
    QVERIFY2(timer.elapsed() >= 10'000 && timer.elapsed() < 25'000,
             qPrintable(QString::number(timer.elapsed())));
}

/// A client whose connection broke may come with a new one before the host noticed.
void TestHostRuns::read_secondReader_takesOver()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    HostClient other = host.connect();
    const QString gate = host.folder(QStringLiteral("gate"));
    QVERIFY(isOk(client.request(
        shell("a1", "until [ -e '" + gate.toStdString() + "' ]; do sleep 0.02; done; printf hello"))));
    client.sendRequest(900, {{"op", "run_read"}, {"token", "a1"}, {"offset", 0u}});
    other.sendRequest(901, {{"op", "run_read"}, {"token", "a1"}, {"offset", 0u}});
    const HostEvent empty = client.nextEvent();
    QCOMPARE(empty.envelope.value("id", 0), 900);
    QCOMPARE(empty.envelope.value("size", -1), 0);
    QFile file(gate);
    QVERIFY(file.open(QIODevice::WriteOnly));
    const HostEvent full = other.nextEvent();
    QCOMPARE(full.envelope.value("id", 0), 901);
    QCOMPARE(full.parts, (wire::Parts{"hello"}));
}

void TestHostRuns::read_notTaken_programWaits()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const QString progress = host.folder(QStringLiteral("progress"));
    const std::string script = "for i in $(seq 1 40); do head -c 100000 /dev/zero; echo $i >> '" +
                               progress.toStdString() + "'; done";
    QVERIFY(isOk(client.request(shell("a1", script))));
    const auto written = [&] {
        QFile file(progress);
        return file.open(QIODevice::ReadOnly) ? static_cast<int>(file.readAll().count('\n')) : 0;
    };
    QVERIFY(waitUntil([&] { return written() >= 10; })); // the host's buffer is full
    QVERIFY(!waitUntil([&] { return written() > 12; }, 1000));
    const Whole whole = readAll(client, "a1");
    QCOMPARE(whole.output.size(), 4'000'000u);
    QCOMPARE(whole.end.value("exit", -1), 0);
    QCOMPARE(written(), 40);
}

void TestHostRuns::signal_end_isTold()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(isOk(client.request(shell("a1", "printf x; kill -USR1 $$"))));
    const Whole whole = readAll(client, "a1");
    QCOMPARE(whole.output, std::string("x"));
    QCOMPARE(whole.end.value("signal", 0), SIGUSR1);
    QVERIFY(!whole.end.contains("exit"));
}

void TestHostRuns::release_running_endsItForGood()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json request = shell("a1", "echo $$; exec sleep 300");
    QVERIFY(isOk(client.request(request)));
    const qint64 pid = std::stoll(readOnce(client, "a1", 0));
    QVERIFY(processLives(pid));
    QVERIFY(isOk(client.request({{"op", "run_release"}, {"token", "a1"}})));
    QVERIFY(waitUntil([&] { return !processLives(pid); }));
    // A request that was under way when it was released does not start it anew.
    QCOMPARE(client.request(request).value("code", ""), std::string(wire::errorCodeNotFound));
}

void TestHostRuns::client_lost_mayComeBack()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(isOk(client.request(shell("a1", "seq 1 300000"))));
    const std::string begin = readOnce(client, "a1", 0);
    QVERIFY(begin.starts_with("1\n"));
    client.close();
    client = host.connect();
    const Whole whole = readAll(client, "a1", begin);
    QVERIFY(whole.output.ends_with("\n299999\n300000\n"));
    QCOMPARE(whole.output.size(), 1'988'895u);
    QCOMPARE(whole.end.value("exit", -1), 0);
}

void TestHostRuns::client_lostForGood_endsItsRun()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    HostClient other = host.connect(); // another client does not count
    QVERIFY(isOk(client.request(shell("a1", "echo $$; exec sleep 300"))));
    const qint64 pid = std::stoll(readOnce(client, "a1", 0));
    client.close();
    QVERIFY(!waitUntil([&] { return !processLives(pid); }, 20'000));
    QVERIFY(waitUntil([&] { return !processLives(pid); }, 30'000));
    const json answer = other.request({{"op", "run_read"}, {"token", "a1"}, {"offset", 0u}});
    QCOMPARE(answer.value("code", ""), std::string(wire::errorCodeNotFound));
}

void TestHostRuns::idle_run_keepsTheHost()
{
    HostFixture host;
    host.arguments = {QStringLiteral("--idle-exit"), QStringLiteral("1")};
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(isOk(client.request(shell("a1", "exec sleep 300"))));
    client.close();
    QVERIFY(!host.waitForEnd(2500));
    client = host.connect();
    QVERIFY(isOk(client.request({{"op", "run_release"}, {"token", "a1"}})));
    client.close();
    QVERIFY(host.waitForEnd(10000));
}

void TestHostRuns::terminate_host_endsItsRuns()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(
        isOk(client.request(shell("a1", "trap '' TERM; setsid sleep 300 & printf \"$! $$\"; wait; wait"))));
    const std::string pids = readOnce(client, "a1", 0);
    const qint64 helper = std::stoll(pids), leader = std::stoll(pids.substr(pids.find(' ')));
    QVERIFY(processLives(helper) && processLives(leader));
    host.terminate();
    QVERIFY(waitUntil([&] { return !processLives(helper) && !processLives(leader); }));
}

QTEST_GUILESS_MAIN(TestHostRuns)
#include "tst_host_runs.moc"
