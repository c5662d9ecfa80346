// SPDX-License-Identifier: GPL-3.0-or-later
// cahier-host with a kernel that does what a good one never does.
#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <limits>
#include <optional>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

namespace {

std::vector<std::string> texts(const std::vector<HostEvent>& events)
{
    std::vector<std::string> result;
    for (const HostEvent& event : events)
        if (event.type() == "stream") result.push_back(event.content()["text"]);
    return result;
}

bool isReply(const HostEvent& event)
{
    return event.type() == "execute_reply";
}

} // namespace

class TestHostScripted : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void relay_badMessages_areDroppedTheRestComes();
    void relay_sameMessageTwice_isTakenOnce();
    void relay_nullContent_isPassedOn();
    void relay_idleBeforeReply_keepsTheSocketsOrder();
    void relay_parentlessOutput_isPassedOn();
    void relay_manyBuffers_areVerbatim();
    void stdin_ask_roundTrip();
    void death_inACell_isDeadAfterWhatWasSent_data();
    void death_inACell_isDeadAfterWhatWasSent();
    void death_whileAskedToEnd_isWhatWasAskedFor_data();
    void death_whileAskedToEnd_isWhatWasAskedFor();
    void death_beforeReady_isDeadWithReason_data();
    void death_beforeReady_isDeadWithReason();
    void start_slowKernel_requestsWaitForIt();
    void start_unansweredKernelInfo_isAskedAgain();
    void interrupt_messageMode_usesControl();
    void interrupt_startingKernel_isRefused();
    void attach_whileRestarting_stateIsThatOfTheLastNumber();
    void attach_numberTooLarge_isRefused();
    void shutdown_stubbornKernel_isKilled();
    void shutdown_nullReplies_areSurvived();
    void shutdown_whileStarting_ends();
    void signatures_allBad_neverReady();
    void kernel_fillsItsOutput_tailIsKept();
    void kernel_outputOfControlCharacters_isToldAndTheHostLives();
    void state_startingKernelThatEnds_isNotReady();
    void flood_stalledClient_memoryIsBounded();

private:
    HostFixture m_host;
    HostClient m_client;
    std::string m_kernel;
};

void TestHostScripted::initTestCase()
{
    QVERIFY(m_host.start());
    m_client = m_host.connect();
    m_kernel = m_client.startKernel(scripted());
    QVERIFY(!m_kernel.empty());
}

void TestHostScripted::cleanupTestCase()
{
    QVERIFY(m_client.request({{"op", "shutdown"}, {"kernel", m_kernel}}).value("ok", false));
    m_host.terminate();
}

void TestHostScripted::relay_badMessages_areDroppedTheRestComes()
{
    m_client.execute(m_kernel, "bad-1",
                     "busy\nbad-signature\nbad-json\ntruncated\ngarbage\nstream good\nreply\nidle");
    const auto events = m_client.collect("bad-1");
    QCOMPARE(texts(events), std::vector<std::string>{"good\n"});
    QVERIFY(m_host.log().contains(QStringLiteral("signature")));
    QVERIFY(m_host.log().contains(QStringLiteral("no delimiter")));
}

void TestHostScripted::relay_sameMessageTwice_isTakenOnce()
{
    m_client.execute(m_kernel, "twice-1", "busy\ntwice same\nstream other\nreply\nidle");
    QCOMPARE(texts(m_client.collect("twice-1")), (std::vector<std::string>{"same\n", "other\n"}));
}

void TestHostScripted::relay_nullContent_isPassedOn()
{
    m_client.execute(m_kernel, "null-1", "busy\nnull-status\nnull-reply\nidle");
    const auto events = m_client.collect("null-1");
    const auto reply = std::ranges::find_if(events, isReply);
    QVERIFY(reply != events.end());
    QVERIFY(reply->content().is_null());
}

