// SPDX-License-Identifier: GPL-3.0-or-later
// Opening and saving. notebookfiledisk.cpp looks after what others do to the file, and after crashes.
#include <app/window/notebookfile.h>

#include <QFileInfo>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

using notebook::Document;
using notebook::Notebook;
using widgets::Notice;

namespace {

constexpr std::chrono::milliseconds settleDelay{250}; ///< programs write files in several steps

} // namespace

NotebookFile::NotebookFile(notebook::DocumentOptions options, QObject* parent)
    : QObject(parent), m_options(std::move(options))
{
    m_checkTimer.setSingleShot(true);
    m_checkTimer.setInterval(settleDelay);
    connect(&m_checkTimer, &QTimer::timeout, this, &NotebookFile::checkDisk);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_checkTimer, qOverload<>(&QTimer::start));
}

NotebookFile::~NotebookFile() = default;

void NotebookFile::open(const QString& path)
{
    m_wantedPath = QFileInfo(path).absoluteFilePath();
    const int round = ++m_round;
    Document::open(m_wantedPath, m_options).then(this, [this, round](const Opened& document) {
        if (round != m_round) return;
        if (!document) {
            Q_EMIT openFailed(document.error());
            return;
        }
        take(*document);
        lookForRecovery();
    });
}

void NotebookFile::adopt(notebook::NotebookData data, const QString& title)
{
    ++m_round;
    m_title = title;
    take(std::make_shared<Document>(std::move(data), QString(), notebook::FileIdentity(), m_options));
}

void NotebookFile::take(std::shared_ptr<Document> document)
{
    const std::shared_ptr<Document> before = std::exchange(m_document, std::move(document));
    if (before) {
        before->disconnect(this);
        before->notebook().disconnect(this);
        before->close();
    }
    m_toldDisk = m_document->fileIdentity();
    watchDocument();
    watchPath();
    setAutosave(m_autosave);
    Q_EMIT opened();
    Q_EMIT titleChanged();
    const QStringList notices = m_document->notebook().notices();
    if (!notices.isEmpty()) raise(noticeTopic, Notice::Kind::Info, notices.join(u' '), {}, {});
}

void NotebookFile::watchDocument()
{
    const Document* const document = m_document.get();
    connect(document, &Document::pathChanged, this, [this] {
        watchPath();
        Q_EMIT titleChanged();
    });
    connect(document, &Document::saved, this, [this] {
        for (const char* const topic : {saveTopic, diskTopic, recoveryTopic})
            withdraw(topic);
        m_toldDisk = m_document->fileIdentity();
        watchPath(); // a rename took the watched file away
        if (const auto entry = std::exchange(m_recovered, std::nullopt))
            QThreadPool::globalInstance()->start([kept = *entry] { notebook::discardRecovery(kept); });
        Q_EMIT saved();
    });
    connect(document, &Document::savingChanged, this, [this](bool saving) {
        if (saving) Q_EMIT saveBegan();
    });
    connect(document, &Document::saveFailed, this, [this](const Error& error) { tellSaveError(error); });
    connect(document, &Document::journalFailed, this, [this](const Error& error) {
        raise(noticeTopic, Notice::Kind::Warning,
              tr("Unsaved changes are not kept for recovery: %1").arg(error.message), error.detail, {});
    });
    connect(&document->notebook(), &Notebook::modifiedChanged, this, &NotebookFile::modifiedChanged);
}

QString NotebookFile::path() const
{
    return m_document ? m_document->path() : m_wantedPath;
}

QString NotebookFile::title() const
{
    const QString file = path();
    return file.isEmpty() ? m_title : QFileInfo(file).fileName();
}

bool NotebookFile::isModified() const
{
    return m_document && m_document->notebook().isModified();
}

void NotebookFile::save(const Done& done)
{
    if (!m_document) return;
    if (m_document->path().isEmpty()) {
        Q_EMIT saveNameWanted();
        return;
    }
    follow(m_document->save(), done);
}

void NotebookFile::saveOver(const Done& done)
{
    if (m_document) follow(m_document->save(Document::Overwrite::Yes), done);
}

void NotebookFile::saveAs(const QString& path, const Done& done)
{
    if (m_document) follow(m_document->saveAs(path, Document::Overwrite::Yes), done);
}

/// Errors are told by the document's own signal.
void NotebookFile::follow(QFuture<Result<void>> saving, const Done& done)
{
    if (!done) return;
    saving.then(this, [done](const Result<void>& result) { done(result.has_value()); });
}

void NotebookFile::tellSaveError(const Error& error)
{
    const Notice::Way elsewhere{tr("Save as…"), [this] { Q_EMIT saveNameWanted(); }};
    if (error.code == ErrorCode::ChangedOnDisk && !m_document->path().isEmpty()) {
        raise(diskTopic, Notice::Kind::Warning,
              tr("%1 was changed by another program, so it was not saved over.").arg(title()), error.detail,
              {{tr("Save over it"), [this] { saveOver(); }},
               {tr("Reload, dropping my changes"), [this] { revert(); }},
               elsewhere});
        return;
    }
    raise(saveTopic, Notice::Kind::Error, error.message, error.detail,
          {{tr("Try again"), [this] { save(); }}, elsewhere});
}

void NotebookFile::revert()
{
    if (!m_document || m_document->path().isEmpty()) return;
    const int round = ++m_round;
    Document::open(m_document->path(), m_options).then(this, [this, round](const Opened& document) {
        if (round != m_round) return;
        if (!document)
            return raise(diskTopic, Notice::Kind::Error, document.error().message, document.error().detail,
                         {{tr("Save as…"), [this] { Q_EMIT saveNameWanted(); }}});
        for (const char* const topic : {saveTopic, diskTopic, noticeTopic})
            withdraw(topic);
        take(*document);
        Q_EMIT modifiedChanged();
    });
}

void NotebookFile::setAutosave(std::chrono::minutes interval)
{
    m_autosave = interval;
    if (m_document) m_document->setAutosave(interval);
}

void NotebookFile::close()
{
    ++m_round;
    if (m_document) m_document->close();
    // What was recovered and not saved was refused.
    if (const auto entry = std::exchange(m_recovered, std::nullopt))
        QThreadPool::globalInstance()->start([kept = *entry] { notebook::discardRecovery(kept); });
}

void NotebookFile::raise(const char* topic, Notice::Kind kind, const QString& sentence, const QString& detail,
                         std::vector<Notice::Way> ways)
{
    Q_EMIT noticeRaised({QString::fromLatin1(topic), kind, sentence, detail, std::move(ways), true});
}

void NotebookFile::withdraw(const char* topic)
{
    Q_EMIT noticeWithdrawn(QString::fromLatin1(topic));
}

} // namespace cahier::window
