// SPDX-License-Identifier: GPL-3.0-or-later
// Requests to a Jupyter Server's REST interface, and who we are to it.
// Source of the interface: https://jupyter-server.readthedocs.io/en/stable/developers/rest-api.html
#pragma once

#include <core/runtime/serveraddress.h>
#include <runtimes/server/iothread.h>
#include <runtimes/server/servercertificate.h>
#include <runtimes/server/serverreply.h>

#include <nlohmann/json.hpp>

#include <QFuture>
#include <QFutureWatcher>
#include <QNetworkAccessManager>
#include <QNetworkRequest>
#include <QPromise>

#include <chrono>

namespace cahier::runtimes {

struct ServerRequest {
    QByteArray method = "GET";
    QString path; ///< below the base, percent-encoded: "api/kernels"
    QUrlQuery query = {};
    QByteArray body = {}; ///< JSON; empty for none
    std::chrono::milliseconds limit = std::chrono::seconds(30);
};

/// What convert makes of a reply, as a future whose cancelling cancels the request. convert runs in context's
/// thread, and not at all once context is gone.
template <typename T, typename Convert>
QFuture<Result<T>> chained(QFuture<Result<ServerReply>> reply, QObject* context, Convert convert)
{
    const auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    auto* watcher = new QFutureWatcher<Result<T>>(context);
    QObject::connect(watcher, &QFutureWatcherBase::canceled, context, [reply]() mutable { reply.cancel(); });
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
    watcher->setFuture(promise->future());
    reply.then(context, [promise, convert](const Result<ServerReply>& result) {
        promise->addResult(Result<T>(convert(result)));
        promise->finish();
    });
    return promise->future();
}

/// Lives in its owner's thread; no call blocks. Keeps the token (or the cookies of a login) and the trusted
/// certificates in memory only: storing them is the owner's business, with the values of trusted() and
/// tokens in the keychain. The token travels in a header alone, so that no address, log or error has it.
class ServerClient : public QObject {
    Q_OBJECT
public:
    explicit ServerClient(runtime::ServerAddress address,
                          std::vector<runtime::TrustedCertificate> trusted = {});
    ~ServerClient() override;

    [[nodiscard]] const runtime::ServerAddress& address() const { return m_address; }
    [[nodiscard]] QString displayName() const { return m_address.displayName(); }

    /// Replaces the token; what waits for it tries again.
    void setToken(const QString& token);
    /// Through the server's login page; the session that it gives lasts as long as this object. Fails with
    /// PermissionDenied for a wrong password, Unsupported where the server has no such page.
    [[nodiscard]] QFuture<Result<void>> logIn(const QString& password);

    [[nodiscard]] const std::vector<runtime::TrustedCertificate>& trusted() const { return m_trusted; }
    /// The user's yes to a question; what waits for it tries again.
    void trust(const runtime::TrustedCertificate& certificate);

    /// The reply of any status, or why there is none: Timeout, Disconnected (Retry::Later), or
    /// PermissionDenied and then certificateQuestioned(). Cancelling the future ends the request; it then has
    /// no result.
    [[nodiscard]] QFuture<Result<ServerReply>> request(const ServerRequest& request);
    /// Likewise, with errorOf() for a reply that says no.
    [[nodiscard]] QFuture<Result<ServerReply>> requestOk(const ServerRequest& request);
    /// The JSON in the reply; Protocol when it is none.
    [[nodiscard]] QFuture<Result<nlohmann::json>> requestJson(const ServerRequest& request);
    [[nodiscard]] Error errorIn(const ServerReply& reply) const;

    /// With who we are, for the WebSocket as well.
    [[nodiscard]] QNetworkRequest withCredentials(const QUrl& url) const;
    /// What was wrong with the certificate that the user trusts, for the WebSocket to pass over.
    [[nodiscard]] const QList<QSslError>& acceptedErrors() const { return m_acceptedErrors; }
    [[nodiscard]] IoThread& ioThread() { return m_thread; }

Q_SIGNALS:
    /// A request failed for the certificate. Answer yes with trust(), no with nothing.
    void certificateQuestioned(const cahier::runtime::CertificateQuestion& question);
    /// The server refused who we are (401, 403): ask for the token or the password.
    void credentialsRefused();
    /// Token, login or trust is new: what was refused may try again.
    void credentialsChanged();

private:
    /// One request that is under way.
    struct Exchange {
        QPromise<Result<ServerReply>> promise;
        QString secret; ///< what must not get into an Error
        bool late = false;
        bool questioned = false; ///< the certificate is not trusted
    };
    void watch(QNetworkReply* reply, const std::shared_ptr<Exchange>& exchange,
               std::chrono::milliseconds limit);
    void checkCertificate(QNetworkReply* reply, const QList<QSslError>& errors,
                          const std::shared_ptr<Exchange>& exchange);
    void finish(QNetworkReply* reply, Exchange& exchange);
    [[nodiscard]] Error failureOf(const QNetworkReply& reply, const Exchange& exchange) const;
    [[nodiscard]] QByteArray xsrfToken() const;
    void postPassword(const QString& password, const std::shared_ptr<QPromise<Result<void>>>& promise);

    runtime::ServerAddress m_address;
    std::vector<runtime::TrustedCertificate> m_trusted;
    QList<QSslError> m_acceptedErrors;
    IoThread m_thread;
    QNetworkAccessManager m_network;
};

} // namespace cahier::runtimes
