// SPDX-License-Identifier: GPL-3.0-or-later
// HostClient and HostRuntime against a host played by the test: losses, replays, floods, misfits.
#include <core/runtime/session.h>
#include <runtimes/local/hostinbox.h>
#include <runtimes/local/hostruntime.h>
#include <runtimes/local/localconnector.h>
#include <runtimes/local/localruntime.h>
#include <tests/support/clientstage.h>

#include <QDateTime>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/wait.h>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using Stage = ClientStage;

} // namespace

class TestLocalClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hello_otherProtocol_isClearError();
    void request_refused_carriesTheHostsSentence();
    void request_noAnswer_timesOut();
    void connector_fails_errorReachesTheCaller();
    void connector_hostEndsAtOnce_isStartedAgain();
    void connector_slowProgram_isReaped();
    void start_always_attachesFromTheBeginning();
    void start_thisMachine_sendsTheClientsEnvironment();
    void attach_replay_endsWithCaughtUp();
    void attach_nothingToReplay_isCaughtUpAtOnce();
    void attach_twice_isError();
    void attach_afterDetach_ignoresWhatWasUnderWay();
    void events_beforeOpen_areKept();
    void lost_whileAttached_attachesAgainWithoutDuplicates();
    void lost_withRequestSent_isDisconnected();
    void lost_hostForgotTheKernel_isDead();
    void lost_unreachable_waitsAndTellsWhen();
    void lost_userRefused_waitsForTheUser();
    void specs_workingFolder_isSent();
    void frames_malformed_dropTheConnection_data();
    void frames_malformed_dropTheConnection();
    void messages_nullContent_isEmptyObject();
    void messages_invalidText_isRepaired_data();
    void messages_invalidText_isRepaired();
    void messages_nestedTooDeep_becomeANotice_data();
    void messages_nestedTooDeep_becomeANotice();
    void messages_bracketsInText_areNoNesting();
    void messages_sent_areProtocolMessages();
    void gap_event_isDelivered();
    void inbox_neighbouringStreams_areMerged();
    void inbox_otherRequestOrName_isNotMerged();
    void inbox_stalledOwner_isBounded();
    void client_ownerGoes_detaches();
};

void TestLocalClient::hello_otherProtocol_isClearError()
{
    Stage stage;
    const QFuture<Result<KernelSpecs>> future = stage.runtime.kernelSpecs();
    const json hello = stage.expect("hello");
    QCOMPARE(hello.value("protocol", 0), 1);
    stage.host.answer(hello, {{"protocol", 7}, {"version", "9.9"}, {"host", "h"}});
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::Unsupported);
    QVERIFY(future.result().error().message.contains("9.9"_L1));
}

void TestLocalClient::request_refused_carriesTheHostsSentence()
{
    Stage stage;
    const ConnectionFuture future = stage.runtime.start({.spec = u"nothing"_s});
    stage.host.refuse(stage.expect("start"), "no_kernel", "There is no kernel nothing.", "looked here");
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::NoKernel);
    QCOMPARE(future.result().error().text(), u"There is no kernel nothing.\nlooked here"_s);
}

void TestLocalClient::request_noAnswer_timesOut()
{
    Stage stage;
    stage.runtime.client().setTimeLimit(1ms);
    const QFuture<Result<KernelSpecs>> future = stage.runtime.kernelSpecs();
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, ErrorCode::Timeout);
}

void TestLocalClient::connector_fails_errorReachesTheCaller()
{
    Stage stage;
    stage.host.refuseConnections(Error{ErrorCode::NotFound, u"cahier-host was not found."_s, {}, Retry::No});
    const QFuture<Result<std::vector<KernelInfo>>> future = stage.runtime.kernels();
    QTRY_VERIFY(future.isFinished());
    QCOMPARE(future.result().error().message, u"cahier-host was not found."_s);

    stage.host.refuseConnections(std::nullopt);
    const QFuture<Result<std::vector<KernelInfo>>> again = stage.runtime.kernels();
    stage.host.answer(stage.expect("list"),
                      {{"kernels", {{{"kernel", "k"}, {"state", "ready"}, {"last", 9}}}}});
    QTRY_VERIFY(again.isFinished());
    QCOMPARE(again.result()->at(0).id, u"k"_s);
    QCOMPARE(again.result()->at(0).lastSeq, 9u);
}

