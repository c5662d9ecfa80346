// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverkernel.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hostcodec.h>

#include <QCoreApplication>
#include <QRandomGenerator>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using namespace std::chrono_literals;

namespace {

/// Growing, and different for each client, so that a server that comes back is not run over.
std::chrono::milliseconds pauseBefore(int attempt, bool serverIsDown)
{
    if (serverIsDown) return 10s + std::chrono::milliseconds(QRandomGenerator::global()->bounded(20000));
    const int longest = std::min(30000, 500 << std::min(attempt, 6));
    return std::chrono::milliseconds(longest / 2 + QRandomGenerator::global()->bounded(longest / 2));
}

QFuture<Result<void>> ready(Result<void> result)
{
    return QtFuture::makeReadyValueFuture(std::move(result));
}

} // namespace

ServerKernel::ServerKernel(std::shared_ptr<ServerClient> client, Identity identity)
    : m_client(std::move(client)), m_identity(std::move(identity)), m_probe(m_identity.session),
      m_seq(m_identity.after)
{
    connect(&m_probe, &KernelProbe::requestMade, this, [this](const Message& request) {
        if (m_link && m_link->isOpen()) m_link->send(request);
    });
    connect(&m_probe, &KernelProbe::answered, this, &ServerKernel::answered);
    connect(&m_probe, &KernelProbe::overdue, this, &ServerKernel::overdue);
    connect(&m_probe, &KernelProbe::shellFreed, this, &ServerKernel::shellFreed);
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &ServerKernel::check);
    connect(&m_look, &QTimer::timeout, this, &ServerKernel::look);
    connect(m_client.get(), &ServerClient::credentialsChanged, this, [this] {
        if (!m_link && m_state != KernelState::Dead) check();
    });
    m_look.start(lookInterval);
    if (m_seq != 0) {
        note(KernelEvent::Gap{
            m_seq + 1, m_seq + 1, 0,
            u"(what the kernel said before may be missing: the server keeps little of it)"_s});
    }
    check();
}

ServerKernel::~ServerKernel()
{
    m_link.reset();
    if (m_identity.lifetime != Lifetime::Client || m_state == KernelState::Dead) return;
    m_client->request({.method = "DELETE", .path = path()})
        .then([client = m_client](const Result<ServerReply>&) {
            // Not in the middle of the client's own work.
            QMetaObject::invokeMethod(QCoreApplication::instance(), [client] {}, Qt::QueuedConnection);
        });
}

QString ServerKernel::path(const char* action) const
{
    return u"api/kernels/"_s + encodedPath(m_identity.kernelId) + QLatin1StringView(action);
}

void ServerKernel::open()
{
    if (std::exchange(m_open, true)) return;
    QMetaObject::invokeMethod(this, &ServerKernel::flush, Qt::QueuedConnection);
}

void ServerKernel::check()
{
    m_retry.stop();
    if (std::exchange(m_checking, true)) return;
    m_client->request({.path = path()}).then(this, [this](const Result<ServerReply>& reply) {
        m_checking = false;
        if (m_state == KernelState::Dead || m_holding) return;
        checked(reply);
        flush();
    });
}

void ServerKernel::checked(const Result<ServerReply>& reply)
{
    if (!reply && reply.error().code == ErrorCode::PermissionDenied) {
        Q_EMIT connectionFailed(reply.error());
    } else if (!reply) {
        retry(reply.error(), false);
    } else if (reply->status == 404) {
        foundGone();
    } else if (reply->isUnauthorized()) {
        Q_EMIT connectionFailed(m_client->errorIn(*reply));
    } else if (!reply->isOk()) {
        retry(m_client->errorIn(*reply), true);
    } else {
        m_serverState = textOf(parseJson(reply->body.toStdString()), "execution_state");
        if (m_serverState == "dead"_L1) {
            die(u"the kernel died, and the server could not start it again"_s);
        } else {
            openLink();
        }
    }
}

void ServerKernel::retry(const Error& error, bool serverIsDown)
{
    m_retry.start(pauseBefore(m_attempts++, serverIsDown));
    Q_EMIT connectionFailed(error);
}

void ServerKernel::openLink()
{
    dropLink();
    m_link = std::make_unique<ServerLink>(*m_client, m_identity.kernelId, m_identity.session);
    connect(m_link.get(), &ServerLink::opened, this, [this] {
        if (std::exchange(m_gapOwed, false)) {
            note(KernelEvent::Gap{
                m_seq + 1, m_seq + 1, 0,
                u"(the connection to the server was lost here; some output may be missing)"_s});
        }
        m_probe.start((m_serverState == "busy"_L1 && m_state != KernelState::Restarting) ||
                      !m_busyParent.isEmpty() || !m_unfinished.isEmpty());
        flush();
    });
    connect(m_link.get(), &ServerLink::eventsArrived, this, [this](const std::vector<KernelEvent>& events) {
        takeEvents(events);
        flush();
    });
    connect(m_link.get(), &ServerLink::lost, this, [this](const Error& error) {
        linkLost(error);
        flush();
    });
}

