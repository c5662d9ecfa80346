// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions whose kernel dies, is restarted, or cannot be reached for a while.
#include <tests/support/sessionstage.h>

#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

Error lost()
{
    return {ErrorCode::Disconnected, u"The host is gone."_s, {}, Retry::Later};
}

} // namespace

class TestSessionRecovery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void death_whileRunning_failsCellAndCancelsQueue();
    void death_outOfMemory_saysSo();
    void death_thenEnqueue_isError();
    void death_duringReplay_failsTheAdoptedCell();
    void restart_whileRunning_killsAndRunsNewCells();
    void restart_failed_keepsKernel();
    void restart_oldProcessSpeaks_isIgnored();
    void restart_failedAndOldProcessDied_isDead();
    void restart_elsewhere_isNoticed();
    void kernelSession_changed_losesState();
    void kernelSession_echoesTheClients_isNoRestart();
    void shutdown_running_isKilledQuietly();
    void detach_running_isCancelled();

    void reconnect_recorded_isNotSentAgain();
    void reconnect_inDoubt_sendsTheSameMessage();
    void reconnect_finishedMeanwhile_isDone();
    void reconnect_longLoss_doesNotEndTheCell();
    void reconnect_idleNeverCame_endsAfterwards();
    void reconnect_restartingNow_losesState();
    void reconnect_gap_isToldAndEnds();
    void reconnect_openInput_isAskedAgain();
    void reconnect_inputEndedMeanwhile_isNotAskedAgain_data();
    void reconnect_inputEndedMeanwhile_isNotAskedAgain();
    void reconnect_queue_waits();
    void slots_detachOnAnySignal_areSurvived_data();
    void slots_detachOnAnySignal_areSurvived();
    void start_tooLong_isToldOnce();
    void restart_tooLong_isTold();
    void send_refused_failsCell();
    void send_refusedByDeadKernel_isKilledWithItsReason();
    void replay_earlierSession_mapsByCellId();
    void replay_deathAndRestart_areNoNews();
    void replay_standsDead_isTold();
    void replay_restartMeanwhile_waitsForTheNewProcess();
    void replay_anotherClientsCode_isBusy();
    void replay_unknownCommTarget_isNotClosed();
};

void TestSessionRecovery::death_whileRunning_failsCellAndCancelsQueue()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"os.kill"_s);
    const CellKey next = stage.target.add(u"2"_s);
    QSignalSpy died(&stage.session, &Session::kernelDied);
    QSignalSpy done(&stage.session, &Session::queueFinished);
    QVERIFY(stage.enqueue({cell, next}));
    stage.kernel->changeState(KernelState::Dead, {u"kernel killed, signal 9"_s, u"last words"_s, false});
    QCOMPARE(stage.session.state(), SessionState::Dead);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QCOMPARE(stage.outcome(next), RunOutcome::Cancelled);
    QCOMPARE(stage.target.outputTypes(cell), QStringList{u"error"_s});
    QCOMPARE(stage.target.cell(cell).outputs[0]["evalue"], json("kernel killed, signal 9"));
    QCOMPARE(stage.session.cellRun(cell).traceback.last(), u"last words"_s);
    QVERIFY(stage.target.cell(next).outputs.empty());
    QCOMPARE(died.count(), 1);
    QCOMPARE(done.count(), 1);
}

void TestSessionRecovery::death_outOfMemory_saysSo()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"x * 10**12"_s);
    stage.run(cell);
    stage.kernel->changeState(KernelState::Dead, {u"kernel killed, signal 9"_s, {}, true});
    QCOMPARE(stage.session.cellRun(cell).errorValue, u"kernel killed, signal 9: out of memory"_s);
}

void TestSessionRecovery::death_thenEnqueue_isError()
{
    SessionStage stage;
    stage.kernel->changeState(KernelState::Dead);
    const Result<void> result = stage.enqueue({stage.target.add(u"1"_s)});
    QVERIFY(!result);
    QVERIFY(result.error().message.contains("restart"_L1));
    QVERIFY(!stage.session.interrupt().result());
}

