// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook: a document's recovery journal, which records go to and saves start over.
#pragma once

#include <core/notebook/recovery.h>

#include <memory>
#include <mutex>

namespace cahier::notebook {

/// A state of the document. Later states have greater numbers.
struct NumberedState {
    NotebookSnapshot snapshot;
    quint64 number = 0;
    bool isModified = true; ///< it is not what the file holds
};

/// All methods may be called from any thread and block on the disk. The file is made with the first record;
/// after a failure the next call tries again, in the same file and then in a new one.
class DocumentJournal {
public:
    /// As for RecoveryJournal::create.
    DocumentJournal(QString folder, QString path, const FileVersion& version, NotebookSnapshot base);

    /// What is known to be later is not replaced by an earlier state.
    [[nodiscard]] Result<void> keep(const NumberedState& state);
    /// True once after each time that a base has to be copied: call finishBase() on a thread that may wait.
    [[nodiscard]] bool wantsBase();
    [[nodiscard]] Result<void> finishBase();
    /// Whether a failure is to be told: the first since everything worked.
    [[nodiscard]] bool isNews();
    void remove();

    /// Between the last moment before a save replaces the file and the first at which the journal belongs to
    /// the new one: nothing is recorded meanwhile.
    class Replacement {
    public:
        /// The state that is saved has been recorded, the base is safe, and what is about to be at `path` is
        /// noted. outcome() tells where that did not work, which is no reason not to save.
        Replacement(DocumentJournal& journal, const QString& path, const FileVersion& version,
                    const NumberedState& saved);
        [[nodiscard]] const Result<void>& outcome() const { return m_outcome; }
        /// It is there now.
        [[nodiscard]] Result<void> finish(const FileVersion& version);

    private:
        Result<void> prepare(const FileVersion& version);
        [[nodiscard]] bool holdsOtherThanSaved() const;

        DocumentJournal& m_journal;
        QString m_path;
        NumberedState m_saved;
        std::unique_lock<std::mutex> m_lock;
        Result<void> m_outcome;
    };

private:
    Result<void> record(const NotebookSnapshot& snapshot);
    Result<void> recordInANewFile(const NotebookSnapshot& snapshot);
    Result<void> noted(Result<void> done);

    std::mutex m_mutex; ///< guards all below
    QString m_folder;
    QString m_path;
    FileVersion m_version;
    NotebookSnapshot m_base;
    std::shared_ptr<RecoveryJournal> m_file;
    NumberedState m_latest; ///< what was kept last
    bool m_holdsChanges = false;
    bool m_isRemoved = false;
    bool m_isCopying = false; ///< someone was told to finish the base
    bool m_recordFailed = false;
    bool m_baseFailed = false;
    bool m_isTold = false;
};

} // namespace cahier::notebook