void ServerKernel::dropLink()
{
    m_probe.stop();
    if (!m_link) return;
    m_link->disconnect(this);
    m_link.release()->deleteLater(); // one of its signals may be what led here
}

void ServerKernel::linkLost(const Error& error)
{
    dropLink();
    if (m_state == KernelState::Dead) return;
    if (m_holding) {
        m_lostHolding = true;
        return;
    }
    m_gapOwed = m_gapOwed || !m_busyParent.isEmpty() || !m_unfinished.isEmpty() || !m_speaking.isEmpty();
    m_doubtful.insert(m_unconfirmed);
    m_unconfirmed.clear();
    if (m_state != KernelState::Reconnecting && !(m_state == KernelState::Starting && m_catchingUp)) {
        m_state = KernelState::Reconnecting;
        m_catchingUp = true;
        noteUnnumbered(KernelEvent::StateChanged{KernelState::Reconnecting, {}, false});
    }
    retry(error, false);
}

void ServerKernel::look()
{
    if (!m_link || m_checking || m_holding) return;
    m_client->request({.path = path()}).then(this, [this](const Result<ServerReply>& reply) {
        if (!reply || reply->status != 404 || m_state == KernelState::Dead || m_holding) return;
        foundGone();
        flush();
    });
}

void ServerKernel::foundGone()
{
    m_gone = true;
    die(u"the kernel ended on the server (culled?)"_s);
}

/// After a restart the server's sockets to the kernel may be dead without a sign.
void ServerKernel::reopen()
{
    dropLink();
    m_attempts = 0;
    check();
}

QFuture<Result<void>> ServerKernel::send(Message message)
{
    if (m_state == KernelState::Dead)
        return ready(failure(ErrorCode::KernelDied, u"The kernel has ended."_s));
    if (!m_link || !m_link->isOpen() || m_holding) {
        return ready(failure(ErrorCode::Disconnected,
                             u"The connection to the Jupyter Server is being restored."_s, {}, Retry::Later));
    }
    if (message.type != "execute_request"_L1) {
        m_link->send(std::move(message));
        return ready({});
    }
    const auto sent = std::make_shared<QPromise<Result<void>>>();
    sent->start();
    m_unfinished.insert(message.id);
    m_speaking.insert(message.id);
    m_unconfirmed.insert(message.id, sent);
    m_link->send(std::move(message));
    return sent->future();
}

QFuture<Result<void>> ServerKernel::interrupt()
{
    return chained<void>(
        m_client->requestOk({.method = "POST", .path = path("/interrupt")}), this,
        [](const Result<ServerReply>& reply) { return reply.transform([](const auto&) {}); });
}

QFuture<Result<void>> ServerKernel::restart(const std::optional<runtime::AcceleratorChoice>& accelerator)
{
    if (accelerator)
        return ready(failure(
            ErrorCode::Unsupported,
            u"A Jupyter Server gives kernels its own environment: an accelerator cannot be chosen."_s));
    if (m_gone)
        return ready(
            failure(ErrorCode::NotFound, u"The kernel ended on the server (culled?); start a new one."_s));
    if (std::exchange(m_holding, true))
        return ready(failure(ErrorCode::IllegalState, u"The kernel is being restarted already."_s));
    const ServerRequest request{.method = "POST", .path = path("/restart"), .limit = 120s};
    return chained<void>(m_client->requestOk(request), this,
                         [this](const Result<ServerReply>& reply) -> Result<void> {
                             m_holding = false;
                             const std::vector<KernelEvent> held = std::exchange(m_held, {});
                             const bool lost = std::exchange(m_lostHolding, false);
                             if (reply) {
                                 restarted();
                                 flush();
                                 return {};
                             }
                             takeEvents(held);
                             if (lost) {
                                 linkLost(reply.error());
                             } else if (!m_link && m_state != KernelState::Dead) {
                                 check();
                             }
                             flush();
                             if (reply.error().code != ErrorCode::NotFound)
                                 return std::unexpected(reply.error());
                             return failure(ErrorCode::NotFound,
                                            u"The kernel ended on the server (culled?); start a new one."_s,
                                            reply.error().detail);
                         });
}

void ServerKernel::restarted()
{
    loseKernelState();
    m_state = KernelState::Restarting;
    note(KernelEvent::StateChanged{KernelState::Restarting, {}, false});
    reopen();
}

QFuture<Result<void>> ServerKernel::shutdown()
{
    const QString session = m_identity.restSession;
    const QString what = session.isEmpty() ? path() : u"api/sessions/"_s + encodedPath(session);
    return chained<void>(m_client->request({.method = "DELETE", .path = what}), this,
                         [this](const Result<ServerReply>& reply) -> Result<void> {
                             if (!reply) return std::unexpected(reply.error());
                             const bool gone = reply->status == 404 || reply->status == 410;
                             if (!gone && !reply->isOk()) return std::unexpected(m_client->errorIn(*reply));
                             die(u"the kernel was shut down"_s);
                             flush();
                             return {};
                         });
}

} // namespace cahier::runtimes
