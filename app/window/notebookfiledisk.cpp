// SPDX-License-Identifier: GPL-3.0-or-later
// What others do to a notebook's file, and what a crash left of it.
#include <app/window/notebookfile.h>

#include <app/window/background.h>
#include <core/notebook/savefile.h>

#include <QFileInfo>
#include <QLocale>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

using notebook::FileIdentity;
using notebook::RecoveryEntry;
using widgets::Notice;

void NotebookFile::watchPath()
{
    const QStringList watched = m_watcher.files();
    if (!watched.isEmpty()) m_watcher.removePaths(watched);
    if (m_document && !m_document->path().isEmpty()) m_watcher.addPath(m_document->path());
}

void NotebookFile::checkDisk()
{
    if (!m_document || m_document->path().isEmpty() || m_document->isSaving()) return;
    inBackground(
        this, [path = m_document->path()] { return notebook::identityAt(path); },
        [this](const FileIdentity& present) { handleDisk(present); });
}

void NotebookFile::handleDisk(const FileIdentity& present)
{
    if (!m_document || m_document->isSaving()) return;
    watchPath();
    if (present == m_document->fileIdentity()) {
        m_toldDisk = present;
        return withdraw(diskTopic);
    }
    if (present == m_toldDisk) return;
    m_toldDisk = present;
    const Notice::Way elsewhere{tr("Save as…"), [this] { Q_EMIT saveNameWanted(); }};
    const Notice::Way over{tr("Save over it"), [this] { saveOver(); }};
    if (!present.exists()) {
        raise(diskTopic, Notice::Kind::Warning,
              tr("%1 was deleted or moved. Saving writes it again.").arg(title()), {},
              {{tr("Save"), [this] { saveOver(); }}, elsewhere});
    } else if (isModified()) {
        raise(diskTopic, Notice::Kind::Warning,
              tr("%1 was changed by another program, and has changes here.").arg(title()), {},
              {{tr("Reload, dropping my changes"), [this] { revert(); }}, over, elsewhere});
    } else {
        raise(diskTopic, Notice::Kind::Info, tr("%1 was changed by another program.").arg(title()), {},
              {{tr("Reload"), [this] { revert(); }}, over, elsewhere});
    }
}

void NotebookFile::lookForRecovery()
{
    if (m_options.recoveryFolder.isEmpty()) return;
    inBackground(
        this,
        [folder = m_options.recoveryFolder, path = m_document->path()] {
            return notebook::findRecovery(folder, path);
        },
        [this, round = m_round](const std::optional<RecoveryEntry>& entry) {
            if (entry && round == m_round) offerRecovery(*entry);
        });
}

void NotebookFile::offerRecovery(const RecoveryEntry& entry)
{
    const QString when = QLocale().toString(entry.changed, QLocale::ShortFormat);
    const QString sentence =
        entry.fileChanged
            ? tr("Changes from %1 were not saved, and the file was changed since. They can be opened as "
                 "another version.")
                  .arg(when)
            : tr("Changes from %1 were not saved. They can be brought back.").arg(when);
    raise(recoveryTopic, Notice::Kind::Warning, sentence, {},
          {{tr("Bring back"), [this, entry] { recover(entry); }},
           {tr("Discard"), [entry] {
                QThreadPool::globalInstance()->start([entry] { notebook::discardRecovery(entry); });
            }}});
}

void NotebookFile::recover(const RecoveryEntry& entry)
{
    const int round = ++m_round;
    if (!m_document) m_title = tr("Recovered notebook");
    inBackground(
        this, [entry] { return std::make_shared<Result<notebook::NotebookData>>(notebook::recover(entry)); },
        [this, entry, round](const std::shared_ptr<Result<notebook::NotebookData>>& data) {
            if (round == m_round) takeRecovered(entry, std::move(*data));
        });
}

void NotebookFile::takeRecovered(const RecoveryEntry& entry, Result<notebook::NotebookData> data)
{
    if (!data) {
        if (!m_document) {
            Q_EMIT openFailed(data.error());
            return;
        }
        return raise(recoveryTopic, Notice::Kind::Error, data.error().message, data.error().detail, {});
    }
    const bool isOther = entry.path.isEmpty() || entry.fileChanged;
    if (!entry.path.isEmpty())
        m_title = tr("%1 (recovered).ipynb").arg(QFileInfo(entry.path).completeBaseName());
    m_wantedPath = isOther ? QString() : entry.path;
    take(std::make_shared<notebook::Document>(std::move(*data), m_wantedPath,
                                              isOther ? FileIdentity() : entry.identity, m_options));
    m_recovered = entry;
    Q_EMIT modifiedChanged();
}

} // namespace cahier::window
