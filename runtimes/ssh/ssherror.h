// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QByteArray>

namespace cahier::runtimes {

/// The key that a machine showed in place of the one that is known of it.
struct ChangedHostKey {
    QString host; ///< as it stands in the file: HOST or [HOST]:PORT
    QString keyType;
    QString fingerprint;
    QString knownHostsFile;
};

/// What went wrong, from what the ssh program wrote to its standard error before it ended. host is for the
/// sentence. A changed host key gives PermissionDenied.
[[nodiscard]] Error sshError(const QByteArray& said, const QString& host);

/// Reads ssh's warning that the host's identification has changed; no host where it said nothing like that.
[[nodiscard]] ChangedHostKey changedHostKey(const QByteArray& said);

/// The lines that tell why a working connection broke; without the warnings that every connection makes.
[[nodiscard]] QString sshDetail(const QByteArray& said);

} // namespace cahier::runtimes
