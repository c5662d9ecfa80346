// SPDX-License-Identifier: GPL-3.0-or-later
// Opening and closing notebooks.
#include <app/window/mainwindow.h>

#include <app/window/background.h>
#include <app/window/questions.h>
#include <app/window/recentfiles.h>
#include <app/window/runtimeactions.h>
#include <app/window/welcomepage.h>
#include <core/notebook/fileimage.h>
#include <core/notebook/reader.h>

#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileInfo>
#include <QMimeData>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

/// nbformat 4.5 with one empty code cell, as Jupyter makes it.
constexpr const char* newNotebookText = R"json({
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "first",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Python 3 (ipykernel)",
   "language": "python",
   "name": "python3"
  },
  "language_info": {
   "name": "python"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
)json";

/// Files among what is dragged.
QStringList localFiles(const QMimeData& data)
{
    QStringList paths;
    const QList<QUrl> urls = data.urls();
    for (const QUrl& url : urls) {
        if (url.isLocalFile()) paths += url.toLocalFile();
    }
    return paths;
}

} // namespace

NotebookTab* MainWindow::addTab()
{
    auto* const tab =
        new NotebookTab({m_services.settings, m_services.appearance, *m_commands, m_services.runtimes,
                         m_services.memory, m_services.documents, m_services.view, m_services.mayHaveKernels},
                        this);
    watch(tab);
    return tab;
}

void MainWindow::watch(NotebookTab* tab)
{
    const auto ifCurrent = [this, tab](auto show) {
        return [this, tab, show] {
            if (tab == m_tabs->current()) (this->*show)();
        };
    };
    connect(tab, &NotebookTab::changed, this, [this, tab] { m_tabs->show(tab); });
    connect(tab, &NotebookTab::changed, this, ifCurrent(&MainWindow::showState));
    connect(tab, &NotebookTab::opened, this, ifCurrent(&MainWindow::showCurrent));
    connect(tab, &NotebookTab::activeCellChanged, this, ifCurrent(&MainWindow::showPosition));
    connect(tab, &NotebookTab::told, this, &MainWindow::tell);
    connect(tab, &NotebookTab::linkActivated, this, &MainWindow::openLink);
    connect(tab, &NotebookTab::runtimeDialogOpened, this,
            [this](widgets::RuntimeDialog* dialog) { m_runtimes->serve(*dialog); });
    const auto remember = [this, tab] {
        if (!tab->file().path().isEmpty() && tab->page()) m_recent->add(tab->file().path());
    };
    connect(tab, &NotebookTab::opened, this, remember);
    connect(&tab->file(), &NotebookFile::saved, this, remember);
}

void MainWindow::open(const QStringList& paths)
{
    for (const QString& path : paths) {
        if (NotebookTab* const tab = m_tabs->find(path)) {
            m_tabs->setCurrentWidget(tab);
            continue;
        }
        NotebookTab* const tab = addTab();
        tab->file().open(path);
        m_tabs->add(tab);
        tab->setFocus();
    }
}

void MainWindow::openNew()
{
    auto contents = notebook::readNotebook(notebook::FileImage::fromBytes(QByteArray(newNotebookText)));
    Q_ASSERT(contents);
    ++m_untitled;
    NotebookTab* const tab = addTab();
    tab->file().adopt(std::move(*contents),
                      m_untitled == 1 ? tr("Untitled.ipynb") : tr("Untitled-%1.ipynb").arg(m_untitled));
    m_tabs->add(tab);
    tab->setFocus();
}

/// A copy without a file: the installed one stays as it is.
void MainWindow::openExample()
{
    QFile file(u":/cahier/examples/welcome.ipynb"_s);
    if (!file.open(QIODevice::ReadOnly)) return tell(tr("The example is not there."));
    auto contents = notebook::readNotebook(notebook::FileImage::fromBytes(file.readAll()));
    if (!contents) return tell(contents.error().message);
    NotebookTab* const tab = addTab();
    tab->file().adopt(std::move(*contents), u"welcome.ipynb"_s);
    m_tabs->add(tab);
    tab->setFocus();
}

