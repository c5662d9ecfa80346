// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel of the notebook in front, and where it runs.
#include <app/window/mainwindow.h>

#include <app/window/runtimeactions.h>
#include <widgets/dialogs/sessionsdialog.h>

#include <QPointer>
#include <QSysInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::window {

using runtime::RuntimeEntry;
using runtime::SessionState;

KernelController* MainWindow::kernel() const
{
    const NotebookTab* const tab = m_tabs->current();
    return tab ? tab->kernel() : nullptr;
}

SessionState MainWindow::kernelState() const
{
    const NotebookTab* const tab = m_tabs->current();
    return tab && tab->session() ? tab->session()->state() : SessionState::NoKernel;
}

void MainWindow::bindKernelCommands()
{
    const auto noKernel = [] { return tr("The notebook has no kernel."); };
    m_commands->bind(
        u"kernel.interrupt"_s, [this] { kernel()->interrupt(); },
        [this] {
            return kernel() && (kernel()->isPreparing() || kernelState() == SessionState::Busy ||
                                kernelState() == SessionState::Starting);
        },
        [] { return tr("Nothing runs."); });
    const auto canRestart = [this] {
        return kernel() && !kernel()->isPreparing() && kernelState() != SessionState::Reconnecting &&
               kernelState() != SessionState::Restarting;
    };
    m_commands->bind(
        u"kernel.restart"_s, [this] { m_tabs->current()->restartKernel(false); },
        [this, canRestart] { return canRestart() && kernelState() != SessionState::NoKernel; }, noKernel);
    m_commands->bind(
        u"kernel.restartAndRunAll"_s, [this] { m_tabs->current()->restartKernel(true); }, canRestart,
        noKernel);
    m_commands->bind(
        u"kernel.shutdown"_s, [this] { kernel()->shutdown(); },
        [this] { return kernel() && (kernel()->isPreparing() || kernelState() != SessionState::NoKernel); },
        noKernel);
}

void MainWindow::bindRuntimeCommands()
{
    const auto noNotebook = [] { return tr("No notebook is open."); };
    m_commands->bind(
        u"runtime.connect"_s, [this] { kernel()->connectKernel(); },
        [this] {
            return kernel() && !kernel()->isPreparing() &&
                   (kernelState() == SessionState::NoKernel || kernelState() == SessionState::Reconnecting);
        },
        [this] { return kernel() ? tr("The notebook has a kernel.") : tr("No notebook is open."); });
    m_commands->bind(
        u"runtime.disconnect"_s, [this] { disconnectCurrent(); },
        [this] { return kernel() && (kernel()->isPreparing() || kernelState() != SessionState::NoKernel); },
        [] { return tr("The notebook has no kernel."); });
    m_commands->bind(
        u"runtime.change"_s, [this] { m_tabs->current()->chooseRuntime(); },
        [this] { return kernel() != nullptr; }, noNotebook);
    m_commands->bind(u"runtime.manage"_s, [this] { m_runtimes->manage(); });
    m_commands->bind(
        u"runtime.environments"_s, [this] { showEnvironments(); }, [this] { return kernel() != nullptr; },
        noNotebook);
    m_commands->bind(u"runtime.sessions"_s, [this] { showSessions(); });
}

/// The connection goes as well, unless another notebook uses it.
void MainWindow::disconnectCurrent()
{
    KernelController* const mine = kernel();
    const auto runtime = mine->runtime();
    mine->disconnectKernel();
    const std::vector<NotebookTab*> tabs = m_tabs->all();
    const bool isUsed = std::ranges::any_of(tabs, [&](const NotebookTab* tab) {
        return tab->kernel() && tab->kernel() != mine && tab->kernel()->runtime() == runtime;
    });
    if (!isUsed) m_services.runtimes.disconnectFrom(mine->place().id);
}

void MainWindow::showEnvironments()
{
    const QPointer<KernelController> mine = kernel();
    m_services.runtimes.open(mine->place().id)
        .then(this, [this, mine](const Result<std::shared_ptr<runtime::Runtime>>& opened) {
            if (!mine) return;
            if (!opened) return tell(opened.error().message);
            mine->lookNearby();
            const bool isLocal = mine->place().kind == RuntimeEntry::Kind::Local;
            m_runtimes->showEnvironments(*opened, isLocal ? mine->folder() : mine->place().folder,
                                         mine->specName(), [mine](const runtime::KernelSpec& spec) {
                                             if (mine)
                                                 mine->changeTo(
                                                     {mine->place().id, spec, {}, mine->accelerator()});
                                         });
        });
}

NotebookTab* MainWindow::tabOf(const QString& kernel) const
{
    const std::vector<NotebookTab*> tabs = m_tabs->all();
    const auto found = std::ranges::find_if(
        tabs, [&](const NotebookTab* tab) { return tab->session() && tab->session()->kernelId() == kernel; });
    return found == tabs.end() ? nullptr : *found;
}

void MainWindow::showSessions()
{
    using widgets::SessionsDialog;
    auto* const dialog = new SessionsDialog(m_services.runtimes, m_services.appearance, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QSet<QString> own;
    for (const NotebookTab* const tab : m_tabs->all()) {
        if (tab->session() && !tab->session()->kernelId().isEmpty()) own.insert(tab->session()->kernelId());
    }
    dialog->setOwnKernels(own);
    connect(dialog, &SessionsDialog::attachRequested, this, &MainWindow::goToKernel);
    connect(
        dialog, &SessionsDialog::orderRequested, this,
        [this](const QString&, const QString& kernel, widgets::KernelOrder order) { obey(kernel, order); });
    dialog->open();
}

void MainWindow::goToKernel(const QString& runtime, const QString& kernel, const QString& label)
{
    if (NotebookTab* const tab = tabOf(kernel)) return m_tabs->setCurrentWidget(tab);
    // Elsewhere the label begins with the machine of the notebook.
    const QString machine = QSysInfo::machineHostName() + u':';
    const bool isLocal = runtime == QLatin1StringView(runtime::RuntimeList::localId);
    const QString path = isLocal                     ? label
                         : label.startsWith(machine) ? label.sliced(machine.size())
                                                     : QString();
    if (!path.isEmpty()) return open({path});
    tell(tr("The kernel's notebook is not on this machine. Another notebook can join it: Runtime > Change "
            "runtime type."));
}

/// What a notebook's own session is to do, so that it knows.
void MainWindow::obey(const QString& kernel, widgets::KernelOrder order)
{
    const NotebookTab* const tab = tabOf(kernel);
    if (!tab) return;
    switch (order) {
    case widgets::KernelOrder::Interrupt:
        return tab->kernel()->interrupt();
    case widgets::KernelOrder::Restart:
        return tab->kernel()->restart(false);
    case widgets::KernelOrder::Shutdown:
    case widgets::KernelOrder::Forget:
        return tab->kernel()->shutdown();
    }
}

} // namespace cahier::window
