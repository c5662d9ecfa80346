// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/execution.h>
#include <core/runtime/jsonaccess.h>

#include <QDateTime>
#include <QScopedValueRollback>

#include <algorithm>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using nlohmann::json;

qint64 timeOf(const Message& message)
{
    return message.time != 0 ? message.time : QDateTime::currentMSecsSinceEpoch();
}

bool Session::Execution::isBare() const
{
    return textOf(reply, "ename").isEmpty() && !inputSeen && !errorShown;
}

bool Session::Execution::isAborted() const
{
    const QString status = textOf(reply, "status");
    return status == "aborted"_L1 || (status == "error"_L1 && isBare());
}

Result<void> Session::enqueue(std::span<const CellKey> cells, const ExecuteOptions& options)
{
    if (m_state == SessionState::NoKernel)
        return failure(ErrorCode::IllegalState, u"There is no kernel; start one first."_s);
    if (m_state == SessionState::Dead)
        return failure(ErrorCode::IllegalState, u"The kernel is dead; restart it first."_s, m_death.reason);
    std::vector<CellKey> added;
    for (const CellKey cell : cells) {
        if (m_queue.append(cell, options)) added.push_back(cell);
    }
    m_hadWork = m_hadWork || !cells.empty();
    for (const CellKey cell : added)
        Q_EMIT runChanged(cell);
    Q_EMIT queueChanged();
    settle();
    return {};
}

void Session::cancelQueued()
{
    cancelAllQueued();
    settle();
}

bool Session::cancelQueued(CellKey cell)
{
    if (!m_queue.remove(cell)) return false;
    CellRun run;
    run.phase = RunPhase::Done;
    run.outcome = RunOutcome::Cancelled;
    record(cell, run);
    Q_EMIT queueChanged();
    settle();
    return true;
}

void Session::cancelAllQueued()
{
    const std::vector<CellKey> cells = m_queue.takeAll();
    if (cells.empty()) return;
    CellRun run;
    run.phase = RunPhase::Done;
    run.outcome = RunOutcome::Cancelled;
    run.endedAt = QDateTime::currentMSecsSinceEpoch();
    for (const CellKey cell : cells)
        record(cell, run);
    Q_EMIT queueChanged();
}

void Session::record(CellKey cell, const CellRun& run)
{
    m_runs[cell] = run;
    Q_EMIT runChanged(cell);
    if (run.phase == RunPhase::Done) Q_EMIT cellFinished(cell, run);
}

CellRun Session::cellRun(CellKey cell) const
{
    const auto found = m_runs.find(cell);
    CellRun run = found == m_runs.end() ? CellRun{} : found->second;
    if (run.phase == RunPhase::Running) return run;
    if (const int position = m_queue.position(cell); position > 0) {
        run = {};
        run.phase = RunPhase::Queued;
        run.position = position;
    }
    return run;
}

std::optional<CellKey> Session::runningCell() const
{
    for (const auto& execution : m_running) {
        if (execution->cell) return execution->cell;
    }
    return std::nullopt;
}

bool Session::hasWork() const
{
    return !m_queue.isEmpty() || std::ranges::any_of(m_running, [](const auto& e) { return e->own; });
}

bool Session::canRun() const
{
    return m_connection && m_live && m_kernel == KernelState::Ready && m_running.empty() &&
           !m_busyElsewhere && !m_shuttingDown;
}

void Session::pump()
{
    if (m_pumping) return;
    const QScopedValueRollback pumping(m_pumping, true);
    while (canRun()) {
        const std::optional<ExecutionQueue::Entry> entry = m_queue.takeFirst();
        if (!entry) return;
        Q_EMIT queueChanged();
        if (canRun()) {
            run(*entry);
        } else { // a slot ended the kernel
            CellRun state;
            state.phase = RunPhase::Done;
            state.outcome = RunOutcome::Cancelled;
            record(entry->cell, state);
        }
    }
}

void Session::run(const ExecutionQueue::Entry& entry)
{
    const std::optional<RunnableCell> cell = m_target.runnableCell(entry.cell);
    CellRun state;
    if (!cell || cell->source.trimmed().isEmpty()) {
        state.phase = RunPhase::Done;
        state.outcome = cell ? RunOutcome::Ok : RunOutcome::Cancelled;
        if (cell) m_router.startCell(entry.cell);
        return record(entry.cell, state);
    }
    json content = {{"code", cell->source.toStdString()},          {"silent", false},
                    {"store_history", entry.options.storeHistory}, {"user_expressions", json::object()},
                    {"allow_stdin", entry.options.allowStdin},     {"stop_on_error", false}};
    Message request = makeRequest(Channel::Shell, u"execute_request"_s, std::move(content), m_id);
    if (!cell->id.isEmpty()) request.metadata["cellId"] = cell->id.toStdString();

    auto execution = std::make_unique<Execution>();
    execution->messageId = request.id;
    execution->cell = entry.cell;
    execution->own = true;
    execution->mayRaise = cell->mayRaise || entry.options.allowErrors;
    track(std::move(execution));
    if (running(request.id)) m_outbox.send(std::move(request)); // else a slot ended it
}

void Session::adopt(const Message& request)
{
    if (flagOf(request.content, "silent")) return;
    auto execution = std::make_unique<Execution>();
    execution->messageId = request.id;
    execution->cell = m_target.cellWithId(textOf(request.metadata, "cellId"));
    execution->mayRaise = true;
    m_busyElsewhere = false;
    track(std::move(execution));
}