void TestSessionRecovery::death_duringReplay_failsTheAdoptedCell()
{
    SessionStage stage(false);
    const CellKey cell = stage.target.add(u"1"_s, u"id-1"_s);
    Message earlier = makeRequest(Channel::Shell, u"execute_request"_s, {{"code", "1"}}, u"earlier"_s);
    earlier.metadata["cellId"] = "id-1";
    stage.kernel->deliver(
        std::vector{FakeKernelConnection::record(earlier), stage.kernel->stream(earlier, "out")});
    stage.kernel->changeState(KernelState::Dead, {u"kernel exited with status 1"_s, {}, false});
    stage.kernel->catchUp(KernelState::Dead);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QCOMPARE(stage.target.outputTypes(cell), (QStringList{u"stream"_s, u"error"_s}));
    QCOMPARE(stage.session.state(), SessionState::Dead);
}

void TestSessionRecovery::restart_whileRunning_killsAndRunsNewCells()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"loop"_s);
    const CellKey waiting = stage.target.add(u"2"_s);
    QVERIFY(stage.enqueue({cell, waiting}));
    QSignalSpy lostState(&stage.session, &Session::kernelStateLost);
    QVERIFY(stage.session.restart().result());
    QCOMPARE(stage.kernel->restarts, 1);
    QCOMPARE(lostState.count(), 1);
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QVERIFY(stage.target.cell(cell).outputs.empty());
    QCOMPARE(stage.outcome(waiting), RunOutcome::Cancelled);

    QVERIFY(stage.enqueue({cell})); // restart and run
    stage.kernel->changeState(KernelState::Restarting);
    stage.kernel->changeState(KernelState::Starting);
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.executeCount(), 1u);
    stage.kernel->session = u"kernel-session-2"_s;
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(stage.executeCount(), 2u);
    stage.kernel->deliver(stage.kernel->okRun(stage.kernel->lastRequest("execute_request"), 1));
    QCOMPARE(stage.outcome(cell), RunOutcome::Ok);
    QCOMPARE(lostState.count(), 1);
}

void TestSessionRecovery::restart_failed_keepsKernel()
{
    SessionStage stage;
    stage.kernel->restartError = Error{ErrorCode::NoKernel, u"No such program."_s, {}, Retry::No};
    const QFuture<Result<void>> restarted = stage.session.restart();
    QTRY_VERIFY(restarted.isFinished());
    QVERIFY(!restarted.result());
    QCOMPARE(stage.session.state(), SessionState::Idle);
}

void TestSessionRecovery::restart_oldProcessSpeaks_isIgnored()
{
    SessionStage stage;
    stage.kernel->heldRestart.emplace();
    QSignalSpy died(&stage.session, &Session::kernelDied);
    const QFuture<Result<void>> restarted = stage.session.restart();
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    // The old process gets ready, and dies, before it hears of the restart.
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.executeCount(), 0u);
    stage.kernel->changeState(KernelState::Dead, {u"kernel killed, signal 9"_s, {}, false});
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.phase(cell), RunPhase::Queued);
    for (const KernelState state : {KernelState::Restarting, KernelState::Starting, KernelState::Ready})
        stage.kernel->changeState(state);
    QCOMPARE(stage.executeCount(), 1u);
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    stage.kernel->heldRestart->addResult(Result<void>());
    stage.kernel->heldRestart->finish();
    QTRY_VERIFY(restarted.isFinished());
    QCOMPARE(stage.session.state(), SessionState::Busy);
    QCOMPARE(died.count(), 0);
}

void TestSessionRecovery::restart_failedAndOldProcessDied_isDead()
{
    SessionStage stage;
    stage.kernel->heldRestart.emplace();
    QSignalSpy died(&stage.session, &Session::kernelDied);
    (void)stage.session.restart();
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    stage.kernel->changeState(KernelState::Dead, {u"kernel killed, signal 9"_s, {}, false});
    QCOMPARE(died.count(), 0);
    stage.kernel->heldRestart->addResult(Result<void>(failure(ErrorCode::KernelDied, u"It cannot be."_s)));
    stage.kernel->heldRestart->finish();
    QTRY_COMPARE(stage.session.state(), SessionState::Dead);
    QCOMPARE(stage.session.death().reason, u"kernel killed, signal 9"_s);
    QCOMPARE(died.count(), 1);
    QCOMPARE(stage.outcome(cell), RunOutcome::Cancelled);
}