void TestLocalClient::lost_unreachable_waitsAndTellsWhen()
{
    using Phase = ConnectionState::Phase;
    Stage stage;
    stage.runtime.client().setRetryPauses(20ms, 60s);
    QCOMPARE(stage.runtime.connectionState().phase, Phase::Idle);
    QVERIFY(stage.attach(0, 0));
    QCOMPARE(stage.runtime.connectionState().phase, Phase::Connected);
    std::vector<ConnectionState> waits;
    connect(&stage.runtime, &Runtime::connectionChanged, this, [&](const ConnectionState& state) {
        if (state.phase == Phase::Waiting) waits.push_back(state);
    });
    stage.host.refuseConnections(Error{ErrorCode::Disconnected, u"no way"_s, {}, Retry::Later});
    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    stage.host.drop();
    QTRY_VERIFY(waits.size() >= 5);
    for (std::size_t at = 0; at < waits.size(); ++at) {
        QCOMPARE(waits[at].failures, static_cast<int>(at) + 2); // the loss, then each attempt
        QCOMPARE(waits[at].error->message, u"no way"_s);
        QVERIFY(waits[at].lostAt >= before);
        QVERIFY(waits[at].nextAttempt >= waits[at].lostAt);
    }
    // Not when the pause is over, but now.
    stage.runtime.client().setRetryPauses(60s, 60s);
    QTRY_VERIFY(stage.runtime.connectionState().nextAttempt > QDateTime::currentMSecsSinceEpoch() + 20000);
    stage.host.refuseConnections(std::nullopt);
    stage.runtime.reconnect();
    stage.host.answer(stage.expect("attach"), {{"first", 1}, {"last", 0}, {"state", "ready"}});
    QCOMPARE(stage.runtime.connectionState().phase, Phase::Connected);
    QCOMPARE(stage.runtime.connectionState().lostAt, 0);
    QVERIFY(!stage.runtime.connectionState().error);
}

void TestLocalClient::lost_userRefused_waitsForTheUser()
{
    using Phase = ConnectionState::Phase;
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    int attempts = 0;
    connect(&stage.runtime.client(), &HostClient::reconnectFailed, this, [&] { ++attempts; });
    stage.host.refuseConnections(Error{ErrorCode::Cancelled, u"refused"_s, {}, Retry::No});
    stage.host.drop();
    QTRY_COMPARE(attempts, 1);
    QTest::qWait(200); // a first pause is 50 ms at most
    QCOMPARE(attempts, 1);
    QCOMPARE(stage.runtime.connectionState().phase, Phase::Idle);
    QCOMPARE(stage.runtime.connectionState().error->code, ErrorCode::Cancelled);
    stage.host.refuseConnections(std::nullopt);
    stage.runtime.reconnect();
    QVERIFY(!stage.expect("attach").empty());
}

void TestLocalClient::specs_workingFolder_isSent()
{
    Stage stage;
    stage.runtime.setWorkingFolder(u"/home/ada/project"_s);
    const QFuture<Result<KernelSpecs>> future = stage.runtime.kernelSpecs();
    QCOMPARE(stage.expect("specs").value("cwd", ""), "/home/ada/project");
}

namespace {

/// A program in place of cahier-host, and a folder without one that listens.
struct ConnectorStage {
    QTemporaryDir folder{u"/tmp/cahier-XXXXXX"_s};
    QString program = folder.filePath(u"program"_s);
    QString notes = folder.filePath(u"notes"_s);

