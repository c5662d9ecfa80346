// SPDX-License-Identifier: GPL-3.0-or-later
// The session's states, when a cell is done, and the queue, against a kernel that says what a test tells it.
#include <tests/support/sessionstage.h>

#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

class TestSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checkTransition_illegal_isError();
    void state_lifecycle_followsKernel();
    void attach_twice_isError();
    void attach_busyKernel_isBusyUntilIdle();
    void attach_nothingNew_lastSeqIsKnown();
    void stateChange_readyAfterDead_isReported();
    void status_backgroundParent_isIgnored_data();
    void status_backgroundParent_isIgnored();
    void caughtUp_ready_asksForLanguage();

    void execute_request_isAsPromised();
    void done_replyAndIdle_inEitherOrder_data();
    void done_replyAndIdle_inEitherOrder();
    void done_replyWithoutIdle_afterPatience();
    void done_idleWithoutReply_afterPatience();
    void done_abortedReply_isAborted();
    void done_bareErrorWithoutIdle_isAborted();
    void done_replyOvertakesBusy_outputIsWaitedFor_data();
    void done_replyOvertakesBusy_outputIsWaitedFor();
    void done_errorOutputAfterwards_isShownOnce();
    void done_times_areTheHosts();
    void lateOutput_afterDone_reachesItsCell();

    void queue_oneOutstanding_restWaits();
    void queue_error_cancelsRest_data();
    void queue_error_cancelsRest();
    void queue_cancel_removesWaiting();
    void queue_blankCell_isDoneWithoutKernel();
    void queue_removedCell_isSkipped();
    void queue_cellEnqueuedTwice_waitsOnce();
    void queue_enqueueFromSlot_runsNext();
    void enqueue_withoutKernel_isError();
    void enqueue_whileStarting_waits();
};

void TestSession::checkTransition_illegal_isError()
{
    QVERIFY(checkTransition(SessionState::Idle, SessionState::Busy));
    QVERIFY(checkTransition(SessionState::Dead, SessionState::Restarting));
    for (const auto& [from, to] : {std::pair{SessionState::NoKernel, SessionState::Busy},
                                   {SessionState::Dead, SessionState::Idle},
                                   {SessionState::Dead, SessionState::Reconnecting},
                                   {SessionState::Idle, SessionState::Starting}}) {
        const Result<void> result = checkTransition(from, to);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::IllegalState);
        QVERIFY(result.error().message.contains(sessionStateName(to)));
    }
}

void TestSession::state_lifecycle_followsKernel()
{
    SessionStage stage(false);
    QVERIFY(stage.kernel->opened);
    QCOMPARE(stage.session.state(), SessionState::Starting);
    QSignalSpy states(&stage.session, &Session::stateChanged);
    QSignalSpy problems(&stage.session, &Session::problemOccurred);
    stage.kernel->catchUp(KernelState::Starting);
    stage.kernel->changeState(KernelState::Ready);
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    stage.kernel->changeState(KernelState::Reconnecting);
    stage.kernel->catchUp();
    stage.kernel->changeState(KernelState::Dead);
    stage.kernel->changeState(KernelState::Restarting);
    stage.kernel->changeState(KernelState::Starting);
    stage.kernel->changeState(KernelState::Ready);
    stage.session.detach();

    using enum SessionState;
    QList<SessionState> seen;
    for (const QList<QVariant>& change : states)
        seen.append(change.at(0).value<SessionState>());
    QCOMPARE(seen,
             (QList<SessionState>{Idle, Busy, Idle, Reconnecting, Idle, Dead, Restarting, Idle, NoKernel}));
    QCOMPARE(problems.count(), 0);
}

void TestSession::attach_twice_isError()
{
    SessionStage stage;
    const Result<void> again = stage.session.attach(std::make_shared<FakeKernelConnection>());
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::IllegalState);
}

void TestSession::attach_busyKernel_isBusyUntilIdle()
{
    SessionStage stage(false);
    stage.kernel->catchUp(KernelState::Ready, true);
    QCOMPARE(stage.session.state(), SessionState::Busy);
    QCOMPARE(stage.kernel->lastRequest("kernel_info_request").channel, Channel::Control);
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    QCOMPARE(stage.executeCount(), 0u);

    Message foreign;
    foreign.id = u"before-us"_s;
    foreign.type = u"execute_request"_s;
    stage.kernel->deliver(std::vector{stage.kernel->status(foreign, "idle")});
    QCOMPARE(stage.executeCount(), 1u);
}

void TestSession::attach_nothingNew_lastSeqIsKnown()
{
    SessionStage stage(false);
    stage.kernel->deliver(std::vector<KernelEvent>{{7, KernelEvent::CaughtUp{}}});
    QCOMPARE(stage.session.lastSeq(), 7u);
}

