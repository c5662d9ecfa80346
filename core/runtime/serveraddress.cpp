// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/serveraddress.h>

#include <QRegularExpression>
#include <QSet>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

std::unexpected<Error> refused(const QString& sentence)
{
    return failure(ErrorCode::InvalidFormat, sentence);
}

/// The text without what surrounds an address in mail, prose and `jupyter server list`.
QString addressIn(const QString& text)
{
    static const QRegularExpression address(uR"(^[<"'\s]*([^\s<>"']*))"_s);
    return address.match(text).captured(1);
}

bool isLocal(const QString& host)
{
    // QUrl brings addresses into their usual form.
    static const QRegularExpression loopback(uR"(^(127\.\d+\.\d+\.\d+|::1|(.+\.)?localhost)$)"_s);
    return loopback.match(host).hasMatch();
}

QUrl urlOf(const QString& address)
{
    if (address.contains("://"_L1)) return QUrl(address, QUrl::StrictMode);
    QUrl url(u"https://"_s + address, QUrl::StrictMode);
    if (url.isValid() && isLocal(url.host())) url.setScheme(u"http"_s);
    return url;
}

/// The pages of JupyterLab, Notebook and the classic interface that follow a server's base path.
bool isPage(const QString& segment)
{
    static const QSet<QString> pages{u"lab"_s,       u"tree"_s, u"notebooks"_s, u"edit"_s,  u"login"_s,
                                     u"logout"_s,    u"api"_s,  u"retro"_s,     u"files"_s, u"nbclassic"_s,
                                     u"terminals"_s, u"doc"_s,  u"consoles"_s,  u"view"_s};
    return pages.contains(segment);
}

/// What a page's own path says of the file that it shows.
QString documentOf(const QStringList& page)
{
    if (page.isEmpty()) return {};
    const qsizetype tree = page.indexOf(u"tree"_s);
    const bool shows = page.first() == "notebooks"_L1 || page.first() == "edit"_L1 ||
                       page.first() == "files"_L1 || page.first() == "view"_L1;
    const QStringList path = tree >= 0 ? page.mid(tree + 1) : shows ? page.mid(1) : QStringList();
    return QUrl::fromPercentEncoding(path.join(u'/').toUtf8());
}

Result<void> splitPath(const QString& encoded, ServerAddress& address)
{
    const QStringList segments = encoded.split(u'/', Qt::SkipEmptyParts);
    qsizetype at = 0;
    if (const qsizetype user = segments.indexOf(u"user"_s); user >= 0) {
        if (user + 1 >= segments.size())
            return refused(u"The address ends before the user's name: it should go on as in /user/NAME/."_s);
        at = user + 2;
    }
    const auto before = segments.first(at);
    if (before.contains(u"hub"_s) || segments.value(at) == "hub"_L1)
        return refused(u"This is the address of a page of JupyterHub itself. Start your server there and "
                       "paste the address that it then has, as in https://host/user/NAME/."_s);
    while (at < segments.size() && !isPage(segments[at]))
        ++at;
    QString base = u"/"_s;
    for (const QString& segment : segments.first(at))
        base += segment + u'/';
    address.base.setPath(base, QUrl::StrictMode);
    address.document = documentOf(segments.mid(at));
    return {};
}

} // namespace

Result<ServerAddress> ServerAddress::parse(const QString& text)
{
    const QString pasted = addressIn(text);
    if (pasted.isEmpty())
        return refused(u"Enter the address of a Jupyter Server, as in http://localhost:8888/."_s);
    const QUrl url = urlOf(pasted);
    if (!url.isValid() || url.host().isEmpty())
        return refused(u"This is not an address of a server; it should look like https://host:8888/."_s);
    if (url.scheme() != "http"_L1 && url.scheme() != "https"_L1)
        return refused(u"A Jupyter Server is reached by http or https, not by %1."_s.arg(url.scheme()));
    if (!url.userInfo().isEmpty())
        return refused(u"Leave out the user name and password before the host; the password is asked for."_s);
    if (url.port(1) == 0) return refused(u"There is no port 0; the address should name another one."_s);
    ServerAddress address;
    address.base.setScheme(url.scheme());
    address.base.setHost(url.host());
    address.base.setPort(url.port());
    address.token = QUrlQuery(url).queryItemValue(u"token"_s, QUrl::FullyDecoded);
    if (const Result<void> split = splitPath(url.path(QUrl::FullyEncoded), address); !split)
        return std::unexpected(split.error());
    return address;
}

QUrl ServerAddress::at(const QString& path, const QUrlQuery& query) const
{
    QUrl url = base;
    url.setPath(base.path(QUrl::FullyEncoded) + path, QUrl::StrictMode);
    if (!query.isEmpty()) url.setQuery(query);
    return url;
}

QUrl ServerAddress::channels(const QString& kernelId, const QString& session) const
{
    QUrlQuery query;
    query.addQueryItem(u"session_id"_s, session);
    QUrl url = at(u"api/kernels/%1/channels"_s.arg(encodedPath(kernelId)), query);
    url.setScheme(base.scheme() == "https"_L1 ? u"wss"_s : u"ws"_s);
    return url;
}

QString ServerAddress::id() const
{
    return base.toString(QUrl::FullyEncoded);
}

QString ServerAddress::displayName() const
{
    const QString path = base.path();
    return base.authority() + (path == "/"_L1 ? QString() : path.chopped(1));
}

QString encodedPath(const QString& path)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(path, "/"));
}

} // namespace cahier::runtime