    explicit ConnectorStage(const QByteArray& script)
    {
        qputenv("CAHIER_HOST_DIR", folder.filePath(u"h"_s).toLocal8Bit());
        QFile file(program);
        if (file.open(QIODevice::WriteOnly))
            file.write("#!/bin/sh\necho $$ >> " + notes.toUtf8() + "\n" + script);
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    ~ConnectorStage() { qunsetenv("CAHIER_HOST_DIR"); }
    [[nodiscard]] QByteArrayList pids() const
    {
        QFile file(notes);
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().split('\n') : QByteArrayList();
    }
};

} // namespace

void TestLocalClient::connector_hostEndsAtOnce_isStartedAgain()
{
    const ConnectorStage stage("exit 0\n");
    LocalConnector connector(stage.program, 2500ms);
    const Result<HostStream> stream = connector.connect(std::stop_token());
    QVERIFY(!stream);
    QCOMPARE(stream.error().code, ErrorCode::Timeout);
    QVERIFY2(stage.pids().size() >= 2, qPrintable(QString::number(stage.pids().size())));
}

void TestLocalClient::connector_slowProgram_isReaped()
{
    const ConnectorStage stage("exec sleep 1\n");
    auto connector = std::make_unique<LocalConnector>(stage.program, 300ms);
    const Result<HostStream> stream = connector->connect(std::stop_token());
    QCOMPARE(stream.error().code, ErrorCode::Timeout);
    QTRY_VERIFY(stage.pids().value(0).toInt() > 0); // it may be slow to begin, too
    const pid_t pid = stage.pids().first().toInt();
    siginfo_t info{};
    QCOMPARE(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0); // ended, not reaped
    connector.reset();
    QCOMPARE(::kill(pid, 0), -1);
}

void TestLocalClient::start_always_attachesFromTheBeginning()
{
    Stage stage;
    StartOptions options{.spec = u"python3"_s, .workingDirectory = u"/tmp"_s, .label = u"a.ipynb"_s};
    options.environment = {{u"A"_s, u"1"_s}, {u"B"_s, std::nullopt}};
    options.lifetime = Lifetime::Client;
    const ConnectionFuture future = stage.runtime.start(options);
    const json start = stage.expect("start");
    QCOMPARE(start.value("spec", ""), "python3");
    QCOMPARE(start.value("cwd", ""), "/tmp");
    QCOMPARE(start.value("lifetime", ""), "client");
    QCOMPARE(start.at("env"), json({{"A", "1"}, {"B", nullptr}}));
    QVERIFY(!start.contains("environ")); // which may be another machine's
    stage.host.answer(start, {{"kernel", "k7"}});
    const json attach = stage.expect("attach");
    QCOMPARE(attach.value("kernel", ""), "k7");
    QCOMPARE(attach.value("after", 99), 0);
    stage.host.answer(attach, {{"first", 0}, {"last", 0}, {"state", "starting"}, {"busy", false}});
    QTRY_VERIFY(future.isFinished());
    QCOMPARE((*future.result())->kernelId(), u"k7"_s);
}

void TestLocalClient::start_thisMachine_sendsTheClientsEnvironment()
{
    Stage stage;
    LocalRuntime local(stage.host.makeConnector());
    qputenv("CAHIER_TEST_VALUE", "täst");
    const QFuture<Result<KernelSpecs>> specs = local.kernelSpecs();
    const json request = stage.expect("specs");
    QCOMPARE(request.at("environ").value("CAHIER_TEST_VALUE", ""), "täst");
    stage.host.answer(request, {{"specs", json::array()}});
    QTRY_VERIFY(specs.isFinished());

    qunsetenv("CAHIER_TEST_VALUE");
    qputenv("CAHIER_TEST_OTHER", "1");
    const ConnectionFuture future = local.start({.spec = u"python3"_s});
    const json start = stage.expect("start");
    qunsetenv("CAHIER_TEST_OTHER");
    QVERIFY(!start.at("environ").contains("CAHIER_TEST_VALUE"));
    QCOMPARE(start.at("environ").value("CAHIER_TEST_OTHER", ""), "1");
    stage.host.refuse(start, "no_kernel", "none", "");
    QTRY_VERIFY(future.isFinished());
}

void TestLocalClient::attach_replay_endsWithCaughtUp()
{
    Stage stage;
    QVERIFY(stage.attach(0, 3));
    stage.host.state("k", 1, "ready");
    stage.host.stream("k", 2, "r1", "a");
    QTRY_COMPARE(stage.events.size(), 2u);
    QCOMPARE(stage.caughtUpCount(), 0);
    stage.host.stream("k", 3, "r2", "b");
    stage.host.stream("k", 4, "r3", "c");
    QTRY_COMPARE(stage.events.size(), 5u);
    QVERIFY(std::holds_alternative<KernelEvent::CaughtUp>(stage.events[3].what));
    QCOMPARE(stage.kernel->state(), KernelState::Ready);
}

void TestLocalClient::attach_nothingToReplay_isCaughtUpAtOnce()
{
    Stage stage;
    QVERIFY(stage.attach(12, 12));
    QTRY_COMPARE(stage.caughtUpCount(), 1);
    QCOMPARE(stage.events.back().seq, 12u); // where a later attachment goes on
}

void TestLocalClient::attach_twice_isError()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    const ConnectionFuture again = stage.runtime.attach(u"k"_s, 0);
    QTRY_VERIFY(again.isFinished());
    QCOMPARE(again.result().error().code, ErrorCode::IllegalState);
}

