// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/servertrust.h>

#include <QSslError>
#include <QUrl>

#include <optional>
#include <vector>

namespace cahier::runtimes {

/// What to ask about a server's certificate; nothing where it is among the trusted.
[[nodiscard]] std::optional<runtime::CertificateQuestion>
questionAbout(const QUrl& server, const QSslCertificate& certificate, const QList<QSslError>& errors,
              const std::vector<runtime::TrustedCertificate>& trusted);

} // namespace cahier::runtimes