void TestSession::stateChange_readyAfterDead_isReported()
{
    SessionStage stage;
    QSignalSpy problems(&stage.session, &Session::problemOccurred);
    stage.kernel->changeState(KernelState::Dead);
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(problems.count(), 1);
    QCOMPARE(stage.session.state(), SessionState::Dead);
}

void TestSession::status_backgroundParent_isIgnored_data()
{
    QTest::addColumn<QString>("type");
    for (const char* type :
         {"kernel_info_request", "comm_info_request", "interrupt_request", "debug_request"})
        QTest::newRow(type) << QString::fromLatin1(type);
}

void TestSession::status_backgroundParent_isIgnored()
{
    QFETCH(QString, type);
    SessionStage stage;
    Message request;
    request.id = u"other"_s;
    request.type = type;
    stage.kernel->deliver(std::vector{stage.kernel->status(request, "busy")});
    QCOMPARE(stage.session.state(), SessionState::Idle);

    const Message execute = stage.run(stage.target.add(u"1"_s));
    stage.kernel->deliver(std::vector{stage.kernel->status(execute, "busy"),
                                      stage.kernel->status(request, "idle"),
                                      stage.kernel->reply(execute, {{"status", "ok"}})});
    QCOMPARE(stage.session.state(), SessionState::Busy);
}

void TestSession::caughtUp_ready_asksForLanguage()
{
    SessionStage stage;
    const Message request = stage.kernel->lastRequest("kernel_info_request");
    QCOMPARE(request.channel, Channel::Shell);
    QSignalSpy infos(&stage.session, &Session::kernelInfoArrived);
    stage.kernel->deliver(std::vector{
        stage.kernel->reply(request, {{"status", "ok"}, {"language_info", {{"name", "python"}}}})});
    QCOMPARE(infos.count(), 1);
    QCOMPARE(stage.target.languageInfo.value("name", ""), "python");
}

void TestSession::execute_request_isAsPromised()
{
    SessionStage stage;
    const Message request = stage.run(stage.target.add(u"print('é')"_s, u"cell-7"_s), {.allowStdin = false});
    QCOMPARE(request.channel, Channel::Shell);
    QVERIFY(!request.id.isEmpty());
    QCOMPARE(request.content.at("code"), json("print('é')"));
    QCOMPARE(request.content.at("stop_on_error"), json(false));
    QCOMPARE(request.content.at("store_history"), json(true));
    QCOMPARE(request.content.at("silent"), json(false));
    QCOMPARE(request.content.at("allow_stdin"), json(false));
    QCOMPARE(request.metadata.at("cellId"), json("cell-7"));
}

void TestSession::done_replyAndIdle_inEitherOrder_data()
{
    QTest::addColumn<bool>("idleFirst");
    QTest::newRow("reply first") << false;
    QTest::newRow("idle first") << true;
}

void TestSession::done_replyAndIdle_inEitherOrder()
{
    QFETCH(bool, idleFirst);
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    std::vector<Message> run = stage.kernel->okRun(request, 3);
    if (idleFirst) std::swap(run[2], run[3]);
    QSignalSpy finished(&stage.session, &Session::cellFinished);
    for (std::size_t at = 0; at < run.size(); ++at) {
        QCOMPARE(stage.phase(cell), RunPhase::Running);
        QCOMPARE(stage.session.state(), SessionState::Busy);
        stage.kernel->deliver(std::vector{run[at]});
    }
    QCOMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Ok);
    QCOMPARE(stage.target.cell(cell).count, 3);
    QCOMPARE(stage.session.state(), SessionState::Idle);
    QCOMPARE(finished.count(), 1);
}

void TestSession::done_replyWithoutIdle_afterPatience()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    std::vector<Message> run = stage.kernel->okRun(request, 1);
    run.pop_back();
    stage.kernel->deliver(run);
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Ok);
    QCOMPARE(stage.session.state(), SessionState::Idle);
}

void TestSession::done_idleWithoutReply_afterPatience()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->iopub(request, "error", errorContent()),
                                      stage.kernel->status(request, "idle")});
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Error);
}

void TestSession::done_abortedReply_isAborted()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->reply(request, {{"status", "aborted"}})});
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Aborted);
    QVERIFY(stage.target.cell(cell).outputs.empty());
}

void TestSession::done_bareErrorWithoutIdle_isAborted()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->reply(request, {{"status", "error"}})});
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Aborted);
}

void TestSession::done_replyOvertakesBusy_outputIsWaitedFor_data()
{
    QTest::addColumn<bool>("bareError");
    QTest::newRow("ok") << false;
    QTest::newRow("an error without a name") << true; // until execute_input shows that it is no abort
}

