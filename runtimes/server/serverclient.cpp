// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverclient.h>

#include <runtimes/local/hostcodec.h>

#include <QNetworkCookie>
#include <QNetworkCookieJar>
#include <QNetworkReply>
#include <QPointer>
#include <QSslConfiguration>
#include <QTimer>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

ServerClient::ServerClient(ServerAddress address, std::vector<TrustedCertificate> trusted)
    : m_address(std::move(address)), m_trusted(std::move(trusted))
{
    m_network.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    m_network.setAutoDeleteReplies(true);
}

ServerClient::~ServerClient() = default;

void ServerClient::setToken(const QString& token)
{
    m_address.token = token;
    // The server answers a right token with a cookie, which would outdo the new one.
    m_network.setCookieJar(new QNetworkCookieJar);
    Q_EMIT credentialsChanged();
}

void ServerClient::trust(const TrustedCertificate& certificate)
{
    std::erase_if(m_trusted, [&](const TrustedCertificate& known) {
        return known.host == certificate.host && known.port == certificate.port;
    });
    m_trusted.push_back(certificate);
    m_acceptedErrors.clear();
    Q_EMIT credentialsChanged();
}

QByteArray ServerClient::xsrfToken() const
{
    for (const QNetworkCookie& cookie : m_network.cookieJar()->cookiesForUrl(m_address.base)) {
        if (cookie.name() == "_xsrf") return cookie.value();
    }
    return {};
}

QNetworkRequest ServerClient::withCredentials(const QUrl& url) const
{
    QNetworkRequest request(url);
    if (!m_address.token.isEmpty())
        request.setRawHeader("Authorization", "token " + m_address.token.toUtf8());
    if (const QByteArray xsrf = xsrfToken(); !xsrf.isEmpty()) request.setRawHeader("X-XSRFToken", xsrf);
    if (url.scheme().startsWith("http"_L1)) return request;
    QByteArrayList cookies;
    for (const QNetworkCookie& cookie : m_network.cookieJar()->cookiesForUrl(m_address.base))
        cookies.append(cookie.toRawForm(QNetworkCookie::NameAndValueOnly));
    if (!cookies.isEmpty()) request.setRawHeader("Cookie", cookies.join("; "));
    return request;
}

QFuture<Result<ServerReply>> ServerClient::request(const ServerRequest& request)
{
    const auto exchange = std::make_shared<Exchange>();
    exchange->promise.start();
    exchange->secret = m_address.token;
    QNetworkRequest http = withCredentials(m_address.at(request.path, request.query));
    if (!request.body.isEmpty()) http.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
    watch(m_network.sendCustomRequest(http, request.method, request.body), exchange, request.limit);
    return exchange->promise.future();
}

void ServerClient::watch(QNetworkReply* reply, const std::shared_ptr<Exchange>& exchange,
                         std::chrono::milliseconds limit)
{
    connect(reply, &QNetworkReply::sslErrors, this, [this, reply, exchange](const QList<QSslError>& errors) {
        checkCertificate(reply, errors, exchange);
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply, exchange] { finish(reply, *exchange); });
    QTimer::singleShot(limit, reply, [reply, exchange] {
        exchange->late = true;
        reply->abort();
    });
    auto* watcher = new QFutureWatcher<Result<ServerReply>>(reply);
    connect(watcher, &QFutureWatcherBase::canceled, reply, &QNetworkReply::abort);
    watcher->setFuture(exchange->promise.future());
}

void ServerClient::checkCertificate(QNetworkReply* reply, const QList<QSslError>& errors,
                                    const std::shared_ptr<Exchange>& exchange)
{
    const std::optional<CertificateQuestion> question =
        questionAbout(m_address.base, reply->sslConfiguration().peerCertificate(), errors, m_trusted);
    if (!question) {
        m_acceptedErrors = errors;
        reply->ignoreSslErrors(errors);
        return;
    }
    exchange->questioned = true;
    // The answer may need a dialog of its own, and the handshake does not wait for it.
    QMetaObject::invokeMethod(
        this, [this, asked = *question] { Q_EMIT certificateQuestioned(asked); }, Qt::QueuedConnection);
}

void ServerClient::finish(QNetworkReply* reply, Exchange& exchange)
{
    ServerReply result;
    result.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool broken = exchange.late || exchange.questioned || result.status == 0 ||
                        (result.status < 300 && reply->error() != QNetworkReply::NoError);
    if (broken) {
        exchange.promise.addResult(Result<ServerReply>(std::unexpected(failureOf(*reply, exchange))));
        exchange.promise.finish();
        return;
    }
    result.body = reply->readAll();
    result.location = reply->header(QNetworkRequest::LocationHeader).toString();
    const bool refused = result.isUnauthorized() && exchange.secret == m_address.token;
    const QPointer<ServerClient> alive(this);
    exchange.promise.addResult(Result<ServerReply>(std::move(result)));
    exchange.promise.finish();
    if (refused && alive) Q_EMIT credentialsRefused();
}

Error ServerClient::failureOf(const QNetworkReply& reply, const Exchange& exchange) const
{
    if (exchange.late)
        return {ErrorCode::Timeout,
                u"The Jupyter Server %1 did not answer in time."_s.arg(displayName()),
                {},
                Retry::Later};
    if (exchange.questioned)
        return {ErrorCode::PermissionDenied,
                u"The certificate of the Jupyter Server %1 is not trusted."_s.arg(displayName())};
    return {ErrorCode::Disconnected, u"The Jupyter Server %1 cannot be reached."_s.arg(displayName()),
            withoutSecret(reply.errorString(), exchange.secret), Retry::Later};
}

Error ServerClient::errorIn(const ServerReply& reply) const
{
    return errorOf(reply, displayName(), m_address.token);
}

QFuture<Result<ServerReply>> ServerClient::requestOk(const ServerRequest& what)
{
    return chained<ServerReply>(request(what), this,
                                [this](const Result<ServerReply>& reply) -> Result<ServerReply> {
                                    if (reply && !reply->isOk()) return std::unexpected(errorIn(*reply));
                                    return reply;
                                });
}

QFuture<Result<json>> ServerClient::requestJson(const ServerRequest& what)
{
    return chained<json>(request(what), this, [this](const Result<ServerReply>& reply) -> Result<json> {
        if (!reply) return std::unexpected(reply.error());
        if (!reply->isOk()) return std::unexpected(errorIn(*reply));
        json value = parseJson(reply->body.toStdString());
        if (!value.is_discarded()) return value;
        return failure(ErrorCode::Protocol,
                       u"%1 answered something that a Jupyter Server does not say."_s.arg(displayName()));
    });
}

} // namespace cahier::runtimes