void TestSessionRecovery::restart_elsewhere_isNoticed()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    stage.run(cell);
    stage.kernel->changeState(KernelState::Restarting);
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
}

void TestSessionRecovery::kernelSession_changed_losesState()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(
        std::vector{stage.kernel->status(request, "busy"),
                    stage.kernel->iopub(request, "display_data", displayContent("a", "x"))});
    Comm& comm = stage.session.comms().open(u"t"_s, json::object());
    QSignalSpy closed(&comm, &Comm::closed);
    const QFuture<Result<Completions>> waiting = stage.session.requests().complete(u"a"_s, 1);
    QSignalSpy lostState(&stage.session, &Session::kernelStateLost);

    stage.kernel->session = u"kernel-session-2"_s;
    stage.kernel->deliver(std::vector{stage.kernel->iopub({}, "status", {{"execution_state", "starting"}})});
    QCOMPARE(lostState.count(), 1);
    QCOMPARE(closed.count(), 1);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QTRY_VERIFY(waiting.isFinished());
    QCOMPARE(waiting.result().error().code, ErrorCode::KernelDied);
    const auto outputs = stage.target.cell(cell).outputs;
    stage.kernel->deliver(
        std::vector{stage.kernel->iopub({}, "update_display_data", displayContent("b", "x"))});
    QCOMPARE(stage.target.cell(cell).outputs, outputs);
}

void TestSessionRecovery::kernelSession_echoesTheClients_isNoRestart()
{
    SessionStage stage;
    QSignalSpy lostState(&stage.session, &Session::kernelStateLost);
    const Message request = stage.run(stage.target.add(u"1"_s));
    stage.kernel->session = request.session;
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    const Message foreign = makeRequest(Channel::Shell, u"execute_request"_s, {{"code", "x"}}, u"another"_s);
    stage.kernel->session = foreign.session;
    stage.kernel->deliver(stage.kernel->okRun(foreign, 2));
    stage.kernel->session = u"kernel-session-1"_s;
    stage.kernel->deliver(std::vector{stage.kernel->iopub({}, "status", {{"execution_state", "idle"}})});
    QCOMPARE(lostState.count(), 0);
}

void TestSessionRecovery::shutdown_running_isKilledQuietly()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    stage.run(cell);
    QSignalSpy died(&stage.session, &Session::kernelDied);
    const QFuture<Result<void>> gone = stage.session.shutdown();
    QTRY_VERIFY(gone.isFinished());
    QTRY_COMPARE(stage.session.state(), SessionState::NoKernel);
    QCOMPARE(stage.kernel->shutdowns, 1);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QVERIFY(stage.target.cell(cell).outputs.empty());
    QCOMPARE(died.count(), 0);
}

void TestSessionRecovery::detach_running_isCancelled()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.session.detach();
    QCOMPARE(stage.session.state(), SessionState::NoKernel);
    QCOMPARE(stage.outcome(cell), RunOutcome::Cancelled);
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "late")});
    QVERIFY(stage.target.cell(cell).outputs.empty());
    QVERIFY(stage.session.attach(std::make_shared<FakeKernelConnection>()));
}

void TestSessionRecovery::reconnect_recorded_isNotSentAgain()
{
    SessionStage stage;
    stage.kernel->sendError = lost();
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->changeState(KernelState::Reconnecting);
    QCOMPARE(stage.session.state(), SessionState::Reconnecting);
    stage.kernel->sendError.reset();
    stage.kernel->deliver(std::vector{FakeKernelConnection::record(request)});
    stage.kernel->catchUp();
    QCoreApplication::processEvents();
    QCOMPARE(stage.executeCount(), 1u);
    QCOMPARE(stage.phase(cell), RunPhase::Running);
}

