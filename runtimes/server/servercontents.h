// SPDX-License-Identifier: GPL-3.0-or-later
// Files on a Jupyter Server, through its contents interface.
// Source: https://jupyter-server.readthedocs.io/en/stable/developers/contents.html
#pragma once

#include <runtimes/server/serverclient.h>

#include <QDateTime>

#include <variant>

namespace cahier::runtimes {

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

/// Notebooks are read and written as plain files (type=file, format=base64), so that the bytes stay the
/// user's; through type=notebook the server would sort the keys and indent anew. Paths are relative to the
/// server's root folder.
class ServerContents : public QObject {
    Q_OBJECT
public:
    explicit ServerContents(std::shared_ptr<ServerClient> client) : m_client(std::move(client)) {}

    /// Folders first, each by name.
    [[nodiscard]] QFuture<Result<std::vector<ServerFile>>> list(const QString& folder);
    [[nodiscard]] QFuture<Result<ServerDocument>> read(const QString& path);
    /// Writes when the server's file still is the version in known.file; an empty version: when there is
    /// none. Between the look and the writing lies one round trip, which the interface cannot close.
    [[nodiscard]] QFuture<Result<std::variant<ServerFile, SaveConflict>>> save(const ServerDocument& known);
    [[nodiscard]] QFuture<Result<ServerFile>> createFolder(const QString& path);
    /// IllegalState when something is there already.
    [[nodiscard]] QFuture<Result<ServerFile>> rename(const QString& from, const QString& to);
    /// A folder with files in it may be refused by the server.
    [[nodiscard]] QFuture<Result<void>> remove(const QString& path);

private:
    using Saved = std::variant<ServerFile, SaveConflict>;
    using SavePromise = std::shared_ptr<QPromise<Result<Saved>>>;
    using ReadPromise = std::shared_ptr<QPromise<Result<ServerDocument>>>;

    void readAsNotebook(const QString& path, const ReadPromise& promise);
    void write(const ServerDocument& document, const SavePromise& promise);

    std::shared_ptr<ServerClient> m_client;
};

} // namespace cahier::runtimes
