// SPDX-License-Identifier: GPL-3.0-or-later
// HostClient and HostRuntime against a host played by the test: requests, losses, replays.
#include <runtimes/local/hostruntime.h>
#include <runtimes/local/localconnector.h>
#include <runtimes/local/localruntime.h>
#include <tests/support/clientstage.h>

#include <QDateTime>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>

#include <csignal>

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

void TestLocalClient::client_ownerGoes_detaches()
{
    Stage stage;
    QVERIFY(stage.attach(0, 0));
    stage.kernel.reset();
    QCOMPARE(stage.expect("detach").value("kernel", ""), "k");
}

QTEST_GUILESS_MAIN(TestLocalClient)
#include "tst_localclient.moc"
