// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverkernel.h>

#include <core/runtime/jsonaccess.h>

#include <QPointer>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;

namespace {

/// Requests whose busy and idle say nothing about cells.
bool isBackground(const QString& requestType)
{
    return requestType.startsWith("kernel_info"_L1) || requestType.startsWith("comm_info"_L1) ||
           requestType.startsWith("interrupt"_L1) || requestType.startsWith("debug"_L1);
}

/// What jupyter_server puts into the output when it begins to drop.
bool isRateNotice(const Message& message)
{
    const QString text = textOf(message.content, "text");
    return message.type == "stream"_L1 && text.startsWith("IOPub "_L1) && text.contains(" rate exceeded"_L1);
}

/// The kernel says that it ends; xeus calls it "shutdown".
bool isFarewell(const Message& message)
{
    return message.channel == Channel::IoPub &&
           (message.type == "shutdown_reply"_L1 || message.type == "shutdown"_L1) &&
           !flagOf(message.content, "restart");
}

QString rateSentence(const Message& message)
{
    const bool bytes = textOf(message.content, "text").startsWith("IOPub data"_L1);
    return u"(output lost: the Jupyter Server drops what is printed faster than its limit, "
           "ServerApp.%1, allows)\n"_s.arg(bytes ? u"iopub_data_rate_limit"_s : u"iopub_msg_rate_limit"_s);
}

} // namespace

void ServerKernel::takeEvents(std::vector<KernelEvent> events)
{
    if (m_holding) {
        m_held.insert(m_held.end(), std::make_move_iterator(events.begin()),
                      std::make_move_iterator(events.end()));
        return;
    }
    for (KernelEvent& event : events) {
        if (m_state == KernelState::Dead) return;
        if (auto* message = std::get_if<Message>(&event.what)) {
            takeMessage(std::move(*message));
        } else if (auto* gap = std::get_if<KernelEvent::Gap>(&event.what)) {
            gap->from = gap->to = m_seq + 1;
            note(*gap);
        }
    }
}

void ServerKernel::takeMessage(Message message)
{
    if (m_probe.take(message)) return;
    if (message.session == m_identity.session) return takeServerMessage(std::move(message));
    confirm(message.parentId);
    followStatus(message);
    if (message.channel == Channel::Shell && message.type == "execute_reply"_L1)
        m_unfinished.remove(message.parentId);
    if (isFarewell(message)) QTimer::singleShot(std::chrono::seconds(2), this, &ServerKernel::look);
    note(std::move(message));
}

/// The server's own words carry its session id where a kernel's carry the kernel's.
void ServerKernel::takeServerMessage(Message message)
{
    const QString state = textOf(message.content, "execution_state");
    if (message.type == "status"_L1 && message.parentId.isEmpty()) {
        if (state == "restarting"_L1) return restartSeen();
        if (state == "dead"_L1) return die(u"the kernel died, and the server could not start it again"_s);
    }
    message.session.clear();
    if (!isRateNotice(message)) return note(std::move(message));
    message.content["text"] = rateSentence(message).toStdString();
    note(std::move(message));
    note(KernelEvent::Gap{m_seq + 1, m_seq + 1, 0, QString()});
}

void ServerKernel::followStatus(const Message& message)
{
    if (message.type != "status"_L1 || message.parentId.isEmpty() || isBackground(message.parentType)) return;
    const QString state = textOf(message.content, "execution_state");
    if (state == "busy"_L1) m_busyParent = message.parentId;
    if (state != "idle"_L1) return;
    m_speaking.remove(message.parentId);
    m_busyParent.clear();
    m_serverState.clear();
}

void ServerKernel::confirm(const QString& messageId)
{
    for (QHash<QString, Sent>* sent : {&m_unconfirmed, &m_doubtful}) {
        const Sent promise = sent->take(messageId);
        if (!promise) continue;
        promise->addResult(Result<void>());
        promise->finish();
    }
}