void TestHostScripted::relay_idleBeforeReply_keepsTheSocketsOrder()
{
    m_client.execute(m_kernel, "order-1", "busy\nidle\nflush\nreply\nstream late");
    // Between two sockets there is no order; on one of them there is.
    std::optional<HostEvent> reply, idle, late;
    while (!reply || !late) {
        HostEvent event = m_client.nextEvent();
        QVERIFY(!event.op().empty());
        if (isReply(event))
            reply = std::move(event);
        else if (event.type() == "status" && event.content()["execution_state"] == "idle")
            idle = std::move(event);
        else if (event.type() == "stream")
            late = std::move(event);
    }
    QVERIFY(idle.has_value());
    QVERIFY(late->seq() > idle->seq());
    QCOMPARE(late->parentId(), std::string("order-1"));
}

void TestHostScripted::relay_parentlessOutput_isPassedOn()
{
    m_client.execute(m_kernel, "orphan-1", "busy\nno-parent\nforeign-parent\nreply\nidle");
    QCOMPARE(texts(m_client.collect("orphan-1")), (std::vector<std::string>{"no parent\n", "foreign\n"}));
}

void TestHostScripted::relay_manyBuffers_areVerbatim()
{
    m_client.execute(m_kernel, "buffers-1",
                     "busy\nbuffers 300 5000\nbuffers 5000 1\nstream after\nreply\nidle");
    const auto events = m_client.collect("buffers-1");
    const auto comm =
        std::ranges::find_if(events, [](const HostEvent& event) { return event.type() == "comm_msg"; });
    QVERIFY(comm != events.end());
    QCOMPARE(comm->parts.size(), std::size_t{304});
    for (std::size_t i = 0; i < 300; ++i)
        QVERIFY(comm->parts[4 + i] == std::string(5000, static_cast<char>(i % 256)));
    // The one with more parts than a frame can have is said to be missing.
    const auto gap = std::ranges::find_if(events, [](const HostEvent& event) { return event.op() == "gap"; });
    QVERIFY(gap != events.end());
    const auto missing = gap->envelope["from"].get<std::uint64_t>();
    QCOMPARE(gap->envelope["to"].get<std::uint64_t>(), missing);
    // The reply travels on another socket: it may come before or after.
    QVERIFY(missing > comm->seq());
    QVERIFY(std::ranges::none_of(
        events, [&](const HostEvent& event) { return event.op() == "msg" && event.seq() == missing; }));
    QCOMPARE(texts(events), std::vector<std::string>{"after\n"});
}

void TestHostScripted::stdin_ask_roundTrip()
{
    m_client.execute(m_kernel, "ask-1", "busy\nask who\nreply\nidle");
    QVERIFY(!m_client.waitFor([](const HostEvent& event) { return event.type() == "input_request"; })
                 .op()
                 .empty());
    m_client.send(m_kernel, "ask-2", "input_reply", {{"value", "me"}}, "stdin");
    QCOMPARE(texts(m_client.collect("ask-1")), std::vector<std::string>{"me\n"});
}

void TestHostScripted::death_inACell_isDeadAfterWhatWasSent_data()
{
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<QByteArrayList>("types"); // sorted: between two sockets there is no order
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("before anything") << QByteArray("die 9") << QByteArrayList{"execute_request"}
                                     << QByteArray("kernel killed, signal 9");
    QTest::newRow("after busy") << QByteArray("busy\ndie 11") << QByteArrayList{"execute_request", "status"}
                                << QByteArray("kernel killed, signal 11");
    QTest::newRow("after execute_input")
        << QByteArray("busy\ninput\nexit 1") << QByteArrayList{"execute_input", "execute_request", "status"}
        << QByteArray("kernel exited with status 1");
    QTest::newRow("before the reply")
        << QByteArray("busy\ninput\nstream text\ndie 6")
        << QByteArrayList{"execute_input", "execute_request", "status", "stream"}
        << QByteArray("kernel killed, signal 6");
    QTest::newRow("waiting for input") << QByteArray("busy\nflush\nalarm 2\nask who")
                                       << QByteArrayList{"execute_request", "input_request", "status"}
                                       << QByteArray("kernel killed, signal 14");
    QTest::newRow("between reply and idle")
        << QByteArray("busy\nreply\ndie 9") << QByteArrayList{"execute_reply", "execute_request", "status"}
        << QByteArray("kernel killed, signal 9");
    QTest::newRow("after idle") << QByteArray("busy\nreply\nflush\nidle\nexit 0")
                                << QByteArrayList{"execute_reply", "execute_request", "status", "status"}
                                << QByteArray("kernel exited with status 0");
}