void TestSession::done_replyOvertakesBusy_outputIsWaitedFor()
{
    QFETCH(bool, bareError);
    using namespace std::chrono_literals;
    SessionStage stage;
    stage.session.setLimits({.idleAfterReply = 60s, .idleAfterAbort = 20ms});
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    std::vector<Message> run = stage.kernel->okRun(request, 1);
    std::swap(run[0], run[2]);
    std::swap(run[1], run[2]); // reply, busy, execute_input, idle
    if (bareError) run[0].content = {{"status", "error"}};
    const auto begin = run.begin();
    stage.kernel->deliver(bareError ? std::vector(begin, begin + 3) : std::vector(begin, begin + 1));
    QTest::qWait(60);
    QCOMPARE(stage.phase(cell), RunPhase::Running);
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "late"), run[3]});
    QCOMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), bareError ? RunOutcome::Error : RunOutcome::Ok);
    QCOMPARE(stage.target.text(cell), u"late"_s);
}

void TestSession::done_errorOutputAfterwards_isShownOnce()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    const Message request = stage.run(cell);
    stage.kernel->deliver(std::vector{stage.kernel->reply(request, errorContent())});
    QTRY_COMPARE(stage.phase(cell), RunPhase::Done);
    QCOMPARE(stage.outcome(cell), RunOutcome::Error);
    QCOMPARE(stage.target.outputTypes(cell), QStringList{u"error"_s});
    stage.kernel->deliver(std::vector{stage.kernel->iopub(request, "error", errorContent())});
    QCOMPARE(stage.target.outputTypes(cell), QStringList{u"error"_s});
}

void TestSession::done_times_areTheHosts()
{
    SessionStage stage;
    const CellKey cell = stage.target.add(u"1"_s);
    std::vector<Message> run = stage.kernel->okRun(stage.run(cell), 1);
    run.front().time = 1000;
    run.back().time = 3500;
    stage.kernel->deliver(run);
    QCOMPARE(stage.session.cellRun(cell).startedAt, 1000);
    QCOMPARE(stage.session.cellRun(cell).endedAt, 3500);
}

void TestSession::lateOutput_afterDone_reachesItsCell()
{
    SessionStage stage;
    const CellKey first = stage.target.add(u"thread"_s);
    const CellKey second = stage.target.add(u"2"_s);
    const Message request = stage.run(first);
    stage.kernel->deliver(stage.kernel->okRun(request, 1));
    stage.kernel->deliver(stage.kernel->okRun(stage.run(second), 2));
    stage.kernel->deliver(std::vector{stage.kernel->stream(request, "late")});
    QCOMPARE(stage.target.text(first), u"late"_s);
    QVERIFY(stage.target.cell(second).outputs.empty());
}

void TestSession::queue_oneOutstanding_restWaits()
{
    SessionStage stage;
    const std::vector cells{stage.target.add(u"1"_s), stage.target.add(u"2"_s), stage.target.add(u"3"_s)};
    QSignalSpy done(&stage.session, &Session::queueFinished);
    QVERIFY(stage.enqueue(cells));
    for (int index = 0; index < 3; ++index) {
        QCOMPARE(stage.executeCount(), std::size_t(index + 1));
        QCOMPARE(stage.session.runningCell(), cells[std::size_t(index)]);
        if (index == 0) {
            QCOMPARE(stage.phase(cells[2]), RunPhase::Queued);
            QCOMPARE(stage.session.cellRun(cells[2]).position, 2);
        }
        QCOMPARE(done.count(), 0);
        stage.kernel->deliver(stage.kernel->okRun(stage.kernel->lastRequest("execute_request"), index + 1));
    }
    QCOMPARE(done.count(), 1);
    QVERIFY(!stage.session.hasWork());
}

void TestSession::queue_error_cancelsRest_data()
{
    QTest::addColumn<bool>("allowErrors");
    QTest::addColumn<bool>("mayRaise");
    QTest::addColumn<bool>("cancels");
    QTest::newRow("plain") << false << false << true;
    QTest::newRow("errors allowed") << true << false << false;
    QTest::newRow("tagged raises-exception") << false << true << false;
}

void TestSession::queue_error_cancelsRest()
{
    QFETCH(bool, allowErrors);
    QFETCH(bool, mayRaise);
    QFETCH(bool, cancels);
    SessionStage stage;
    const CellKey bad = stage.target.add(u"bad"_s, {}, mayRaise);
    const CellKey next = stage.target.add(u"next"_s);
    QSignalSpy finished(&stage.session, &Session::cellFinished);
    QVERIFY(stage.enqueue({bad, next}, {.allowErrors = allowErrors}));
    const Message request = stage.kernel->lastRequest("execute_request");
    stage.kernel->deliver(std::vector{stage.kernel->iopub(request, "error", errorContent()),
                                      stage.kernel->reply(request, errorContent()),
                                      stage.kernel->status(request, "idle")});
    QCOMPARE(stage.outcome(bad), RunOutcome::Error);
    QCOMPARE(stage.session.cellRun(bad).errorName, u"ValueError"_s);
    QCOMPARE(stage.session.cellRun(bad).traceback, (QStringList{u"line 1"_s, u"line 2"_s}));
    QCOMPARE(stage.target.outputTypes(bad), QStringList{u"error"_s});
    QCOMPARE(stage.executeCount(), cancels ? 1u : 2u);
    QCOMPARE(stage.phase(next), cancels ? RunPhase::Done : RunPhase::Running);
    QCOMPARE(finished.count(), cancels ? 2 : 1);
    if (cancels) QCOMPARE(stage.outcome(next), RunOutcome::Cancelled);
}

