// SPDX-License-Identifier: GPL-3.0-or-later
// Kills the host, the kernel and the client at random moments: whatever a client had seen must be in the
// journal afterwards, every number once, no hole that is not said. CAHIER_KILL_ROUNDS sets how often (12),
// CAHIER_KILL_SEED where the random moments begin.
#include <tests/support/hostfixture.h>

#include <QDir>
#include <QTest>

#include <csignal>
#include <map>
#include <random>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

namespace {

using Seen = std::map<std::uint64_t, HostEvent>;

constexpr int printed = 400;

bool same(const HostEvent& a, const HostEvent& b)
{
    return a.envelope == b.envelope && a.parts == b.parts;
}

/// Notes an event; says what is wrong with it.
QString note(Seen& seen, const HostEvent& event)
{
    if (event.op() == "gap") return QStringLiteral("a gap in a journal that is not full");
    if (event.seq() == 0)
        return QStringLiteral("an event without a number: ") + QString::fromStdString(event.envelope.dump());
    if (!seen.empty() && event.seq() != seen.rbegin()->first + 1)
        return QStringLiteral("number %1 after %2").arg(event.seq()).arg(seen.rbegin()->first);
    seen.emplace(event.seq(), event);
    return {};
}

/// Whether everything of `before` is in `after`, unchanged.
QString missing(const Seen& before, const Seen& after)
{
    for (const auto& [seq, event] : before) {
        const auto found = after.find(seq);
        if (found == after.end()) return QStringLiteral("number %1 was seen and is gone").arg(seq);
        if (!same(event, found->second)) return QStringLiteral("number %1 is not what was seen").arg(seq);
    }
    return {};
}

} // namespace

class TestHostKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kill_randomMoments_nothingPromisedIsLost_data();
    void kill_randomMoments_nothingPromisedIsLost();
    void kill_hostAtItsWork_journalIsWhole_data();
    void kill_hostAtItsWork_journalIsWhole();
    void kill_kernelAtItsLife_isToldOnce_data();
    void kill_kernelAtItsLife_isToldOnce();
    void kill_clientProcess_nothingIsLost();
    void cleanupTestCase();

private:
    enum Victim { Host, Kernel, Client };

    [[nodiscard]] bool prepare(bool real);
    [[nodiscard]] QString replay(Seen& all, std::uint64_t after,
                                 const std::function<bool(const HostEvent&)>& isLast);
    [[nodiscard]] QString killHost(Seen& seen);
    [[nodiscard]] QString killKernel(Seen& seen);
    [[nodiscard]] QString killClient(const std::string& id, const std::string& code, Seen& seen);
    [[nodiscard]] pid_t kernelPid();
    [[nodiscard]] json forget();

    HostFixture m_host;
    HostClient m_client;
    std::string m_kernel; ///< empty when there is none that runs
    bool m_real = false;
};

void TestHostKill::kill_randomMoments_nothingPromisedIsLost_data()
{
    QTest::addColumn<int>("victim");
    QTest::addColumn<bool>("real");
    QTest::addColumn<int>("moment");
    bool ok = false;
    const int asked = qEnvironmentVariableIntValue("CAHIER_KILL_ROUNDS", &ok);
    const int rounds = ok ? asked : 12;
    std::mt19937 random(static_cast<unsigned>(qEnvironmentVariableIntValue("CAHIER_KILL_SEED")));
    const char* const names[] = {"host", "kernel", "client"};
    for (int round = 0; round < rounds; ++round) {
        const int victim = round % 3;
        const bool real = round % 12 >= 9;
        // Events of the cell that are read before the blow; none at all in some rounds.
        const int moment = static_cast<int>(random() % (printed + 20)) - 20;
        QTest::addRow("%d %s, %s kernel, after %d events", round, names[victim], real ? "real" : "scripted",
                      std::max(0, moment))
            << victim << real << std::max(0, moment);
    }
}

bool TestHostKill::prepare(bool real)
{
    if (!m_host.isRunning() && !m_host.start()) return false;
    if (!m_client.isOpen()) m_client = m_host.connect();
    if (!m_kernel.empty() && m_real != real) {
        if (!m_client.request({{"op", "shutdown"}, {"kernel", m_kernel}}).value("ok", false)) return false;
        m_kernel.clear();
        m_client = m_host.connect();
    }
    m_real = real;
    if (m_kernel.empty()) {
        m_kernel = m_client.startKernel(real ? json{{"spec", "python3"}} : scripted());
        if (m_kernel.empty()) return false;
        m_client = m_host.connect(); // that one has read to "ready" already
    } else {
        m_client.request({{"op", "detach"}, {"kernel", m_kernel}});
        m_client = m_host.connect();
    }
    return m_client.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}}).value("ok", false);
}

