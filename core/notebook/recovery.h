// SPDX-License-Identifier: GPL-3.0-or-later
// What was typed but not saved, kept on disk so that it survives a crash.
//
// A journal is a folder entry NAME.journal, with NAME.base beside it: the bytes that the notebook was read
// from. The journal is append-only. It begins with the eight bytes "CAHIERJ1"; then records follow, each with
// its length (4 bytes, little-endian), the content hash of its payload (8 bytes) and the payload, JSON. The
// first record says where the notebook belongs; each of the others holds the cells that changed since the one
// before, and the order of the cells. Reading stops at the first record that is incomplete: whatever the
// crash did to the end, everything before it counts.
//
// While a process writes a journal it holds a lock on it (flock), which ends with the process.
#pragma once

#include <core/error.h>
#include <core/notebook/fileidentity.h>
#include <core/notebook/reader.h>
#include <core/notebook/writer.h>

#include <QDateTime>
#include <QString>

#include <memory>
#include <vector>

namespace cahier::notebook {

/// ${XDG_STATE_HOME:-~/.local/state}/cahier/recovery
[[nodiscard]] QString defaultRecoveryFolder();

/// Writes one notebook's journal. All methods block on the disk: use it on one worker thread at a time.
/// Destroying it leaves the journal where it is, unlocked, as a crash does.
class RecoveryJournal {
public:
    /// Makes the folder (0700) and the files (0600). `path` is empty for a notebook that was never saved,
    /// `identity` what the file at `path` was when it was read or last written, `base` the state to which the
    /// records are relative: what was read. First deletes what dead processes left in the folder and nobody
    /// can use. Errors: ChangedOnDisk where another program wrote over the file that was read;
    /// PermissionDenied, NoSpace, ReadOnly or Io.
    [[nodiscard]] static Result<std::unique_ptr<RecoveryJournal>> create(const QString& folder,
                                                                         const QString& path,
                                                                         const FileIdentity& identity,
                                                                         const NotebookSnapshot& base);
    ~RecoveryJournal();
    RecoveryJournal(const RecoveryJournal&) = delete;
    RecoveryJournal& operator=(const RecoveryJournal&) = delete;

    /// Appends what is different from the state before and syncs it. Costs in proportion to what changed.
    [[nodiscard]] Result<void> record(const NotebookSnapshot& snapshot);
    /// Everything so far is saved: the file is this one now. Starts over, relative to the same base.
    [[nodiscard]] Result<void> restart(const QString& path, const FileIdentity& identity);
    /// Deletes the journal and its base: the notebook was closed and nothing of it is wanted.
    void remove();
    [[nodiscard]] qint64 size() const { return m_size; }

private:
    RecoveryJournal() = default;
    [[nodiscard]] Result<void> openFile(const QString& file);
    [[nodiscard]] Result<void> writeBase();
    [[nodiscard]] Result<void> append(const std::string& payload);
    [[nodiscard]] Result<void> compact(const NotebookSnapshot& snapshot);
    [[nodiscard]] Result<void> writeHeader();
    [[nodiscard]] std::unexpected<Error> failed(int number) const;

    QString m_file;     ///< NAME.journal
    QString m_notebook; ///< the notebook's path
    FileIdentity m_identity;
    int m_fd = -1;
    qint64 m_size = 0;
    qint64 m_compactAt = 0;
    NotebookSnapshot m_base;
    NotebookSnapshot m_last;
};

/// A journal that nobody is writing any more.
struct RecoveryEntry {
    QString journal;          ///< its file
    QString path;             ///< of the notebook; empty for one that was never saved
    QDateTime changed;        ///< when the last record was written
    bool fileChanged = false; ///< the notebook's file is not the one that the journal belongs to any more
};

/// All journals of dead processes that hold at least one change, newest first. Deletes those that hold none,
/// and bases and unfinished journals that belong to no process.
[[nodiscard]] std::vector<RecoveryEntry> listRecovery(const QString& folder);
/// The newest one for a notebook's path.
[[nodiscard]] std::optional<RecoveryEntry> findRecovery(const QString& folder, const QString& path);

/// The notebook as it was when the last complete record was written. `unsaved` is set; where the file changed
/// since (entry.fileChanged), a notice says that this is another version, to be saved under another name.
/// Reads the journal only. Errors: NotFound, InvalidFormat where the base is damaged.
[[nodiscard]] Result<NotebookData> recover(const RecoveryEntry& entry);
/// Deletes the journal: the user does not want it, or what was recovered is saved.
void discardRecovery(const RecoveryEntry& entry);

} // namespace cahier::notebook
