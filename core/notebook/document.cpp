// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/document.h>

#include <core/notebook/documentjournal.h>
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
    Result<FileVersion> version;
    std::vector<std::pair<CellKey, QString>> madeIds;
    QStringList notices;
};

struct Document::SaveJob {
    QString path;
    bool isOther = false; ///< not the document's present file
    Overwrite overwrite = Overwrite::No;
    bool byAutosave = false;
    NumberedState state;
    FileVersion expected;
    std::shared_ptr<DocumentJournal> journal;
    QPromise<Result<void>> promise;
    std::optional<SaveOutcome> outcome; ///< set by the worker; to be read when it is done
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
    : m_path(path), m_version{identity, std::nullopt}, m_autosaveTimer(this), m_journalTimer(this)
{
    m_worker.setObjectName(QStringLiteral("document"));
    m_journalWorker.setObjectName(QStringLiteral("journal"));
    for (QThreadPool* const pool : {&m_worker, &m_journalWorker}) {
        // The thread is there before the first key is typed: starting one waits while a library is loaded.
        pool->setMaxThreadCount(1);
        pool->setExpiryTimeout(-1);
        pool->start([] {});
    }
    // Without room for a private copy the image stays attached: guarded, and refused when damaged.
    if (data.origin && data.origin->image->isAttached())
        m_worker.start([held = data.origin->image] { (void)held->detach(); });
    if (!options.recoveryFolder.isEmpty()) {
        NotebookSnapshot from{data.origin, data.cells, data.metadata, data.formatMinor, 0, 0};
        // A journal says what is different from the base as it was read; recovered data is different already.
        if (const auto base = data.unsaved ? readNotebook(data.origin->image) : Result<NotebookData>();
            data.unsaved && base) {
            from.cells = base->cells;
            from.metadata = base->metadata;
        }
        m_journal = std::make_shared<DocumentJournal>(options.recoveryFolder, path, m_version, from);
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
    m_journalWorker.waitForDone();
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

NumberedState Document::state()
{
    return {m_notebook->snapshot(), ++m_stateNumber, m_notebook->isModified()};
}

void Document::writeJournal()
{
    if (!m_journal) return;
    m_journalWorker.start([this, journal = m_journal, state = state()] {
        report(*journal, journal->keep(state));
        if (journal->wantsBase()) copyBase(journal);
    });
}

/// On any thread.
void Document::copyBase(const std::shared_ptr<DocumentJournal>& journal)
{
    m_worker.start([this, journal] { report(*journal, journal->finishBase()); });
}

/// On any thread.
void Document::report(DocumentJournal& journal, const Result<void>& done)
{
    if (done || !journal.isNews()) return;
    QMetaObject::invokeMethod(
        this, [this, error = done.error()] { Q_EMIT journalFailed(error); }, Qt::AutoConnection);
}

Result<void> Document::flushJournal()
{
    m_journalTimer.stop();
    const bool modified = m_notebook->isModified();
    if (!m_journal) {
        if (!modified) return {};
        return failure(ErrorCode::IllegalState,
                       tr("Unsaved changes of this notebook are not kept for recovery. Save it."));
    }
    Result<void> kept;
    m_journalWorker.start([&kept, journal = m_journal, state = state()] { kept = journal->keep(state); });
    m_journalWorker.waitForDone();
    if (modified && kept) {
        m_worker.start([&kept, journal = m_journal] { kept = journal->finishBase(); });
        m_worker.waitForDone();
    }
    report(*m_journal, kept);
    return modified ? kept : Result<void>();
}

void Document::close()
{
    m_journalTimer.stop();
    m_autosaveTimer.stop();
    if (!m_journal) return;
    m_journalWorker.start([journal = std::exchange(m_journal, nullptr)] { journal->remove(); });
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
    job.state = state();
    job.journal = m_journal;
    if (!job.isOther) job.expected = m_version;
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
    job->state = std::move(present.state);
    job->journal = std::move(present.journal);
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
Document::SaveOutcome Document::writeNow(const SaveJob& job)
{
    const NotebookBytes bytes = writeNotebook(job.state.snapshot);
    const quint64 hash = contentHash(bytes.pieces());
    std::optional<DocumentJournal::Replacement> replacement;
    SaveOptions options;
    if (job.overwrite == Overwrite::No) {
        options.expected = job.expected.identity;
        const auto& image = job.state.snapshot.origin->image;
        if (job.expected.hash)
            options.expectedHash = [known = *job.expected.hash] { return known; };
        else if (image->identity() == job.expected.identity)
            options.expectedHash = [image] { return contentHash(image->bytes()); };
    }
    if (job.journal)
        options.beforeReplacing = [&](const FileIdentity& written) {
            replacement.emplace(*job.journal, job.path, FileVersion{written, hash}, job.state);
        };
    const auto saved = saveFile(job.path, bytes, options);
    Result<void> journalled = replacement ? replacement->outcome() : Result<void>();
    if (replacement && saved) {
        const auto finished = replacement->finish({*saved, hash});
        if (journalled) journalled = finished;
    }
    replacement.reset();
    if (job.journal) report(*job.journal, journalled);
    return {saved.transform([hash](const FileIdentity& identity) { return FileVersion{identity, hash}; }),
            bytes.madeIds(), bytes.notices()};
}

Result<void> Document::finishSave(const SaveJob& job, const SaveOutcome& outcome)
{
    if (!outcome.version) {
        // Autosave goes on with the document's own file where another name was refused.
        m_lastSaveFailed = m_lastSaveFailed || !job.isOther;
        Q_EMIT saveFailed(outcome.version.error(), job.byAutosave);
        return std::unexpected(outcome.version.error());
    }
    m_lastSaveFailed = false;
    m_version = *outcome.version;
    m_notebook->adoptIds(outcome.madeIds, outcome.notices);
    m_notebook->setSaved(job.state.snapshot);
    if (const QString path = QFileInfo(job.path).absoluteFilePath(); path != m_path) {
        m_path = path;
        Q_EMIT pathChanged(m_path);
    }
    changed(); // what was recorded meanwhile was compared with the file as it was before
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
