// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/execution.h>
#include <core/runtime/jsonaccess.h>

namespace cahier::runtime {

using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

/// Requests whose busy and idle say nothing about cells.
bool isBackground(const QString& requestType)
{
    return requestType.startsWith("kernel_info"_L1) || requestType.startsWith("comm_info"_L1) ||
           requestType.startsWith("interrupt"_L1) || requestType.startsWith("debug"_L1);
}

} // namespace

Session::Handler Session::handlerOf(const QString& type)
{
    static const QHash<QString, Handler> handlers{
        {u"status"_s, &Session::handleStatus},
        {u"execute_input"_s, &Session::handleExecuteInput},
        {u"execute_reply"_s, &Session::handleExecuteReply},
        {u"stream"_s, &Session::handleOutput},
        {u"display_data"_s, &Session::handleOutput},
        {u"execute_result"_s, &Session::handleOutput},
        {u"error"_s, &Session::handleOutput},
        {u"clear_output"_s, &Session::handleOutput},
        {u"update_display_data"_s, &Session::handleUpdateDisplay},
        {u"comm_open"_s, &Session::handleComm},
        {u"comm_msg"_s, &Session::handleComm},
        {u"comm_close"_s, &Session::handleComm},
        {u"input_request"_s, &Session::handleInputRequest},
    };
    return handlers.value(type, &Session::handleOther);
}

void Session::handleMessage(const Message& message)
{
    if (message.sent) return handleRecord(message);
    m_outbox.confirm(message.parentId);
    const KernelConnection* const connection = m_connection.get();
    noteKernelSession(message);
    if (connection != m_connection.get()) return; // a slot detached
    (this->*handlerOf(message.type))(message);
    // Whatever still comes of a run shows that the kernel is not done with it.
    Execution* execution = running(message.parentId);
    if (execution && execution->patience.isActive()) execution->patience.start();
}

void Session::handleRecord(const Message& message)
{
    m_outbox.confirm(message.id);
    if (message.type == "execute_request"_L1) {
        if (!running(message.id) && !m_cellOfMessage.contains(message.id)) adopt(message);
    } else if (message.type == "input_reply"_L1) {
        withdrawInput();
    }
}

void Session::noteKernelSession(const Message& message)
{
    if (message.session.isEmpty() || message.session == m_kernelSession) return;
    // Some kernels (IRkernel, IJulia) repeat their client's session there: that says nothing about them.
    if (message.session == message.parentSession || message.session == m_id) return;
    if (m_kernel != KernelState::Ready) return; // a process on its way out or in
    if (!m_kernelSession.isEmpty()) {
        // Someone restarted the kernel behind our back.
        if (!running(message.parentId)) {
            if (!inHistory()) cancelAllQueued();
            endRunning(RunOutcome::Killed, u"the kernel was restarted"_s, {});
        }
        loseKernelState();
    }
    m_kernelSession = message.session;
}

void Session::handleStatus(const Message& message)
{
    if (message.parentId.isEmpty() || isBackground(message.parentType)) return;
    const QString state = textOf(message.content, "execution_state");
    if (state == "busy"_L1) {
        m_busyParent = message.parentId;
        Execution* execution = running(message.parentId);
        if (execution && execution->run.startedAt == 0) execution->run.startedAt = timeOf(message);
    } else if (state == "idle"_L1) {
        m_busyParent.clear();
        m_busyElsewhere = false;
        if (asksFor(message.parentId)) withdrawInput();
        Execution* execution = running(message.parentId);
        if (!execution) return;
        execution->idle = true;
        execution->run.endedAt = timeOf(message);
        advance(*execution);
    }
}

void Session::handleExecuteInput(const Message& message)
{
    Execution* execution = running(message.parentId);
    if (!execution) return;
    execution->inputSeen = true;
    if (execution->replied) advance(*execution); // it was no abort
    CellRun& run = execution->run;
    if (run.startedAt == 0) run.startedAt = timeOf(message);
    run.executionCount = numberOf(message.content, "execution_count");
    if (!execution->cell) return;
    const CellKey cell = *execution->cell;
    const CellRun known = run;
    m_target.setExecutionCount(cell, known.executionCount);
    if (running(message.parentId)) record(cell, known); // else a slot ended it
}

void Session::handleExecuteReply(const Message& message)
{
    Execution* execution = running(message.parentId);
    if (!execution || message.channel != Channel::Shell) return;
    execution->replied = true;
    execution->reply = message.content;
    advance(*execution);
}

void Session::handleOutput(const Message& message)
{
    const auto cell = m_cellOfMessage.constFind(message.parentId);
    if (cell == m_cellOfMessage.constEnd()) {
        Q_EMIT outputWithoutCell(message);
        return;
    }
    if (message.type == "error"_L1) {
        Execution* execution = running(message.parentId);
        if (!execution && m_errorsFromReply.remove(message.parentId)) return; // shown already
        if (execution) {
            execution->errorShown = true;
            execution->run.errorName = textOf(message.content, "ename");
            execution->run.errorValue = textOf(message.content, "evalue");
            execution->run.traceback = textsOf(message.content, "traceback");
        }
    }
    m_router.route(message, *cell);
}

void Session::handleUpdateDisplay(const Message& message)
{
    m_router.updateDisplay(message);
}

void Session::handleComm(const Message& message)
{
    m_comms.handle(message, m_live);
}

void Session::handleInputRequest(const Message& message)
{
    if (message.channel != Channel::Stdin) return;
    const KernelConnection* const connection = m_connection.get();
    withdrawInput();
    if (connection != m_connection.get()) return; // a slot detached
    InputPrompt prompt{textOf(message.content, "prompt"), flagOf(message.content, "password"), {}};
    if (const Execution* execution = running(message.parentId)) prompt.cell = execution->cell;
    m_input = prompt;
    m_inputRequestId = message.id;
    m_inputParentId = message.parentId;
    Q_EMIT inputRequested(prompt.prompt, prompt.password);
}

Result<void> Session::replyInput(const QString& value)
{
    if (!m_input || !m_connection)
        return failure(ErrorCode::IllegalState, u"The kernel no longer waits for this input."_s);
    Message reply = makeRequest(Channel::Stdin, u"input_reply"_s,
                                {{"value", value.toStdString()}, {"status", "ok"}}, m_id);
    reply.parentId = m_inputRequestId;
    reply.parentType = u"input_request"_s;
    m_input.reset();
    m_inputRequestId.clear();
    m_inputParentId.clear();
    m_outbox.send(std::move(reply));
    return {};
}

void Session::withdrawInput()
{
    m_heldInput.reset();
    hideInput();
}

void Session::holdInput()
{
    if (m_input) m_heldInput = HeldInput{*m_input, m_inputRequestId, m_inputParentId};
    hideInput();
}

void Session::askHeldInput()
{
    const std::optional<HeldInput> held = std::exchange(m_heldInput, std::nullopt);
    if (!held || m_kernel != KernelState::Ready) return;
    m_input = held->input;
    m_inputRequestId = held->requestId;
    m_inputParentId = held->parentId;
    Q_EMIT inputRequested(held->input.prompt, held->input.password);
}

bool Session::asksFor(const QString& parentId) const
{
    return m_inputParentId == parentId || (m_heldInput && m_heldInput->parentId == parentId);
}

void Session::hideInput()
{
    if (!m_input) return;
    m_input.reset();
    m_inputRequestId.clear();
    m_inputParentId.clear();
    Q_EMIT inputWithdrawn();
}

void Session::handleOther(const Message& message)
{
    m_requests.handleReply(message);
}

} // namespace cahier::runtime