void TestHostScripted::death_inACell_isDeadAfterWhatWasSent()
{
    QFETCH(const QByteArray, code);
    QFETCH(const QByteArrayList, types);
    QFETCH(const QByteArray, reason);
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted());
    client.execute(kernel, "die-1", "stderr oh no\n" + code.toStdString());
    QByteArrayList came;
    HostEvent event = client.nextEvent();
    while (event.op() == "msg") {
        came << QByteArray::fromStdString(event.type());
        event = client.nextEvent();
    }
    std::ranges::sort(came);
    QCOMPARE(event.state(), std::string("dead"));
    QCOMPARE(event.envelope["reason"].get<std::string>(), reason.toStdString());
    QVERIFY(event.envelope["stderr"].get<std::string>().contains("oh no"));
    QCOMPARE(came, types);
    QVERIFY(client.request({{"op", "forget"}, {"kernel", kernel}}).value("ok", false));
}

void TestHostScripted::death_whileAskedToEnd_isWhatWasAskedFor_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("script"); // what it is at then
    for (const char* const request : {"restart", "shutdown"}) {
        QTest::addRow("%s, idle", request) << QByteArray(request) << QByteArray();
        QTest::addRow("%s, waiting for input", request)
            << QByteArray(request) << QByteArray("busy\nflush\nalarm 2\nask who");
    }
}

void TestHostScripted::death_whileAskedToEnd_isWhatWasAskedFor()
{
    QFETCH(const QByteArray, request);
    QFETCH(const QByteArray, script);
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted({"--die-at-shutdown"}));
    if (!script.isEmpty()) {
        client.execute(kernel, "ask-1", script.toStdString());
        QVERIFY(!client.waitFor([](const HostEvent& event) { return event.type() == "input_request"; })
                     .op()
                     .empty());
    }
    QVERIFY(client.request({{"op", request.toStdString()}, {"kernel", kernel}}).value("ok", false));
    if (request == "shutdown") {
        const HostEvent dead = client.waitForState("dead");
        QCOMPARE(dead.envelope["reason"].get<std::string>(), std::string("kernel shut down"));
        return;
    }
    std::vector<std::string> states;
    while (states.empty() || states.back() != "ready") {
        const HostEvent event = client.nextEvent();
        QVERIFY(!event.op().empty());
        if (event.op() == "state") states.push_back(event.state());
    }
    QCOMPARE(states, (std::vector<std::string>{"restarting", "starting", "ready"}));
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
}

void TestHostScripted::death_beforeReady_isDeadWithReason_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("at start") << QByteArray("--die-at-start") << QByteArray("kernel exited with status 3");
    QTest::newRow("after bind") << QByteArray("--die-after-bind")
                                << QByteArray("kernel exited with status 4");
}

void TestHostScripted::death_beforeReady_isDeadWithReason()
{
    QFETCH(const QByteArray, option);
    QFETCH(const QByteArray, reason);
    HostClient client = m_host.connect();
    json start = scripted({option.toStdString(), "--stderr", "why it died"});
    start["op"] = "start";
    const std::string kernel = client.request(start)["kernel"];
    client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    const HostEvent dead = client.waitForState("dead");
    QCOMPARE(dead.envelope["reason"].get<std::string>(), reason.toStdString());
    QCOMPARE(dead.envelope["stderr"].get<std::string>(), std::string("why it died\n"));
    client.request({{"op", "forget"}, {"kernel", kernel}});
}

