// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/servercertificate.h>

#include <QSslCertificate>

#include <algorithm>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;

namespace {

QString nameIn(const QStringList& commonNames, const QStringList& organisations)
{
    return commonNames.isEmpty() ? organisations.join(u", "_s) : commonNames.join(u", "_s);
}

} // namespace

std::optional<CertificateQuestion> questionAbout(const QUrl& server, const QSslCertificate& certificate,
                                                 const QList<QSslError>& errors,
                                                 const std::vector<TrustedCertificate>& trusted)
{
    CertificateQuestion question;
    question.certificate = {server.host().toLower(), server.port(443),
                            certificate.digest(QCryptographicHash::Sha256)};
    for (const TrustedCertificate& known : trusted) {
        if (known == question.certificate && !certificate.isNull()) return std::nullopt;
        if (known.host == question.certificate.host && known.port == question.certificate.port)
            question.changed = true;
    }
    question.subject = nameIn(certificate.subjectInfo(QSslCertificate::CommonName),
                              certificate.subjectInfo(QSslCertificate::Organization));
    question.issuer = nameIn(certificate.issuerInfo(QSslCertificate::CommonName),
                             certificate.issuerInfo(QSslCertificate::Organization));
    question.expires = certificate.expiryDate();
    for (const QSslError& error : errors)
        question.reasons.append(error.errorString());
    question.reasons.removeDuplicates();
    return question;
}

} // namespace cahier::runtimes
