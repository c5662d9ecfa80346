// SPDX-License-Identifier: GPL-3.0-or-later
// The machines that the user's ssh configuration names (ssh_config(5)).
#pragma once

#include <core/error.h>

#include <QFuture>
#include <QStringList>

namespace cahier::runtimes {

/// What ssh makes of a host's name, with the whole configuration applied.
struct ResolvedSshHost {
    QString hostName;
    QString user;
    int port = 22;
    QStringList identityFiles;
    QString proxyJump; ///< empty: none
};

struct SshHosts {
    /// The names in Host lines, without patterns (* ? !), in the order of the files, each once. Include is
    /// followed as ssh does: relative to ~/.ssh, with wildcards, at most 16 deep. A file that is not there
    /// has none. Reads files.
    [[nodiscard]] static QStringList read(const QString& configFile, const QString& homeFolder);

    /// read() of ~/.ssh/config, on a thread of the pool.
    [[nodiscard]] static QFuture<QStringList> readOwn();

    /// What `ssh -G` says of a host. sshArguments come before it (-F FILE). Never blocks.
    [[nodiscard]] static QFuture<Result<ResolvedSshHost>> resolve(const QString& host,
                                                                  const QStringList& sshArguments = {});

    /// Reads the output of `ssh -G`.
    [[nodiscard]] static ResolvedSshHost parseResolved(const QByteArray& output);
};

} // namespace cahier::runtimes
