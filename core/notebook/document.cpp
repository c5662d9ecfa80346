// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/document.h>

#include <core/notebook/origin.h>
#include <core/notebook/savefile.h>
#include <core/notebook/writer.h>

#include <nlohmann/json.hpp>

#include <QFileInfo>
#include <QThread>

#include <optional>

namespace cahier::notebook {
namespace {

// From a change to the start of its journal record. With the time to write it, less than a second.
constexpr std::chrono::milliseconds journalDelay{400};

} // namespace

struct Document::SaveOutcome {
    Result<FileIdentity> identity;
    std::vector<std::pair<CellKey, QString>> madeIds;
    QStringList notices;
};

struct Document::SaveJob {
    QString path;
    bool isOther = false; ///< not the document's present file
    Overwrite overwrite = Overwrite::No;
    bool byAutosave = false;
    NotebookSnapshot snapshot;
    FileIdentity expected;
    QPromise<Result<void>> promise;
    std::optional<SaveOutcome> outcome; ///< set by the worker; to be read when it is done
};

/// Used by one worker job after another.
struct Document::Journal {
    QString folder;
    QString path;
    FileIdentity identity;
    NotebookSnapshot base;
    std::unique_ptr<RecoveryJournal> file;
    bool failed = false;
    bool closed = false;
    bool holdsChanges = false;

    Result<void> record(const NotebookSnapshot& snapshot)
    {
        if (closed || failed) return {};
        if (!file) {
            auto made = RecoveryJournal::create(folder, path, identity, base);
            if (!made) return std::unexpected(made.error());
            file = std::move(*made);
        }
        holdsChanges = true;
        return file->record(snapshot);
    }

    /// Everything that is different from the base, after a failure in a new file.
    Result<void> keep(const NotebookSnapshot& snapshot)
    {
        if (!failed) return record(snapshot);
        auto made = RecoveryJournal::create(folder, path, identity, base);
        if (!made) return std::unexpected(made.error());
        if (auto done = (*made)->record(snapshot); !done) {
            (*made)->remove();
            return done;
        }
        if (file) file->remove();
        file = std::move(*made);
        failed = false;
        holdsChanges = true;
        return {};
    }

    Result<void> saved(const QString& newPath, const FileIdentity& newIdentity)
    {
        path = newPath;
        identity = newIdentity;
        holdsChanges = true; // it still says which file it was
        return reset();
    }