void ServerKernel::answered()
{
    m_attempts = 0;
    // A new process has nothing to be busy with: it is not there yet.
    if (m_state == KernelState::Restarting && !m_catchingUp && !m_probe.shellAnswered()) return;
    m_state = KernelState::Ready;
    if (m_probe.shellAnswered()) doubtsSettled();
    // execution_state is no proof: requests on control make it idle while a cell runs.
    const bool busy = !m_probe.shellAnswered();
    m_saidBusy = busy;
    if (std::exchange(m_catchingUp, false)) {
        noteUnnumbered(KernelEvent::CaughtUp{KernelState::Ready, busy});
    } else {
        note(KernelEvent::StateChanged{KernelState::Ready, {}, busy});
    }
    flush();
}

void ServerKernel::overdue()
{
    if (!m_catchingUp) return;
    const bool busy = m_serverState == "busy"_L1 || !m_busyParent.isEmpty();
    m_catchingUp = false;
    m_saidBusy = busy;
    m_state = busy ? KernelState::Ready : KernelState::Starting;
    noteUnnumbered(KernelEvent::CaughtUp{m_state, busy});
    flush();
}

void ServerKernel::shellFreed()
{
    doubtsSettled();
    if (m_state != KernelState::Ready) {
        m_state = KernelState::Ready;
        note(KernelEvent::StateChanged{KernelState::Ready, {}, false});
    } else if (std::exchange(m_saidBusy, false)) {
        noteUnnumbered(KernelEvent::CaughtUp{KernelState::Ready, false});
    }
    flush();
}

/// The kernel is done with everything that reached its shell before the probe did.
void ServerKernel::doubtsSettled()
{
    m_busyParent.clear();
    m_speaking.clear();
    m_serverState.clear();
    for (const QString& id : m_doubtful.keys())
        m_unfinished.remove(id);
    refuseAll(m_doubtful,
              {ErrorCode::Io,
               u"The connection broke while this was sent, and nothing came of it. It was not sent "
               "again, for it may have run."_s});
}

/// The server found the kernel dead and started another one in its place.
void ServerKernel::restartSeen()
{
    loseKernelState();
    note(KernelEvent::StateChanged{
        KernelState::Dead, {u"the kernel died; the server started it again"_s, {}, false}, false});
    m_state = KernelState::Restarting;
    note(KernelEvent::StateChanged{KernelState::Restarting, {}, false});
    reopen();
}

void ServerKernel::die(const QString& reason)
{
    if (m_state == KernelState::Dead) return;
    loseKernelState();
    dropLink();
    m_retry.stop();
    m_state = KernelState::Dead;
    note(KernelEvent::StateChanged{KernelState::Dead, {reason, {}, false}, false});
    if (std::exchange(m_catchingUp, false)) noteUnnumbered(KernelEvent::CaughtUp{KernelState::Dead, false});
}

void ServerKernel::loseKernelState()
{
    const Error error{ErrorCode::KernelDied, u"The kernel ended before it took this up."_s};
    refuseAll(m_unconfirmed, error);
    refuseAll(m_doubtful, error);
    m_unfinished.clear();
    m_speaking.clear();
    m_busyParent.clear();
    m_serverState.clear();
    m_gapOwed = m_saidBusy = false;
}

void ServerKernel::refuseAll(QHash<QString, Sent>& sent, const Error& error)
{
    for (const Sent& promise : std::exchange(sent, {}))
        m_refusals.emplace_back(promise, error);
}

void ServerKernel::note(decltype(KernelEvent::what) what)
{
    m_batch.push_back({++m_seq, std::move(what)});
}

void ServerKernel::noteUnnumbered(decltype(KernelEvent::what) what)
{
    // CaughtUp says where a later attachment goes on; no number is used up.
    const bool caughtUp = std::holds_alternative<KernelEvent::CaughtUp>(what);
    m_batch.push_back({caughtUp ? m_seq : 0, std::move(what)});
}

void ServerKernel::flush()
{
    const QPointer<ServerKernel> alive(this);
    const auto refusals = std::exchange(m_refusals, {});
    if (m_open && !m_batch.empty()) {
        const std::vector<KernelEvent> events = std::exchange(m_batch, {});
        Q_EMIT eventsArrived(events);
    }
    for (const auto& [promise, error] : refusals) {
        promise->addResult(Result<void>(std::unexpected(error)));
        promise->finish();
    }
    if (alive && !m_refusals.empty()) flush();
}

} // namespace cahier::runtimes