void MainWindow::restoreTabs()
{
    const int current = m_services.settings.currentTab();
    open(m_services.settings.openTabs());
    if (current >= 0 && current < m_tabs->count()) m_tabs->setCurrentIndex(current);
}

void MainWindow::finishStart()
{
    if (std::exchange(m_isStarted, true)) return;
    lookForUnsaved();
}

void MainWindow::lookForUnsaved()
{
    if (m_services.documents.recoveryFolder.isEmpty()) return;
    inBackground(
        this,
        [folder = m_services.documents.recoveryFolder] {
            auto entries = notebook::listRecovery(folder);
            std::erase_if(entries,
                          [](const notebook::RecoveryEntry& entry) { return !entry.path.isEmpty(); });
            return entries;
        },
        [this](const std::vector<notebook::RecoveryEntry>& entries) {
            m_unsaved = entries;
            if (m_welcome) m_welcome->showUnsaved(entries);
            if (!entries.empty() && m_tabs->count() > 0)
                tell(tr("Notebooks that were never saved are kept: Help > Welcome page."));
        });
}

WelcomePage* MainWindow::welcome()
{
    if (m_welcome) return m_welcome;
    m_welcome = makeWelcome();
    m_centre->addWidget(m_welcome);
    return m_welcome;
}

WelcomePage* MainWindow::makeWelcome()
{
    auto* const page = new WelcomePage(m_services.settings, m_services.appearance, this);
    page->showUnsaved(m_unsaved);
    connect(page, &WelcomePage::newRequested, this, &MainWindow::openNew);
    connect(page, &WelcomePage::openRequested, this, [this] { m_commands->perform(u"file.open"_s); });
    connect(page, &WelcomePage::exampleRequested, this, &MainWindow::openExample);
    connect(page, &WelcomePage::fileChosen, this, [this](const QString& path) { open({path}); });
    connect(page, &WelcomePage::recoveryChosen, this, [this](const notebook::RecoveryEntry& entry) {
        NotebookTab* const tab = addTab();
        tab->file().recover(entry);
        m_tabs->add(tab);
    });
    return page;
}

void MainWindow::close(NotebookTab* tab)
{
    m_tabs->setCurrentWidget(tab);
    const auto settle = [this, tab](bool stop) {
        tab->settleChanges([this, tab, stop] { remove(tab, stop); }, [] {});
    };
    if (m_services.settings.askBeforeClosing())
        tab->settleKernel(settle);
    else
        settle(false);
}

void MainWindow::remove(NotebookTab* tab, bool stopKernel)
{
    const QString path = tab->file().path();
    const bool lives = tab->kernel() && tab->kernel()->hasKernel() && !stopKernel && !path.isEmpty();
    if (!path.isEmpty()) m_closed.append(path);
    if (lives) tell(tr("The kernel of %1 keeps running.").arg(tab->file().title()));
    tab->close(stopKernel).then(this, [this](const Result<void>& done) {
        if (!done) tell(done.error().message);
    });
    m_tabs->removeTab(m_tabs->indexOf(tab));
    tab->deleteLater();
    showCurrent();
}

void MainWindow::openLink(const QUrl& url)
{
    const QString scheme = url.scheme();
    if (scheme == "http"_L1 || scheme == "https"_L1 || scheme == "mailto"_L1) {
        QDesktopServices::openUrl(url);
        return;
    }
    const NotebookTab* const tab = m_tabs->current();
    if (!tab || (!scheme.isEmpty() && !url.isLocalFile())) return;
    const QFileInfo base(tab->file().path());
    const QString path = QFileInfo(base.absoluteDir(), url.path()).absoluteFilePath();
    if (path.endsWith(".ipynb"_L1)) return open({path});
    // A notebook from elsewhere must not start programs unseen.
    ask(this, tr("Open %1?").arg(path),
        tr("A link in the notebook leads there. It opens in its own program."),
        {{tr("Open"), QMessageBox::AcceptRole,
          [path] { QDesktopServices::openUrl(QUrl::fromLocalFile(path)); }},
         {tr("Cancel"), QMessageBox::RejectRole, {}}});
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localFiles(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QStringList paths = localFiles(*event->mimeData());
    if (paths.isEmpty()) return;
    event->acceptProposedAction();
    open(paths);
}

} // namespace cahier::window
