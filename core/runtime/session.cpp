// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/session.h>

#include <core/runtime/execution.h>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

QFuture<Result<void>> refused(const QString& sentence)
{
    return QtFuture::makeReadyValueFuture(Result<void>(failure(ErrorCode::IllegalState, sentence)));
}

QString describe(const KernelDeath& death)
{
    const QString reason = death.reason.isEmpty() ? u"the kernel is gone"_s : death.reason;
    const bool said = reason.contains("out of memory"_L1);
    return death.outOfMemory && !said ? reason + u": out of memory"_s : reason;
}

} // namespace

Session::Session(OutputTarget& target, QObject* parent)
    : QObject(parent), m_target(target), m_router(target), m_requests(m_id), m_comms(m_id)
{
    connect(&m_requests, &Requests::requestMade, this, [this](const Message& m) { m_outbox.send(m); });
    connect(&m_comms, &CommManager::requestMade, this, [this](const Message& m) { m_outbox.send(m); });
    connect(&m_outbox, &Outbox::sendFailed, this, [this](const QString& id, const Error& error) {
        m_requests.fail(id, error);
        executionNotSent(id, error);
    });
    connect(&target, &OutputTarget::outputsChangedElsewhere, this,
            [this](CellKey cell, int first) { m_router.forget(cell, first); });
    m_startPatience.setSingleShot(true);
    connect(&m_startPatience, &QTimer::timeout, this, &Session::startOverdue);
}

Session::~Session() = default;

Result<void> Session::attach(std::shared_ptr<KernelConnection> connection)
{
    if (m_connection)
        return failure(ErrorCode::IllegalState, u"This notebook has a kernel; detach from it first."_s);
    if (!connection) return failure(ErrorCode::IllegalState, u"There is no kernel to attach to."_s);
    m_connection = connection;
    m_kernel = KernelState::Starting;
    m_live = m_wasLive = m_shuttingDown = m_restartAsked = false;
    m_death = {};
    m_lastSeq = 0;
    m_kernelSession.clear();
    m_busyParent.clear();
    m_busyElsewhere = false;
    m_outbox.setConnection(m_connection);
    connect(m_connection.get(), &KernelConnection::eventsArrived, this, &Session::handleEvents);
    updateState();
    if (connection == m_connection) m_connection->open(); // else a slot detached
    return {};
}

void Session::detach()
{
    if (!m_connection) return;
    m_connection->disconnect(this);
    // A slot may be running in one of the connection's own signals.
    const std::shared_ptr<KernelConnection> connection = std::exchange(m_connection, nullptr);
    m_outbox.setConnection(nullptr);
    m_cellOfMessage.clear();
    m_errorsFromReply.clear();
    cancelAllQueued();
    endRunning(RunOutcome::Cancelled, {}, {});
    loseKernelState();
    settle();
    QMetaObject::invokeMethod(this, [connection] {}, Qt::QueuedConnection);
}

QFuture<Result<void>> Session::interrupt()
{
    using enum SessionState;
    if (m_state != Starting && m_state != Idle && m_state != Busy)
        return refused(u"There is nothing to interrupt: %1."_s.arg(sessionStateName(m_state)));
    const std::shared_ptr<KernelConnection> connection = m_connection;
    withdrawInput();
    if (connection != m_connection) return refused(u"There is nothing to interrupt any more."_s);
    return connection->interrupt();
}

QFuture<Result<void>> Session::restart(const std::optional<AcceleratorChoice>& accelerator)
{
    using enum SessionState;
    if (m_state == NoKernel || m_state == Reconnecting || m_state == Restarting)
        return refused(u"The kernel cannot be restarted now: %1."_s.arg(sessionStateName(m_state)));
    const std::shared_ptr<KernelConnection> connection = m_connection;
    const bool wasDead = m_kernel == KernelState::Dead;
    m_restartAsked = true;
    m_deathBeforeRestart.reset();
    cancelAllQueued();
    beginRestart();
    settle();
    if (connection != m_connection) return refused(u"There is no kernel to restart any more."_s);
    return connection->restart(accelerator)
        .then(this, [this, connection, wasDead](const Result<void>& result) {
            if (result || connection != m_connection) return result;
            m_restartAsked = false;
            if (m_kernel != KernelState::Restarting) return result;
            // Nothing was replaced: the kernel is what the connection says it is.
            if (connection->state() == KernelState::Dead && !wasDead) {
                handleDeath(m_deathBeforeRestart.value_or(KernelDeath{}));
            } else {
                m_kernel = connection->state();
            }
            if (m_kernel == KernelState::Reconnecting) m_live = false;
            settle();
            return result;
        });
}

