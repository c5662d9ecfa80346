// SPDX-License-Identifier: GPL-3.0-or-later
// A notebook's life with a kernel: what runs, what waits, and where the results go.
#pragma once

#include <core/runtime/comm.h>
#include <core/runtime/executionqueue.h>
#include <core/runtime/kernelconnection.h>
#include <core/runtime/outbox.h>
#include <core/runtime/outputrouter.h>
#include <core/runtime/requests.h>
#include <core/runtime/sessionstate.h>

#include <QSet>
#include <QTimer>

#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace cahier::runtime {

/// A question that running code asks its user.
struct InputPrompt {
    QString prompt;
    bool password = false;       ///< what is typed must not be shown
    std::optional<CellKey> cell; ///< the cell that asks, if it is one of the notebook's
};

/// How long a session waits for what a kernel should have said.
struct SessionLimits {
    /// Reply without idle; counted from the last message of that run, so that a flood is waited for.
    std::chrono::milliseconds idleAfterReply{2000};
    std::chrono::milliseconds idleAfterAbort{250};   ///< xeus never sends idle for what it aborts
    std::chrono::milliseconds replyAfterIdle{10000}; ///< idle without reply
    std::chrono::milliseconds start{60000};          ///< a kernel that was started does not get ready
    std::chrono::milliseconds death{5000}; ///< a cell was refused by a dead kernel whose death is not told
};

/// Ties one notebook (an OutputTarget) to one kernel. Lives in their thread. Nothing here blocks; what
/// happens is told by signals, after it happened. Slots may call back in, but not delete the session.
///
/// A cell is done when both its shell reply and the idle status with its message as parent came, in either
/// order. One execute_request is with the kernel at a time, with stop_on_error false; the rest wait here.
class Session : public QObject {
    Q_OBJECT
public:
    /// The target must outlive the session.
    explicit Session(OutputTarget& target, QObject* parent = nullptr);
    ~Session() override;
    void setLimits(const SessionLimits& limits) { m_limits = limits; }

    // -- the kernel
    /// Takes the connection and opens it. Executions that its replay shows (another client's, an earlier
    /// session's) are mapped to cells by the cell id they carry. IllegalState when a kernel is attached.
    [[nodiscard]] Result<void> attach(std::shared_ptr<KernelConnection> connection);
    /// Lets go of the kernel, which lives on. What ran or waited is Cancelled.
    void detach();
    /// IllegalState unless the kernel is starting, idle or busy. A pending input prompt is withdrawn.
    QFuture<Result<void>> interrupt();
    /// What ran is Killed, what waited Cancelled; cells enqueued from now on run in the new kernel.
    /// IllegalState without a kernel, while reconnecting or already restarting.
    QFuture<Result<void>> restart(const std::optional<AcceleratorChoice>& accelerator = {});
    /// Ends the kernel; the state is NoKernel once it is gone.
    QFuture<Result<void>> shutdown();

    [[nodiscard]] SessionState state() const { return m_state; }
    [[nodiscard]] QString kernelId() const;
    /// Number of the last event that was handled: where a later attachment goes on.
    [[nodiscard]] quint64 lastSeq() const { return m_lastSeq; }
    /// Why the kernel died; meaningful while Dead.
    [[nodiscard]] const KernelDeath& death() const { return m_death; }

    // -- running cells
    /// A cell that waits already keeps its place; one that runs is queued once more. IllegalState with no
    /// kernel or a dead one.
    [[nodiscard]] Result<void> enqueue(std::span<const CellKey> cells, const ExecuteOptions& options = {});
    void cancelQueued();
    bool cancelQueued(CellKey cell);
    [[nodiscard]] CellRun cellRun(CellKey cell) const;
    [[nodiscard]] std::optional<CellKey> runningCell() const;
    [[nodiscard]] int queueLength() const { return m_queue.size(); }
    /// Something that was enqueued here runs or waits.
    [[nodiscard]] bool hasWork() const;

    // -- input
    [[nodiscard]] const std::optional<InputPrompt>& pendingInput() const { return m_input; }
    /// IllegalState when nothing asks (any more).
    Result<void> replyInput(const QString& value);

    // -- the rest
    [[nodiscard]] Requests& requests() { return m_requests; }
    [[nodiscard]] CommManager& comms() { return m_comms; }

Q_SIGNALS:
    void stateChanged(cahier::runtime::SessionState state);
    /// Not by our own shutdown(), and not for what the replay of a first attachment says of earlier
    /// processes.
    void kernelDied(const cahier::runtime::KernelDeath& death);
    /// Variables, comms and updatable displays are gone: a restart, ours or someone else's.
    void kernelStateLost();
    void kernelInfoArrived(const cahier::runtime::KernelInfoReply& info);

    /// cellRun(cell) is new (except for mere moves in the queue: queueChanged()).
    void runChanged(cahier::notebook::CellKey cell);
    void queueChanged();
    void cellFinished(cahier::notebook::CellKey cell, const cahier::runtime::CellRun& run);
    /// Everything that was enqueued is done, one way or another.
    void queueFinished();