void TestSessionRecovery::reconnect_inDoubt_sendsTheSameMessage()
{
    SessionStage stage;
    stage.kernel->sendError = lost();
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->changeState(KernelState::Reconnecting);
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    stage.kernel->sendError.reset();
    stage.kernel->catchUp();
    QTRY_COMPARE(stage.executeCount(), 2u);
    QCOMPARE(stage.kernel->lastRequest("execute_request").id, request.id);
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    QCOMPARE(stage.outcome(cell), RunOutcome::Ok);
}

void TestSessionRecovery::reconnect_finishedMeanwhile_isDone()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "meanwhile")});
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    QCOMPARE(stage.session.state(), SessionState::Reconnecting);
    QCOMPARE(stage.phase(cell), RunPhase::Done);
    stage.kernel->catchUp();
    QCOMPARE(stage.session.state(), SessionState::Idle);
    QCOMPARE(stage.target.text(cell), u"meanwhile"_s);
    QCOMPARE(stage.executeCount(), 1u);
}

void TestSessionRecovery::reconnect_longLoss_doesNotEndTheCell()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    std::vector<Message> run = stage.kernel->okRun(request, 1);
    const Message idle = run.back();
    run.pop_back();
    stage.kernel->deliver(run);
    stage.kernel->changeState(KernelState::Reconnecting);
    QTest::qWait(150); // longer than idleAfterReply
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "out")});
    QTest::qWait(150); // a slow replay
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    stage.kernel->deliver(std::vector{idle});
    QCOMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Ok);
    QCOMPARE(stage.target.text(cell), u"out"_s);
}

void TestSessionRecovery::reconnect_idleNeverCame_endsAfterwards()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->deliver(std::vector{stage.kernel->reply(request, {{"status", "aborted"}})});
    stage.kernel->catchUp();
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Aborted);
}

void TestSessionRecovery::reconnect_restartingNow_losesState()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    stage.run(cell);
    QSignalSpy lostState(&stage.session, &Session::kernelStateLost);
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->catchUp(KernelState::Restarting);
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QCOMPARE(lostState.count(), 1);
    stage.kernel->changeState(KernelState::Restarting);
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(stage.session.state(), SessionState::Idle);
    QCOMPARE(lostState.count(), 1);
}

void TestSessionRecovery::reconnect_gap_isToldAndEnds()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    QSignalSpy lostOutput(&stage.session, &Session::outputLost);
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->deliver(std::vector<KernelEvent>{{40, KernelEvent::Gap{10, 40, 30}}});
    stage.kernel->catchUp(KernelState::Ready, false);
    QCOMPARE(lostOutput.count(), 1);
    QVERIFY(stage.target.text(cell, "stderr").contains("output lost: 30"_L1));
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done); // its idle was in the gap
    QCOMPARE(stage.outcome(cell), RunOutcome::Error);
    QVERIFY(stage.session.cellRun(cell).errorValue.contains("did not arrive"_L1));
    QCOMPARE(stage.session.state(), SessionState::Idle);
}

void TestSessionRecovery::reconnect_openInput_isAskedAgain()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"input()"_s);
    const Message request = stage.run(cell);
    const Message question = stage.kernel->inputRequest(request, "Name: ");
    stage.kernel->deliver(std::vector{question});
    QSignalSpy asked(&stage.session, &Session::inputRequested);
    stage.kernel->changeState(KernelState::Reconnecting);
    QVERIFY(!stage.session.pendingInput());
    QVERIFY(!stage.session.replyInput(u"too early"_s));
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->catchUp(KernelState::Ready, true);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked.at(0).at(0).toString(), u"Name: "_s);
    QVERIFY(stage.session.pendingInput());
    QCOMPARE(stage.session.pendingInput()->cell, cell);
    QVERIFY(stage.session.replyInput(u"Ada"_s));
    QCOMPARE(stage.kernel->lastRequest("input_reply").parentId, question.id);
}