QFuture<Result<void>> Session::shutdown()
{
    if (!m_connection) return refused(u"There is no kernel to shut down."_s);
    const std::shared_ptr<KernelConnection> connection = m_connection;
    m_shuttingDown = true;
    cancelAllQueued();
    settle();
    if (connection != m_connection) return refused(u"There is no kernel to shut down any more."_s);
    return connection->shutdown().then(this, [this, connection](const Result<void>& result) {
        if (connection != m_connection) return result;
        m_shuttingDown = false;
        if (result) {
            endRunning(RunOutcome::Killed, {}, {});
            detach();
        }
        return result;
    });
}

QString Session::kernelId() const
{
    return m_connection ? m_connection->kernelId() : QString();
}

void Session::handleEvents(const std::vector<KernelEvent>& events)
{
    const std::shared_ptr<KernelConnection> connection = m_connection;
    for (const KernelEvent& event : events) {
        if (m_connection != connection) return; // a slot detached
        if (event.seq != 0) m_lastSeq = event.seq;
        if (const auto* message = std::get_if<Message>(&event.what)) {
            handleMessage(*message);
        } else if (const auto* change = std::get_if<KernelEvent::StateChanged>(&event.what)) {
            handleStateChange(*change);
        } else if (const auto* gap = std::get_if<KernelEvent::Gap>(&event.what)) {
            handleGap(*gap);
        } else if (const auto* now = std::get_if<KernelEvent::CaughtUp>(&event.what)) {
            handleCaughtUp(*now);
        }
    }
    settle();
}

void Session::handleStateChange(const KernelEvent::StateChanged& change)
{
    switch (change.state) {
    case KernelState::Reconnecting:
        if (inHistory()) m_restartAsked = false; // what is replayed next has it, if it reached the kernel
        m_live = false;
        for (const auto& execution : m_running)
            execution->patience.stop();
        holdInput();
        break;
    case KernelState::Starting:
        if (m_kernel != KernelState::Restarting) m_kernel = KernelState::Starting;
        break;
    case KernelState::Restarting:
        if (inHistory() && m_restartAsked) break; // an earlier one
        m_restartAsked = false;
        if (m_kernel == KernelState::Restarting) break;
        if (!inHistory()) cancelAllQueued();
        beginRestart();
        break;
    case KernelState::Ready:
        if (m_restartAsked) break; // the old process
        if (m_kernel == KernelState::Dead) {
            Q_EMIT problemOccurred(
                {ErrorCode::IllegalState, u"A dead kernel claims to be ready."_s, {}, Retry::No});
        } else {
            kernelReady(change.busy);
        }
        break;
    case KernelState::Dead:
        if (m_restartAsked) {
            m_deathBeforeRestart = change.death;
        } else {
            handleDeath(change.death);
        }
        break;
    }
}

void Session::handleGap(const KernelEvent::Gap& gap)
{
    const quint64 count = gap.outputs != 0 ? gap.outputs : gap.to - gap.from + 1;
    const QString notice =
        gap.notice.value_or(u"(output lost: %1 messages are no longer in the kernel's journal)"_s.arg(count));
    QStringList ids;
    for (const auto& execution : m_running) {
        execution->gap = true;
        ids.append(execution->messageId);
    }
    for (const QString& id : ids) {
        const Execution* execution = running(id); // a slot may have ended it
        if (execution && execution->cell && !notice.isEmpty())
            m_router.appendNotice(*execution->cell, notice);
    }
    Q_EMIT outputLost(gap.from, gap.to);
}

void Session::handleCaughtUp(const KernelEvent::CaughtUp& now)
{
    const bool first = !std::exchange(m_wasLive, true);
    m_live = true;
    if (!first) m_restartAsked = false; // the replay would have had it
    if (m_restartAsked) {
        // How the old process stands is no matter.
    } else if (now.state == KernelState::Dead) {
        if (m_kernel != KernelState::Dead) {
            handleDeath(m_deathBeforeRestart.value_or(KernelDeath{}));
        } else if (first) {
            tellDeath();
        }
        return;
    } else if (now.state == KernelState::Ready) {
        kernelReady(now.busy);
    } else if (now.state == KernelState::Restarting && m_kernel != KernelState::Restarting) {
        if (!first) cancelAllQueued();
        beginRestart();
    } else if (m_kernel != KernelState::Restarting) {
        m_kernel = now.state;
    }
    // What ended unseen, in a gap, ends here; without a gap its end was in the replay or is still to come.
    for (const auto& execution : m_running) {
        if (execution->gap && !now.busy) {
            execution->patience.start(m_limits.idleAfterReply);
        } else if (!execution->replied || !execution->idle) {
            advance(*execution);
        }
    }
    m_outbox.sendAgain();
    const Execution* asking = m_heldInput ? running(m_heldInput->parentId) : nullptr;
    if (asking && asking->gap && !now.busy) m_heldInput.reset();
    askHeldInput();
}