    /// Once more after a loss of the connection, when the kernel still waits.
    void inputRequested(const QString& prompt, bool password);
    /// The question is void: answered elsewhere, interrupted, its cell is done, or the connection is lost.
    void inputWithdrawn();
    /// The code asks for text to be put into a cell below, or (replace) into the cell itself.
    void nextInputProposed(cahier::notebook::CellKey cell, const QString& text, bool replace);
    /// Help for a pager: a MIME bundle.
    void pageRequested(const nlohmann::json& data);

    /// The journal no longer holds events from..to; the running cell got a notice.
    void outputLost(quint64 from, quint64 to);
    /// An output whose request is no cell's (a comm's, another notebook's).
    void outputWithoutCell(const cahier::runtime::Message& message);
    /// Something went wrong that no call returns.
    void problemOccurred(const cahier::Error& error);
    /// The kernel is not ready within SessionLimits::start; follows its problemOccurred() (Timeout). Once
    /// for each start; the session goes on waiting.
    void startTimedOut();

private:
    struct Execution; // one execute_request that is with the kernel
    struct HeldInput {
        InputPrompt input;
        QString requestId, parentId;
    };

    // session.cpp: the connection and the state
    void handleEvents(const std::vector<KernelEvent>& events);
    void handleStateChange(const KernelEvent::StateChanged& change);
    void handleGap(const KernelEvent::Gap& gap);
    void handleCaughtUp(const KernelEvent::CaughtUp& now);
    void kernelReady(bool busy);
    void handleDeath(const KernelDeath& death);
    void tellDeath();
    void beginRestart();
    void loseKernelState();
    /// What comes now happened before this session was attached.
    [[nodiscard]] bool inHistory() const { return !m_live && !m_wasLive; }
    void askKernelInfo();
    [[nodiscard]] SessionState currentState() const;
    void updateState();
    void settle();
    void watchStart();
    void startOverdue();

    // sessionexecution.cpp: the queue and what runs
    void pump();
    void run(const ExecutionQueue::Entry& entry);
    void adopt(const Message& request);
    void track(std::unique_ptr<Execution> execution);
    Execution* running(const QString& messageId);
    [[nodiscard]] bool canRun() const;
    void advance(Execution& execution);
    void finish(const QString& messageId);
    void conclude(Execution& execution);
    void showReplyError(Execution& execution);
    void handlePayload(const Execution& execution);
    void endRunning(RunOutcome outcome, const QString& reason, const QStringList& traceback);
    void record(CellKey cell, const CellRun& run);
    void cancelAllQueued();
    void executionNotSent(const QString& messageId, const Error& error);

    // sessionmessages.cpp: one handler for each type of message
    using Handler = void (Session::*)(const Message&);
    static Handler handlerOf(const QString& type);
    void handleMessage(const Message& message);
    void handleRecord(const Message& message);
    void handleStatus(const Message& message);
    void handleExecuteInput(const Message& message);
    void handleExecuteReply(const Message& message);
    void handleOutput(const Message& message);
    void handleUpdateDisplay(const Message& message);
    void handleComm(const Message& message);
    void handleInputRequest(const Message& message);
    void handleOther(const Message& message);
    void noteKernelSession(const Message& message);
    void withdrawInput();
    void holdInput();
    void askHeldInput();
    void hideInput();
    [[nodiscard]] bool asksFor(const QString& parentId) const;

    OutputTarget& m_target;
    SessionLimits m_limits;
    const QString m_id = makeMessageId(); ///< our header.session
    std::shared_ptr<KernelConnection> m_connection;
    OutputRouter m_router;
    Outbox m_outbox;
    Requests m_requests;
    CommManager m_comms;

    SessionState m_state = SessionState::NoKernel;
    KernelState m_kernel = KernelState::Starting;
    bool m_live = false;    ///< the replay is over
    bool m_wasLive = false; ///< it was over once on this connection
    bool m_shuttingDown = false;
    bool m_restartAsked = false; ///< by us, and the connection has not said Restarting yet
    std::optional<KernelDeath> m_deathBeforeRestart; ///< of the old process, while m_restartAsked
    bool m_languageKnown = false;                    ///< kernel_info_reply came from the present process
    KernelDeath m_death;
    quint64 m_lastSeq = 0;
    QString m_kernelSession;      ///< the kernel's header.session
    QString m_busyParent;         ///< the request that made the kernel busy
    bool m_busyElsewhere = false; ///< busy with something whose request was not seen

    ExecutionQueue m_queue;
    std::vector<std::unique_ptr<Execution>> m_running;
    QHash<QString, CellKey> m_cellOfMessage; ///< kept after the run: threads print late
    QSet<QString> m_errorsFromReply;         ///< message ids whose error was shown without the error output
    std::map<CellKey, CellRun> m_runs;
    bool m_pumping = false;
    bool m_hadWork = false;

    std::optional<InputPrompt> m_input;
    QString m_inputRequestId, m_inputParentId;
    std::optional<HeldInput> m_heldInput; ///< the question that was open when the connection was lost

    QTimer m_startPatience; ///< runs while the kernel is to get ready
    bool m_startOverdue = false;
};

} // namespace cahier::runtime
