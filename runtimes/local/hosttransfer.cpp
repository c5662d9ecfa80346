// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hosttransfer.h>

#include <runtimes/local/hostfiles.h>

#include <QCryptographicHash>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto retryPause = 1s;
constexpr auto quick = 40ms; // for a chunk: more would not delay anything that anyone sees
constexpr auto slow = 150ms;

} // namespace

void TransferPace::note(std::chrono::milliseconds took)
{
    if (took < quick) m_chunk = std::min(largest, m_chunk * 2);
    if (took > slow) m_chunk = std::max(smallest, m_chunk / 2);
}

HostTransfer::HostTransfer(std::shared_ptr<HostClient> client) : m_client(std::move(client))
{
    m_pool.setMaxThreadCount(1);
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryPause);
    connect(&m_retry, &QTimer::timeout, this, [this] { resume(); });
    connect(m_client.get(), &HostClient::connected, this, [this] {
        if (!m_retry.isActive()) return;
        m_retry.stop();
        resume();
    });
}

HostTransfer::~HostTransfer()
{
    m_over = true;
    *m_stop = true;
    m_pool.waitForDone();
}

void HostTransfer::cancel()
{
    finish(failure(ErrorCode::Cancelled, u"The copying was stopped."_s));
}

void HostTransfer::ask(const QString& op, json fields, const wire::Parts& parts,
                       std::function<void(const json&)> then)
{
    const QPointer<HostTransfer> self(this);
    m_client->request(op, std::move(fields), parts,
                      [self, round = m_round, then = std::move(then)](const Result<json>& reply) {
                          if (!self || self->m_over || round != self->m_round) return;
                          if (!reply) return self->fail(reply.error());
                          if (std::exchange(self->m_waiting, false)) Q_EMIT self->stalled(false);
                          then(*reply);
                      });
}

void HostTransfer::describe(const QString& farPath,
                            std::function<void(std::optional<runtime::FileEntry>)> then)
{
    const QPointer<HostTransfer> self(this);
    m_client->request(u"file_stat"_s, {{"path", farPath.toStdString()}}, {},
                      [self, round = m_round, then = std::move(then)](const Result<json>& reply) {
                          if (!self || self->m_over || round != self->m_round) return;
                          if (reply)
                              then(parseFileEntry(*reply));
                          else if (reply.error().code == ErrorCode::NotFound)
                              then(std::nullopt);
                          else
                              self->fail(reply.error());
                      });
}

void HostTransfer::addDone(qint64 bytes)
{
    m_done += bytes;
    Q_EMIT progressed(m_done, m_total);
}

void HostTransfer::addTotal(qint64 bytes)
{
    m_total += bytes;
    Q_EMIT progressed(m_done, m_total);
}

void HostTransfer::fail(const Error& error)
{
    if (m_over) return;
    if (error.retry != Retry::Later) return finish(std::unexpected(error));
    ++m_round;
    m_retry.start();
    if (!std::exchange(m_waiting, true)) Q_EMIT stalled(true);
}

void HostTransfer::succeed()
{
    finish({});
}

void HostTransfer::finish(const Result<void>& result)
{
    if (std::exchange(m_over, true)) return;
    *m_stop = true;
    ++m_round;
    m_retry.stop();
    if (result)
        Q_EMIT succeeded();
    else
        Q_EMIT failed(result.error());
}

QString transferToken(const QString& path, qint64 size, qint64 modified)
{
    const QByteArray text =
        path.toUtf8() + '\0' + QByteArray::number(size) + '\0' + QByteArray::number(modified);
    return QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().first(32));
}

} // namespace cahier::runtimes
