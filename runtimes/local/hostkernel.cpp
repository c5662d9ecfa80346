// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostkernel.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hardwarecodec.h>
#include <runtimes/local/hostcodec.h>

#include <QPromise>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

HostKernel::HostKernel(std::shared_ptr<HostClient> client, QString kernelId, quint64 after)
    : m_client(std::move(client)), m_id(std::move(kernelId)), m_lastSeq(after)
{
}

HostKernel::~HostKernel()
{
    if (m_attached) m_client->detach(m_id);
}

void HostKernel::attach(HostClient::Callback done)
{
    m_attached = true;
    m_client->attach(m_id, *this, [this, done = std::move(done)](Result<json> reply) {
        if (!reply) m_attached = false;
        done(std::move(reply));
    });
}

void HostKernel::open()
{
    if (std::exchange(m_open, true) || m_kept.empty()) return;
    QMetaObject::invokeMethod(this, [this] { pass({}); }, Qt::QueuedConnection);
}

QFuture<Result<void>> HostKernel::send(Message message)
{
    const json fields = {{"kernel", m_id.toStdString()}, {"channel", channelName(message.channel)}};
    return request(u"send"_s, fields, encodeMessage(message));
}

QFuture<Result<void>> HostKernel::interrupt()
{
    return request(u"interrupt"_s, {{"kernel", m_id.toStdString()}});
}

QFuture<Result<void>> HostKernel::restart(const std::optional<AcceleratorChoice>& accelerator)
{
    json fields = {{"kernel", m_id.toStdString()}};
    if (accelerator) fields["accelerator"] = encodeAccelerator(*accelerator);
    return request(u"restart"_s, std::move(fields));
}

QFuture<Result<void>> HostKernel::shutdown()
{
    return request(u"shutdown"_s, {{"kernel", m_id.toStdString()}});
}

QFuture<Result<void>> HostKernel::request(const QString& op, json fields, const wire::Parts& parts)
{
    if (!m_client->isReady()) {
        return QtFuture::makeReadyValueFuture(Result<void>(
            failure(ErrorCode::Disconnected, u"The connection to the kernel host is being restored."_s, {},
                    Retry::Later)));
    }
    const auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    m_client->request(op, std::move(fields), parts, [promise](const Result<json>& reply) {
        promise->addResult(reply ? Result<void>() : Result<void>(std::unexpected(reply.error())));
        promise->finish();
    });
    return promise->future();
}

void HostKernel::attached(const json& reply)
{
    m_replaying = true;
    m_replayUntil = static_cast<quint64>(std::max<qint64>(0, numberOf(reply, "last").value_or(0)));
    m_standing = {parseState(textOf(reply, "state")), flagOf(reply, "busy")};
    std::vector<KernelEvent> events;
    endReplay(events);
    if (!events.empty()) pass(std::move(events));
}

void HostKernel::endReplay(std::vector<KernelEvent>& events)
{
    if (!m_replaying || m_lastSeq < m_replayUntil) return;
    m_replaying = false;
    m_state = m_process = m_standing.state;
    events.push_back({m_lastSeq, m_standing});
}

void HostKernel::takeEvents(std::vector<KernelEvent> events)
{
    std::vector<KernelEvent> passed;
    passed.reserve(events.size() + 1);
    for (KernelEvent& event : events) {
        if (event.seq <= m_lastSeq && event.seq != 0) continue; // each number once
        m_lastSeq = std::max(m_lastSeq, event.seq);
        noteState(event);
        passed.push_back(std::move(event));
        endReplay(passed);
    }
    if (!passed.empty()) pass(std::move(passed));
}

void HostKernel::noteState(const KernelEvent& event)
{
    const auto* change = std::get_if<KernelEvent::StateChanged>(&event.what);
    if (!change) return;
    m_process = change->state;
    if (!m_replaying) m_state = m_process;
}

void HostKernel::connectionLost()
{
    if (m_process != KernelState::Dead) m_state = KernelState::Reconnecting;
    pass({{0, KernelEvent::StateChanged{KernelState::Reconnecting, {}, false}}});
}

void HostKernel::attachFailed(const Error& error)
{
    m_attached = false;
    m_replaying = false;
    const bool wasDead = m_process == KernelState::Dead;
    m_state = m_process = KernelState::Dead;
    std::vector<KernelEvent> events;
    if (!wasDead) {
        const QString reason = u"the kernel host ended, and the kernel with it"_s;
        events.push_back(
            {0, KernelEvent::StateChanged{KernelState::Dead, {reason, error.text(), false}, false}});
    }
    events.push_back({m_lastSeq, KernelEvent::CaughtUp{KernelState::Dead, false}});
    pass(std::move(events));
}

void HostKernel::pass(std::vector<KernelEvent> events)
{
    if (m_kept.empty() && m_open) {
        if (!events.empty()) Q_EMIT eventsArrived(events);
        return;
    }
    m_kept.insert(m_kept.end(), std::make_move_iterator(events.begin()),
                  std::make_move_iterator(events.end()));
    if (!m_open) return;
    const std::vector<KernelEvent> kept = std::exchange(m_kept, {});
    Q_EMIT eventsArrived(kept);
}

} // namespace cahier::runtimes
