// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/savefile.h>

#include <core/notebook/fileimage.h>
#include <core/notebook/writer.h>

#include <QCoreApplication>
#include <QDirIterator>
#include <QFile>
#include <QRandomGenerator>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

namespace cahier::notebook {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("SaveFile", text);
}

QString whyNotSaved(int number)
{
    switch (number) {
    case ENOSPC:
        return tr("“%1” was not saved: the disk is full. Free some space or save it somewhere else.");
    case EDQUOT:
        return tr(
            "“%1” was not saved: your disk quota is used up. Free some space or save it somewhere else.");
    case EFBIG:
        return tr("“%1” was not saved: it is larger than files may be here. Save it somewhere else.");
    case EROFS:
        return tr("“%1” was not saved: its file system is read-only. Save it somewhere else.");
    case EACCES:
    case EPERM:
        return tr("“%1” was not saved: you may not write to its folder. Save it somewhere else.");
    case ENOENT:
    case ENOTDIR:
        return tr(
            "“%1” was not saved: its folder is gone. Save it somewhere else, or bring the folder back.");
    case ENAMETOOLONG:
        return tr("“%1” was not saved: its name is too long. Save it under another name.");
    default:
        return tr("“%1” was not saved. Try again, or save it somewhere else.");
    }
}

std::unexpected<Error> systemFailure(const QString& path, int number)
{
    const ErrorCode code = number == EFBIG ? ErrorCode::NoSpace : errorCodeFromErrno(number);
    return failure(code, whyNotSaved(number).arg(path), QString::fromLocal8Bit(std::strerror(number)));
}

std::unexpected<Error> changedOnDisk(const QString& path, const SaveOptions& options)
{
    if (!options.expected->exists())
        return failure(
            ErrorCode::ChangedOnDisk,
            tr("“%1” exists already and was not overwritten. Choose another name, or overwrite it.")
                .arg(path));
    return failure(
        ErrorCode::ChangedOnDisk,
        tr("“%1” was changed by another program since it was opened. It was not overwritten: reload it, "
           "save under another name, or overwrite it.")
            .arg(path));
}

std::unexpected<Error> damaged(const QString& path, const SaveOptions& options)
{
    return failure(ErrorCode::ChangedOnDisk,
                   tr("“%1” was not saved: another program wrote over “%2” while it was open, and part of "
                      "what was read from it is lost. Reload it.")
                       .arg(path, options.source.isEmpty() ? path : options.source));
}

/// Follows symbolic links to the name that is to be replaced, which need not exist.
QByteArray resolved(QByteArray path)
{
    for (int i = 0; i < 40; ++i) {
        QByteArray target(4096, Qt::Uninitialized);
        const ssize_t size = readlink(path.constData(), target.data(), size_t(target.size()));
        if (size < 0) return path;
        target.truncate(size);
        const qsizetype slash = path.lastIndexOf('/');
        path = target.startsWith('/') ? target : path.left(slash + 1) + target;
    }
    return path;
}

constexpr qint64 oldAfter = 10 * 60; // seconds: no living save leaves its file alone for as long

