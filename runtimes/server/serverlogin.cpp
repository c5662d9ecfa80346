// SPDX-License-Identifier: GPL-3.0-or-later
// Logging in with a password, as the server's own page does: its form gives a cookie that proves that the
// request comes from the page (_xsrf), and a right password one that says who we are.
#include <runtimes/server/serverclient.h>

#include <QFutureWatcher>
#include <QNetworkCookieJar>
#include <QNetworkReply>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

void keep(QPromise<Result<void>>& promise, Result<void> result)
{
    promise.addResult(std::move(result));
    promise.finish();
}

QByteArray field(const char* name, const QByteArray& value)
{
    return name + QByteArray("=") + value.toPercentEncoding();
}

} // namespace

QFuture<Result<void>> ServerClient::logIn(const QString& password)
{
    const auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    m_address.token.clear(); // a wrong one would be refused before the cookie is looked at
    request({.path = u"login"_s}).then(this, [this, password, promise](const Result<ServerReply>& page) {
        if (!page) return keep(*promise, std::unexpected(page.error()));
        if (!page->isOk() || xsrfToken().isEmpty()) {
            return keep(*promise, failure(ErrorCode::Unsupported,
                                          u"The Jupyter Server %1 has no page to log in with a password; "
                                          "use a token."_s.arg(displayName())));
        }
        postPassword(password, promise);
    });
    return promise->future();
}

void ServerClient::postPassword(const QString& password,
                                const std::shared_ptr<QPromise<Result<void>>>& promise)
{
    const auto exchange = std::make_shared<Exchange>();
    exchange->promise.start();
    exchange->secret = password;
    QNetworkRequest http = withCredentials(m_address.at(u"login"_s));
    http.setHeader(QNetworkRequest::ContentTypeHeader, u"application/x-www-form-urlencoded"_s);
    const QByteArray form = field("_xsrf", xsrfToken()) + "&" + field("password", password.toUtf8());
    watch(m_network.post(http, form), exchange, std::chrono::seconds(30));
    exchange->promise.future().then(this, [this, promise](const Result<ServerReply>& reply) {
        if (!reply) return keep(*promise, std::unexpected(reply.error()));
        // The page answers a right password by leading on, a wrong one by showing itself again.
        if (reply->status != 302 && reply->status != 303) {
            return keep(*promise,
                        failure(ErrorCode::PermissionDenied,
                                u"The Jupyter Server %1 did not take this password."_s.arg(displayName())));
        }
        keep(*promise, {});
        Q_EMIT credentialsChanged();
    });
}

} // namespace cahier::runtimes