void TestHostScripted::start_slowKernel_requestsWaitForIt()
{
    HostClient client = m_host.connect();
    json start = scripted({"--slow", "0.7"});
    start["op"] = "start";
    const std::string kernel = client.request(start)["kernel"];
    client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    QVERIFY(client.execute(kernel, "early-1", "busy\nstream early\nreply\nidle").value("ok", false));
    const auto events = client.collect("early-1");
    QCOMPARE(texts(events), std::vector<std::string>{"early\n"});
    const auto ready =
        std::ranges::find_if(events, [](const HostEvent& event) { return event.state() == "ready"; });
    const auto busy =
        std::ranges::find_if(events, [](const HostEvent& event) { return event.type() == "status"; });
    QVERIFY(ready != events.end() && busy != events.end() && ready < busy);
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostScripted::start_unansweredKernelInfo_isAskedAgain()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted({"--ignore-kernel-info", "3"}));
    QVERIFY(!kernel.empty());
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostScripted::interrupt_messageMode_usesControl()
{
    HostClient client = m_host.connect();
    json start = scripted({"--interrupt-mode", "message", "--null-replies"});
    start["interrupt_mode"] = "message";
    const std::string kernel = client.startKernel(start);
    client.execute(kernel, "sleep-1", "busy\nsleep 60\nreply\nidle");
    QVERIFY(!client.waitFor([](const HostEvent& event) { return event.type() == "status"; }).op().empty());
    QVERIFY(client.request({{"op", "interrupt"}, {"kernel", kernel}}).value("ok", false));
    const auto streamed = texts(client.collect("sleep-1"));
    QVERIFY(std::ranges::find(streamed, "interrupted\n") != streamed.end());
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostScripted::interrupt_startingKernel_isRefused()
{
    HostClient client = m_host.connect();
    json start = scripted({"--slow", "30"});
    start["op"] = "start";
    const std::string kernel = client.request(start)["kernel"];
    const json refused = client.request({{"op", "interrupt"}, {"kernel", kernel}});
    QCOMPARE(refused["code"].get<std::string>(), std::string(wire::errorCodeBadRequest));
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostScripted::attach_whileRestarting_stateIsThatOfTheLastNumber()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted());
    HostClient second = m_host.connect();
    // Both in one piece: the host handles them in one turn of its loop.
    second.sendRaw(
        wire::encodeFrame(json({{"op", "restart"}, {"id", 71}, {"kernel", kernel}}).dump()) +
        wire::encodeFrame(json({{"op", "attach"}, {"id", 72}, {"kernel", kernel}, {"after", 0}}).dump()));
    const HostEvent attached =
        second.waitFor([](const HostEvent& event) { return event.envelope.value("id", 0) == 72; });
    QCOMPARE(attached.state(), std::string("restarting"));
    QCOMPARE(second.waitForState("restarting").seq(), attached.envelope["last"].get<std::uint64_t>());
    QVERIFY(!second.waitForState("ready").op().empty());
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostScripted::attach_numberTooLarge_isRefused()
{
    HostClient client = m_host.connect();
    for (const json& after : {json(std::numeric_limits<std::uint64_t>::max()), json(std::uint64_t{1} << 63),
                              json(-1), json(1.5), json("1")}) {
        const json answer = client.request({{"op", "attach"}, {"kernel", m_kernel}, {"after", after}});
        QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeBadRequest));
    }
}

void TestHostScripted::shutdown_stubbornKernel_isKilled()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted({"--ignore-shutdown"}));
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    const HostEvent dead = client.waitForState("dead");
    QCOMPARE(dead.envelope["signal"].get<int>(), 9);
    QCOMPARE(dead.envelope["reason"].get<std::string>(), std::string("kernel shut down"));
}

void TestHostScripted::shutdown_nullReplies_areSurvived()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted({"--null-replies"}));
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    QCOMPARE(client.waitForState("dead").envelope["exit"].get<int>(), 0);
}

void TestHostScripted::shutdown_whileStarting_ends()
{
    HostClient client = m_host.connect();
    json start = scripted({"--slow", "30"});
    start["op"] = "start";
    const std::string kernel = client.request(start)["kernel"];
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
    QVERIFY(!client.request({{"op", "list"}}).dump().contains(kernel));
}

