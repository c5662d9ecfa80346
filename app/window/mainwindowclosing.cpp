// SPDX-License-Identifier: GPL-3.0-or-later
// The end of the window: first everything is asked, then everything is done.
#include <app/window/mainwindow.h>

#include <app/window/questions.h>
#include <widgets/panels/sidebar.h>

#include <QCloseEvent>

#include <memory>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr std::chrono::seconds farewell{5}; ///< for kernels that are told to stop

} // namespace

void MainWindow::closeEvent(QCloseEvent* event)
{
    event->setAccepted(m_mayClose);
    if (!m_mayClose && !m_isQuitting) quit();
}

void MainWindow::quit()
{
    m_isQuitting = true;
    QStringList busy;
    int waiting = 0;
    for (const NotebookTab* const tab : m_tabs->all()) {
        if (!tab->kernel() || !tab->kernel()->isBusy()) continue;
        busy += tab->file().title();
        waiting += tab->session()->queueLength();
    }
    if (busy.isEmpty() || !m_services.settings.askBeforeClosing()) return settleTabs(0, false);
    QString explanation = tr("They can go on without the window; what they print is shown when the notebooks "
                             "are opened again.");
    if (waiting > 0) explanation += u' ' + tr("The %n cell(s) that wait would not be run.", nullptr, waiting);
    ask(this, tr("Kernels are busy: %1").arg(busy.join(u", "_s)), explanation,
        {{tr("Keep them running"), QMessageBox::AcceptRole, [this] { settleTabs(0, false); }},
         {tr("Stop them"), QMessageBox::DestructiveRole, [this] { settleTabs(0, true); }},
         {tr("Cancel"), QMessageBox::RejectRole, [this] { m_isQuitting = false; }}});
}

void MainWindow::settleTabs(std::size_t next, bool stopKernels)
{
    const std::vector<NotebookTab*> tabs = m_tabs->all();
    while (next < tabs.size() && !tabs[next]->file().isModified())
        ++next;
    if (next >= tabs.size()) return finishQuit(stopKernels);
    m_tabs->setCurrentWidget(tabs[next]);
    tabs[next]->settleChanges([this, next, stopKernels] { settleTabs(next + 1, stopKernels); },
                              [this] { m_isQuitting = false; });
}

/// The window goes at once; the program when the kernels know.
void MainWindow::finishQuit(bool stopKernels)
{
    m_services.settings.setWindowGeometry(saveGeometry());
    m_services.settings.setSidePanelWidth(m_sidebar->panelWidth());
    const std::vector<NotebookTab*> tabs = m_tabs->all();
    if (m_services.remembersTabs) {
        QStringList paths;
        for (const NotebookTab* const tab : tabs) {
            if (!tab->file().path().isEmpty()) paths += tab->file().path();
        }
        const NotebookTab* const current = m_tabs->current();
        m_services.settings.setOpenTabs(
            paths, current ? static_cast<int>(paths.indexOf(current->file().path())) : 0);
    }
    hide();
    const auto leave = [this] {
        m_mayClose = true;
        QWidget::close();
    };
    const auto pending = std::make_shared<std::size_t>(tabs.size() + 1);
    const auto one = [pending, leave] {
        if (--*pending == 0) leave();
    };
    for (NotebookTab* const tab : tabs) {
        const bool busy = tab->kernel() && tab->kernel()->isBusy();
        tab->close(stopKernels && busy).then(this, [one](const Result<void>&) { one(); });
    }
    QTimer::singleShot(farewell, this, leave);
    QMetaObject::invokeMethod(this, one, Qt::QueuedConnection);
}

} // namespace cahier::window
