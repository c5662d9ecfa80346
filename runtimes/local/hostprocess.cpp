// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostprocess.h>

#include <core/runtime/jsonaccess.h>

#include <QPointer>
#include <QUuid>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace runtime;
using nlohmann::json;

namespace {

constexpr auto retryPause = 1s;
constexpr int signalBase = 128; // what shells add to a signal's number

std::unexpected<Error> cancelled(const QString& detail = {})
{
    return failure(ErrorCode::Cancelled, u"The program was stopped."_s, detail);
}

} // namespace

HostProcess::HostProcess(std::shared_ptr<HostClient> client, json command)
    : m_client(std::move(client)), m_command(std::move(command)),
      m_token(QUuid::createUuid().toString(QUuid::Id128).toStdString())
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryPause);
    connect(&m_retry, &QTimer::timeout, this, &HostProcess::resume);
    connect(m_client.get(), &HostClient::connected, this, [this] {
        if (!m_retry.isActive()) return;
        m_retry.stop();
        resume();
    });
    QMetaObject::invokeMethod(this, &HostProcess::resume, Qt::QueuedConnection);
}

HostProcess::~HostProcess()
{
    if (m_over) return;
    m_over = true;
    release();
}

void HostProcess::cancel()
{
    if (m_over || std::exchange(m_cancelled, true)) return;
    if (!m_asked) return finish(cancelled());
    if (m_waiting)
        return finish(
            cancelled(u"There is no connection to its machine, where it is ended within a minute."_s));
    if (m_started) ask(u"run_cancel"_s, json::object(), &HostProcess::cancelAsked);
}

void HostProcess::resume()
{
    if (m_over) return;
    if (m_started)
        read();
    else
        start();
}

void HostProcess::start()
{
    m_asked = true;
    ask(u"run"_s, m_command, &HostProcess::started);
}

void HostProcess::started(const json&)
{
    m_started = true;
    if (m_cancelled) ask(u"run_cancel"_s, json::object(), &HostProcess::cancelAsked);
    read();
}

void HostProcess::read()
{
    ask(u"run_read"_s, {{"offset", m_offset}}, &HostProcess::arrived);
}

void HostProcess::ask(const QString& op, json fields, void (HostProcess::*then)(const json&))
{
    fields["token"] = m_token;
    const QPointer<HostProcess> self(this);
    m_client->request(op, std::move(fields), {}, [self, then](const Result<json>& reply) {
        if (!self || self->m_over) return;
        if (!reply) return self->fail(reply.error());
        const bool waited = std::exchange(self->m_waiting, false);
        if (waited) Q_EMIT self->stalled(false);
        if (self && !self->m_over) (self->*then)(*reply);
    });
}

void HostProcess::arrived(const json& reply)
{
    const auto found = reply.find("bytes");
    if (found != reply.end() && found->is_string() && !found->get_ref<const std::string&>().empty()) {
        const QByteArray bytes = QByteArray::fromStdString(found->get_ref<const std::string&>());
        m_offset += static_cast<quint64>(bytes.size());
        const QPointer<HostProcess> self(this);
        Q_EMIT outputArrived(bytes);
        if (!self || m_over) return;
    }
    const std::optional<qint64> status = numberOf(reply, "exit"), signal = numberOf(reply, "signal");
    if (!status && !signal) return read();
    finish(static_cast<int>(status ? *status : signalBase + *signal));
}

void HostProcess::cancelAsked(const json&)
{
    // Its end follows in what is read.
}

void HostProcess::fail(const Error& error)
{
    if (error.retry == Retry::Later) {
        if (m_cancelled)
            return finish(cancelled(u"The connection to its machine was lost, where it is ended."_s));
        if (!m_retry.isActive()) m_retry.start();
        if (!std::exchange(m_waiting, true)) Q_EMIT stalled(true);
        return;
    }
    if (m_started && error.code == ErrorCode::NotFound)
        return finish(failure(ErrorCode::Disconnected,
                              u"How the program ended is not known: the connection was lost for too long."_s,
                              error.message));
    finish(std::unexpected(error));
}

void HostProcess::finish(const Result<int>& status)
{
    if (std::exchange(m_over, true)) return;
    m_retry.stop();
    release();
    if (m_cancelled)
        Q_EMIT failed(status ? cancelled().error() : status.error());
    else if (status)
        Q_EMIT exited(*status);
    else
        Q_EMIT failed(status.error());
}

void HostProcess::release()
{
    if (!m_asked) return;
    m_client->request(u"run_release"_s, {{"token", m_token}}, {}, [](const Result<json>&) {
        // Where that did not arrive the host ends it by itself.
    });
}

} // namespace cahier::runtimes
