// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/recovery.h>

#include <core/notebook/jsontext.h>
#include <core/notebook/origin.h>
#include <core/notebook/recoveryformat.h>
#include <core/notebook/savefile.h>

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QUuid>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cahier::notebook {
namespace {

constexpr qint64 firstCompaction = 64 * 1024 * 1024;

QString tr(const char* text)
{
    return QCoreApplication::translate("Recovery", text);
}

QString baseOf(const QString& journal)
{
    return journal.chopped(qsizetype(std::strlen(".journal"))) + QStringLiteral(".base");
}

int writeFully(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        bytes.remove_prefix(size_t(count));
    }
    return 0;
}

QString absolute(const QString& path)
{
    if (path.isEmpty()) return {};
    const QFileInfo info(path);
    return info.exists() ? info.canonicalFilePath() : info.absoluteFilePath();
}

/// The file has a name still: nobody deleted it, or put another in its place, before it was locked.
bool isNamed(int fd)
{
    struct stat status = {};
    return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

/// Held on a file that no process is writing.
class AbandonedLock {
public:
    /// `kind`: LOCK_SH to look at it, LOCK_EX to delete it.
    AbandonedLock(const QString& file, int kind)
        : m_fd(::open(QFile::encodeName(file).constData(),
                      (kind == LOCK_EX ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW)),
          m_taken(m_fd >= 0 && flock(m_fd, kind | LOCK_NB) == 0 && isNamed(m_fd))
    {
    }
    ~AbandonedLock()
    {
        if (m_fd >= 0) ::close(m_fd);
    }
    AbandonedLock(const AbandonedLock&) = delete;
    AbandonedLock& operator=(const AbandonedLock&) = delete;
    [[nodiscard]] bool isTaken() const { return m_taken; }

private:
    int m_fd;
    bool m_taken;
};

struct Header {
    QString path;
    FileIdentity identity;
};

std::string headerText(const QString& path, const FileIdentity& identity)
{
    return toText({{"path", path.toStdString()},
                   {"device", identity.device},
                   {"inode", identity.inode},
                   {"size", identity.size},
                   {"modifiedNs", identity.modifiedNs}});
}

std::optional<Header> readHeader(std::string_view payload)
{
    const nlohmann::json json = toDom(payload);
    if (!json.is_object() || !json.contains("path") || !json["path"].is_string()) return std::nullopt;
    const auto number = [&](const char* key, auto otherwise) {
        const auto found = json.find(key);
        return found != json.end() && found->is_number_integer() ? found->get<decltype(otherwise)>()
                                                                 : otherwise;
    };
    Header header;
    header.path = QString::fromStdString(json["path"].get<std::string>());
    header.identity = {number("device", quint64(0)), number("inode", quint64(0)), number("size", qint64(-1)),
                       number("modifiedNs", qint64(0))};
    return header;
}

/// The header, where the journal holds at least one change.
std::optional<Header> headerOf(const QString& journal)
{
    const auto image = FileImage::open(journal);
    if (!image) return std::nullopt;
    std::string_view rest = (*image)->bytes();
    if (!rest.starts_with(journalMagic)) return std::nullopt;
    rest.remove_prefix(journalMagic.size());
    const auto first = takeRecord(rest);
    if (!first || !takeRecord(rest)) return std::nullopt;
    return readHeader(*first);
}

/// A journal that was begun and in which nothing can be found. Not so when it cannot be read, or where it is
/// of a format that this version does not know.
bool holdsNothing(const QString& journal)
{
    const auto image = FileImage::open(journal);
    if (!image) return false;
    std::string_view rest = (*image)->bytes();
    if (!rest.starts_with(journalMagic)) return journalMagic.starts_with(rest);
    rest.remove_prefix(journalMagic.size());
    return !takeRecord(rest) || !takeRecord(rest);
}

/// As create() names its files: 32 hexadecimal digits and an ending.
bool isNameOfOurs(const QString& name)
{
    const QString digits = name.section(u'.', 0, 0);
    return digits.size() == 32 && std::all_of(digits.begin(), digits.end(), [](QChar c) {
               return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
           });
}

/// Deletes what killed processes left and nobody can use: journals without a change, compactions that were
/// not finished, and bases without a journal. A writer has its journal locked before it makes another file.
void removeLeftovers(const QString& folder)
{
    if (folder.isEmpty()) return;
    const auto filesLike = [&](const QString& pattern) {
        QFileInfoList files = QDir(folder).entryInfoList({pattern}, QDir::Files | QDir::NoSymLinks);
        files.removeIf([](const QFileInfo& file) { return !isNameOfOurs(file.fileName()); });
        return files;
    };
    for (const QFileInfo& file : filesLike(QStringLiteral("*.journal"))) {
        const QString journal = file.absoluteFilePath();
        const AbandonedLock lock(journal, LOCK_EX);
        if (!lock.isTaken() || !holdsNothing(journal)) continue;
        QFile::remove(journal);
        QFile::remove(baseOf(journal));
    }
    for (const QFileInfo& file : filesLike(QStringLiteral("*.journal.new"))) {
        const QString fresh = file.absoluteFilePath();
        const QString journal = fresh.chopped(qsizetype(std::strlen(".new")));
        const AbandonedLock lock(fresh, LOCK_EX);
        const AbandonedLock owner(journal, LOCK_EX);
        if (lock.isTaken() && (owner.isTaken() || !QFileInfo::exists(journal))) QFile::remove(fresh);
    }
    for (const QFileInfo& file : filesLike(QStringLiteral("*.base"))) {
        const QString base = file.absoluteFilePath();
        const QString journal = base.chopped(qsizetype(std::strlen(".base"))) + QStringLiteral(".journal");
        if (!QFileInfo::exists(journal)) QFile::remove(base);
    }
}

} // namespace

QString defaultRecoveryFolder()
{
    QString state = qEnvironmentVariable("XDG_STATE_HOME");
    if (!QDir::isAbsolutePath(state)) state = QDir::homePath() + QStringLiteral("/.local/state");
    return state + QStringLiteral("/cahier/recovery");
}

RecoveryJournal::~RecoveryJournal()
{
    if (m_fd >= 0) ::close(m_fd);
}

std::unexpected<Error> RecoveryJournal::failed(int number) const
{
    return failure(errorCodeFromErrno(number),
                   tr("Changes cannot be kept for recovery in “%1”. Save your work often.")
                       .arg(QFileInfo(m_file).absolutePath()),
                   QString::fromLocal8Bit(std::strerror(number)));
}

Result<std::unique_ptr<RecoveryJournal>> RecoveryJournal::create(const QString& folder, const QString& path,
                                                                 const FileIdentity& identity,
                                                                 const NotebookSnapshot& base)
{
    std::unique_ptr<RecoveryJournal> journal(new RecoveryJournal);
    journal->m_file = folder + u'/' + QUuid::createUuid().toString(QUuid::Id128) + QStringLiteral(".journal");
    journal->m_base = base;
    constexpr auto ownerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner;
    if (!QDir().exists(folder) &&
        !(QDir().mkpath(QFileInfo(folder).absolutePath()) && QDir().mkdir(folder, ownerOnly)))
        return journal->failed(errno ? errno : EACCES);
    removeLeftovers(folder);
    // Locked before its base is made: what has no locked journal counts as left over.
    Result<void> made = journal->openFile(journal->m_file);
    if (made) made = journal->writeBase();
    if (made) made = journal->restart(path, identity);
    if (made) return journal;
    journal->remove();
    return std::unexpected(made.error());
}

Result<void> RecoveryJournal::openFile(const QString& file)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
    for (int attempt = 0; attempt < 10; ++attempt) {
        const int fd = ::open(QFile::encodeName(file).constData(), flags, 0600);
        if (fd < 0) return failed(errno);
        // The name is new: others hold it for a moment only, to see whether it is abandoned.
        int locked = -1;
        do {
            locked = flock(fd, LOCK_EX);
        } while (locked != 0 && errno == EINTR);
        const int number = errno;
        if (locked == 0 && isNamed(fd)) {
            if (m_fd >= 0) ::close(m_fd);
            m_fd = fd;
            m_size = 0;
            return {};
        }
        ::close(fd);
        if (locked != 0) return failed(number);
    }
    return failed(EAGAIN);
}

Result<void> RecoveryJournal::writeBase()
{
    const int fd =
        ::open(QFile::encodeName(baseOf(m_file)).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return failed(errno);
    int number = writeFully(fd, m_base.origin->text());
    if (number == 0 && fdatasync(fd) != 0) number = errno;
    ::close(fd);
    const FileImage& image = *m_base.origin->image;
    const bool damaged = image.isDamaged(); // also a reason for the write to fail
    if (number == 0 && !damaged) return {};
    QFile::remove(baseOf(m_file));
    if (!damaged) return failed(number);
    return failure(ErrorCode::ChangedOnDisk,
                   tr("Changes cannot be kept for recovery: another program wrote over “%1” while it was "
                      "open, and part of what was read from it is lost. Reload it.")
                       .arg(image.path()));
}

Result<void> RecoveryJournal::restart(const QString& path, const FileIdentity& identity)
{
    m_notebook = absolute(path);
    m_identity = identity;
    // An interruption here leaves an empty journal, and the file has everything.
    if (ftruncate(m_fd, 0) != 0) return failed(errno);
    m_last = m_base;
    m_compactAt = firstCompaction;
    return writeHeader();
}

Result<void> RecoveryJournal::writeHeader()
{
    m_size = 0;
    if (const int number = writeFully(m_fd, journalMagic)) return failed(number);
    m_size = qint64(journalMagic.size());
    return append(headerText(m_notebook, m_identity));
}

Result<void> RecoveryJournal::append(const std::string& payload)
{
    if (payload.size() > std::numeric_limits<quint32>::max()) return failed(EFBIG);
    const std::string record = frameRecord(payload);
    int number = writeFully(m_fd, record);
    if (number == 0 && fdatasync(m_fd) != 0) number = errno;
    if (number != 0) {
        if (ftruncate(m_fd, m_size) != 0) errno = 0; // half a record would hide the ones after it
        return failed(number);
    }
    m_size += qint64(record.size());
    return {};
}

Result<void> RecoveryJournal::record(const NotebookSnapshot& snapshot)
{
    const auto change = describeChange(m_last, snapshot);
    if (!change) return {};
    if (m_size + qint64(change->size()) > m_compactAt) return compact(snapshot);
    if (auto appended = append(*change); !appended) return appended;
    m_last = snapshot;
    return {};
}

/// One record with everything, in a new file that takes the place of the old one.
Result<void> RecoveryJournal::compact(const NotebookSnapshot& snapshot)
{
    const int oldFd = std::exchange(m_fd, -1);
    const qint64 oldSize = m_size;
    const QString fresh = m_file + QStringLiteral(".new");
    Result<void> done = openFile(fresh);
    if (done) done = writeHeader();
    if (const auto change = describeChange(m_base, snapshot); done && change) done = append(*change);
    if (done && ::rename(QFile::encodeName(fresh).constData(), QFile::encodeName(m_file).constData()) != 0)
        done = failed(errno);
    if (!done) {
        if (m_fd >= 0) ::close(m_fd);
        QFile::remove(fresh);
        m_fd = oldFd;
        m_size = oldSize;
        return done;
    }
    ::close(oldFd);
    m_last = snapshot;
    m_compactAt = std::max(firstCompaction, m_size * 4);
    return {};
}

void RecoveryJournal::remove()
{
    QFile::remove(m_file);
    QFile::remove(baseOf(m_file));
    if (m_fd >= 0) ::close(std::exchange(m_fd, -1));
}

std::vector<RecoveryEntry> listRecovery(const QString& folder)
{
    std::vector<RecoveryEntry> entries;
    removeLeftovers(folder);
    const auto files = QDir(folder).entryInfoList({QStringLiteral("*.journal")}, QDir::Files, QDir::Time);
    for (const QFileInfo& file : files) {
        const QString journal = file.absoluteFilePath();
        if (!AbandonedLock(journal, LOCK_SH).isTaken()) continue;
        const auto header = headerOf(journal);
        if (!header) continue;
        const bool changed = !header->path.isEmpty() && identityAt(header->path) != header->identity;
        entries.push_back({journal, header->path, file.lastModified(), changed});
    }
    return entries;
}

std::optional<RecoveryEntry> findRecovery(const QString& folder, const QString& path)
{
    const QString wanted = absolute(path);
    for (RecoveryEntry& entry : listRecovery(folder))
        if (entry.path == wanted) return std::move(entry);
    return std::nullopt;
}

Result<NotebookData> recover(const RecoveryEntry& entry)
{
    const auto journal = FileImage::open(entry.journal);
    if (!journal) return std::unexpected(journal.error());
    const auto base = FileImage::open(baseOf(entry.journal));
    if (!base) return std::unexpected(base.error());
    if (auto detached = (*base)->detach(); !detached) return std::unexpected(detached.error());
    auto data = readNotebook(*base);
    if (!data) return data;
    data->notices.clear();
    data->unsaved = true;
    std::string_view rest = (*journal)->bytes();
    rest.remove_prefix(std::min(journalMagic.size(), rest.size()));
    const bool hasHeader = takeRecord(rest).has_value();
    for (auto record = takeRecord(rest); hasHeader && record; record = takeRecord(rest))
        if (!applyChange(*data, *record)) break;
    data->notices.append(tr("Unsaved changes of %1 were recovered.")
                             .arg(QLocale().toString(entry.changed, QLocale::ShortFormat)));
    if (entry.fileChanged)
        data->notices.append(
            tr("The file was changed or deleted after these changes were made. Save this version under "
               "another name, or compare the two."));
    return data;
}

void discardRecovery(const RecoveryEntry& entry)
{
    QFile::remove(entry.journal);
    QFile::remove(baseOf(entry.journal));
}

} // namespace cahier::notebook