void TestLocalClient::attach_afterDetach_ignoresWhatWasUnderWay()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.kernel.reset();
    const ConnectionFuture again = stage.runtime.attach(u"k"_s, 0);
    const json attach = stage.expect("attach");
    stage.host.stream("k", 50, "r", "sent before the host knew");
    stage.host.answer(attach, {{"first", 1}, {"last", 1}, {"state", "ready"}, {"busy", false}});
    stage.host.stream("k", 1, "r", "first");
    QTRY_VERIFY(again.isFinished());
    stage.events.clear();
    stage.watch(*again.result());
    QTRY_COMPARE(stage.caughtUpCount(), 1);
    QCOMPARE(stage.streamText(), u"first"_s);
}

void TestLocalClient::events_beforeOpen_areKept()
{
    Stage stage;
    const ConnectionFuture future = stage.runtime.attach(u"k"_s, 0);
    stage.host.answer(stage.expect("attach"),
                      {{"first", 1}, {"last", 1}, {"state", "ready"}, {"busy", false}});
    stage.host.stream("k", 1, "r", "early");
    QTRY_VERIFY(future.isFinished());
    QTRY_COMPARE((*future.result())->state(), KernelState::Ready); // the event is here
    stage.watch(*future.result());
    QTRY_COMPARE(stage.events.size(), 2u);
    QCOMPARE(stage.streamText(), u"early"_s);
}

void TestLocalClient::lost_whileAttached_attachesAgainWithoutDuplicates()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.host.stream("k", 1, "r", "a");
    stage.host.stream("k", 2, "r", "b");
    QTRY_COMPARE(stage.streamText(), u"ab"_s);
    stage.host.drop();
    QTRY_COMPARE(stage.kernel->state(), KernelState::Reconnecting);
    const Result<void> meanwhile =
        stage.kernel->send(makeRequest(Channel::Shell, u"x"_s, {}, u"s"_s)).result();
    QCOMPARE(meanwhile.error().code, ErrorCode::Disconnected);

    const json attach = stage.expect("attach");
    QCOMPARE(attach.value("after", 0), 2);
    stage.host.answer(attach, {{"first", 1}, {"last", 3}, {"state", "ready"}, {"busy", true}});
    stage.host.stream("k", 2, "r", "b"); // again: must not count twice
    stage.host.stream("k", 3, "other", "c");
    QTRY_COMPARE(stage.caughtUpCount(), 2);
    QCOMPARE(stage.streamText(), u"abc"_s);
    QCOMPARE(std::get<KernelEvent::CaughtUp>(stage.events.back().what).busy, true);
    QCOMPARE(stage.kernel->state(), KernelState::Ready);
}

void TestLocalClient::lost_withRequestSent_isDisconnected()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    const QFuture<Result<void>> sent = stage.kernel->send(makeRequest(Channel::Shell, u"x"_s, {}, u"s"_s));
    QVERIFY(!stage.expect("send").empty());
    stage.host.drop();
    QTRY_VERIFY(sent.isFinished());
    QCOMPARE(sent.result().error().code, ErrorCode::Disconnected);
}

void TestLocalClient::lost_hostForgotTheKernel_isDead()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.host.drop();
    stage.host.refuse(stage.expect("attach"), "not_found", "There is no kernel k.", "");
    QTRY_COMPARE(stage.caughtUpCount(), 2);
    QCOMPARE(stage.kernel->state(), KernelState::Dead);
    const auto& change = std::get<KernelEvent::StateChanged>(stage.events[stage.events.size() - 2].what);
    QCOMPARE(change.state, KernelState::Dead);
    QVERIFY(change.death.reason.contains("host"_L1));
}

void TestLocalClient::frames_malformed_dropTheConnection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("huge size") << QByteArray("\xff\xff\xff\xff\x01\x00\x00\x00", 8);
    QTest::newRow("no parts") << QByteArray("\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 12);
    const std::string notJson = wire::encodeFrame("nonsense");
    QTest::newRow("envelope is no JSON") << QByteArray::fromStdString(notJson);
    const std::string fewParts = wire::encodeFrame(R"({"op":"msg","kernel":"k","seq":1})");
    QTest::newRow("message without parts") << QByteArray::fromStdString(fewParts);
}

