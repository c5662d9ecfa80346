// SPDX-License-Identifier: GPL-3.0-or-later
// The files of the machine that a runtime's kernels run on.
#pragma once

#include <core/error.h>

#include <QFuture>
#include <QObject>

#include <memory>
#include <vector>

namespace cahier::runtime {

struct FileEntry {
    enum class Kind { File, Folder, Other };
    QString name;
    Kind kind = Kind::File; ///< of what a link leads to
    bool isLink = false;
    qint64 size = 0;     ///< bytes
    qint64 modified = 0; ///< ms since 1970
};

struct FileListing {
    QString folder;                 ///< absolute
    std::vector<FileEntry> entries; ///< by name, hidden ones too
    bool truncated = false;         ///< the folder holds more than is listed
    QString next;                   ///< list() goes on from here in a truncated one; empty: it cannot
};

/// The copying of a file, or a folder with everything in it, to or from the machine. Begins by itself; a lost
/// connection makes it wait and go on where it was. A copy that was cancelled or failed goes on, too, when
/// the same is asked for again, as long as the source has not changed. A file appears under its name once it
/// is whole. Destroying it cancels.
class FileTransfer : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] virtual qint64 done() const = 0;  ///< bytes
    [[nodiscard]] virtual qint64 total() const = 0; ///< bytes; grows while folders are looked through
    /// failed() follows, with Cancelled.
    virtual void cancel() = 0;

Q_SIGNALS:
    void progressed(qint64 done, qint64 total);
    /// It waits for the connection, or goes on after that.
    void stalled(bool waiting);
    // One of the two, once; nothing follows.
    void succeeded();
    /// IllegalState: the target is there and was not to be replaced; ChangedOnDisk: the source changed under
    /// the copying.
    void failed(const cahier::Error& error);
};

enum class Replace { No, Yes };
enum class Removal {
    Trash,   ///< Unsupported where the file system has none
    ForGood, ///< cannot be brought back
};

/// Paths on the machine are absolute, or begin with ~. Lives in the runtime's thread; no call blocks.
class Files {
public:
    virtual ~Files() = default;

    /// An empty folder is the home folder. Large folders come in several listings: `from` is the one before's
    /// `next`. A name that is not UTF-8 has replacement characters (U+FFFD) in it: no call finds that file.
    [[nodiscard]] virtual QFuture<Result<FileListing>> list(const QString& folder,
                                                            const QString& from = {}) = 0;
    [[nodiscard]] virtual QFuture<Result<FileEntry>> stat(const QString& path) = 0;
    [[nodiscard]] virtual QFuture<Result<void>> makeFolder(const QString& path) = 0;
    /// Never replaces anything (IllegalState).
    [[nodiscard]] virtual QFuture<Result<void>> rename(const QString& from, const QString& to) = 0;
    [[nodiscard]] virtual QFuture<Result<void>> remove(const QString& path, Removal removal) = 0;

    /// Both are the paths of the file or folder itself. Folders are merged into folders.
    [[nodiscard]] virtual std::unique_ptr<FileTransfer> upload(const QString& localPath,
                                                               const QString& farPath, Replace replace) = 0;
    [[nodiscard]] virtual std::unique_ptr<FileTransfer>
    download(const QString& farPath, const QString& localPath, Replace replace) = 0;
};

} // namespace cahier::runtime
