// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel of the notebook in front, and where it runs.
#include <app/window/mainwindow.h>

#include <app/window/runtimeactions.h>

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
    connect(m_runtimes, &RuntimeActions::told, this, &MainWindow::tell);
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

} // namespace cahier::window
