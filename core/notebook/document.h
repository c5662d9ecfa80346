// SPDX-License-Identifier: GPL-3.0-or-later
// A notebook with its file: opening, saving, autosave and the recovery journal.
#pragma once

#include <core/error.h>
#include <core/notebook/fileidentity.h>
#include <core/notebook/notebook.h>
#include <core/notebook/reader.h>
#include <core/notebook/recovery.h>
#include <core/notebook/writer.h>

#include <QFuture>
#include <QObject>
#include <QPromise>
#include <QThreadPool>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>

namespace cahier::notebook {

class DocumentJournal;
struct NumberedState;

struct DocumentOptions {
    /// Where recovery journals go; empty: none is written. See defaultRecoveryFolder().
    QString recoveryFolder;
};

/// Lives in the thread that its notebook lives in, which needs an event loop; no method of it waits for the
/// disk but those that say so. The file is read and written on a worker thread, one thing after another; the
/// recovery journal on another, so that no save keeps it waiting.
class Document : public QObject {
    Q_OBJECT
public:
    enum class Overwrite {
        No, ///< Error ChangedOnDisk where the file is not what was read or last written
        Yes ///< whatever is there is replaced
    };

    /// The document belongs to the calling thread. Errors: those of FileImage::open and readNotebook.
    [[nodiscard]] static QFuture<Result<std::shared_ptr<Document>>> open(const QString& path,
                                                                         const DocumentOptions& options = {});
    /// The same, waiting for the disk: for the console.
    [[nodiscard]] static Result<std::shared_ptr<Document>> openNow(const QString& path,
                                                                   const DocumentOptions& options = {});
    /// For a notebook that is new or recovered. `identity`: what the file at `path` was; not existing for a
    /// new one.
    explicit Document(NotebookData data, const QString& path = {}, const FileIdentity& identity = {},
                      const DocumentOptions& options = {});
    /// Waits for a save that has begun. The journal stays unless close() was called.
    ~Document() override;

    [[nodiscard]] Notebook& notebook() { return *m_notebook; }
    [[nodiscard]] const Notebook& notebook() const { return *m_notebook; }
    [[nodiscard]] const QString& path() const { return m_path; } ///< empty: never saved
    [[nodiscard]] const FileIdentity& fileIdentity() const { return m_version.identity; }
    [[nodiscard]] bool isSaving() const { return m_saving; }

    /// Writes the present state; editing goes on meanwhile, and what is changed then stays modified. A save
    /// that is asked for during another follows it. Errors: those of saveFile(), IllegalState without a path.
    /// An error leaves the notebook modified.
    QFuture<Result<void>> save(Overwrite overwrite = Overwrite::No);
    /// Saves under another name, which becomes this document's on success. A file that is there already is
    /// refused with ChangedOnDisk unless `overwrite` (ask the user first).
    QFuture<Result<void>> saveAs(const QString& path, Overwrite overwrite = Overwrite::No);
    /// Like save(), waiting for the disk: for the console and for the end of a session. Saves that were asked
    /// for before are done and reported first.
    Result<void> saveNow(Overwrite overwrite = Overwrite::No);
    Result<void> saveAsNow(const QString& path, Overwrite overwrite = Overwrite::No);

    /// Saves at this interval while modified; zero: never (the default). After an error it pauses until a
    /// save succeeds.
    void setAutosave(std::chrono::milliseconds interval);
    [[nodiscard]] std::chrono::milliseconds autosave() const { return m_autosaveTimer.intervalAsDuration(); }

    /// Nothing more is wanted of this document: saved, or the user gave its changes up. Removes the journal.
    void close();
    /// What is not journalled yet is, waiting for the disk: success means that a crash would lose nothing
    /// now. After an earlier failure everything is tried again in a new journal. Errors: IllegalState where
    /// something is unsaved and no journal is kept; ChangedOnDisk where another program wrote over the file
    /// that was read; PermissionDenied, NoSpace, ReadOnly or Io where the journal cannot be written.
    Result<void> flushJournal();

Q_SIGNALS:
    void pathChanged(const QString& path);
    void savingChanged(bool saving);
    void saved();
    void saveFailed(const cahier::Error& error, bool byAutosave);
    /// Changes cannot be kept for recovery. It is tried again with each change, and said again only after it
    /// has worked meanwhile.
    void journalFailed(const cahier::Error& error);

private:
    struct SaveJob;
    struct SaveOutcome;

    [[nodiscard]] static Result<std::shared_ptr<Document>> load(const QString& path,
                                                                const DocumentOptions& options);
    void watchNotebook();
    void changed();
    [[nodiscard]] NumberedState state();
    void writeJournal();
    void copyBase(const std::shared_ptr<DocumentJournal>& journal);
    void report(DocumentJournal& journal, const Result<void>& done);
    QFuture<Result<void>> startSave(const QString& path, Overwrite overwrite, bool byAutosave);
    void runSave(std::shared_ptr<SaveJob> job);
    void settle(const std::shared_ptr<SaveJob>& job);
    [[nodiscard]] SaveOutcome writeNow(const SaveJob& job);
    Result<void> finishSave(const SaveJob& job, const SaveOutcome& outcome);
    [[nodiscard]] SaveJob jobFor(const QString& path, Overwrite overwrite);

    QString m_path;
    FileVersion m_version;
    Notebook* m_notebook;
    quint64 m_stateNumber = 0; ///< of the state that was given to the journal last
    bool m_saving = false;
    bool m_lastSaveFailed = false;
    std::shared_ptr<SaveJob> m_running; ///< on the worker, or done there and not settled yet
    std::vector<std::shared_ptr<SaveJob>> m_waiting;
    QTimer m_autosaveTimer;
    QTimer m_journalTimer;
    std::shared_ptr<DocumentJournal> m_journal; ///< null: none is written
    QThreadPool m_worker;                       ///< one thread: copies and saves
    QThreadPool m_journalWorker; ///< one thread: records; destroyed first, since it uses m_worker
};

} // namespace cahier::notebook