void TestHostScripted::signatures_allBad_neverReady()
{
    HostClient client = m_host.connect();
    json start = scripted({"--bad-signatures"});
    start["op"] = "start";
    const std::string kernel = client.request(start)["kernel"];
    client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    QVERIFY(waitUntil([&] { return m_host.log().contains(QString::fromStdString(kernel)); }));
    QCOMPARE(client.nextEvent().state(), std::string("starting"));
    QVERIFY(client.nextEvent(200).op().empty());
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

void TestHostScripted::kernel_fillsItsOutput_tailIsKept()
{
    HostClient client = m_host.connect();
    const std::string kernel = client.startKernel(scripted());
    std::string code;
    for (int i = 0; i < 40; ++i)
        code += "stderr " + std::string(8000, 'a' + i % 26) + "\n";
    client.execute(kernel, "fill-1", code + "stderr the end\ndie 9");
    const std::string tail = client.waitForState("dead").envelope["stderr"];
    QVERIFY(tail.ends_with("the end\n"));
    QVERIFY(tail.size() <= (64u << 10));
    QVERIFY(tail.size() > (48u << 10));
    QCOMPARE(tail.find('\n'), std::size_t{8000}); // it begins with a whole line
    client.request({{"op", "forget"}, {"kernel", kernel}});
}

void TestHostScripted::kernel_outputOfControlCharacters_isToldAndTheHostLives()
{
    HostClient client = m_host.connect();
    const json start = {{"op", "start"},
                        {"argv",
                         {"python3", "-S", "-c",
                          "import os\nfor _ in range(64): os.write(2, b'\\x1b\\0' * 512)\nos._exit(6)"}}};
    const std::string kernel = client.request(start)["kernel"];
    client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    const std::string tail = client.waitForState("dead").envelope["stderr"];
    QVERIFY(tail.size() > (16u << 10));
    QVERIFY(tail.size() <= (64u << 10) / 3);
    QVERIFY(tail.find_first_not_of(std::string_view("\x1b\0", 2)) == std::string::npos);
    HostClient late = m_host.connect(); // from the journal too
    late.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    QCOMPARE(late.waitForState("dead").envelope["stderr"].get<std::string>(), tail);
    QVERIFY(client.request({{"op", "forget"}, {"kernel", kernel}}).value("ok", false));
}

void TestHostScripted::state_startingKernelThatEnds_isNotReady()
{
    HostClient client = m_host.connect();
    const QString deaf = m_host.folder(QStringLiteral("deaf"));
    const json start = {{"op", "start"},
                        {"argv",
                         {"python3", "-S", "-c",
                          "import signal, sys, time\n"
                          "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                          "open(sys.argv[1], 'w').close()\n"
                          "time.sleep(60)",
                          deaf.toStdString()}}};
    const std::string kernel = client.request(start)["kernel"];
    QVERIFY(waitUntil([&] { return QFile::exists(deaf); }));
    client.sendRequest(5001, {{"op", "shutdown"}, {"kernel", kernel}}); // takes until SIGKILL
    const json attached = client.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    QCOMPARE(attached.value("state", ""), std::string("starting"));
    QVERIFY(!client.waitForState("dead").op().empty());
}

void TestHostScripted::flood_stalledClient_memoryIsBounded()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const std::string kernel = client.startKernel(scripted());
    HostClient stalled = host.connect();
    stalled.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    // Cell by cell, so that what is measured is the host's keeping, not how fast it reads.
    constexpr int cells = 6, messages = 2500;
    std::uint64_t last = 0;
    for (int cell = 0; cell < cells; ++cell) {
        const std::string id = "flood-" + std::to_string(cell);
        client.execute(kernel, id, "busy\nflood 2500 1500\nreply\nidle");
        const auto events = client.collect(id);
        QCOMPARE(texts(events).size(), std::size_t{messages});
        if (last != 0) QCOMPARE(events.front().seq(), last + 1);
        for (std::size_t i = 1; i < events.size(); ++i)
            QCOMPARE(events[i].seq(), events[i - 1].seq() + 1);
        last = events.back().seq();
    }
    std::uint64_t next = 1;
    int replayed = 0;
    while (next <= last) {
        const HostEvent event = stalled.nextEvent();
        QCOMPARE(event.seq(), next++);
        if (event.type() == "stream") ++replayed;
    }
    QCOMPARE(replayed, cells * messages);
    const long peak = host.memoryKb("VmHWM");
    qInfo("host peak memory %ld kB", peak);
    QVERIFY2(sanitized || (peak > 0 && peak <= 60 * 1024), qPrintable(QString::number(peak)));
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
}

QTEST_GUILESS_MAIN(TestHostScripted)
#include "tst_host_scripted.moc"
