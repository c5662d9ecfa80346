// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/fileimage.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QLocale>
#include <QStandardPaths>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cahier::notebook {
namespace {

constexpr qint64 populatedUpTo = 1024 * 1024 * 1024;

QString tr(const char* text)
{
    return QCoreApplication::translate("FileImage", text);
}

QString systemMessage(int number)
{
    return QString::fromLocal8Bit(std::strerror(number));
}

QString whyNotOpened(int number)
{
    switch (errorCodeFromErrno(number)) {
    case ErrorCode::NotFound:
        return tr("“%1” does not exist. Check the name, or whether its drive is connected.");
    case ErrorCode::PermissionDenied:
        return tr("“%1” cannot be opened: you have no permission to read it. Change its permissions or open "
                  "a copy.");
    default:
        return tr("“%1” cannot be opened.");
    }
}

QString whatItIs(mode_t mode)
{
    if (S_ISDIR(mode)) return tr("a folder");
    if (S_ISFIFO(mode)) return tr("a named pipe");
    if (S_ISSOCK(mode)) return tr("a socket");
    return tr("a device");
}

std::unexpected<Error> notAFile(const QString& path, const QString& what)
{
    return failure(ErrorCode::NotAFile,
                   tr("“%1” is %2, not a notebook file. Choose a file.").arg(path, what));
}

std::unexpected<Error> tooLarge(const QString& path)
{
    return failure(ErrorCode::Unsupported,
                   tr("“%1” is too large to be opened: more than %2. No notebook is as large as that.")
                       .arg(path, QLocale().formattedDataSize(FileImage::maximumSize)));
}

/// Whether a file that begins like this is worth being read ahead: what is no JSON is refused at its first
/// byte, and a file without contents takes memory all the same.
bool beginsWithText(int fd)
{
    char start[4096];
    const ssize_t size = pread(fd, start, sizeof start, 0);
    return size > 0 && std::memchr(start, '\0', size_t(size)) == nullptr;
}

/// A nameless file that vanishes with its last user. The cache folder first: /tmp is often memory.
int openTemporary()
{
    const QString cache = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation);
    for (const QString& folder : {cache, QDir::tempPath()}) {
        const int fd = ::open(QFile::encodeName(folder).constData(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0) return fd;
        QByteArray name = QFile::encodeName(folder) + "/cahier-XXXXXX";
        const int named = mkostemp(name.data(), O_CLOEXEC);
        if (named < 0) continue;
        unlink(name.constData());
        return named;
    }
    return -1;
}

bool copyContents(int from, int to, qint64 size)
{
    off_t done = 0;
    bool ranges = true;
    while (done < size) {
        off_t in = done;
        ssize_t count = -1;
        if (ranges) {
            off_t out = done;
            count = copy_file_range(from, &in, to, &out, size_t(size - done), 0);
            if (count == 0 || (count < 0 && errno != ENOSPC && errno != EINTR)) {
                ranges =
                    false; // different file systems, or one without it, which some say by copying nothing
                if (lseek(to, done, SEEK_SET) < 0) return false;
                continue;
            }
        } else {
            count = sendfile(to, from, &in, size_t(size - done));
        }
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        if (count == 0) break; // the source became shorter; the caller looks
        done += count;
    }
    return true;
}

} // namespace

Result<std::shared_ptr<FileImage>> FileImage::open(const QString& path)
{
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        const int number = errno;
        if (number == ENXIO) return notAFile(path, tr("a socket"));
        return failure(errorCodeFromErrno(number), whyNotOpened(number).arg(path), systemMessage(number));
    }
    const std::shared_ptr<FileImage> image(new FileImage);
    image->m_path = path;
    if (auto loaded = image->load(fd); !loaded) {
        ::close(fd);
        return std::unexpected(loaded.error());
    }
    if (image->m_fd < 0) ::close(fd);
    return image;
}

std::shared_ptr<FileImage> FileImage::fromBytes(QByteArray bytes, const QString& path)
{
    const std::shared_ptr<FileImage> image(new FileImage);
    image->m_path = path;
    image->m_own = std::move(bytes);
    image->m_bytes = std::string_view(image->m_own.constData(), size_t(image->m_own.size()));
    return image;
}