void TestLocalClient::frames_malformed_dropTheConnection()
{
    QFETCH(QByteArray, bytes);
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    QSignalSpy lost(&stage.runtime.client(), &HostClient::connectionLost);
    stage.host.sendBytes(bytes.toStdString());
    QTRY_COMPARE(lost.count(), 1);
    QVERIFY(!stage.expect("attach").empty()); // and it comes back
}

void TestLocalClient::messages_nullContent_isEmptyObject()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.host.message("k", 1, "control", R"({"msg_type":"shutdown_reply","msg_id":"m"})", "null", "null",
                       "null");
    QTRY_COMPARE(stage.events.size(), 2u);
    const auto& message = std::get<Message>(stage.events.back().what);
    QCOMPARE(message.type, u"shutdown_reply"_s);
    QCOMPARE(message.channel, Channel::Control);
    QCOMPARE(message.content, json::object());
    QVERIFY(message.parentId.isEmpty());
}

void TestLocalClient::messages_invalidText_isRepaired_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("invalid UTF-8") << QByteArray("a\x80z") << u"a\ufffdz"_s;
    QTest::newRow("lone surrogate") << QByteArray("a\\ud800z") << u"a\ufffdz"_s;
    QTest::newRow("two high surrogates") << QByteArray("\\ud83d\\ud83d\\ude00") << u"\ufffd😀"_s;
    QTest::newRow("escaped backslash") << QByteArray("\\\\ud800 \\udc80") << u"\\ud800 \ufffd"_s;
}

void TestLocalClient::messages_invalidText_isRepaired()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    const std::string content = R"({"name":"stdout","text":")" + text.toStdString() + "\"}";
    stage.host.message("k", 1, "iopub", R"({"msg_type":"stream","msg_id":"m"})", "{}", "{}", content);
    QTRY_COMPARE(stage.events.size(), 2u);
    QCOMPARE(stage.streamText(), expected);
}

void TestLocalClient::messages_nestedTooDeep_becomeANotice_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("notice"); // the place where it is found
    QTest::newRow("display") << QByteArray("display_data") << QByteArray("/data/text~1plain");
    QTest::newRow("result") << QByteArray("execute_result") << QByteArray("/data/text~1plain");
    QTest::newRow("stream") << QByteArray("stream") << QByteArray("/text");
    QTest::newRow("reply") << QByteArray("execute_reply") << QByteArray("/evalue");
}

void TestLocalClient::messages_nestedTooDeep_becomeANotice()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, notice);
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    constexpr std::size_t depth = 20000; // four times that fit the socket's buffer
    const std::string deep = std::string(depth, '[') + std::string(depth, ']');
    const std::string content = R"({"data":{"application/json":)" + deep + "}}";
    const json header = {{"msg_type", type.toStdString()}, {"msg_id", "m"}};
    stage.host.message("k", 1, "iopub", header.dump(), "{}", R"({"x":)" + deep + "}", content);
    QTRY_COMPARE(stage.events.size(), 2u);
    const auto& message = std::get<Message>(stage.events.back().what);
    const json found = message.content.at(json::json_pointer(notice.toStdString()));
    QVERIFY(found.get<std::string>().contains("nested too deeply"));
    QCOMPARE(message.metadata, json::object());
}

void TestLocalClient::messages_bracketsInText_areNoNesting()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    std::string text(10000, '[');
    text.replace(0, 3, R"(\"\\)");
    const std::string content = json({{"name", "stdout"}, {"text", text}}).dump();
    stage.host.message("k", 1, "iopub", R"({"msg_type":"stream","msg_id":"m"})", "{}", "{}", content);
    QTRY_COMPARE(stage.events.size(), 2u);
    QCOMPARE(stage.streamText(), QString::fromStdString(text));
}

