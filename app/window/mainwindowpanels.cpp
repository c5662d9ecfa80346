// SPDX-License-Identifier: GPL-3.0-or-later
// The side bar: which panel is shown, and of what.
#include <app/window/mainwindow.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/files/filespanel.h>
#include <widgets/panels/outlinepanel.h>
#include <widgets/panels/sidebar.h>
#include <widgets/resources/resourcemeters.h>
#include <widgets/resources/resourcespanel.h>

#include <QClipboard>
#include <QGuiApplication>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

const QString outlineId = u"outline"_s, filesId = u"files"_s, resourcesId = u"resources"_s;

} // namespace

void MainWindow::makePanels()
{
    m_sidebar = new widgets::Sidebar(m_services.appearance, this);
    m_sidebar->setPanelWidth(m_services.settings.sidePanelWidth());
    m_sidebar->addPanel(outlineId, m_commands->action(u"view.outline"_s), [this] { return makeOutline(); });
    m_sidebar->addPanel(filesId, m_commands->action(u"view.files"_s), [this] { return makeFiles(); });
    m_sidebar->addPanel(resourcesId, m_commands->action(u"view.resources"_s),
                        [this] { return makeResources(); });
    bindPanel(outlineId, u"view.outline"_s);
    bindPanel(filesId, u"view.files"_s);
    bindPanel(resourcesId, u"view.resources"_s);
    connect(m_sidebar, &widgets::Sidebar::focusReturned, this, [this] {
        if (QWidget* const page = m_tabs->currentWidget()) page->setFocus();
    });
}

void MainWindow::bindPanel(const QString& id, const QString& command)
{
    m_commands->bind(command, [this, id] {
        const bool isShown = m_sidebar->shown() == id;
        m_services.settings.setSidePanel(isShown ? QString() : id);
        showPanel();
        if (isShown) return;
        fillPanels();
        m_sidebar->focusPanel();
    });
}

/// An outline of nothing only takes room.
void MainWindow::showPanel()
{
    const QString wanted = m_services.settings.sidePanel();
    m_sidebar->setShown(wanted == outlineId && m_tabs->count() == 0 ? QString() : wanted);
}

/// With what the notebook in front has.
void MainWindow::fillPanels()
{
    const NotebookTab* const tab = m_tabs->current();
    if (m_outline) m_outline->setNotebook(tab && tab->page() ? &tab->page()->notebook() : nullptr);
    fillFiles();
    fillResources();
}

/// Of the machine that the notebook in front runs on, or would.
void MainWindow::fillFiles()
{
    if (!m_files) return;
    const KernelController* const mine = kernel();
    const runtime::RuntimeEntry place =
        mine ? mine->place() : m_services.runtimes.entry(QString::fromLatin1(runtime::RuntimeList::localId));
    const auto runtime = m_services.runtimes.opened(place.id);
    const bool isLocal = place.kind == runtime::RuntimeEntry::Kind::Local;
    const QString folder = isLocal ? (mine ? mine->folder() : QString()) : place.folder;
    if (runtime && m_filesOf.lock() == runtime && folder == m_filesFolder) return;
    m_filesOf = runtime;
    m_filesFolder = folder;
    using Where = widgets::FilesPanel::Where;
    m_files->setRuntime(runtime, place.name, folder, isLocal ? Where::ThisMachine : Where::Elsewhere);
}

void MainWindow::fillResources()
{
    const KernelController* const mine = kernel();
    const auto runtime = mine ? mine->runtime() : nullptr;
    if (m_monitor->runtime() != runtime) m_monitor->setRuntime(runtime);
    m_monitor->setActive(mine && (mine->isPreparing() || mine->hasKernel()));
    const auto accelerator = mine ? mine->accelerator() : std::nullopt;
    m_meters->setDevices(accelerator ? accelerator->devices : QStringList());
    if (!m_resources) return;
    QHash<QString, QString> names;
    for (const NotebookTab* const tab : m_tabs->all()) {
        if (tab->session() && !tab->session()->kernelId().isEmpty())
            names.insert(tab->session()->kernelId(), tab->file().title());
    }
    m_resources->setKernelNames(names);
}

QWidget* MainWindow::makeFiles()
{
    m_files = new widgets::FilesPanel(m_services.appearance, *m_transfers, this);
    connect(m_files, &widgets::FilesPanel::notebookActivated, this,
            [this](const QString& path) { open({path}); });
    connect(m_files, &widgets::FilesPanel::insertPathRequested, this, [this](const QString& path) {
        const NotebookTab* const tab = m_tabs->current();
        auto* const editor = tab && tab->page() ? tab->page()->view().activeEditor() : nullptr;
        if (editor) return editor->replaceText(editor->selectedRange(), path);
        QGuiApplication::clipboard()->setText(path);
        tell(tr("The path is in the clipboard."));
    });
    connect(m_files, &widgets::FilesPanel::connectRequested, this, [this] {
        if (kernel()) m_commands->perform(u"runtime.change"_s);
    });
    return m_files;
}

QWidget* MainWindow::makeResources()
{
    m_resources = new widgets::ResourcesPanel(*m_monitor, m_services.appearance, this);
    return m_resources;
}

QWidget* MainWindow::makeOutline()
{
    m_outline = new widgets::OutlinePanel(m_services.appearance, this);
    connect(m_outline, &widgets::OutlinePanel::cellActivated, this, [this](notebook::CellKey cell) {
        const NotebookTab* const tab = m_tabs->current();
        if (!tab || !tab->page()) return;
        tab->page()->revealCell(cell);
        tab->page()->setFocus();
    });
    return m_outline;
}

} // namespace cahier::window