    /// The notebook is what the file is.
    Result<void> reset()
    {
        if (!file || closed || !std::exchange(holdsChanges, false)) return {};
        return file->restart(path, identity);
    }
};

QFuture<Result<std::shared_ptr<Document>>> Document::open(const QString& path, const DocumentOptions& options)
{
    using Opened = Result<std::shared_ptr<Document>>;
    auto promise = std::make_shared<QPromise<Opened>>();
    promise->start();
    QThread* const thread = QThread::currentThread();
    QThreadPool::globalInstance()->start([promise, path, options, thread] {
        Opened opened = load(path, options);
        if (opened) (*opened)->moveToThread(thread);
        promise->addResult(std::move(opened));
        promise->finish();
    });
    return promise->future();
}

Result<std::shared_ptr<Document>> Document::openNow(const QString& path, const DocumentOptions& options)
{
    return load(path, options);
}

Result<std::shared_ptr<Document>> Document::load(const QString& path, const DocumentOptions& options)
{
    auto image = FileImage::open(path);
    if (!image) return std::unexpected(image.error());
    auto data = readNotebook(*image);
    if (!data) return std::unexpected(data.error());
    return std::make_shared<Document>(std::move(*data), QFileInfo(path).absoluteFilePath(),
                                      (*image)->identity(), options);
}

Document::Document(NotebookData data, const QString& path, const FileIdentity& identity,
                   const DocumentOptions& options)
    : m_path(path), m_identity(identity), m_autosaveTimer(this), m_journalTimer(this)
{
    m_worker.setMaxThreadCount(1);
    m_worker.setObjectName(QStringLiteral("document"));
    // Without room for a private copy the image stays attached: guarded, and refused when damaged.
    if (data.origin && data.origin->image->isAttached())
        m_worker.start([held = data.origin->image] { (void)held->detach(); });
    if (!options.recoveryFolder.isEmpty()) {
        m_journal = std::make_shared<Journal>();
        m_journal->folder = options.recoveryFolder;
        m_journal->path = path;
        m_journal->identity = identity;
        m_journal->base = {data.origin, data.cells, data.metadata, data.formatMinor, 0, 0};
        // A journal says what is different from the base as it was read; recovered data is different already.
        if (const auto base = data.unsaved ? readNotebook(data.origin->image) : Result<NotebookData>();
            data.unsaved && base) {
            m_journal->base.cells = base->cells;
            m_journal->base.metadata = base->metadata;
        }
    }
    m_notebook = new Notebook(std::move(data), this);
    m_journalTimer.setSingleShot(true);
    m_journalTimer.setInterval(journalDelay);
    connect(&m_journalTimer, &QTimer::timeout, this, &Document::writeJournal);
    connect(&m_autosaveTimer, &QTimer::timeout, this, [this] {
        if (m_notebook->isModified() && !m_path.isEmpty() && !m_saving && !m_lastSaveFailed)
            startSave(m_path, Overwrite::No, true);
    });
    watchNotebook();
    if (m_notebook->isModified()) changed();
}

Document::~Document()
{
    m_worker.waitForDone();
}

void Document::watchNotebook()
{
    connect(m_notebook, &Notebook::textReplaced, this, &Document::changed);
    connect(m_notebook, &Notebook::cellsInserted, this, &Document::changed);
    connect(m_notebook, &Notebook::cellsRemoved, this, &Document::changed);
    connect(m_notebook, &Notebook::cellsReordered, this, &Document::changed);
    connect(m_notebook, &Notebook::cellChanged, this, &Document::changed);
    connect(m_notebook, &Notebook::outputsChanged, this, &Document::changed);
    connect(m_notebook, &Notebook::metadataChanged, this, &Document::changed);
}

void Document::changed()
{
    if (m_journal && !m_journalTimer.isActive()) m_journalTimer.start();
}

void Document::writeJournal()
{
    if (!m_journal) return;
    const bool modified = m_notebook->isModified();
    m_worker.start([this, journal = m_journal, snapshot = m_notebook->snapshot(), modified] {
        const Result<void> done = modified ? journal->record(snapshot) : journal->reset();
        if (done) return;
        journal->failed = true;
        QMetaObject::invokeMethod(
            this, [this, error = done.error()] { Q_EMIT journalFailed(error); }, Qt::QueuedConnection);
    });
}

Result<void> Document::flushJournal()
{
    m_journalTimer.stop();
    if (!m_notebook->isModified()) {
        writeJournal();
        m_worker.waitForDone();
        return {};
    }
    if (!m_journal)
        return failure(ErrorCode::IllegalState,
                       tr("Unsaved changes of this notebook are not kept for recovery. Save it."));
    Result<void> kept;
    bool isNew = false; // and not said yet
    m_worker.start([&kept, &isNew, journal = m_journal, snapshot = m_notebook->snapshot()] {
        kept = journal->keep(snapshot);
        isNew = !kept && !std::exchange(journal->failed, !kept);
    });
    m_worker.waitForDone();
    if (isNew) Q_EMIT journalFailed(kept.error());
    return kept;
}

void Document::close()
{
    m_journalTimer.stop();
    m_autosaveTimer.stop();
    if (!m_journal) return;
    m_worker.start([journal = std::exchange(m_journal, nullptr)] {
        journal->closed = true;
        if (journal->file) journal->file->remove();
    });
}

void Document::setAutosave(std::chrono::milliseconds interval)
{
    m_autosaveTimer.setInterval(interval);
    if (interval.count() > 0)
        m_autosaveTimer.start();
    else
        m_autosaveTimer.stop();
}

Document::SaveJob Document::jobFor(const QString& path, Overwrite overwrite)
{
    m_notebook->endTyping();
    SaveJob job;
    job.path = path;
    job.isOther = m_path.isEmpty() || QFileInfo(path).absoluteFilePath() != m_path;
    job.overwrite = overwrite;
    job.snapshot = m_notebook->snapshot();
    if (!job.isOther) job.expected = m_identity;
    return job;
}

QFuture<Result<void>> Document::save(Overwrite overwrite)
{
    return startSave(m_path, overwrite, false);
}

QFuture<Result<void>> Document::saveAs(const QString& path, Overwrite overwrite)
{
    return startSave(QFileInfo(path).absoluteFilePath(), overwrite, false);
}

QFuture<Result<void>> Document::startSave(const QString& path, Overwrite overwrite, bool byAutosave)
{
    auto job = std::make_shared<SaveJob>();
    job->path = path;
    job->overwrite = overwrite;
    job->byAutosave = byAutosave;
    job->promise.start();
    QFuture<Result<void>> future = job->promise.future();
    if (path.isEmpty()) {
        job->promise.addResult(
            failure(ErrorCode::IllegalState, tr("The notebook has no file name yet. Save it under a name.")));
        job->promise.finish();
    } else if (m_saving) {
        m_waiting.push_back(std::move(job));
    } else {
        runSave(std::move(job));
    }
    return future;
}

void Document::runSave(std::shared_ptr<SaveJob> job)
{
    SaveJob present = jobFor(job->path, job->overwrite);
    job->isOther = present.isOther;
    job->expected = present.expected;
    job->snapshot = std::move(present.snapshot);
    if (!std::exchange(m_saving, true)) Q_EMIT savingChanged(true);
    m_running = job;
    m_worker.start([this, job] {
        job->outcome.emplace(writeNow(*job));
        QMetaObject::invokeMethod(this, [this, job] { settle(job); }, Qt::QueuedConnection);
    });
}

/// Takes over what the worker did, once, and starts the save that waits. Whoever waited for the worker may be
/// here before the event that tells of it.
void Document::settle(const std::shared_ptr<SaveJob>& job)
{
    if (m_running != job) return;
    m_running.reset();
    job->promise.addResult(finishSave(*job, *job->outcome));
    job->promise.finish();
    if (m_waiting.empty()) {
        m_saving = false;
        Q_EMIT savingChanged(false);
    } else {
        const auto next = m_waiting.front();
        m_waiting.erase(m_waiting.begin());
        runSave(next);
    }
}

/// On any thread.
Document::SaveOutcome Document::writeNow(const SaveJob& job) const
{
    const NotebookBytes bytes = writeNotebook(job.snapshot);
    SaveOptions options;
    if (job.overwrite == Overwrite::No) options.expected = job.expected;
    return {saveFile(job.path, bytes, options), bytes.madeIds(), bytes.notices()};
}

Result<void> Document::finishSave(const SaveJob& job, const SaveOutcome& outcome)
{
    m_lastSaveFailed = !outcome.identity;
    if (!outcome.identity) {
        Q_EMIT saveFailed(outcome.identity.error(), job.byAutosave);
        return std::unexpected(outcome.identity.error());
    }
    m_identity = *outcome.identity;
    m_notebook->adoptIds(outcome.madeIds, outcome.notices);
    m_notebook->setSaved(job.snapshot);
    if (const QString path = QFileInfo(job.path).absoluteFilePath(); path != m_path) {
        m_path = path;
        Q_EMIT pathChanged(m_path);
    }
    if (m_journal) {
        // Edits made during the save are written again, relative to the same base.
        m_worker.start([journal = m_journal, path = m_path, identity = m_identity] {
            if (!journal->saved(path, identity)) journal->failed = true;
        });
        if (m_notebook->isModified()) writeJournal();
    }
    Q_EMIT saved();
    return {};
}

Result<void> Document::saveNow(Overwrite overwrite)
{
    return saveAsNow(m_path, overwrite);
}

Result<void> Document::saveAsNow(const QString& path, Overwrite overwrite)
{
    if (path.isEmpty())
        return failure(ErrorCode::IllegalState,
                       tr("The notebook has no file name yet. Save it under a name."));
    const QString target = QFileInfo(path).absoluteFilePath(); // `path` may be m_path, which a save changes
    while (const auto running = m_running) {
        m_worker.waitForDone();
        settle(running);
    }
    m_worker.waitForDone();
    const SaveJob job = jobFor(target, overwrite);
    return finishSave(job, writeNow(job));
}

} // namespace cahier::notebook
