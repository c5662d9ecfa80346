// SPDX-License-Identifier: GPL-3.0-or-later
// The recovery folder: what dead processes left in it, and bringing it back.
#include <core/notebook/recoveryfolder.h>

#include <core/notebook/recoveryformat.h>
#include <core/notebook/savefile.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocale>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <ranges>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cahier::notebook {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Recovery", text);
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

/// What the journal says of the notebook's file, as far as it is true now.
struct Finding {
    JournalPoint point;
    bool fileChanged = false;
    FileIdentity identity; ///< of the file now
};

/// The contents of the file at that point, which are those of the base where they are not known otherwise.
void addHash(JournalHeader& file, const QString& journal, const FileIdentity& now)
{
    if (file.version.hash || !file.isBase || now.size != file.version.identity.size) return;
    if (const auto base = FileImage::open(baseOf(journal))) file.version.hash = contentHash((*base)->bytes());
}

/// The last save that was announced and happened, else what the header says.
Finding findFile(const QString& journal, const JournalContents& contents)
{
    for (JournalPoint point : contents.points | std::views::reverse) {
        const FileIdentity now = identityAt(point.file.path);
        if (point.file.path.isEmpty()) return {point, false, now};
        if (now != point.file.version.identity) addHash(point.file, journal, now);
        if (isAt(point.file.path, point.file.version)) return {point, false, now};
    }
    const JournalPoint& header = contents.points.front();
    return {header, true, identityAt(header.file.path)};
}

/// nullopt where the journal holds nothing that its notebook's file does not.
std::optional<Finding> findChanges(const QString& journal)
{
    const auto image = FileImage::open(journal);
    const auto contents = image ? readJournal((*image)->bytes()) : std::nullopt;
    if (!contents) return std::nullopt;
    Finding finding = findFile(journal, *contents);
    return finding.point.changes ? std::optional(std::move(finding)) : std::nullopt;
}

/// A journal in which nothing can be found. Not so when it cannot be read, or where it is of a format that
/// this version does not know.
bool holdsNothing(const QString& journal)
{
    const auto image = FileImage::open(journal);
    if (!image) return false;
    const std::string_view text = (*image)->bytes();
    if (!text.starts_with(journalMagic)) return journalMagic.starts_with(text);
    return !findChanges(journal);
}

/// As create() names its files: 32 hexadecimal digits and an ending.
bool isNameOfOurs(const QString& name)
{
    const QString digits = name.section(u'.', 0, 0);
    return digits.size() == 32 && std::all_of(digits.begin(), digits.end(), [](QChar c) {
               return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
           });
}

QFileInfoList filesOfOurs(const QString& folder, const QString& pattern)
{
    QFileInfoList files = QDir(folder).entryInfoList({pattern}, QDir::Files | QDir::NoSymLinks);
    files.removeIf([](const QFileInfo& file) { return !isNameOfOurs(file.fileName()); });
    return files;
}

/// Where a base of which part was written, or the notebook's file, cannot give what the records begin with.
Result<std::shared_ptr<FileImage>> openBase(const QString& journal, const JournalContents* contents)
{
    auto base = FileImage::open(baseOf(journal));
    if (base || base.error().code != ErrorCode::NotFound || !contents) return base;
    const JournalHeader& header = contents->points.front().file;
    if (!header.isBase) return base;
    auto file = FileImage::open(header.path);
    if (file && (*file)->identity() == header.version.identity) return file;
    return failure(ErrorCode::ChangedOnDisk,
                   tr("Unsaved changes of “%1” cannot be recovered: the file was changed or deleted before a "
                      "copy of it was made.")
                       .arg(header.path));
}

} // namespace

QString baseOf(const QString& journal)
{
    return journal.chopped(qsizetype(std::strlen(".journal"))) + QStringLiteral(".base");
}

QString absoluteNotebook(const QString& path)
{
    if (path.isEmpty()) return {};
    const QFileInfo info(path);
    return info.exists() ? info.canonicalFilePath() : info.absoluteFilePath();
}

bool isNamed(int fd)
{
    struct stat status = {};
    return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

void removeLeftovers(const QString& folder)
{
    if (folder.isEmpty()) return;
    for (const QFileInfo& file : filesOfOurs(folder, QStringLiteral("*.journal"))) {
        const QString journal = file.absoluteFilePath();
        const AbandonedLock lock(journal, LOCK_EX);
        if (!lock.isTaken() || !holdsNothing(journal)) continue;
        QFile::remove(journal);
        QFile::remove(baseOf(journal));
    }
    for (const QFileInfo& file : filesOfOurs(folder, QStringLiteral("*.journal.new"))) {
        const QString fresh = file.absoluteFilePath();
        const QString journal = fresh.chopped(qsizetype(std::strlen(".new")));
        const AbandonedLock lock(fresh, LOCK_EX);
        const AbandonedLock owner(journal, LOCK_EX);
        if (lock.isTaken() && (owner.isTaken() || !QFileInfo::exists(journal))) QFile::remove(fresh);
    }
    for (const QFileInfo& file : filesOfOurs(folder, QStringLiteral("*.base*"))) {
        const QString base = file.absoluteFilePath();
        const QString journal = file.absolutePath() + u'/' + file.baseName() + QStringLiteral(".journal");
        const bool isUnfinished = base.endsWith(QStringLiteral(".new"));
        if (!QFileInfo::exists(journal) || (isUnfinished && AbandonedLock(journal, LOCK_EX).isTaken()))
            QFile::remove(base);
    }
}

std::vector<RecoveryEntry> listRecovery(const QString& folder)
{
    std::vector<RecoveryEntry> entries;
    removeLeftovers(folder);
    const auto files = QDir(folder).entryInfoList({QStringLiteral("*.journal")}, QDir::Files, QDir::Time);
    for (const QFileInfo& file : files) {
        const QString journal = file.absoluteFilePath();
        if (!AbandonedLock(journal, LOCK_SH).isTaken()) continue;
        if (const auto found = findChanges(journal))
            entries.push_back(
                {journal, found->point.file.path, file.lastModified(), found->fileChanged, found->identity});
    }
    return entries;
}

std::optional<RecoveryEntry> findRecovery(const QString& folder, const QString& path)
{
    const QString wanted = absoluteNotebook(path);
    for (RecoveryEntry& entry : listRecovery(folder))
        if (entry.path == wanted || (!wanted.isEmpty() && absoluteNotebook(entry.journal) == wanted))
            return std::move(entry);
    return std::nullopt;
}

Result<NotebookData> recover(const RecoveryEntry& entry)
{
    const auto journal = FileImage::open(entry.journal);
    if (!journal) return std::unexpected(journal.error());
    const auto contents = readJournal((*journal)->bytes());
    const auto base = openBase(entry.journal, contents ? &*contents : nullptr);
    if (!base) return std::unexpected(base.error());
    if (auto detached = (*base)->detach(); !detached) return std::unexpected(detached.error());
    auto data = readNotebook(*base);
    if (!data) return data;
    data->notices.clear();
    data->unsaved = true;
    if (contents) {
        const std::vector<Cell> cells = data->cells;
        for (const std::string_view change : contents->changes)
            if (!applyChange(*data, cells, change)) break;
    }
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
