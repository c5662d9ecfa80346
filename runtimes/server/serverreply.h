// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QByteArray>

namespace cahier::runtimes {

/// What a Jupyter Server answered, whatever the status.
struct ServerReply {
    int status = 0;
    QByteArray body;
    QString location; ///< where a redirect leads

    [[nodiscard]] bool isOk() const { return status >= 200 && status < 300; }
    /// A redirect to a page for logging in is a refusal like 401.
    [[nodiscard]] bool isUnauthorized() const;
};

/// What a reply that is not isOk() means, for the user. server: its name for people. Nothing of `secret` is
/// in the result, even if the server repeats it.
///   401, 403, login page  PermissionDenied
///   404                   NotFound
///   409                   IllegalState
///   413                   NoSpace
///   501                   NoKernel
///   424, 502, 503, 504    Disconnected, Retry::Later: not (or not yet) running
///   400 and other 4xx     Unsupported
///   other 5xx             Io
[[nodiscard]] Error errorOf(const ServerReply& reply, const QString& server, const QString& secret);

/// The text with every occurrence of the secret, plain or percent-encoded, blotted out.
[[nodiscard]] QString withoutSecret(QString text, const QString& secret);

} // namespace cahier::runtimes