void Session::track(std::unique_ptr<Execution> execution)
{
    Execution& added = *execution;
    added.run.phase = RunPhase::Running;
    added.patience.setSingleShot(true);
    connect(&added.patience, &QTimer::timeout, this, [this, id = added.messageId] {
        finish(id);
        settle();
    });
    m_running.push_back(std::move(execution));
    if (!added.cell) return;
    const CellKey cell = *added.cell;
    const QString id = added.messageId;
    const CellRun run = added.run;
    m_cellOfMessage.insert(id, cell);
    m_router.startCell(cell);
    if (running(id)) record(cell, run); // else a slot ended it
}

Session::Execution* Session::running(const QString& messageId)
{
    const auto found = std::ranges::find(m_running, messageId, [](const auto& e) { return e->messageId; });
    return found == m_running.end() ? nullptr : found->get();
}

void Session::advance(Execution& execution)
{
    if (execution.replied && execution.idle) return finish(execution.messageId);
    if (!m_live) return; // what is missing may be in the replay
    if (execution.replied) {
        // The reply may overtake everything that is said on iopub.
        execution.patience.start(execution.isAborted() ? m_limits.idleAfterAbort : m_limits.idleAfterReply);
    } else if (execution.idle) {
        execution.patience.start(m_limits.replyAfterIdle);
    } else if (execution.refused) {
        execution.patience.start(m_limits.death);
    }
}

void Session::finish(const QString& messageId)
{
    const auto found = std::ranges::find(m_running, messageId, [](const auto& e) { return e->messageId; });
    if (found == m_running.end()) return;
    const std::unique_ptr<Execution> execution = std::move(*found);
    m_running.erase(found);
    execution->patience.disconnect(this);
    if (m_busyParent == messageId) m_busyParent.clear();
    if (asksFor(messageId)) withdrawInput();
    conclude(*execution);
    const bool failed = execution->run.outcome != RunOutcome::Ok;
    if (execution->own && failed && !execution->mayRaise) cancelAllQueued();
    if (execution->cell) record(*execution->cell, execution->run);
    if (execution->own) handlePayload(*execution);
}

void Session::conclude(Execution& execution)
{
    CellRun& run = execution.run;
    run.phase = RunPhase::Done;
    if (run.endedAt == 0) run.endedAt = QDateTime::currentMSecsSinceEpoch();
    if (const std::optional<qint64> count = numberOf(execution.reply, "execution_count")) {
        if (execution.inputSeen || !run.executionCount) run.executionCount = count;
    }
    // What finished by patience alone: nothing says that the code ran to its end.
    if (!execution.replied && !execution.errorShown && execution.reply.empty())
        execution.reply = {{"status", "error"},
                           {"ename", "NoReply"},
                           {"evalue", "the kernel's reply did not arrive"},
                           {"traceback", json::array({"NoReply: the kernel's reply did not arrive"})}};
    const QString status = textOf(execution.reply, "status", execution.errorShown ? u"error"_s : u"ok"_s);
    if (status == "ok"_L1) {
        run.outcome = RunOutcome::Ok;
    } else if (status != "error"_L1 || execution.isBare()) {
        run.outcome = RunOutcome::Aborted;
    } else {
        run.outcome = RunOutcome::Error;
        showReplyError(execution);
    }
    if (execution.cell && run.executionCount && run.outcome != RunOutcome::Aborted)
        m_target.setExecutionCount(*execution.cell, run.executionCount);
}

void Session::showReplyError(Execution& execution)
{
    if (execution.errorShown) return;
    CellRun& run = execution.run;
    run.errorName = textOf(execution.reply, "ename", u"Error"_s);
    run.errorValue = textOf(execution.reply, "evalue", u"the kernel reported an error and no details"_s);
    run.traceback = textsOf(execution.reply, "traceback");
    if (!execution.cell) return;
    m_errorsFromReply.insert(execution.messageId);
    m_router.appendError(*execution.cell, run.errorName, run.errorValue, run.traceback);
}

void Session::handlePayload(const Execution& execution)
{
    for (const json& payload : arrayOf(execution.reply, "payload")) {
        const QString source = textOf(payload, "source");
        if (source == "page"_L1) {
            Q_EMIT pageRequested(objectOf(payload, "data"));
        } else if (source == "set_next_input"_L1 && execution.cell) {
            Q_EMIT nextInputProposed(*execution.cell, textOf(payload, "text"), flagOf(payload, "replace"));
        }
    }
}

void Session::endRunning(RunOutcome outcome, const QString& reason, const QStringList& traceback)
{
    std::vector<std::unique_ptr<Execution>> ended = std::exchange(m_running, {});
    for (const auto& execution : ended) {
        execution->patience.disconnect(this);
        CellRun& run = execution->run;
        run.phase = RunPhase::Done;
        run.outcome = outcome;
        run.endedAt = QDateTime::currentMSecsSinceEpoch();
        if (!execution->cell) continue;
        if (!reason.isEmpty()) {
            run.errorName = u"KernelDied"_s;
            run.errorValue = reason;
            run.traceback = QStringList{u"KernelDied: "_s + reason} + traceback;
            m_router.appendError(*execution->cell, run.errorName, run.errorValue, run.traceback);
        }
        record(*execution->cell, run);
    }
}

void Session::executionNotSent(const QString& messageId, const Error& error)
{
    Execution* execution = running(messageId);
    if (!execution) return;
    execution->reply = {{"status", "error"},
                        {"ename", "NotSent"},
                        {"evalue", error.message.toStdString()},
                        {"traceback", json::array({error.text().toStdString()})}};
    if (error.code == ErrorCode::KernelDied) {
        // The kernel's end, and its reason, is on its way: that is what the cell failed of.
        execution->refused = true;
        advance(*execution);
        return;
    }
    finish(messageId);
    settle();
}

} // namespace cahier::runtime
