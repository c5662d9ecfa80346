// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with the files that are selected.
#include <widgets/files/filespanel.h>

#include <widgets/files/fileactions.h>
#include <widgets/files/filenames.h>
#include <widgets/files/filequestions.h>
#include <widgets/files/filesview.h>
#include <widgets/files/pathbar.h>
#include <widgets/theme/icons.h>

#include <QAction>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

void FilesPanel::makeActions()
{
    addAction(u"open"_s, tr("Open"), u"open"_s, {}, &FilesPanel::openCurrent);
    addAction(u"enter"_s, tr("Go into the folder"), {}, QKeySequence(u"Ctrl+Return"_s),
              &FilesPanel::enterCurrent);
    addAction(u"insertPath"_s, tr("Insert path into the cell"), {}, {}, &FilesPanel::insertPath);
    addAction(u"copyPath"_s, tr("Copy path"), u"copy"_s, QKeySequence::Copy, &FilesPanel::copyPath);
    addAction(u"rename"_s, tr("Rename"), u"edit"_s, QKeySequence(Qt::Key_F2), &FilesPanel::renameCurrent);
    addAction(u"delete"_s, tr("Delete…"), u"delete"_s, QKeySequence(Qt::Key_Delete),
              &FilesPanel::removeSelected);
    addAction(u"newFolder"_s, tr("New folder"), u"add"_s, QKeySequence(u"Ctrl+Shift+N"_s),
              &FilesPanel::makeFolder);
    addAction(u"uploadFiles"_s, tr("Upload files…"), u"upload"_s, {}, &FilesPanel::askUploadFiles);
    addAction(u"uploadFolder"_s, tr("Upload a folder…"), {}, {}, &FilesPanel::askUploadFolder);
    addAction(u"download"_s, tr("Download…"), u"download"_s, {}, &FilesPanel::askDownload);
    QAction* const hidden = addAction(u"showHidden"_s, tr("Show hidden files"), {}, QKeySequence(u"Ctrl+H"_s),
                                      &FilesPanel::toggleHidden);
    hidden->setCheckable(true);
    addAction(u"refresh"_s, tr("List again"), u"restart"_s, QKeySequence(Qt::Key_F5), &FilesPanel::refresh);
    auto* const menu = new QMenu(this);
    for (const QString& name : {u"newFolder"_s, u"uploadFiles"_s, u"uploadFolder"_s, u"showHidden"_s})
        menu->addAction(m_actions.value(name));
    m_path->menuButton().setMenu(menu);
}

QAction* FilesPanel::addAction(const QString& name, const QString& title, const QString& iconName,
                               const QKeySequence& key, void (FilesPanel::*take)())
{
    auto* const action = new QAction(title, this);
    action->setObjectName(name);
    if (!iconName.isEmpty()) action->setIcon(icon(iconName));
    // Menus show the key; the files take it themselves, before the window's commands.
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    action->setShortcutVisibleInContextMenu(true);
    connect(action, &QAction::triggered, this, take);
    m_actions.insert(name, action);
    return action;
}

void FilesPanel::updateActions()
{
    const bool isListed = m_model->state() == FilesModel::State::Listed;
    const int count = isListed ? m_view->selectedCount() : 0;
    QModelIndex only;
    if (count == 1) only = m_view->selectionModel()->selectedRows().front();
    const bool isOne = only.data(FilesModel::ReachableRole).toBool();
    const bool isFolder = isOne && only.data(FilesModel::FolderRole).toBool();
    for (const QString& name : {u"insertPath"_s, u"copyPath"_s, u"delete"_s, u"download"_s})
        m_actions.value(name)->setEnabled(isOne || count > 1);
    for (const QString& name : {u"open"_s, u"rename"_s})
        m_actions.value(name)->setEnabled(isOne);
    m_actions.value(u"enter"_s)->setEnabled(isFolder);
    for (const QString& name : {u"newFolder"_s, u"uploadFiles"_s, u"uploadFolder"_s})
        m_actions.value(name)->setEnabled(isListed);
}

