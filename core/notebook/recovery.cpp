// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/recovery.h>

#include <core/notebook/origin.h>
#include <core/notebook/recoveryfolder.h>
#include <core/notebook/recoveryformat.h>
#include <core/notebook/savefile.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUuid>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <sys/file.h>
#include <unistd.h>

namespace cahier::notebook {
namespace {

constexpr qint64 firstCompaction = 64 * 1024 * 1024;

QString tr(const char* text)
{
    return QCoreApplication::translate("Recovery", text);
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

/// 0, or why not. Stops early, with ECANCELED, when `stop` is set.
int writeCopy(int fd, std::string_view bytes, const std::atomic<bool>& stop)
{
    constexpr size_t atOnce = 8 * 1024 * 1024;
    // A full disk is known at once; file systems that cannot reserve say so when they are written to.
    if (!bytes.empty() && fallocate(fd, 0, 0, off_t(bytes.size())) != 0 && errno == ENOSPC) return ENOSPC;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(atOnce, bytes.size()))) {
        if (stop) return ECANCELED;
        if (const int number = writeFully(fd, bytes.substr(0, atOnce))) return number;
    }
    return fdatasync(fd) == 0 ? 0 : errno;
}

/// The file at `path` holds the bytes that the notebook was read from.
bool holdsBase(const QString& path, const FileVersion& version, const NotebookSnapshot& base)
{
    const FileImage& image = *base.origin->image;
    return !path.isEmpty() && version.identity.exists() && image.identity() == version.identity &&
           absoluteNotebook(image.path()) == path;
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

Result<std::shared_ptr<RecoveryJournal>> RecoveryJournal::create(const QString& folder, const QString& path,
                                                                 const FileVersion& version,
                                                                 const NotebookSnapshot& base)
{
    const std::shared_ptr<RecoveryJournal> journal(new RecoveryJournal);
    journal->m_file = folder + u'/' + QUuid::createUuid().toString(QUuid::Id128) + QStringLiteral(".journal");
    journal->m_base = base;
    journal->m_last = base;
    journal->m_compactAt = firstCompaction;
    const QString notebook = absoluteNotebook(path);
    journal->m_header = {notebook, version, holdsBase(notebook, version, base)};
    constexpr auto ownerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner;
    if (!QDir().exists(folder) &&
        !(QDir().mkpath(QFileInfo(folder).absolutePath()) && QDir().mkdir(folder, ownerOnly)))
        return journal->failed(errno ? errno : EACCES);
    removeLeftovers(folder);
    const bool canWait = journal->m_header.isBase && identityAt(path) == version.identity &&
                         qint64(base.origin->text().size()) > FileImage::mapAbove;
    // Locked before its base is made: what has no locked journal counts as left over.
    Result<void> made = journal->openFile(journal->m_file);
    if (made && !canWait) made = journal->finishBase();
    if (made) made = journal->writeHeader(journal->m_header);
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

Result<void> RecoveryJournal::finishBase()
{
    const std::lock_guard lock(m_baseMutex);
    if (m_hasBase || m_isRemoved) return {};
    auto done = writeBase();
    if (m_isRemoved) return {};
    m_hasBase = done.has_value();
    return done;
}

/// Under another name until it is complete.
Result<void> RecoveryJournal::writeBase()
{
    const QByteArray base = QFile::encodeName(baseOf(m_file));
    const QByteArray fresh = base + ".new";
    const int fd = ::open(fresh.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return failed(errno);
    int number = writeCopy(fd, m_base.origin->text(), m_isRemoved);
    ::close(fd);
    const FileImage& image = *m_base.origin->image;
    const bool damaged = image.isDamaged(); // also a reason for the write to fail
    if (number == 0 && !damaged && ::rename(fresh.constData(), base.constData()) != 0) number = errno;
    if (number == 0 && !damaged) return {};
    ::unlink(fresh.constData());
    if (!damaged) return failed(number);
    return failure(ErrorCode::ChangedOnDisk,
                   tr("Changes cannot be kept for recovery: another program wrote over “%1” while it was "
                      "open, and part of what was read from it is lost. Reload it.")
                       .arg(image.path()));
}

Result<void> RecoveryJournal::restart(const QString& path, const FileVersion& version,
                                      const NotebookSnapshot* unsaved)
{
    const QString notebook = absoluteNotebook(path);
    return rewrite({notebook, version, holdsBase(notebook, version, m_base)}, unsaved);
}

Result<void> RecoveryJournal::writeHeader(const JournalHeader& header)
{
    m_size = 0;
    m_holdsChange = false;
    m_isTorn = false;
    if (const int number = writeFully(m_fd, journalMagic)) return failed(number);
    m_size = qint64(journalMagic.size());
    return append(describeHeader(header));
}

Result<void> RecoveryJournal::append(const std::string& payload)
{
    if (m_isTorn) return failed(EIO);
    if (payload.size() > std::numeric_limits<quint32>::max()) return failed(EFBIG);
    if (!isNamed(m_fd)) return failed(ENOENT);
    const std::string record = frameRecord(payload);
    int number = writeFully(m_fd, record);
    if (number == 0 && fdatasync(m_fd) != 0) number = errno;
    if (number != 0) {
        m_isTorn = ftruncate(m_fd, m_size) != 0; // half a record would hide the ones after it
        return failed(number);
    }
    m_size += qint64(record.size());
    return {};
}

Result<void> RecoveryJournal::record(const NotebookSnapshot& snapshot)
{
    const auto change = describeChange(m_base.cells, m_last, snapshot);
    // The base itself is a change where the notebook's file is another one by now.
    const bool sameAsFile = m_header.isBase || m_header.path.isEmpty();
    if (!change && (m_holdsChange || sameAsFile)) return {};
    if (change && m_size + qint64(change->size()) > m_compactAt) return rewrite(m_header, &snapshot);
    if (auto appended = append(change.value_or(std::string(emptyChange))); !appended) return appended;
    m_holdsChange = true;
    m_last = snapshot;
    return {};
}

Result<void> RecoveryJournal::recordSave(const QString& path, const FileVersion& version, bool unsaved)
{
    return append(describeSave({absoluteNotebook(path), version, false}, unsaved));
}

/// A new file takes the place of the old one, with all in one record: at every instant one of them is whole.
Result<void> RecoveryJournal::rewrite(const JournalHeader& header, const NotebookSnapshot* state)
{
    const int oldFd = std::exchange(m_fd, -1);
    const qint64 oldSize = m_size;
    const bool heldChange = m_holdsChange, wasTorn = m_isTorn;
    const QString fresh = m_file + QStringLiteral(".new");
    Result<void> done = isNamed(oldFd) ? openFile(fresh) : failed(ENOENT);
    if (done) done = writeHeader(header);
    if (done && state) {
        const auto change = describeChange(m_base.cells, m_base, *state);
        done = append(change.value_or(std::string(emptyChange)));
    }
    if (done && ::rename(QFile::encodeName(fresh).constData(), QFile::encodeName(m_file).constData()) != 0)
        done = failed(errno);
    if (!done) {
        if (m_fd >= 0) ::close(m_fd);
        QFile::remove(fresh);
        m_fd = oldFd;
        m_size = oldSize;
        m_holdsChange = heldChange;
        m_isTorn = wasTorn;
        return done;
    }
    ::close(oldFd);
    m_header = header;
    m_last = state ? *state : m_base;
    m_holdsChange = state != nullptr;
    m_compactAt = std::max(firstCompaction, m_size * 4);
    return {};
}

void RecoveryJournal::remove()
{
    m_isRemoved = true;
    const std::lock_guard lock(m_baseMutex);
    QFile::remove(m_file);
    QFile::remove(baseOf(m_file));
    if (m_fd >= 0) ::close(std::exchange(m_fd, -1));
}

} // namespace cahier::notebook