void TestSessionRecovery::reconnect_inputEndedMeanwhile_isNotAskedAgain_data()
{
    QTest::addColumn<QString>("how");
    for (const char* how : {"answered elsewhere", "idle", "death", "restart"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void TestSessionRecovery::reconnect_inputEndedMeanwhile_isNotAskedAgain()
{
    QFETCH(QString, how);
    SessionStage stage;
    const Message request = stage.run(stage.target.add(u"input()"_s));
    stage.kernel->deliver(std::vector{stage.kernel->inputRequest(request, "?")});
    QSignalSpy asked(&stage.session, &Session::inputRequested);
    stage.kernel->changeState(KernelState::Reconnecting);
    KernelState now = KernelState::Ready;
    if (how == "answered elsewhere"_L1) {
        const Message reply = makeRequest(Channel::Stdin, u"input_reply"_s, {{"value", "x"}}, u"other"_s);
        stage.kernel->deliver(std::vector{FakeKernelConnection::record(reply)});
    } else if (how == "idle"_L1) {
        stage.kernel->deliver(std::vector{stage.kernel->status(request, "idle")});
    } else if (how == "death"_L1) {
        stage.kernel->changeState(KernelState::Dead);
        now = KernelState::Dead;
    } else {
        stage.kernel->changeState(KernelState::Restarting);
        stage.kernel->changeState(KernelState::Ready);
    }
    stage.kernel->catchUp(now);
    QCOMPARE(asked.count(), 0);
    QVERIFY(!stage.session.pendingInput());
}

void TestSessionRecovery::reconnect_queue_waits()
{
    SessionStage stage;
    stage.kernel->changeState(KernelState::Reconnecting);
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    QCOMPARE(stage.executeCount(), 0u);
    QVERIFY(!stage.session.restart().result());
    stage.kernel->catchUp();
    QCOMPARE(stage.executeCount(), 1u);
}

void TestSessionRecovery::send_refused_failsCell()
{
    SessionStage stage;
    stage.kernel->sendError = Error{ErrorCode::KernelDied, u"The kernel is gone."_s, {}, Retry::No};
    const CellKey cell = stage.target.add(u"1"_s);
    const CellKey next = stage.target.add(u"2"_s);
    QVERIFY(stage.enqueue({cell, next}));
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Error);
    QCOMPARE(stage.target.cell(cell).outputs[0]["evalue"], json("The kernel is gone."));
    QCOMPARE(stage.outcome(next), RunOutcome::Cancelled);
}

void TestSessionRecovery::send_refusedByDeadKernel_isKilledWithItsReason()
{
    SessionStage stage;
    using namespace std::chrono_literals;
    stage.session.setLimits({.death = 60s});
    stage.kernel->sendError = Error{ErrorCode::KernelDied, u"The kernel is gone."_s, {}, Retry::No};
    const CellKey cell = stage.target.add(u"1"_s);
    stage.run(cell);
    QCoreApplication::processEvents();
    QCOMPARE(stage.phase(cell), RunPhase::Running); // its death is about to be told
    stage.kernel->changeState(KernelState::Dead, {u"kernel killed, signal 9"_s, {}, false});
    QCOMPARE(stage.outcome(cell), RunOutcome::Killed);
    QCOMPARE(stage.session.cellRun(cell).errorValue, u"kernel killed, signal 9"_s);
    QCOMPARE(stage.target.outputTypes(cell), QStringList{u"error"_s});
}

void TestSessionRecovery::replay_deathAndRestart_areNoNews()
{
    SessionStage stage(false);
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    QSignalSpy died(&stage.session, &Session::kernelDied);
    QSignalSpy states(&stage.session, &Session::stateChanged);
    const QFuture<Result<Completions>> asked = stage.session.requests().complete(u"a"_s, 1);
    using enum KernelState;
    for (const KernelState state : {Ready, Dead, Restarting, Starting, Ready, Restarting, Starting, Ready})
        stage.kernel->changeState(state);
    QCOMPARE(died.count(), 0);
    QCOMPARE(states.count(), 0);
    QCOMPARE(stage.phase(cell), RunPhase::Queued);
    QVERIFY(!asked.isFinished());
    stage.kernel->catchUp();
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    QCOMPARE(stage.session.state(), SessionState::Busy);
}

void TestSessionRecovery::replay_standsDead_isTold()
{
    SessionStage stage(false);
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    QSignalSpy died(&stage.session, &Session::kernelDied);
    stage.kernel->changeState(KernelState::Ready);
    stage.kernel->changeState(KernelState::Dead, {u"kernel killed, signal 9"_s, {}, false});
    QCOMPARE(died.count(), 0);
    stage.kernel->catchUp(KernelState::Dead);
    QCOMPARE(died.count(), 1);
    QCOMPARE(died.at(0).at(0).value<KernelDeath>().reason, u"kernel killed, signal 9"_s);
    QCOMPARE(stage.outcome(cell), RunOutcome::Cancelled);
    QCOMPARE(stage.session.state(), SessionState::Dead);
}

void TestSessionRecovery::replay_restartMeanwhile_waitsForTheNewProcess()
{
    SessionStage stage(false);
    QVERIFY(stage.session.restart().result());
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    stage.kernel->changeState(KernelState::Restarting); // long ago
    stage.kernel->changeState(KernelState::Ready);
    stage.kernel->catchUp(KernelState::Ready);
    QCOMPARE(stage.session.state(), SessionState::Restarting);
    QCOMPARE(stage.executeCount(), 0u);
    stage.kernel->changeState(KernelState::Restarting);
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(stage.executeCount(), 1u);
}

void TestSessionRecovery::replay_earlierSession_mapsByCellId()
{
    SessionStage stage(false);
    const CellKey done = stage.target.add(u"1"_s, u"id-1"_s);
    const CellKey busy = stage.target.add(u"2"_s, u"id-2"_s);
    stage.target.cell(done).outputs.push_back(
        {{"output_type", "stream"}, {"name", "stdout"}, {"text", "saved"}});
    Message first = makeRequest(Channel::Shell, u"execute_request"_s, {{"code", "1"}}, u"earlier"_s);
    first.metadata["cellId"] = "id-1";
    Message second = makeRequest(Channel::Shell, u"execute_request"_s, {{"code", "2"}}, u"earlier"_s);
    second.metadata["cellId"] = "id-2";
    stage.kernel->deliver(
        std::vector{FakeKernelConnection::record(first), stage.kernel->stream(first, "one")});
    stage.kernel->deliver(stage.kernel->okRun(first, 1));
    stage.kernel->deliver(std::vector{FakeKernelConnection::record(second),
                                      stage.kernel->status(second, "busy"),
                                      stage.kernel->stream(second, "two")});
    stage.kernel->catchUp(KernelState::Ready, true);
    QCOMPARE(stage.target.text(done), u"one"_s);
    QCOMPARE(stage.target.cell(done).count, 1);
    QCOMPARE(stage.target.text(busy), u"two"_s);
    QCOMPARE(stage.session.state(), SessionState::Busy);
    QCOMPARE(stage.session.runningCell(), busy);
    QCOMPARE(stage.executeCount(), 0u);
    stage.kernel->deliver(stage.kernel->okRun(second, 2));
    QCOMPARE(stage.session.state(), SessionState::Idle);
    QCOMPARE(stage.outcome(busy), RunOutcome::Ok);
}

void TestSessionRecovery::replay_anotherClientsCode_isBusy()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message foreign = makeRequest(Channel::Shell, u"execute_request"_s, {{"code", "x"}}, u"another"_s);
    stage.kernel->deliver(std::vector{FakeKernelConnection::record(foreign)});
    QCOMPARE(stage.session.state(), SessionState::Busy);
    QVERIFY(stage.enqueue({cell}));
    QCOMPARE(stage.executeCount(), 0u);
    stage.kernel->deliver(stage.kernel->okRun(foreign, 1));
    QCOMPARE(stage.executeCount(), 1u);
}

void TestSessionRecovery::replay_unknownCommTarget_isNotClosed()
{
    SessionStage stage(false);
    const Message open =
        stage.kernel->iopub({}, "comm_open", {{"comm_id", "c1"}, {"target_name", "nobody"}, {"data", {}}});
    stage.kernel->deliver(std::vector{open});
    stage.kernel->catchUp();
    QCOMPARE(stage.kernel->requests("comm_close").size(), 0u);
}

void TestSessionRecovery::slots_detachOnAnySignal_areSurvived_data()
{
    QTest::addColumn<int>("signalNumber"); // of those that the script below makes
    for (int number = 1; number <= 16; ++number)
        QTest::addRow("signal %d", number) << number;
}

void TestSessionRecovery::slots_detachOnAnySignal_areSurvived()
{
    QFETCH(int, signalNumber);
    SessionStage stage;
    const CellKey cell = stage.target.add(u"input()"_s);
    const CellKey next = stage.target.add(u"2"_s);
    int left = signalNumber;
    const auto countDown = [&] {
        if (--left == 0) stage.session.detach();
    };
    connect(&stage.session, &Session::runChanged, this, countDown);
    connect(&stage.session, &Session::queueChanged, this, countDown);
    connect(&stage.session, &Session::stateChanged, this, countDown);
    connect(&stage.session, &Session::inputRequested, this, countDown);
    connect(&stage.session, &Session::inputWithdrawn, this, countDown);
    connect(&stage.session, &Session::outputLost, this, countDown);
    QVERIFY(stage.enqueue({cell, next}));
    const Message request = stage.kernel->lastRequest("execute_request");
    std::vector<Message> run = stage.kernel->okRun(request, 1);
    run.insert(run.begin() + 2, stage.kernel->inputRequest(request, "?"));
    stage.kernel->deliver(std::vector(run.begin(), run.begin() + 3));
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->deliver(std::vector<KernelEvent>{{40, KernelEvent::Gap{10, 40, 30}}});
    stage.kernel->catchUp(KernelState::Ready, true);
    stage.kernel->deliver(std::vector(run.begin() + 3, run.end()));
    (void)stage.session.interrupt();
    (void)stage.session.restart();
    QVERIFY2(left <= 0, "the script makes fewer signals");
    QCOMPARE(stage.session.state(), SessionState::NoKernel);
    QVERIFY(!stage.session.hasWork());
    QVERIFY(!stage.session.pendingInput());
}

void TestSessionRecovery::start_tooLong_isToldOnce()
{
    SessionStage stage(false);
    SessionLimits limits;
    limits.start = std::chrono::milliseconds(20);
    stage.session.setLimits(limits);
    QSignalSpy problems(&stage.session, &Session::problemOccurred);
    QSignalSpy overdue(&stage.session, &Session::startTimedOut);
    stage.kernel->catchUp(KernelState::Starting);
    QTRY_COMPARE(overdue.count(), 1);
    QCOMPARE(problems.count(), 1);
    const Error error = problems.at(0).at(0).value<Error>();
    QCOMPARE(error.code, ErrorCode::Timeout);
    QCOMPARE(error.retry, Retry::Later);
    QCOMPARE(stage.session.state(), SessionState::Starting);
    // It goes on waiting, and does not say so again.
    stage.kernel->changeState(KernelState::Starting);
    QTest::qWait(60);
    QCOMPARE(overdue.count(), 1);
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(stage.session.state(), SessionState::Idle);
}

void TestSessionRecovery::restart_tooLong_isTold()
{
    SessionStage stage;
    SessionLimits limits;
    limits.start = std::chrono::milliseconds(20);
    stage.session.setLimits(limits);
    QSignalSpy overdue(&stage.session, &Session::startTimedOut);
    QVERIFY(stage.session.restart().result());
    QTRY_COMPARE(overdue.count(), 1);
    stage.kernel->changeState(KernelState::Restarting);
    stage.kernel->changeState(KernelState::Ready);
    QVERIFY(stage.session.restart().result());
    QTRY_COMPARE(overdue.count(), 2);
}

QTEST_GUILESS_MAIN(TestSessionRecovery)
#include "tst_sessionrecovery.moc"