/// Deletes what killed saves left in the folder: whoever still writes one holds it.
void removeOldTemporaries(const QByteArray& folder)
{
    const QString path = folder.isEmpty() ? QStringLiteral(".") : QFile::decodeName(folder);
    QDirIterator files(path, {QStringLiteral(".cahier-*.tmp")},
                       QDir::Files | QDir::Hidden | QDir::NoSymLinks);
    while (files.hasNext()) {
        const QByteArray name = QFile::encodeName(files.next());
        const int fd = ::open(name.constData(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0) continue;
        struct stat status = {};
        const bool isOld = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
                           std::time(nullptr) - status.st_mtime > oldAfter;
        if (isOld && flock(fd, LOCK_EX | LOCK_NB) == 0) unlink(name.constData());
        ::close(fd);
    }
}

/// A file that vanishes unless it is renamed.
class TemporaryFile {
public:
    TemporaryFile() = default;
    ~TemporaryFile()
    {
        closeNow();
        if (!m_path.isEmpty()) unlink(m_path.constData());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    int create(const QByteArray& beside, mode_t mode)
    {
        const qsizetype slash = beside.lastIndexOf('/');
        const QByteArray folder = beside.left(slash + 1);
        for (int i = 0; i < 100; ++i) {
            const QByteArray suffix = QByteArray::number(QRandomGenerator::global()->generate(), 36);
            m_path = folder + ".cahier-" + suffix + ".tmp";
            m_fd = ::open(m_path.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
            if (m_fd >= 0) {
                flock(m_fd, LOCK_EX | LOCK_NB); // where locks are not supported, its age protects it
                return 0;
            }
            if (errno != EEXIST) break;
        }
        const int number = errno;
        m_path.clear();
        return number;
    }

    int closeNow()
    {
        const int fd = std::exchange(m_fd, -1);
        return fd >= 0 && ::close(fd) != 0 && errno != EINTR ? errno : 0;
    }

    int renameTo(const QByteArray& target)
    {
        if (::rename(m_path.constData(), target.constData()) != 0) return errno;
        m_path.clear();
        return 0;
    }

    [[nodiscard]] int fd() const { return m_fd; }

private:
    QByteArray m_path;
    int m_fd = -1;
};

/// Reserves the space, so that a full disk is known at once and the blocks lie together.
int reserve(int fd, std::span<const std::string_view> pieces)
{
    off_t size = 0;
    for (const std::string_view piece : pieces)
        size += off_t(piece.size());
    if (size == 0 || fallocate(fd, 0, 0, size) == 0) return 0;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? errno : 0; // others: it cannot reserve
}

int writeAll(int fd, std::span<const std::string_view> pieces)
{
    constexpr size_t atOnce = 512;
    constexpr size_t longest = 8 * 1024 * 1024;
    if (const int number = reserve(fd, pieces)) return number;
    std::vector<iovec> parts;
    off_t at = 0;
    size_t next = 0;
    std::string_view rest;
    while (next < pieces.size() || !rest.empty() || !parts.empty()) {
        while (parts.size() < atOnce && (next < pieces.size() || !rest.empty())) {
            if (rest.empty()) rest = pieces[next++];
            const std::string_view part = rest.substr(0, longest);
            rest.remove_prefix(part.size());
            if (!part.empty()) parts.push_back({const_cast<char*>(part.data()), part.size()});
            if (part.size() == longest) break;
        }
        if (parts.empty()) break;
        ssize_t written = writev(fd, parts.data(), int(parts.size()));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        sync_file_range(fd, at, written, SYNC_FILE_RANGE_WRITE); // the disk begins while the rest is copied
        at += written;
        size_t done = 0;
        while (done < parts.size() && size_t(written) >= parts[done].iov_len)
            written -= ssize_t(parts[done++].iov_len);
        parts.erase(parts.begin(), parts.begin() + ssize_t(done));
        if (!parts.empty() && written > 0) {
            parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + written;
            parts.front().iov_len -= size_t(written);
        }
    }
    return 0;
}

/// As far as the system allows; what it refuses does not keep the user from saving.
void keepAttributes(const QByteArray& from, const struct stat& status, int to)
{
    if (fchown(to, status.st_uid, status.st_gid) != 0 && fchown(to, uid_t(-1), status.st_gid) != 0) errno = 0;
    fchmod(to, status.st_mode & 07777);
    QByteArray names(64 * 1024, Qt::Uninitialized);
    const ssize_t size = listxattr(from.constData(), names.data(), size_t(names.size()));
    for (ssize_t at = 0; at < size;) {
        const char* name = names.constData() + at;
        QByteArray value(64 * 1024, Qt::Uninitialized);
        const ssize_t length = getxattr(from.constData(), name, value.data(), size_t(value.size()));
        if (length >= 0 && fsetxattr(to, name, value.constData(), size_t(length), 0) != 0) errno = 0;
        at += ssize_t(std::strlen(name)) + 1;
    }
}

void syncFolderOf(const QByteArray& path)
{
    const qsizetype slash = path.lastIndexOf('/');
    const QByteArray folder = slash < 0 ? QByteArray(".") : path.left(slash + 1);
    const int fd = ::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd); // some file systems cannot; the contents are safe already
    ::close(fd);
}

FileIdentity identityOf(const QByteArray& path)
{
    struct stat status = {};
    return stat(path.constData(), &status) == 0 ? FileIdentity::of(status) : FileIdentity();
}

bool hasContents(const QByteArray& path, const FileIdentity& identity, quint64 hash)
{
    const auto image = FileImage::open(QFile::decodeName(path));
    return image && (*image)->identity() == identity && contentHash((*image)->bytes()) == hash &&
           !(*image)->isDamaged();
}

bool isExpected(const SaveOptions& options, const QByteArray& target, const FileIdentity& now)
{
    if (!options.expected || !now.exists() || *options.expected == now) return true;
    return options.expectedHash && options.expected->size == now.size &&
           hasContents(target, now, options.expectedHash());
}

/// What the file is that took its place: some file systems set the time when it is closed or renamed. Where
/// another program replaced it already, that is not ours.
FileIdentity identityAfter(const QByteArray& target, const FileIdentity& written)
{
    const FileIdentity now = identityOf(target);
    const bool ours = now.device == written.device && now.inode == written.inode && now.size == written.size;
    return ours ? now : written;
}

} // namespace

FileIdentity identityAt(const QString& path)
{
    return identityOf(QFile::encodeName(path));
}

bool isAt(const QString& path, const FileVersion& version)
{
    const QByteArray name = QFile::encodeName(path);
    const FileIdentity now = identityOf(name);
    if (now == version.identity) return true;
    return version.hash && now.exists() && now.size == version.identity.size &&
           hasContents(name, now, *version.hash);
}

Result<FileIdentity> saveFile(const QString& path, std::span<const std::string_view> pieces,
                              const SaveOptions& options)
{
    const QByteArray target = resolved(QFile::encodeName(path));
    struct stat old = {};
    const bool replaces = stat(target.constData(), &old) == 0;
    if (!replaces && errno != ENOENT) return systemFailure(path, errno);
    if (replaces && !S_ISREG(old.st_mode))
        return failure(ErrorCode::NotAFile, tr("“%1” is not a file. Save under another name.").arg(path));
    // Renaming would get around the missing permission, which someone took away for a reason.
    if (replaces && ((old.st_mode & 0222) == 0 || access(target.constData(), W_OK) != 0))
        return failure(
            errno == EROFS ? ErrorCode::ReadOnly : ErrorCode::PermissionDenied,
            tr("“%1” was not saved: the file is read-only. Change its permissions or save it somewhere else.")
                .arg(path));
    const FileIdentity before = replaces ? FileIdentity::of(old) : FileIdentity();
    if (!isExpected(options, target, before)) return changedOnDisk(path, options);
    removeOldTemporaries(target.left(target.lastIndexOf('/') + 1));

    TemporaryFile file;
    if (const int number = file.create(target, replaces ? 0600 : 0666)) return systemFailure(path, number);
    if (replaces) keepAttributes(target, old, file.fd());
    const auto isDamaged = [&options] { return options.isDamaged && options.isDamaged(); };
    // What is lost may fail to be written (EFAULT) rather than read as zeroes.
    if (const int number = writeAll(file.fd(), pieces))
        return isDamaged() ? damaged(path, options) : systemFailure(path, number);
    if (fsync(file.fd()) != 0) return systemFailure(path, errno);
    struct stat written = {};
    if (fstat(file.fd(), &written) != 0) return systemFailure(path, errno);
    if (const int number = file.closeNow()) return systemFailure(path, number);
    if (isDamaged()) return damaged(path, options);
    if (options.beforeReplacing) options.beforeReplacing(FileIdentity::of(written));
    if (const FileIdentity now = identityOf(target); now != before && !isExpected(options, target, now))
        return changedOnDisk(path, options);
    if (const int number = file.renameTo(target)) return systemFailure(path, number);
    syncFolderOf(target);
    return identityAfter(target, FileIdentity::of(written));
}

Result<FileIdentity> saveFile(const QString& path, const NotebookBytes& bytes, const SaveOptions& options)
{
    SaveOptions checked = options;
    if (checked.source.isEmpty()) checked.source = bytes.sourcePath();
    checked.isDamaged = [&bytes, &options] {
        return bytes.isDamaged() || (options.isDamaged && options.isDamaged());
    };
    return saveFile(path, bytes.pieces(), checked);
}

} // namespace cahier::notebook
