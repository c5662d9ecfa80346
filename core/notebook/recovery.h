// SPDX-License-Identifier: GPL-3.0-or-later
// What was typed but not saved, kept on disk so that it survives a crash.
//
// A journal is a folder entry NAME.journal, with NAME.base beside it: the bytes that the notebook was read
// from. The journal is append-only. It begins with the eight bytes "CAHIERJ1"; then records follow, each with
// its length (4 bytes, little-endian), the content hash of its payload (8 bytes) and the payload, JSON. The
// first record says where the notebook belongs; each of the others either holds the cells that changed since
// the one before, and the order of the cells, or says which file a save is about to put in the notebook's
// place. Reading stops at the first record that is incomplete: whatever the crash did to the end, everything
// before it counts.
//
// The base of a large notebook is copied while records are written already. Until NAME.base is there, the
// notebook's own file stands in for it.
//
// While a process writes a journal it holds a lock on it (flock), which ends with the process.
#pragma once

#include <core/error.h>
#include <core/notebook/fileidentity.h>
#include <core/notebook/reader.h>
#include <core/notebook/writer.h>

#include <QDateTime>
#include <QString>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace cahier::notebook {

/// ${XDG_STATE_HOME:-~/.local/state}/cahier/recovery
[[nodiscard]] QString defaultRecoveryFolder();

/// The first record of a journal.
struct JournalHeader {
    QString path; ///< of the notebook; empty for one that was never saved
    FileVersion version;
    bool isBase = false; ///< that file holds the bytes of the base
};

/// Writes one notebook's journal. All methods block on the disk. One thread at a time, but for hasBase()
/// and finishBase(). Destroying it leaves the journal where it is, unlocked, as a crash does.
class RecoveryJournal {
public:
    /// Makes the folder (0700) and the files (0600). `path` is empty for a notebook that was never saved,
    /// `version` what the file at `path` was when it was read or last written, `base` the state to which the
    /// records are relative: what was read. A base of more than FileImage::mapAbove bytes is left to
    /// finishBase() where the file at `path` can stand in for it. First deletes what dead processes left in
    /// the folder and nobody can use. Errors: ChangedOnDisk where another program wrote over the file that
    /// was read; PermissionDenied, NoSpace, ReadOnly or Io.
    [[nodiscard]] static Result<std::shared_ptr<RecoveryJournal>> create(const QString& folder,
                                                                         const QString& path,
                                                                         const FileVersion& version,
                                                                         const NotebookSnapshot& base);
    ~RecoveryJournal();
    RecoveryJournal(const RecoveryJournal&) = delete;
    RecoveryJournal& operator=(const RecoveryJournal&) = delete;

    /// The base is on disk: the notebook's file may be replaced.
    [[nodiscard]] bool hasBase() const { return m_hasBase; }
    /// Copies the base where that is not done. Takes as long as copying the notebook. Errors as in create().
    [[nodiscard]] Result<void> finishBase();

    /// Appends what is different from the state before and syncs it. Costs in proportion to what changed.
    [[nodiscard]] Result<void> record(const NotebookSnapshot& snapshot);
    /// A save puts this file in the place of the one at `path` next. `unsaved`: what was recorded last is not
    /// what it holds. After a crash the file is then known to be ours. Needs the base.
    [[nodiscard]] Result<void> recordSave(const QString& path, const FileVersion& version, bool unsaved);
    /// The file at `path` is this one now. Starts over in a new file, which holds `unsaved`, a state that was
    /// not saved, or nothing where it is null. An error leaves the journal as it was.
    [[nodiscard]] Result<void> restart(const QString& path, const FileVersion& version,
                                       const NotebookSnapshot* unsaved);
    /// Deletes the journal and its base: the notebook was closed and nothing of it is wanted.
    void remove();
    [[nodiscard]] qint64 size() const { return m_size; }

private:
    RecoveryJournal() = default;
    [[nodiscard]] Result<void> openFile(const QString& file);
    [[nodiscard]] Result<void> writeBase();
    [[nodiscard]] Result<void> append(const std::string& payload);
    [[nodiscard]] Result<void> rewrite(const JournalHeader& header, const NotebookSnapshot* state);
    [[nodiscard]] Result<void> writeHeader(const JournalHeader& header);
    [[nodiscard]] std::unexpected<Error> failed(int number) const;

    QString m_file; ///< NAME.journal
    JournalHeader m_header;
    int m_fd = -1;
    qint64 m_size = 0;
    qint64 m_compactAt = 0;
    bool m_holdsChange = false;
    bool m_isTorn = false; ///< half a record at its end could not be taken away
    NotebookSnapshot m_base;
    NotebookSnapshot m_last;
    std::mutex m_baseMutex; ///< held while the base is written or deleted
    std::atomic<bool> m_hasBase = false;
    std::atomic<bool> m_isRemoved = false;
};

/// A journal that nobody is writing any more.
struct RecoveryEntry {
    QString journal;          ///< its file
    QString path;             ///< of the notebook; empty for one that was never saved
    QDateTime changed;        ///< when the last record was written
    bool fileChanged = false; ///< the notebook's file is not the one that the journal belongs to any more
    FileIdentity identity;    ///< what the file at `path` was when this was found out
};

/// All journals of dead processes that hold at least one change, newest first. Deletes those that hold none,
/// and bases and unfinished journals that belong to no process.
[[nodiscard]] std::vector<RecoveryEntry> listRecovery(const QString& folder);
/// The newest one for a notebook's path, or the one whose own file this is (RecoveryEntry::journal).
[[nodiscard]] std::optional<RecoveryEntry> findRecovery(const QString& folder, const QString& path);

/// The notebook as it was when the last complete record was written. `unsaved` is set; where the file changed
/// since (entry.fileChanged), a notice says that this is another version, to be saved under another name.
/// Errors: NotFound, InvalidFormat where the base is damaged, ChangedOnDisk where it was not copied yet and
/// the file that stood in for it is another one now.
[[nodiscard]] Result<NotebookData> recover(const RecoveryEntry& entry);
/// Deletes the journal: the user does not want it, or what was recovered is saved.
void discardRecovery(const RecoveryEntry& entry);

} // namespace cahier::notebook
