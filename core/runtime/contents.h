// SPDX-License-Identifier: GPL-3.0-or-later
// The notebooks and files below a Jupyter Server's root folder.
#pragma once

#include <core/error.h>

#include <QByteArray>
#include <QDateTime>
#include <QFuture>

#include <variant>
#include <vector>

namespace cahier::runtime {

struct ServerFile {
    enum class Kind { File, Notebook, Folder };
    QString path; ///< relative to the server's root folder, without a leading '/'; empty for the root
    QString name;
    Kind kind = Kind::File;
    qint64 size = -1; ///< bytes; -1 when the server does not say
    bool writable = true;
    QString version;    ///< last_modified as the server writes it: compared, never read
    QDateTime modified; ///< the same for people; invalid when the server does not say
};

struct ServerDocument {
    ServerFile file;
    QByteArray bytes;
    /// The server would not give the file itself, only the notebook in it: the bytes are ours, not the
    /// file's, and saving lets the server write the file in its own way.
    bool reformatted = false;
};

/// The file is not what was read: nothing was written.
struct SaveConflict {
    QDateTime known; ///< of the version that the caller has; invalid when it has none
    QDateTime found; ///< of the server's file; invalid when it is gone
};

/// Paths are relative to the server's root folder. Lives in the thread of its server; no call blocks.
/// Cancelling a future begins no further step; it then has no result. What credentials or the certificate
/// keep from being done fails with PermissionDenied and is not tried again by itself (ServerConnection says
/// what to do first).
class Contents {
public:
    Contents() = default;
    virtual ~Contents() = default;
    Q_DISABLE_COPY_MOVE(Contents)

    /// Folders first, each by name.
    [[nodiscard]] virtual QFuture<Result<std::vector<ServerFile>>> list(const QString& folder) = 0;
    /// The bytes as they are in the file, wherever the server gives them.
    [[nodiscard]] virtual QFuture<Result<ServerDocument>> read(const QString& path) = 0;
    /// Writes known.bytes to known.file.path when the server's file still is the version in known.file; an
    /// empty version: when there is none. Gives the file with the version that the next save is to name.
    /// Between the look and the writing lies one round trip, which the server's interface cannot close.
    [[nodiscard]] virtual QFuture<Result<std::variant<ServerFile, SaveConflict>>>
    save(const ServerDocument& known) = 0;
    [[nodiscard]] virtual QFuture<Result<ServerFile>> createFolder(const QString& path) = 0;
    /// IllegalState when something is there already.
    [[nodiscard]] virtual QFuture<Result<ServerFile>> rename(const QString& from, const QString& to) = 0;
    /// A folder with files in it may be refused by the server.
    [[nodiscard]] virtual QFuture<Result<void>> remove(const QString& path) = 0;
};

} // namespace cahier::runtime
