// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/connectionstate.h>
#include <runtimes/local/hostio.h>

#include <QFuture>
#include <QHash>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

namespace cahier::runtimes {

/// Gets what the host says about one attached kernel. Called in the client's thread.
class HostListener {
public:
    virtual ~HostListener() = default;
    /// The number of the last event that was received: a new attachment goes on after it.
    [[nodiscard]] virtual quint64 lastSeq() const = 0;
    virtual void takeEvents(std::vector<runtime::KernelEvent> events) = 0;
    /// The host answered the (re)attachment: everything up to `last` is about to be replayed.
    virtual void attached(const nlohmann::json& reply) = 0;
    virtual void attachFailed(const Error& error) = 0;
    virtual void connectionLost() = 0;
};

/// A client of one cahier-host, over whatever stream its connector makes (hostprotocol.h). Connects when
/// there is something to ask; after a loss it reconnects by itself, with growing random pauses, as long as a
/// kernel is attached, and attaches again where it left off. Always owned by a std::shared_ptr; a callback
/// may let go of the last one.
class HostClient : public QObject, public std::enable_shared_from_this<HostClient> {
    Q_OBJECT
public:
    using Callback = std::function<void(Result<nlohmann::json>)>;

    explicit HostClient(std::unique_ptr<HostConnector> connector);
    ~HostClient() override;

    /// How long the host may take for an answer.
    void setTimeLimit(std::chrono::milliseconds limit) { m_timeLimit = limit; }
    /// Pauses between attempts to reconnect double from the first to the longest, each between half and all
    /// of it; there is none before the first attempt after a loss.
    void setRetryPauses(std::chrono::milliseconds first, std::chrono::milliseconds longest);

    /// Sends a request as soon as there is a connection. done gets the reply's envelope or an Error:
    /// Disconnected when the connection was lost after it was sent (whether the host got it is unknown),
    /// the connector's error when there is no way to the host, the host's own refusal, or Timeout.
    void request(const QString& op, nlohmann::json fields, const wire::Parts& parts, Callback done);
    [[nodiscard]] QFuture<Result<nlohmann::json>> request(const QString& op, nlohmann::json fields);

    /// One listener per kernel: IllegalState when there is one. It is told of events until detach(). The
    /// first answer also goes to done.
    void attach(const QString& kernel, HostListener& listener, Callback done);
    void detach(const QString& kernel);

    /// Asks for samples: done gets those that the host keeps, sampled() tells of the ones that follow, also
    /// after a loss, until as many unsubscribeSamples(). The connection is kept up for it.
    void subscribeSamples(Callback done);
    void unsubscribeSamples();

    /// Drops the connection and makes a new one at once: after the machine slept, or where an attempt is
    /// waited for or was given up.
    void reconnect();
    [[nodiscard]] bool isReady() const { return m_state == State::Ready; }
    /// The host process's UUID; empty before the first connection.
    [[nodiscard]] const QString& hostId() const { return m_hostId; }
    [[nodiscard]] runtime::ConnectionState connectionState() const;

Q_SIGNALS:
    void sampled(const cahier::runtime::ResourceSample& sample);
    void connected(const QString& hostId);
    void connectionLost(const cahier::Error& error);
    /// An attempt to connect failed. More will follow while a kernel is attached, unless the user refused,
    /// or was refused (Cancelled, PermissionDenied): then reconnect() or a request tries again.
    void reconnectFailed(const cahier::Error& error);
    void stateChanged();

private:
    enum class State { Idle, Connecting, Greeting, Ready };
    struct Waiting {
        std::string frame;
        quint64 id = 0;
    };
    struct Pending {
        Callback done;
        std::chrono::steady_clock::time_point deadline;
        bool sent = false;
    };

    struct Attachment {
        HostListener* listener = nullptr;
        bool established = false; ///< the host answered once: attached again after a loss
    };

    void drain();
    void dispatch(std::vector<InboxItem> items);
    void deliver(const QString& kernel, std::vector<runtime::KernelEvent> events);
    void handleReply(HostReply reply);
    void handleConnected();
    void handleHello(const Result<nlohmann::json>& hello);
    void handleLost(const HostLost& loss);
    void becomeReady();
    void attachAgain(const QString& kernel);
    void subscribeAgain();
    void takeSample(const runtime::ResourceSample& sample);
    /// Whether the connection is to be kept up.
    [[nodiscard]] bool hasStanding() const { return m_subscribed || !establishedKernels().isEmpty(); }
    [[nodiscard]] HostListener* listenerOf(const QString& kernel) const;
    [[nodiscard]] QStringList establishedKernels() const;
    void connectSoon();
    void connectNow();
    [[nodiscard]] std::chrono::milliseconds nextPause() const;
    void noteLoss(const Error& error, bool wasConnected);
    quint64 post(const QString& op, nlohmann::json fields, const wire::Parts& parts, Callback done, bool now);
    void failPending(const Error& error, bool sentOnly);
    void checkDeadlines();

    std::chrono::milliseconds m_timeLimit{60000};
    State m_state = State::Idle;
    QString m_hostId;
    QString m_goodbye;
    quint64 m_nextId = 1;
    std::chrono::milliseconds m_firstPause{50};
    std::chrono::milliseconds m_longestPause{5000};
    int m_losses = 0; ///< since the last time everything worked
    qint64 m_lostAt = 0;
    std::optional<Error> m_lossError;
    std::deque<Waiting> m_waiting; ///< for the connection
    std::unordered_map<quint64, Pending> m_pending;
    QHash<QString, Attachment> m_attachments; ///< by kernel
    int m_watchers = 0;                       ///< subscriptions that were not ended
    bool m_subscribed = false;                ///< the host said yes once: subscribed again after a loss
    qint64 m_lastSample = 0;                  ///< its time
    QTimer m_retryTimer;
    QTimer m_deadlineTimer;
    std::unique_ptr<HostIo> m_io; ///< last: its thread wakes us
};

} // namespace cahier::runtimes
