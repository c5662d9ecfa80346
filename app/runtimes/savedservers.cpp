// SPDX-License-Identifier: GPL-3.0-or-later
// The Jupyter Servers among the runtimes: what is kept of them.
#include <app/runtimes/savedruntimes.h>

#include <QUrl>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier {

using runtime::CertificateQuestion;
using runtime::ServerConnection;
using runtime::TrustedCertificate;

namespace {

constexpr auto trustedGroup = "trusted/"_L1, sessionsGroup = "sessions/"_L1;
constexpr qsizetype mostSessions = 100; ///< kernels that are remembered of a server

QString encoded(const QString& text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

} // namespace

void SavedRuntimes::watchServer(const QString& id, ServerConnection& server)
{
    server.setKnownSessions(storedSessions(id));
    connect(&server, &ServerConnection::credentialsRefused, this,
            [this, id] { Q_EMIT credentialsRefused(id); });
    connect(&server, &ServerConnection::certificateQuestioned, this,
            [this, id](const CertificateQuestion& question) { Q_EMIT certificateQuestioned(id, question); });
    connect(&server, &ServerConnection::credentialsChanged, this, [this, id] { Q_EMIT accessChanged(id); });
    connect(&server, &ServerConnection::knownSessionsChanged, this,
            [this, id, &server] { storeSessions(id, server.knownSessions()); });
}

ServerConnection* SavedRuntimes::server(const QString& id) const
{
    const auto found = m_opened.find(id);
    return found == m_opened.end() ? nullptr : found->second.server.get();
}

void SavedRuntimes::setToken(const QString& id, const QString& token)
{
    if (ServerConnection* const present = server(id))
        present->setToken(token);
    else
        m_tokens.insert(id, token);
}

void SavedRuntimes::trust(const QString& id, const TrustedCertificate& certificate)
{
    const QString place = u"%1:%2"_s.arg(certificate.host).arg(certificate.port);
    m_file.setValue(trustedGroup + encoded(place), QString::fromLatin1(certificate.fingerprint.toHex()));
    if (ServerConnection* const present = server(id)) present->trust(certificate);
}

std::vector<TrustedCertificate> SavedRuntimes::trustedCertificates() const
{
    std::vector<TrustedCertificate> trusted;
    for (const QString& key : m_file.allKeys()) {
        if (!key.startsWith(trustedGroup)) continue;
        const QString place = QUrl::fromPercentEncoding(key.sliced(trustedGroup.size()).toLatin1());
        const qsizetype colon = place.lastIndexOf(u':');
        trusted.push_back({place.first(std::max<qsizetype>(colon, 0)), place.sliced(colon + 1).toInt(),
                           QByteArray::fromHex(m_file.value(key).toString().toLatin1())});
    }
    return trusted;
}

/// Newer kernels come last; the oldest ones are forgotten.
void SavedRuntimes::storeSessions(const QString& id, const QHash<QString, QString>& sessions)
{
    QStringList flat = m_file.value(sessionsGroup + encoded(id)).toStringList();
    for (const auto& [kernel, session] : sessions.asKeyValueRange()) {
        const qsizetype place = flat.indexOf(kernel);
        if (place >= 0 && place + 1 < flat.size())
            flat[place + 1] = session;
        else
            flat << kernel << session;
    }
    if (flat.size() > 2 * mostSessions) flat = flat.last(2 * mostSessions);
    m_file.setValue(sessionsGroup + encoded(id), flat);
}

QHash<QString, QString> SavedRuntimes::storedSessions(const QString& id) const
{
    const QStringList flat = m_file.value(sessionsGroup + encoded(id)).toStringList();
    QHash<QString, QString> sessions;
    for (qsizetype place = 0; place + 1 < flat.size(); place += 2)
        sessions.insert(flat[place], flat[place + 1]);
    return sessions;
}

} // namespace cahier