void FilesPanel::fillMenu(QMenu& menu) const
{
    const auto add = [&](std::initializer_list<const char*> names) {
        if (!menu.isEmpty()) menu.addSeparator();
        for (const char* const name : names) {
            QAction* const action = m_actions.value(QLatin1StringView(name));
            if (action->isEnabled()) menu.addAction(action);
        }
    };
    add({"open", "enter", "insertPath", "copyPath"});
    add({"rename", "delete"});
    add({"download", "uploadFiles", "uploadFolder", "newFolder"});
    add({"showHidden", "refresh"});
}

void FilesPanel::showMenu(QPoint position)
{
    auto* const menu = new QMenu(m_view);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillMenu(*menu);
    menu->popup(position);
}

bool FilesPanel::handleKey(const QKeyEvent& event, bool act)
{
    const QKeySequence key(event.keyCombination());
    for (QAction* const action : std::as_const(m_actions)) {
        if (action->shortcut().isEmpty() || action->shortcut().matches(key) != QKeySequence::ExactMatch)
            continue;
        if (act) action->trigger();
        return true;
    }
    const bool goesUp = key == QKeySequence(u"Alt+Up"_s) || key == QKeySequence(Qt::Key_Backspace);
    const bool goesHome = key == QKeySequence(u"Alt+Home"_s);
    const bool edits = key == QKeySequence(u"Ctrl+L"_s);
    if (!goesUp && !goesHome && !edits) return false;
    if (!act) return true;
    if (edits) m_path->editPath();
    if (goesHome) goTo(u"~"_s);
    if (goesUp) {
        m_selectNext = m_model->root();
        goTo(parentPath(m_model->root()));
    }
    return true;
}

