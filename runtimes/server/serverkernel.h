// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/kernelconnection.h>
#include <core/runtime/runtime.h>
#include <runtimes/server/kernelprobe.h>
#include <runtimes/server/serverclient.h>
#include <runtimes/server/serverlink.h>

#include <QPromise>
#include <QSet>
#include <QTimer>

namespace cahier::runtimes {

/// A kernel of a Jupyter Server. A server keeps no journal, so that this promises less than a cahier-host:
///
/// - Events are numbered as they arrive, from `after` on; the numbers mean nothing to another connection.
/// - After a broken connection the server replays what it buffered, if we were its last client and come back
///   with the same session id; it tells neither, and what was on its way is lost. So a Gap comes before the
///   replay wherever something was running, and for every attachment with `after` above 0.
/// - The server does not know message ids, so nothing that may have arrived is sent again. An
///   execute_request's future waits for the first message about it; one that no message came about is failed
///   (Io) once the kernel answered a later request on shell. Everything else is taken for sent when the
///   socket has it. Disconnected means certainly not sent.
/// - What the server drops for its rate limits is said in the cell's output, with a Gap behind it.
class ServerKernel : public runtime::KernelConnection {
    Q_OBJECT
public:
    /// Whether the kernel still is there is asked this often, since the server does not tell.
    static constexpr std::chrono::seconds lookInterval{30};

    struct Identity {
        QString kernelId;
        QString restSession = {}; ///< id of the server's record of notebook and kernel; may be empty
        QString session;          ///< S: what the server knows this client by
        quint64 after = 0;
        runtime::Lifetime lifetime = runtime::Lifetime::Runtime;
    };

    /// Connects at once.
    ServerKernel(std::shared_ptr<ServerClient> client, Identity identity);
    /// With Lifetime::Client asks the server to end the kernel, as far as the program still runs.
    ~ServerKernel() override;

    /// To be kept with the kernel's id: attaching with it later makes the server replay.
    [[nodiscard]] const QString& session() const { return m_identity.session; }

    [[nodiscard]] QString kernelId() const override { return m_identity.kernelId; }
    [[nodiscard]] runtime::KernelState state() const override { return m_state; }
    void open() override;
    [[nodiscard]] QFuture<Result<void>> send(runtime::Message message) override;
    [[nodiscard]] QFuture<Result<void>> interrupt() override;
    [[nodiscard]] QFuture<Result<void>>
    restart(const std::optional<runtime::AcceleratorChoice>& accelerator) override;
    [[nodiscard]] QFuture<Result<void>> shutdown() override;

Q_SIGNALS:
    /// Why the connection is not there yet. It goes on trying, after PermissionDenied when the client's
    /// credentials change.
    void connectionFailed(const cahier::Error& error);

private:
    using Sent = std::shared_ptr<QPromise<Result<void>>>;

    // serverkernel.cpp: the way to the kernel
    void check();
    void checked(const Result<ServerReply>& reply);
    void openLink();
    void dropLink();
    void linkLost(const Error& error);
    void retry(const Error& error, bool serverIsDown);
    void look();
    void foundGone();
    void reopen();
    void restarted();
    [[nodiscard]] QString path(const char* action = "") const;

    // serverkernelevents.cpp: what it says
    void takeEvents(std::vector<runtime::KernelEvent> events);
    void takeMessage(runtime::Message message);
    void takeServerMessage(runtime::Message message);
    void followStatus(const runtime::Message& message);
    void confirm(const QString& messageId);
    void answered();
    void overdue();
    void shellFreed();
    void doubtsSettled();
    void restartSeen();
    void die(const QString& reason);
    void loseKernelState();
    void refuseAll(QHash<QString, Sent>& sent, const Error& error);
    void note(decltype(runtime::KernelEvent::what) what);
    void noteUnnumbered(decltype(runtime::KernelEvent::what) what);
    void flush();

    std::shared_ptr<ServerClient> m_client;
    Identity m_identity;
    std::unique_ptr<ServerLink> m_link;
    KernelProbe m_probe;
    QTimer m_retry, m_look;
    int m_attempts = 0;
    bool m_checking = false;
    bool m_gone = false; ///< not the server's any more: nothing is left to restart

    runtime::KernelState m_state = runtime::KernelState::Starting;
    QString m_serverState;      ///< execution_state, as the server said before the link was opened
    bool m_catchingUp = true;   ///< CaughtUp is owed
    bool m_gapOwed = false;     ///< something ran when the connection was lost
    bool m_saidBusy = false;    ///< the last CaughtUp did
    bool m_holding = false;     ///< a restart is asked for: what comes now may be the old or the new kernel's
    bool m_lostHolding = false; ///< the link was lost meanwhile
    std::vector<runtime::KernelEvent> m_held;

    QString m_busyParent;
    QSet<QString> m_unfinished;         ///< execute_requests without a reply
    QSet<QString> m_speaking;           ///< those without an idle: a reply may overtake what was printed
    QHash<QString, Sent> m_unconfirmed; ///< of those: nothing came of them yet
    QHash<QString, Sent> m_doubtful;    ///< of those: sent on a connection that is gone

    quint64 m_seq;
    bool m_open = false;
    std::vector<runtime::KernelEvent> m_batch;      ///< noted, or kept until open()
    std::vector<std::pair<Sent, Error>> m_refusals; ///< told behind the batch
};

} // namespace cahier::runtimes
