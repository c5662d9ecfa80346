// SPDX-License-Identifier: GPL-3.0-or-later
// How a notebook comes by its kernel.
#include <app/window/kernelcontroller.h>

#include <app/kernelchoice.h>
#include <widgets/dialogs/kernellist.h>

#include <QClipboard>
#include <QDir>
#include <QFileInfo>
#include <QGuiApplication>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

using runtime::KernelInfo;
using runtime::KernelState;
using widgets::Notice;

void KernelController::findRunning(bool hostRuns)
{
    if (m_path.isEmpty() || m_preparing || m_parts.session.state() != runtime::SessionState::NoKernel) return;
    const auto remembered = m_parts.memory.find(m_path);
    if (remembered) m_place = remembered->runtime;
    if (place().kind == runtime::RuntimeEntry::Kind::Local && !hostRuns) return;
    const Place runtime = m_parts.runtimes.opened(m_place);
    if (!runtime) {
        if (remembered) offerLeftKernel();
        return;
    }
    setRuntime(runtime);
    runtime->kernels().then(this, [this, round = ++m_round](const Result<std::vector<KernelInfo>>& kernels) {
        if (round == m_round && kernels) attachToMine(*kernels);
    });
}

/// The kernel that was let go of, by this window or an earlier one, where the notebook is to run.
std::optional<KernelMemory::Entry> KernelController::leftKernel() const
{
    auto left = m_left;
    if (!left && !m_path.isEmpty()) left = m_parts.memory.find(m_path);
    return left && left->runtime == m_place ? left : std::nullopt;
}

/// False where none of them is the notebook's.
bool KernelController::attachToMine(const std::vector<KernelInfo>& kernels)
{
    if (const auto remembered = leftKernel()) {
        const auto found = std::ranges::find(kernels, remembered->kernelId, &KernelInfo::id);
        // A kernel that died since may have said something before.
        if (found != kernels.end() &&
            (found->state != KernelState::Dead || found->lastSeq > remembered->lastSeq)) {
            attachTo(*found, remembered->lastSeq);
            return true;
        }
        if (found == kernels.end() && !m_path.isEmpty()) m_parts.memory.forget(m_path);
    }
    const auto mine = std::ranges::find_if(kernels, [this](const KernelInfo& kernel) {
        return !m_path.isEmpty() && kernel.label == label() && kernel.state != KernelState::Dead;
    });
    if (mine == kernels.end()) return false;
    attachTo(*mine, 0);
    return true;
}

void KernelController::attachTo(const KernelInfo& kernel, quint64 after)
{
    m_preparing = true;
    Q_EMIT changed();
    m_runtime->attach(kernel.id, after)
        .then(this, [this, kernel, after, round = ++m_round](const Result<Connection>& connection) {
            if (round != m_round) return; // letting go of the connection detaches
            if (!connection) return fail(connection.error());
            if (m_spec.name != kernel.spec) {
                m_spec = {};
                m_spec.name = kernel.spec;
                if (kernel.spec != m_parts.notebook.kernelName()) m_spec.displayName = kernel.spec;
            }
            m_accelerator = kernel.accelerator;
            attach(*connection, after);
            Q_EMIT told(tr("The kernel that was left running is back."));
        });
}

void KernelController::join(const QString& kernelId)
{
    m_runtime->kernels().then(
        this, [this, kernelId, round = ++m_round](const Result<std::vector<KernelInfo>>& kernels) {
            if (round != m_round) return;
            if (!kernels) return fail(kernels.error());
            const auto found = std::ranges::find(*kernels, kernelId, &KernelInfo::id);
            if (found == kernels->end())
                return fail({ErrorCode::NotFound, tr("This kernel has ended meanwhile."), {}, Retry::No});
            // What it said before is not this notebook's.
            attachTo(*found, found->label == label() ? 0 : found->lastSeq);
        });
}

void KernelController::prepare()
{
    m_preparing = true;
    Q_EMIT changed();
    open([this] { chooseAndStart(); });
}

void KernelController::chooseAndStart()
{
    if (!m_spec.name.isEmpty()) return startKernel();
    m_runtime->kernelSpecs().then(this, [this, round = ++m_round](const Result<runtime::KernelSpecs>& specs) {
        if (round == m_round) chooseSpec(specs);
    });
}

void KernelController::chooseSpec(const Result<runtime::KernelSpecs>& specs)
{
    if (!specs) return fail(specs.error());
    const Result<KernelChoice> choice = chooseKernelSpec(*specs, {}, m_parts.notebook);
    if (!choice) {
        Error error = choice.error();
        if (specs->specs.empty() && !specs->problems.isEmpty()) {
            error.message = specs->problems.front();
            error.detail = specs->problems.join(u'\n');
        }
        return fail(error);
    }
    m_spec = choice->spec;
    if (!choice->notice.isEmpty())
        raise(problemTopic, Notice::Kind::Info, choice->notice, {}, {wayToChoose()});
    startKernel();
}

/// What the kernel is called where it runs. Notebooks of other machines may have the same path there; a
/// Jupyter Server takes it for a path of its own.
QString KernelController::label() const
{
    using Kind = runtime::RuntimeEntry::Kind;
    const Kind kind = place().kind;
    if (m_path.isEmpty() || kind == Kind::JupyterServer) return {};
    return kind == Kind::Local ? m_path : QSysInfo::machineHostName() + u':' + m_path;
}

void KernelController::startKernel()
{
    runtime::StartOptions options;
    options.spec = m_spec.name;
    options.label = label();
    options.lifetime = runtime::Lifetime::Runtime;
    options.accelerator = m_accelerator;
    const runtime::RuntimeEntry entry = place();
    if (entry.kind != runtime::RuntimeEntry::Kind::Local)
        options.workingDirectory = entry.folder;
    else
        options.workingDirectory = m_path.isEmpty() ? QDir::homePath() : QFileInfo(m_path).absolutePath();
    m_runtime->start(options).then(this, [this, round = ++m_round](const Result<Connection>& connection) {
        if (round == m_round) {
            if (!connection) return fail(connection.error());
            attach(*connection, 0);
            offerWished();
        } else if (connection) { // nobody wants it any more
            (*connection)->shutdown().then([kept = *connection](const Result<void>&) {});
        }
    });
}

void KernelController::attach(const Connection& connection, quint64 after)
{
    m_preparing = false;
    m_seqOfRun = m_seqOfSave = after;
    if (const Result<void> attached = m_parts.session.attach(connection); !attached)
        return fail(attached.error());
    m_connection = connection;
    m_left.reset();
    rememberKernel(after);
    const auto cells = std::exchange(m_waiting, {});
    if (!cells.empty()) run(cells);
    Q_EMIT changed();
}

void KernelController::fail(const Error& error)
{
    m_preparing = false;
    const auto cells = std::exchange(m_waiting, {});
    if (error.code == ErrorCode::PermissionDenied) m_refused = cells;
    std::vector<Notice::Way> ways;
    if (const QString command = widgets::commandIn(error.message); !command.isEmpty())
        ways.push_back(
            {tr("Copy the command"), [command] { QGuiApplication::clipboard()->setText(command); }});
    ways.push_back({tr("Try again"), [this, cells] {
                        if (cells.empty())
                            prepare();
                        else
                            run(cells);
                    }});
    ways.push_back(wayToChoose());
    m_spec = {}; // another one may be there the next time
    raise(kernelTopic, Notice::Kind::Error, error.message, error.detail, std::move(ways));
    Q_EMIT changed();
}

} // namespace cahier::window
