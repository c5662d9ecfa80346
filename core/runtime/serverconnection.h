// SPDX-License-Identifier: GPL-3.0-or-later
// A Jupyter Server as the program meets it: its kernels, its documents, and what it wants to know of its
// user. Behind an interface, since what speaks to servers is a module (core/modules/module.h): it brings Qt
// Network and thirty libraries more, which the window's start does not need.
#pragma once

#include <core/runtime/contents.h>
#include <core/runtime/runtime.h>
#include <core/runtime/serveraddress.h>
#include <core/runtime/servertrust.h>

#include <QHash>
#include <QObject>

#include <memory>
#include <vector>

namespace cahier::runtime {

/// One server and who we are to it. Making one connects to nothing: the first request does. Lives in the
/// thread that made it, as do its runtime and contents; no call blocks. Keeps secrets in memory only, never
/// in an Error, an address or a log: storing the token (a keychain) and the trusted certificates is its
/// owner's business.
///
/// A request that the server refuses for who we are, or that its certificate is in the way of, fails with
/// PermissionDenied; credentialsRefused() or certificateQuestioned() follows. What was refused is asked again
/// by its owner after credentialsChanged(), where the user answered; kernels that are attached come back by
/// themselves.
class ServerConnection : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Its token is the one that is used now: empty after logIn().
    [[nodiscard]] virtual ServerAddress address() const = 0;

    /// The server's kernels: always the same object, which may outlive this one, as may its kernels; nobody
    /// is asked anything then. It cannot choose accelerators (StartOptions::accelerator gives Unsupported
    /// with the reason).
    [[nodiscard]] virtual std::shared_ptr<Runtime> runtime() const = 0;
    /// The server's documents. Lives as long as this.
    [[nodiscard]] virtual Contents& contents() = 0;

    /// The answer to credentialsRefused(); empty for a server that wants none.
    virtual void setToken(const QString& token) = 0;
    /// The other answer: through the server's login page, for as long as this object lives. Fails with
    /// PermissionDenied for a wrong password, Unsupported where the server has no such page.
    [[nodiscard]] virtual QFuture<Result<void>> logIn(const QString& password) = 0;

    /// The user's yes to certificateQuestioned(). Takes the place of what was trusted of that host and port.
    virtual void trust(const TrustedCertificate& certificate) = 0;
    [[nodiscard]] virtual std::vector<TrustedCertificate> trusted() const = 0;

    /// By kernel id, what the server knows this client by. With those of an earlier run of the program,
    /// attaching to a kernel makes the server replay what it kept for us. No secrets. Kernels that are gone
    /// are not taken out (runtime()->kernels() tells which there are).
    [[nodiscard]] virtual QHash<QString, QString> knownSessions() const = 0;
    /// Before the first attach().
    virtual void setKnownSessions(const QHash<QString, QString>& sessions) = 0;

Q_SIGNALS:
    /// Ask for a token or a password, then setToken() or logIn(). Comes with each request that is refused.
    void credentialsRefused();
    /// Answer yes with trust(), no with nothing. Comes with each request that fails for it.
    void certificateQuestioned(const cahier::runtime::CertificateQuestion& question);
    /// By setToken(), logIn() or trust(): what was refused may be tried again.
    void credentialsChanged();
    void knownSessionsChanged();
};

/// What the module cahier-server makes: makeFromModule<ServerConnector>(serverModule,
/// serverConnectorFunction). Loading it takes tens of milliseconds, and may be done in any thread; has no
/// state.
class ServerConnector {
public:
    ServerConnector() = default;
    virtual ~ServerConnector() = default;
    Q_DISABLE_COPY_MOVE(ServerConnector)

    /// In the thread that the connection is to live in. trusted: what earlier questions were answered with.
    [[nodiscard]] virtual std::unique_ptr<ServerConnection>
    connectTo(const ServerAddress& address, const std::vector<TrustedCertificate>& trusted) const = 0;
};

inline constexpr const char* serverModule = "cahier-server";
inline constexpr const char* serverConnectorFunction = "cahierMakeServerConnector";

} // namespace cahier::runtime
