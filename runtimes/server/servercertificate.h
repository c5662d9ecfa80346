// SPDX-License-Identifier: GPL-3.0-or-later
// Certificates that no authority vouches for: what to ask the user, and what was answered.
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QSslError>
#include <QStringList>
#include <QUrl>

#include <optional>
#include <vector>

namespace cahier::runtimes {

/// The user's word that this very certificate is the server's, whatever else is wrong with it.
struct TrustedCertificate {
    QString host; ///< lower case
    int port = 0;
    QByteArray fingerprint; ///< SHA-256 of the certificate (DER), 32 bytes
    bool operator==(const TrustedCertificate&) const = default;
};

struct CertificateQuestion {
    TrustedCertificate certificate; ///< what is to be trusted if the answer is yes
    QString subject, issuer;        ///< common names, else organisations; may be empty
    QDateTime expires;
    QStringList reasons;  ///< sentences: why it is not trusted by itself
    bool changed = false; ///< another certificate of this server was trusted: take care

    /// The fingerprint as people compare it: pairs of hexadecimal digits with colons.
    [[nodiscard]] QString fingerprintText() const;
};

/// What to ask about a server's certificate; nothing where it is among the trusted.
[[nodiscard]] std::optional<CertificateQuestion>
questionAbout(const QUrl& server, const QSslCertificate& certificate, const QList<QSslError>& errors,
              const std::vector<TrustedCertificate>& trusted);

} // namespace cahier::runtimes