bool FilesPanel::eventFilter(QObject* watched, QEvent* event)
{
    const bool isKey = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    if (!isKey) return QWidget::eventFilter(watched, event);
    const auto& key = *static_cast<QKeyEvent*>(event);
    const bool act = event->type() == QEvent::KeyPress;
    if (watched == m_view && handleKey(key, act)) {
        event->accept();
        return true;
    }
    if (watched == m_filter && act && (key.key() == Qt::Key_Escape || key.key() == Qt::Key_Down)) {
        if (key.key() == Qt::Key_Escape) m_filter->clear();
        m_view->setFocus();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FilesPanel::openCurrent()
{
    open(m_view->currentIndex().row());
}

void FilesPanel::open(int row)
{
    const runtime::FileEntry* const entry = m_model->entryAt(row);
    const bool isFolder = entry && entry->kind == runtime::FileEntry::Kind::Folder;
    if (!entry || isFolder)
        return m_model->setExpanded(row, !m_model->index(row, 0).data(FilesModel::ExpandedRole).toBool());
    if (!canBeReached(entry->name)) return;
    const bool isNotebook = entry->name.endsWith(".ipynb"_L1, Qt::CaseInsensitive);
    if (isNotebook && m_where == Where::ThisMachine)
        Q_EMIT notebookActivated(m_model->pathOf(row));
    else
        Q_EMIT fileActivated(m_model->pathOf(row));
}

void FilesPanel::enterCurrent()
{
    const int row = m_view->currentIndex().row();
    if (m_model->index(row, 0).data(FilesModel::FolderRole).toBool()) goTo(m_model->folderAt(row));
}

void FilesPanel::insertPath()
{
    const QStringList paths = m_view->selectedPaths();
    for (const QString& path : paths)
        Q_EMIT insertPathRequested(path);
}

void FilesPanel::copyPath()
{
    const QStringList paths = m_view->selectedPaths();
    if (!paths.isEmpty()) QGuiApplication::clipboard()->setText(paths.join(u'\n'));
}

void FilesPanel::renameCurrent()
{
    const QModelIndex name = m_view->currentIndex().siblingAtColumn(FilesModel::NameColumn);
    if (name.flags().testFlag(Qt::ItemIsEditable)) m_view->edit(name);
}

void FilesPanel::removeSelected()
{
    m_fileActions->remove(m_view->selectedPaths());
}

QString FilesPanel::targetFolder() const
{
    const QStringList paths = m_view->selectedPaths();
    return paths.isEmpty() ? m_model->root() : m_model->folderAt(m_model->rowOf(paths.front()));
}

void FilesPanel::makeFolder()
{
    const QString folder = targetFolder();
    m_model->setExpanded(m_model->rowOf(folder), true); // so that the new one is seen
    m_fileActions->makeFolder(folder);
}

void FilesPanel::askUploadFiles()
{
    auto* const dialog = new QFileDialog(window(), tr("Upload files"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setLabelText(QFileDialog::Accept, tr("Upload"));
    connect(dialog, &QFileDialog::filesSelected, this,
            [this, folder = targetFolder(), runtime = m_runtime](const QStringList& paths) {
                if (runtime == m_runtime) upload(paths, folder);
            });
    dialog->open();
}

void FilesPanel::askUploadFolder()
{
    auto* const dialog = new QFileDialog(window(), tr("Upload a folder"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    dialog->setLabelText(QFileDialog::Accept, tr("Upload"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, folder = targetFolder(), runtime = m_runtime](const QString& path) {
                if (runtime == m_runtime) upload({path}, folder);
            });
    dialog->open();
}

void FilesPanel::askDownload()
{
    const QStringList paths = outermost(m_view->selectedPaths());
    if (paths.isEmpty()) return;
    auto* const dialog = new QFileDialog(window(), tr("Download to"), m_downloadFolder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    dialog->setLabelText(QFileDialog::Accept, tr("Download"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, paths, runtime = m_runtime](const QString& folder) {
                if (runtime == m_runtime) download(paths, folder);
            });
    dialog->open();
}

void FilesPanel::toggleHidden()
{
    setShowsHidden(!showsHidden());
}

void FilesPanel::upload(const QStringList& localPaths, const QString& folder)
{
    if (!m_runtime || !m_runtime->files()) return;
    std::vector<FileCopy> copies;
    for (const QString& path : localPaths) {
        const QString clean = QDir::cleanPath(path);
        copies.push_back({m_runtime, m_name, m_where == Where::ThisMachine, FileCopy::Direction::Upload,
                          clean, joinedPath(folder, lastName(clean))});
    }
    m_queue.add(std::move(copies));
}

void FilesPanel::download(const QStringList& paths, const QString& localFolder)
{
    if (!m_runtime || !m_runtime->files()) return;
    if (std::exchange(m_downloadFolder, localFolder) != localFolder)
        Q_EMIT downloadFolderChanged(localFolder);
    std::vector<FileCopy> copies;
    for (const QString& path : paths)
        copies.push_back({m_runtime, m_name, m_where == Where::ThisMachine, FileCopy::Direction::Download,
                          joinedPath(localFolder, lastName(path)), path});
    m_queue.add(std::move(copies));
}

void FilesPanel::showQuestion()
{
    const TransferQueue::Item* const item = m_question ? nullptr : m_queue.question();
    if (!item) return;
    ReplaceQuestion question;
    question.name = lastName(item->copy.target());
    question.folder = parentPath(item->copy.target());
    question.isFolder = question.merges = item->targetIsFolder;
    question.several = m_queue.hasSiblings(*item);
    question.explanation = question.merges ? tr("Merging replaces files of the same name in it.")
                                           : tr("What it holds is lost when it is replaced.");
    m_questionId = item->id;
    m_question = askReplace(this, question, [this, id = item->id](TransferQueue::Answer answer, bool forAll) {
        m_question = nullptr; // it may not be gone yet
        m_queue.answer(id, answer, forAll);
    });
}

/// Its copy may be cancelled while the question is open.
void FilesPanel::withdrawQuestion()
{
    const TransferQueue::Item* const item = m_question ? m_queue.find(m_questionId) : nullptr;
    if (!m_question || (item && item->phase == TransferQueue::Phase::Asking)) return;
    m_question->disconnect(this);
    m_question->reject();
    m_question = nullptr;
    showQuestion();
}

} // namespace cahier::widgets
