// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverreply.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hostcodec.h>

#include <QUrl>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype detailLimit = 500;

/// What the server says itself, from the JSON of its error.
QString saidBy(const QByteArray& body)
{
    const nlohmann::json said = parseJson(body.toStdString());
    const QString message = runtime::textOf(said, "message");
    const QString reason = runtime::textOf(said, "reason");
    return (message.isEmpty() ? reason : message).left(detailLimit);
}

Error withoutDetail(const ServerReply& reply, const QString& server)
{
    const int status = reply.status;
    if (reply.isUnauthorized())
        return {ErrorCode::PermissionDenied,
                u"The Jupyter Server %1 wants another token or password."_s.arg(server)};
    if (status == 404)
        return {ErrorCode::NotFound, u"The Jupyter Server %1 does not have this."_s.arg(server)};
    if (status == 409)
        return {ErrorCode::IllegalState,
                u"The Jupyter Server %1 has something of this name already."_s.arg(server)};
    if (status == 413)
        return {ErrorCode::NoSpace, u"This is larger than the Jupyter Server %1 takes."_s.arg(server)};
    if (status == 501)
        return {ErrorCode::NoKernel,
                u"The Jupyter Server %1 does not have this kernel; choose another."_s.arg(server)};
    if (status == 424 || status == 502 || status == 503 || status == 504)
        return {ErrorCode::Disconnected,
                u"The Jupyter Server %1 is not running now, or not ready yet."_s.arg(server),
                {},
                Retry::Later};
    if (status >= 500) return {ErrorCode::Io, u"The Jupyter Server %1 failed at this."_s.arg(server)};
    if (status >= 300 && status < 400)
        return {ErrorCode::Unsupported,
                u"%1 leads to another place; paste the address where the browser ends up."_s.arg(server)};
    return {ErrorCode::Unsupported, u"The Jupyter Server %1 refused this."_s.arg(server)};
}

} // namespace

bool ServerReply::isUnauthorized() const
{
    if (status == 401 || status == 403) return true;
    const QString path = QUrl(location).path();
    return status >= 300 && status < 400 &&
           (path.endsWith("/login"_L1) || path.contains("/hub/"_L1) || path.contains("/oauth"_L1));
}

Error errorOf(const ServerReply& reply, const QString& server, const QString& secret)
{
    Error error = withoutDetail(reply, server);
    error.detail = u"HTTP %1"_s.arg(reply.status);
    const QString said = saidBy(reply.body);
    if (!said.isEmpty()) error.detail += u": "_s + withoutSecret(said, secret);
    return error;
}

QString withoutSecret(QString text, const QString& secret)
{
    if (secret.isEmpty()) return text;
    text.replace(secret, u"…"_s);
    return text.replace(QString::fromLatin1(QUrl::toPercentEncoding(secret)), u"…"_s);
}

} // namespace cahier::runtimes