void TestHostKill::kill_randomMoments_nothingPromisedIsLost()
{
    QFETCH(const int, victim);
    QFETCH(const bool, real);
    QFETCH(const int, moment);
    QVERIFY(prepare(real));
    static int number = 0;
    const std::string id = "kill-" + std::to_string(++number);
    const std::string code = real ? "for i in range(400): print(i, flush=True)"
                                  : "busy\nflood 200 300\nflush\nflood 200 20\nreply\nidle";
    const json sent = m_client.execute(m_kernel, id, code);
    QVERIFY(sent.value("ok", false));

    Seen seen;
    const std::uint64_t until = sent["seq"].get<std::uint64_t>() + static_cast<std::uint64_t>(moment);
    while (seen.empty() || seen.rbegin()->first < until) {
        const HostEvent event = m_client.nextEvent();
        QCOMPARE(note(seen, event), QString());
        if (!event.sent() && event.parentId() == id && event.parts.size() > 3 &&
            event.parts[3].contains("\"idle\""))
            break;
    }
    switch (victim) {
    case Host:
        QCOMPARE(killHost(seen), QString());
        break;
    case Kernel:
        QCOMPARE(killKernel(seen), QString());
        break;
    default:
        QCOMPARE(killClient(id, code, seen), QString());
        break;
    }
}