void TestSession::queue_cancel_removesWaiting()
{
    SessionStage stage;
    const std::vector cells{stage.target.add(u"1"_s), stage.target.add(u"2"_s), stage.target.add(u"3"_s)};
    QVERIFY(stage.enqueue(cells));
    QVERIFY(!stage.session.cancelQueued(cells[0]));
    QVERIFY(stage.session.cancelQueued(cells[1]));
    QCOMPARE(stage.outcome(cells[1]), RunOutcome::Cancelled);
    QCOMPARE(stage.session.cellRun(cells[2]).position, 1);
    stage.session.cancelQueued();
    QCOMPARE(stage.outcome(cells[2]), RunOutcome::Cancelled);
    QCOMPARE(stage.phase(cells[0]), RunPhase::Running);
}

void TestSession::queue_blankCell_isDoneWithoutKernel()
{
    SessionStage stage;
    const CellKey blank = stage.target.add(u" \n\t"_s);
    const CellKey next = stage.target.add(u"1"_s);
    stage.target.cell(blank).count = 4;
    QVERIFY(stage.enqueue({blank, next}));
    QCOMPARE(stage.outcome(blank), RunOutcome::Ok);
    QCOMPARE(stage.phase(blank), RunPhase::Done);
    QVERIFY(!stage.target.cell(blank).count);
    QCOMPARE(stage.executeCount(), 1u);
    QCOMPARE(stage.phase(next), RunPhase::Running);
}

void TestSession::queue_removedCell_isSkipped()
{
    SessionStage stage;
    const CellKey first = stage.target.add(u"1"_s);
    const CellKey gone = stage.target.add(u"2"_s);
    QVERIFY(stage.enqueue({first, gone}));
    stage.target.cells.erase(gone);
    QSignalSpy done(&stage.session, &Session::queueFinished);
    stage.kernel->deliver(stage.kernel->okRun(stage.kernel->lastRequest("execute_request"), 1));
    QCOMPARE(stage.outcome(gone), RunOutcome::Cancelled);
    QCOMPARE(stage.executeCount(), 1u);
    QCOMPARE(done.count(), 1);
}

void TestSession::queue_cellEnqueuedTwice_waitsOnce()
{
    SessionStage stage;
    const CellKey first = stage.target.add(u"1"_s);
    const CellKey second = stage.target.add(u"2"_s);
    QVERIFY(stage.enqueue({first, second, second}));
    QCOMPARE(stage.session.queueLength(), 1);
    QVERIFY(stage.enqueue({first})); // it runs: once more afterwards
    QCOMPARE(stage.session.queueLength(), 2);
}

void TestSession::queue_enqueueFromSlot_runsNext()
{
    SessionStage stage;
    const CellKey first = stage.target.add(u"1"_s);
    const CellKey second = stage.target.add(u"2"_s);
    connect(&stage.session, &Session::cellFinished, this, [&](CellKey cell) {
        if (cell == first) QVERIFY(stage.enqueue({second}));
    });
    QSignalSpy done(&stage.session, &Session::queueFinished);
    stage.kernel->deliver(stage.kernel->okRun(stage.run(first), 1));
    QCOMPARE(stage.session.runningCell(), second);
    QCOMPARE(done.count(), 0);
}

void TestSession::enqueue_withoutKernel_isError()
{
    FakeTarget target;
    Session session(target);
    const CellKey cell = target.add(u"1"_s);
    const Result<void> result = session.enqueue(std::vector{cell});
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::IllegalState);
    QVERIFY(!session.interrupt().result());
    QVERIFY(!session.restart().result());
    QVERIFY(!session.replyInput(u"x"_s));
}

void TestSession::enqueue_whileStarting_waits()
{
    SessionStage stage(false);
    const CellKey cell = stage.target.add(u"1"_s);
    QVERIFY(stage.enqueue({cell}));
    stage.kernel->catchUp(KernelState::Starting);
    QCOMPARE(stage.executeCount(), 0u);
    QCOMPARE(stage.phase(cell), RunPhase::Queued);
    stage.kernel->changeState(KernelState::Ready);
    QCOMPARE(stage.executeCount(), 1u);
}

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
