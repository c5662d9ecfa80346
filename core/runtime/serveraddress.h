// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QUrl>
#include <QUrlQuery>

namespace cahier::runtime {

/// Where a Jupyter Server is.
struct ServerAddress {
    QUrl base;        ///< http or https; the path ends in '/'; no user, query or fragment, so no secret
    QString token;    ///< what ?token= said; a secret, never shown or logged
    QString document; ///< the file that the pasted address showed, relative to the server's root folder

    /// What people paste: an address of a server (https://host:8888/base/?token=…), of a page of it (/lab,
    /// /tree, /lab/tree/x.ipynb, /notebooks/x.ipynb), a JupyterHub user's (/user/NAME/…), a line of `jupyter
    /// server list`, or host:port alone, which means http on this machine and https elsewhere. Fails with
    /// InvalidFormat and a sentence that repeats nothing of the text but its scheme.
    [[nodiscard]] static Result<ServerAddress> parse(const QString& text);

    /// path: below the base, percent-encoded, without a leading '/'.
    [[nodiscard]] QUrl at(const QString& path, const QUrlQuery& query = {}) const;
    /// The kernel's WebSocket; session is the S that the server knows this client by.
    [[nodiscard]] QUrl channels(const QString& kernelId, const QString& session) const;
    /// What names the server among runtimes (RuntimeEntry::id): the base, as parse() reads it again.
    [[nodiscard]] QString id() const;
    /// For people: host, port and path.
    [[nodiscard]] QString displayName() const;
};

/// A file's path as a piece of an address: all but '/' and unreserved characters percent-encoded.
[[nodiscard]] QString encodedPath(const QString& path);

} // namespace cahier::runtime