FileImage::~FileImage()
{
    if (m_mapping) munmap(m_mapping, m_bytes.size());
    if (m_fd >= 0) ::close(m_fd);
}

Result<void> FileImage::load(int fd)
{
    struct stat status = {};
    if (fstat(fd, &status) != 0)
        return failure(errorCodeFromErrno(errno), whyNotOpened(errno).arg(m_path), systemMessage(errno));
    if (!S_ISREG(status.st_mode)) return notAFile(m_path, whatItIs(status.st_mode));
    m_identity = FileIdentity::of(status);
    if (m_identity.size > maximumSize) return tooLarge(m_path);
    try {
        return m_identity.size > mapAbove ? map(fd) : readAll(fd);
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::Unsupported,
                       tr("There is not enough memory to open “%1”. Close other programs.").arg(m_path));
    }
}

Result<void> FileImage::readAll(int fd)
{
    // The size is a hint: files of /proc say 0, and another program may be writing.
    QByteArray bytes(qMax(m_identity.size, qint64(0)) + 1, Qt::Uninitialized);
    qsizetype filled = 0;
    for (;;) {
        if (filled > maximumSize) return tooLarge(m_path);
        if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
        const ssize_t count = ::read(fd, bytes.data() + filled, size_t(bytes.size() - filled));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return failure(errorCodeFromErrno(errno), tr("“%1” cannot be read.").arg(m_path),
                           systemMessage(errno));
        if (count == 0) break;
        filled += count;
    }
    bytes.resize(filled);
    m_own = std::move(bytes);
    m_bytes = std::string_view(m_own.constData(), size_t(m_own.size()));
    return {};
}

Result<void> FileImage::map(int fd)
{
    const auto size = size_t(m_identity.size);
    // Populated at once, since reading the notebook touches every page; but not more than memory may hold.
    const bool populated = m_identity.size <= populatedUpTo && beginsWithText(fd);
    const int flags = MAP_PRIVATE | (populated ? MAP_POPULATE : 0);
    void* mapping = mmap(nullptr, size, PROT_READ, flags, fd, 0);
    if (mapping == MAP_FAILED) return readAll(fd); // file systems without mmap
    if (!m_guard.protect(mapping, size)) {
        munmap(mapping, size);
        return readAll(fd);
    }
    m_mapping = mapping;
    m_fd = fd;
    m_bytes = std::string_view(static_cast<const char*>(mapping), size);
    return {};
}

bool FileImage::isAttached() const
{
    const std::lock_guard lock(m_mutex);
    return m_fd >= 0;
}

bool FileImage::sourceChanged() const
{
    struct stat status = {};
    return fstat(m_fd, &status) != 0 || FileIdentity::of(status) != m_identity;
}

bool FileImage::isDamaged() const
{
    const std::lock_guard lock(m_mutex);
    if (m_fd >= 0 && sourceChanged()) m_guard.setDamaged();
    return m_guard.isDamaged();
}

Result<void> FileImage::detach() const
{
    const std::lock_guard lock(m_mutex);
    if (m_fd < 0) return {};
    const auto changed = [this] {
        m_guard.setDamaged();
        return failure(
            ErrorCode::ChangedOnDisk,
            tr("“%1” was changed by another program while it was being opened. Open it again.").arg(m_path));
    };
    if (sourceChanged()) return changed();
    const int copy = openTemporary();
    const bool copied = copy >= 0 && copyContents(m_fd, copy, m_identity.size);
    const int number = errno;
    struct stat status = {};
    const bool complete = copied && fstat(copy, &status) == 0 && status.st_size == m_identity.size;
    if (sourceChanged() || (copied && !complete)) {
        if (copy >= 0) ::close(copy);
        return changed();
    }
    if (!copied ||
        mmap(m_mapping, m_bytes.size(), PROT_READ, MAP_PRIVATE | MAP_FIXED, copy, 0) == MAP_FAILED) {
        const int why = copied ? errno : number;
        if (copy >= 0) ::close(copy);
        return failure(errorCodeFromErrno(why),
                       tr("There is no room for a private copy of “%1” in the cache folder.").arg(m_path),
                       systemMessage(why));
    }
    ::close(copy);
    ::close(m_fd);
    m_fd = -1;
    return {};
}

} // namespace cahier::notebook
