// SPDX-License-Identifier: GPL-3.0-or-later
// Certificates that no authority vouches for: what to ask the user, and what was answered.
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QMetaType>
#include <QStringList>

namespace cahier::runtime {

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
    [[nodiscard]] QString fingerprintText() const
    {
        return QString::fromLatin1(certificate.fingerprint.toHex(':').toUpper());
    }
};

} // namespace cahier::runtime

Q_DECLARE_METATYPE(cahier::runtime::CertificateQuestion)
