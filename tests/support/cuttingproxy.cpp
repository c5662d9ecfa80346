// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/cuttingproxy.h>

#include <QTimer>

#include <utility>

namespace cahier::test {

CuttingProxy::CuttingProxy(QString host, quint16 port) : m_host(std::move(host)), m_port(port)
{
    if (!m_listener.listen(QHostAddress::LocalHost)) qFatal("the proxy cannot listen");
    connect(&m_listener, &QTcpServer::newConnection, this, &CuttingProxy::accept);
}

void CuttingProxy::accept()
{
    while (QTcpSocket* client = m_listener.nextPendingConnection()) {
        ++m_accepted;
        if (m_refusing) {
            client->abort();
            client->deleteLater();
            continue;
        }
        auto* server = new QTcpSocket(this);
        client->setParent(this);
        const auto pair = std::make_shared<Pair>(Pair{{server, client}});
        m_pairs.push_back(pair);
        connect(client, &QTcpSocket::readyRead, this, [this, pair] { take(pair, ToServer); });
        connect(server, &QTcpSocket::readyRead, this, [this, pair] { take(pair, ToClient); });
        for (QTcpSocket* socket : {client, server}) {
            connect(socket, &QTcpSocket::disconnected, this, [this, pair] { drop(pair); });
            connect(socket, &QTcpSocket::errorOccurred, this, [this, pair] { drop(pair); });
        }
        server->connectToHost(m_host, m_port);
    }
}

void CuttingProxy::take(const std::shared_ptr<Pair>& pair, Direction direction)
{
    QTcpSocket* from = pair->sockets[direction == ToServer ? ToClient : ToServer];
    if (!from) return;
    const QByteArray bytes = from->readAll();
    if (m_delayMs == 0) return pass(pair, direction, bytes);
    QTimer::singleShot(m_delayMs, this, [this, pair, direction, bytes] { pass(pair, direction, bytes); });
}

void CuttingProxy::pass(const std::shared_ptr<Pair>& pair, Direction direction, QByteArray bytes)
{
    QTcpSocket* to = pair->sockets[direction];
    if (!to) return;
    const auto room = [&](const std::optional<qint64>& limit) {
        return limit ? std::max<qint64>(0, *limit - m_passed[direction]) : bytes.size();
    };
    const bool cuts = m_cutAt[direction] && room(m_cutAt[direction]) <= bytes.size();
    bytes.truncate(std::min({bytes.size(), room(m_cutAt[direction]), room(m_swallowAt[direction])}));
    m_passed[direction] += bytes.size();
    to->write(bytes);
    if (!cuts) return;
    m_cutAt[direction].reset();
    to->flush();
    cut();
}

void CuttingProxy::cut()
{
    for (const auto& pair : std::exchange(m_pairs, {}))
        drop(pair);
}

void CuttingProxy::drop(const std::shared_ptr<Pair>& pair)
{
    std::erase(m_pairs, pair);
    for (QTcpSocket* socket : std::exchange(pair->sockets, {})) {
        if (!socket) continue;
        socket->disconnect(this);
        socket->abort();
        socket->deleteLater();
    }
}

void CuttingProxy::heal()
{
    m_cutAt = m_swallowAt = {};
    m_delayMs = 0;
    m_refusing = false;
}

} // namespace cahier::test