void TestLocalClient::messages_sent_areProtocolMessages()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    Message message = makeRequest(Channel::Stdin, u"input_reply"_s, {{"value", "\xff"}}, u"session-1"_s);
    message.parentId = u"p"_s;
    message.parentType = u"input_request"_s;
    message.buffers = {QByteArray("\0b", 2)};
    const QFuture<Result<void>> sent = stage.kernel->send(message);
    const json request = stage.expect("send");
    QCOMPARE(request.value("channel", ""), "stdin");
    const wire::Parts& parts = stage.host.lastParts();
    QCOMPARE(parts.size(), 6u);
    const json header = json::parse(parts[1]);
    QCOMPARE(header.at("msg_id"), json(message.id.toStdString()));
    QCOMPARE(header.at("msg_type"), json("input_reply"));
    QCOMPARE(header.at("session"), json("session-1"));
    QVERIFY(header.contains("date") && header.contains("version"));
    QCOMPARE(json::parse(parts[2]).at("msg_id"), json("p"));
    QCOMPARE(json::parse(parts[4]).at("value"), json("\xef\xbf\xbd"));
    QCOMPARE(parts[5], std::string("\0b", 2));
    stage.host.answer(request, {{"seq", 5}});
    QTRY_VERIFY(sent.isFinished());
    QVERIFY(sent.result());
}

void TestLocalClient::gap_event_isDelivered()
{
    Stage stage;
    QVERIFY(stage.attach(0, 40));
    stage.host.envelope({{"op", "gap"}, {"kernel", "k"}, {"from", 1}, {"to", 40}, {"outputs", 38}});
    QTRY_COMPARE(stage.caughtUpCount(), 1);
    const auto& gap = std::get<KernelEvent::Gap>(stage.events.front().what);
    QCOMPARE(gap.from, 1u);
    QCOMPARE(gap.outputs, 38u);
}

namespace {

HostEvent streamEvent(quint64 seq, const QString& parent, const std::string& text,
                      const char* name = "stdout")
{
    Message message;
    message.channel = Channel::IoPub;
    message.type = u"stream"_s;
    message.parentId = parent;
    message.content = {{"name", name}, {"text", text}};
    return {u"k"_s, {seq, message}};
}

} // namespace

void TestLocalClient::inbox_neighbouringStreams_areMerged()
{
    int wakes = 0;
    HostInbox inbox([&] { ++wakes; });
    for (quint64 seq = 1; seq <= 100; ++seq)
        inbox.put(streamEvent(seq, u"r"_s, "line\n"), 10);
    QCOMPARE(wakes, 1);
    const HostInbox::Batch batch = inbox.take();
    QCOMPARE(batch.items.size(), 1u);
    const auto& event = std::get<HostEvent>(batch.items[0]).event;
    QCOMPARE(event.seq, 100u);
    QCOMPARE(std::get<Message>(event.what).content.at("text").get<std::string>().size(), 500u);
    inbox.put(streamEvent(101, u"r"_s, "x"), 10);
    QCOMPARE(wakes, 2);
}

void TestLocalClient::inbox_otherRequestOrName_isNotMerged()
{
    HostInbox inbox([] {});
    inbox.put(streamEvent(1, u"r"_s, "a"), 10);
    inbox.put(streamEvent(2, u"r"_s, "b", "stderr"), 10);
    inbox.put(streamEvent(3, u"other"_s, "c", "stderr"), 10);
    inbox.put(HostEvent{u"k"_s, {4, KernelEvent::StateChanged{}}}, 10);
    inbox.put(streamEvent(5, u"other"_s, "d", "stderr"), 10);
    inbox.put(streamEvent(6, u"other"_s, "e", "stderr"), HostInbox::mergeLimit);
    QCOMPARE(inbox.take().items.size(), 6u);
}

void TestLocalClient::inbox_stalledOwner_isBounded()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    // The owner does nothing while the host has 200 MB to say: most of it must stay with the host.
    const std::string text(1u << 20, 'x');
    std::size_t taken = 0;
    quint64 seq = 0;
    while (seq < 200 && (stage.host.tryStream("k", seq + 1, "r", text, 3000ms) ||
                         (taken < HostInbox::fullAt && stage.host.flushWithin(30000ms)))) {
        ++seq;
        taken += text.size();
    }
    QVERIFY2(seq < 200, "the client went on reading");
    QVERIFY(taken >= HostInbox::fullAt);
    QVERIFY(taken <= HostInbox::fullAt + (8u << 20));
    // When the owner works again, everything arrives.
    QVERIFY(QTest::qWaitFor([&] { return stage.host.flush(); }, 60000));
    QTRY_COMPARE_WITH_TIMEOUT(stage.streamSize(), (seq + 1) * text.size(), 60000);
}

void TestLocalClient::client_ownerGoes_detaches()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.kernel.reset();
    QCOMPARE(stage.expect("detach").value("kernel", ""), "k");
}

QTEST_GUILESS_MAIN(TestLocalClient)
#include "tst_localclient.moc"