QString TestHostKill::replay(Seen& all, std::uint64_t after,
                             const std::function<bool(const HostEvent&)>& isLast)
{
    m_client = m_host.connect();
    if (!m_client.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", after}}).value("ok", false))
        return QStringLiteral("cannot attach");
    for (;;) {
        const HostEvent event = m_client.nextEvent();
        if (event.op().empty()) return QStringLiteral("the replay ends too early");
        if (all.empty() && event.seq() != after + 1)
            return QStringLiteral("the replay begins at %1").arg(event.seq());
        if (const QString wrong = note(all, event); !wrong.isEmpty()) return wrong;
        if (isLast(event)) return {};
    }
}

QString TestHostKill::killHost(Seen& seen)
{
    m_host.kill();
    // What was on its way has been seen too.
    for (HostEvent event = m_client.nextEvent(); !event.op().empty(); event = m_client.nextEvent())
        if (const QString wrong = note(seen, event); !wrong.isEmpty()) return wrong;
    m_client.close();
    if (!m_host.start()) return QStringLiteral("the host does not start again");
    Seen all;
    const auto diedWithHost = [](const HostEvent& event) {
        return event.state() == "dead" && event.envelope["reason"] == "the host process ended unexpectedly";
    };
    if (const QString wrong = replay(all, 0, diedWithHost); !wrong.isEmpty()) return wrong;
    if (!m_client.request({{"op", "forget"}, {"kernel", m_kernel}}).value("ok", false))
        return QStringLiteral("cannot forget it");
    m_kernel.clear();
    return missing(seen, all);
}

QString TestHostKill::killKernel(Seen& seen)
{
    const json kernels = m_client.request({{"op", "list"}})["kernels"];
    const auto info =
        std::ranges::find_if(kernels, [this](const json& each) { return each["kernel"] == m_kernel; });
    const pid_t pid = info == kernels.end() ? 0 : (*info)["pid"].get<pid_t>();
    if (pid <= 0) return QStringLiteral("the kernel does not run");
    ::kill(pid, SIGKILL);
    const auto isDead = [](const HostEvent& event) { return event.state() == "dead"; };
    for (bool dead = false; !dead;) {
        const HostEvent event = m_client.nextEvent();
        if (const QString wrong = note(seen, event); !wrong.isEmpty()) return wrong;
        dead = isDead(event);
    }
    if (seen.rbegin()->second.envelope["reason"] != "kernel killed, signal 9")
        return QStringLiteral("another reason");
    Seen all;
    if (const QString wrong =
            replay(all, 0, [&](const HostEvent& event) { return event.seq() == seen.rbegin()->first; });
        !wrong.isEmpty())
        return wrong;
    if (!m_client.request({{"op", "restart"}, {"kernel", m_kernel}}).value("ok", false))
        return QStringLiteral("cannot restart it");
    if (m_client.waitForState("ready").op().empty()) return QStringLiteral("not ready after the restart");
    return missing(seen, all);
}

QString TestHostKill::killClient(const std::string& id, const std::string& code, Seen& seen)
{
    m_client.close(); // all that a host sees of a client that was killed
    m_client = m_host.connect();
    const json again = m_client.execute(m_kernel, id, code); // it does not know whether it was sent
    if (!again.value("duplicate", false)) return QStringLiteral("it was sent twice");
    Seen all = seen;
    const auto isIdle = [&](const HostEvent& event) {
        return event.parentId() == id && event.type() == "status" &&
               event.content()["execution_state"] == "idle";
    };
    const bool wasIdle = isIdle(seen.rbegin()->second);
    if (const QString wrong = wasIdle ? QString() : replay(all, seen.rbegin()->first, isIdle);
        !wrong.isEmpty())
        return wrong;
    std::size_t lines = 0;
    for (const auto& [seq, event] : all) {
        if (event.parentId() != id || event.type() != "stream") continue;
        const std::string text = event.content()["text"];
        lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
    if (lines != printed) return QStringLiteral("%1 lines instead of %2").arg(lines).arg(printed);
    Seen fresh;
    if (const QString wrong =
            replay(fresh, 0, [&](const HostEvent& event) { return event.seq() == all.rbegin()->first; });
        !wrong.isEmpty())
        return wrong;
    return missing(all, fresh);
}

pid_t TestHostKill::kernelPid()
{
    const json kernels = m_client.request({{"op", "list"}})["kernels"];
    for (const json& each : kernels)
        if (each["kernel"] == m_kernel) return each["pid"].get<pid_t>();
    return 0;
}

json TestHostKill::forget()
{
    json answer = m_client.request({{"op", "forget"}, {"kernel", m_kernel}});
    m_kernel.clear();
    return answer;
}

void TestHostKill::kill_hostAtItsWork_journalIsWhole_data()
{
    QTest::addColumn<QByteArray>("work");
    QTest::addColumn<int>("delay"); // ms from the request to the blow
    std::mt19937 random(static_cast<unsigned>(qEnvironmentVariableIntValue("CAHIER_KILL_SEED")) + 1);
    for (const char* const work : {"start", "restart", "replay", "shutdown"}) {
        for (const unsigned longest : {1u, 30u, 300u}) {
            const int delay = static_cast<int>(random() % longest);
            QTest::addRow("%s, after %d ms", work, delay) << QByteArray(work) << delay;
        }
    }
}

void TestHostKill::kill_hostAtItsWork_journalIsWhole()
{
    QFETCH(const QByteArray, work);
    QFETCH(const int, delay);
    QVERIFY(prepare(false));
    const std::string id = "work-" + std::string(QTest::currentDataTag());
    QVERIFY(m_client.execute(m_kernel, id, "busy\nflood 2000 200\nreply\nidle").value("ok", false));
    Seen seen;
    for (bool idle = false; !idle;) {
        const HostEvent event = m_client.nextEvent();
        QCOMPARE(note(seen, event), QString());
        idle = !event.sent() && event.parentId() == id && event.type() == "status" &&
               event.content()["execution_state"] == "idle";
    }
    HostClient worker = m_host.connect();
    json request = {{"op", work.toStdString()}, {"kernel", m_kernel}};
    if (work == "start") request = scripted();
    request["op"] = work == "replay" ? "attach" : work.toStdString();
    request["after"] = 0;
    worker.sendRequest(4711, request);
    QTest::qWait(delay);
    m_host.kill();
    for (HostEvent event = m_client.nextEvent(); !event.op().empty(); event = m_client.nextEvent())
        QCOMPARE(note(seen, event), QString());

    QVERIFY(m_host.start());
    m_client = m_host.connect();
    QVERIFY(QDir(m_host.folder(QStringLiteral("h"))).entryList({QStringLiteral("k*")}, QDir::Dirs).isEmpty());
    bool found = false;
    const std::string before = m_kernel;
    const json kernels = m_client.request({{"op", "list"}})["kernels"];
    for (const json& each : kernels) {
        QCOMPARE(each["state"].get<std::string>(), std::string("dead"));
        m_kernel = each["kernel"].get<std::string>();
        Seen all;
        const auto last = each["last"].get<std::uint64_t>();
        QCOMPARE(replay(all, 0, [last](const HostEvent& event) { return event.seq() == last; }), QString());
        QCOMPARE(all.rbegin()->second.state(), std::string("dead"));
        if (m_kernel == before) {
            QCOMPARE(missing(seen, all), QString());
            found = true;
        }
        QVERIFY(forget().value("ok", false));
    }
    m_kernel.clear();
    // One that was shut down has gone with its journal, if the host got that far.
    QVERIFY(found || work == "shutdown");
}

void TestHostKill::kill_kernelAtItsLife_isToldOnce_data()
{
    QTest::addColumn<QByteArray>("moment");
    for (const char* const moment : {"start", "restart", "replay", "shutdown"})
        QTest::newRow(moment) << QByteArray(moment);
}

void TestHostKill::kill_kernelAtItsLife_isToldOnce()
{
    QFETCH(const QByteArray, moment);
    QVERIFY(prepare(false));
    const std::string id = "life-" + moment.toStdString();
    QVERIFY(m_client.execute(m_kernel, id, "busy\nflood 2000 200\nreply\nidle").value("ok", false));
    QVERIFY(m_client.collect(id).size() > 2000);
    const pid_t pid = kernelPid();
    QVERIFY(pid > 0);
    if (moment == "shutdown") {
        m_client.sendRequest(4711, {{"op", "shutdown"}, {"kernel", m_kernel}});
        ::kill(pid, SIGKILL);
        const HostEvent dead = m_client.waitForState("dead");
        // Whichever came first is the reason.
        const auto reason = dead.envelope["reason"].get<std::string>();
        QVERIFY2(reason == "kernel shut down" || reason == "kernel killed, signal 9", reason.c_str());
        QVERIFY(waitUntil([&] { return !QDir(m_host.journalFolder(m_kernel)).exists(); }));
        m_kernel.clear();
        return;
    }
    HostClient reader = m_host.connect();
    if (moment == "replay") {
        reader.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}});
        ::kill(pid, SIGKILL);
    } else if (moment == "restart") {
        QVERIFY(m_client.request({{"op", "restart"}, {"kernel", m_kernel}}).value("ok", false));
        const pid_t next = m_client.waitForState("starting").envelope["pid"].get<pid_t>();
        QVERIFY(next != pid);
        ::kill(next, SIGKILL);
        reader.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}});
    } else {
        QVERIFY(m_client.request({{"op", "shutdown"}, {"kernel", m_kernel}}).value("ok", false));
        json start = scripted();
        start["op"] = "start";
        m_client = m_host.connect();
        m_kernel = m_client.request(start)["kernel"].get<std::string>();
        ::kill(kernelPid(), SIGKILL);
        reader.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}});
    }
    Seen all;
    int deaths = 0;
    while (deaths == 0) {
        const HostEvent event = reader.nextEvent();
        QCOMPARE(note(all, event), QString());
        deaths += event.state() == "dead" ? 1 : 0;
    }
    QCOMPARE(all.rbegin()->second.envelope["reason"].get<std::string>(),
             std::string("kernel killed, signal 9"));
    QCOMPARE(all.begin()->first, 1u);
    QVERIFY(reader.request({{"op", "restart"}, {"kernel", m_kernel}}).value("ok", false));
    QVERIFY(!reader.waitForState("ready").op().empty());
}

void TestHostKill::kill_clientProcess_nothingIsLost()
{
    QVERIFY(prepare(false));
    QProcess process;
    HostClient client = m_host.connectThrough(process);
    QVERIFY(client.hello().value("ok", false));
    QVERIFY(client.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", 0}}).value("ok", false));
    const std::string id = "process-1", code = "busy\nflood 200 300\nflush\nflood 200 20\nreply\nidle";
    QVERIFY(client.execute(m_kernel, id, code).value("ok", false));
    Seen seen;
    for (int lines = 0; lines < 100;) {
        const HostEvent event = client.nextEvent();
        QCOMPARE(note(seen, event), QString());
        lines += event.parentId() == id && event.type() == "stream" ? 1 : 0;
    }
    process.kill();
    QVERIFY(process.waitForFinished());
    // What is still in the pipe has been seen by nobody.
    QCOMPARE(killClient(id, code, seen), QString());
}

void TestHostKill::cleanupTestCase()
{
    if (!m_kernel.empty() && m_client.isOpen()) m_client.request({{"op", "shutdown"}, {"kernel", m_kernel}});
    m_host.terminate();
}

QTEST_GUILESS_MAIN(TestHostKill)
#include "tst_host_kill.moc"