void Session::kernelReady(bool busy)
{
    if (m_kernel != KernelState::Ready) m_kernelSession.clear();
    const bool news = m_live && (m_kernel != KernelState::Ready || !m_languageKnown);
    m_kernel = KernelState::Ready;
    m_busyElsewhere = busy && m_running.empty();
    if (!busy) m_busyParent.clear();
    if (news) askKernelInfo();
}

void Session::handleDeath(const KernelDeath& death)
{
    if (m_kernel == KernelState::Dead) return;
    m_kernel = KernelState::Dead;
    m_death = death;
    m_deathBeforeRestart.reset();
    QStringList traceback;
    if (!death.stderrTail.isEmpty()) traceback = death.stderrTail.split(u'\n');
    endRunning(RunOutcome::Killed, m_shuttingDown ? QString() : describe(death), traceback);
    loseKernelState();
    if (!inHistory()) tellDeath();
}

void Session::tellDeath()
{
    cancelAllQueued();
    if (!m_shuttingDown) Q_EMIT kernelDied(m_death);
}

void Session::beginRestart()
{
    m_kernel = KernelState::Restarting;
    m_startPatience.stop();
    m_startOverdue = false;
    endRunning(RunOutcome::Killed, {}, {});
    loseKernelState();
}

void Session::loseKernelState()
{
    withdrawInput();
    if (!inHistory() || m_restartAsked) { // else what was asked went to the kernel of now
        m_outbox.clear();
        m_requests.failAll({ErrorCode::KernelDied, u"The kernel ended before it answered."_s, {}, Retry::No});
    }
    m_comms.reset();
    m_router.reset();
    m_kernelSession.clear();
    m_busyParent.clear();
    m_busyElsewhere = false;
    m_languageKnown = false;
    Q_EMIT kernelStateLost();
}

void Session::askKernelInfo()
{
    const bool busy = m_busyElsewhere || !m_running.empty();
    m_requests.kernelInfo(busy ? Channel::Control : Channel::Shell)
        .then(this, [this](const Result<KernelInfoReply>& info) {
            if (!info) return; // the kernel works all the same
            m_languageKnown = true;
            if (!info->languageInfo.empty()) m_target.setLanguageInfo(info->languageInfo);
            Q_EMIT kernelInfoArrived(*info);
        });
}

SessionState Session::currentState() const
{
    if (!m_connection) return SessionState::NoKernel;
    if (inHistory()) return m_restartAsked ? SessionState::Restarting : SessionState::Starting;
    if (m_kernel == KernelState::Dead) return SessionState::Dead;
    if (!m_live) return SessionState::Reconnecting;
    if (m_kernel == KernelState::Restarting) return SessionState::Restarting;
    if (m_kernel != KernelState::Ready) return SessionState::Starting;
    const bool busy = !m_running.empty() || !m_busyParent.isEmpty() || m_busyElsewhere;
    return busy ? SessionState::Busy : SessionState::Idle;
}

void Session::updateState()
{
    const SessionState next = currentState();
    if (next == m_state) return;
    if (const Result<void> legal = checkTransition(m_state, next); !legal) {
        Q_EMIT problemOccurred(legal.error());
        return;
    }
    m_state = next;
    Q_EMIT stateChanged(next);
}

void Session::watchStart()
{
    const bool starts =
        m_connection && (m_kernel == KernelState::Starting || m_kernel == KernelState::Restarting);
    if (!starts) m_startOverdue = false;
    if (!starts || !m_live || m_shuttingDown) {
        m_startPatience.stop();
    } else if (!m_startOverdue && !m_startPatience.isActive()) {
        m_startPatience.start(m_limits.start);
    }
}

void Session::startOverdue()
{
    m_startOverdue = true;
    const KernelConnection* const connection = m_connection.get();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_limits.start).count();
    Q_EMIT problemOccurred({ErrorCode::Timeout,
                            u"The kernel has not answered for %1 seconds; it may be the wrong program or "
                            "still loading. Wait, restart it, or choose another kernel."_s.arg(seconds),
                            {},
                            Retry::Later});
    if (connection == m_connection.get()) Q_EMIT startTimedOut();
}

void Session::settle()
{
    watchStart();
    pump();
    updateState();
    if (hasWork()) {
        m_hadWork = true;
    } else if (std::exchange(m_hadWork, false)) {
        Q_EMIT queueFinished();
    }
}

} // namespace cahier::runtime
