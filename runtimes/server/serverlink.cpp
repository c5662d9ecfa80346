// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverlink.h>

#include <runtimes/local/hostinbox.h>
#include <runtimes/server/serverwire.h>

#include <QPointer>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;

/// The part of a link that lives in the I/O thread. Destroyed there.
class ServerSocket : public QObject {
    Q_OBJECT
public:
    ServerSocket() = default;
    ~ServerSocket() override { m_socket.disconnect(this); } // its end is said by its destructor too

    /// Thread-safe.
    [[nodiscard]] HostInbox& inbox() { return m_inbox; }

    void open(const QNetworkRequest& request, const QList<QSslError>& accepted);
    void send(const Message& message);

Q_SIGNALS:
    void woken(); ///< the inbox is to be taken from

private:
    void takeFrame(const ServerMessage& message, qsizetype bytes);
    void end(const QString& reason);
    void ping();

    HostInbox m_inbox{[this] { Q_EMIT woken(); }};
    QWebSocket m_socket{QString(), QWebSocketProtocol::VersionLatest, this};
    QTimer m_pings{this};
    int m_unanswered = 0;
    bool m_v1 = false;
    bool m_wasOpen = false;
    bool m_ended = false;
};

void ServerSocket::open(const QNetworkRequest& request, const QList<QSslError>& accepted)
{
    connect(&m_socket, &QWebSocket::connected, this, [this] {
        m_v1 = m_socket.subprotocol() == QLatin1StringView(serverProtocolV1);
        m_wasOpen = true;
        m_inbox.put(HostConnected{}, 0);
    });
    connect(&m_socket, &QWebSocket::disconnected, this, [this] { end(m_socket.closeReason()); });
    connect(&m_socket, &QWebSocket::errorOccurred, this, [this] { end(m_socket.errorString()); });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray& frame) {
        takeFrame(m_v1 ? decodeV1(frame) : decodeLegacyBinary(frame), frame.size());
    });
    connect(&m_socket, &QWebSocket::textMessageReceived, this,
            [this](const QString& frame) { takeFrame(decodeLegacyText(frame.toUtf8()), frame.size()); });
    connect(&m_socket, &QWebSocket::pong, this, [this] { m_unanswered = 0; });
    connect(&m_pings, &QTimer::timeout, this, &ServerSocket::ping);
    QTimer::singleShot(ServerLink::openLimit, this, [this] {
        if (!m_wasOpen) end(u"the server did not open the channel in time"_s);
    });
    if (!accepted.isEmpty()) m_socket.ignoreSslErrors(accepted);
    QWebSocketHandshakeOptions options;
    options.setSubprotocols({QLatin1StringView(serverProtocolV1)});
    m_pings.start(ServerLink::pingInterval);
    m_socket.open(request, options);
}

void ServerSocket::ping()
{
    if (!m_wasOpen) return;
    if (++m_unanswered > 3) return end(u"the server gave no sign of life"_s);
    m_socket.ping();
}

void ServerSocket::send(const Message& message)
{
    if (m_ended) return;
    if (m_v1) {
        m_socket.sendBinaryMessage(encodeV1(message));
        return;
    }
    const LegacyFrame frame = encodeLegacy(message);
    if (frame.binary) {
        m_socket.sendBinaryMessage(frame.bytes);
    } else {
        m_socket.sendTextMessage(QString::fromUtf8(frame.bytes));
    }
}

void ServerSocket::takeFrame(const ServerMessage& message, qsizetype bytes)
{
    if (m_ended) return;
    m_unanswered = 0;
    HostEvent event;
    if (message) {
        event.event.what = *message;
    } else {
        event.event.what =
            KernelEvent::Gap{0, 0, 0, u"(a message of the server was lost: %1)"_s.arg(message.error())};
    }
    m_inbox.put(std::move(event), static_cast<std::size_t>(bytes));
}

void ServerSocket::end(const QString& reason)
{
    if (std::exchange(m_ended, true)) return;
    m_pings.stop();
    m_inbox.put(
        HostLost{{ErrorCode::Disconnected, u"The connection to the kernel was lost."_s, reason, Retry::Later},
                 m_wasOpen},
        0);
    QMetaObject::invokeMethod(this, [this] { m_socket.abort(); }, Qt::QueuedConnection);
}

ServerLink::ServerLink(ServerClient& client, const QString& kernelId, const QString& session)
    : m_socket(new ServerSocket)
{
    connect(m_socket, &ServerSocket::woken, this, &ServerLink::take, Qt::QueuedConnection);
    m_socket->moveToThread(client.ioThread().get());
    const QNetworkRequest request = client.withCredentials(client.address().channels(kernelId, session));
    QMetaObject::invokeMethod(m_socket, [socket = m_socket, request, accepted = client.acceptedErrors()] {
        socket->open(request, accepted);
    });
}

ServerLink::~ServerLink()
{
    m_socket->deleteLater();
}

void ServerLink::send(Message message)
{
    QMetaObject::invokeMethod(m_socket,
                              [socket = m_socket, sent = std::move(message)] { socket->send(sent); });
}

void ServerLink::take()
{
    HostInbox::Batch batch = m_socket->inbox().take();
    const QPointer<ServerLink> alive(this);
    std::vector<KernelEvent> events;
    const auto flush = [&] {
        const std::vector<KernelEvent> passed = std::exchange(events, {});
        if (!passed.empty()) Q_EMIT eventsArrived(passed);
        return !alive.isNull();
    };
    for (InboxItem& item : batch.items) {
        if (auto* event = std::get_if<HostEvent>(&item)) {
            events.push_back(std::move(event->event));
        } else if (std::holds_alternative<HostConnected>(item)) {
            m_open = true;
            Q_EMIT opened();
        } else if (const auto* end = std::get_if<HostLost>(&item)) {
            if (!flush()) return;
            m_open = false;
            Q_EMIT lost(end->error);
        }
        if (!alive) return;
    }
    if (flush() && batch.more) QMetaObject::invokeMethod(this, &ServerLink::take, Qt::QueuedConnection);
}

} // namespace cahier::runtimes
#include "serverlink.moc"
