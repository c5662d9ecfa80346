// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/notebookrun.h>

#include <app/console/commands.h>
#include <app/kernelchoice.h>

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

constexpr std::chrono::seconds patienceAfterInterrupt{5};
constexpr std::chrono::seconds patienceForEnd{15}; // of a kernel elsewhere

/// Folders have no kernel of their own: the notebook's folder, as in Jupyter. Elsewhere there is no such one.
QString workingFolder(const RunOptions& options)
{
    if (!options.runsHere()) return options.folder;
    return options.folder.isEmpty() ? QFileInfo(options.notebook).absolutePath()
                                    : QFileInfo(options.folder).absoluteFilePath();
}

/// As a choice's device is called among what the machine has.
QString nameOf(const runtime::AcceleratorChoice& choice, const runtime::Hardware& hardware)
{
    if (choice.kind == runtime::AcceleratorKind::None) return u"the CPU alone"_s;
    for (const runtime::Gpu& gpu : hardware.gpus) {
        if (choice.devices.contains(gpu.uuid)) return u"%1 (GPU %2)"_s.arg(gpu.name).arg(gpu.index);
        for (const runtime::MigSlice& slice : gpu.slices) {
            if (choice.devices.contains(slice.uuid)) return slice.name.isEmpty() ? slice.uuid : slice.name;
        }
    }
    return hardware.tpus.empty() ? choice.devices.join(u", "_s) : hardware.tpus.front().kind;
}

} // namespace

NotebookRun::NotebookRun(const RunOptions& options, notebook::Notebook& notebook, runtime::Runtime& runtime,
                         RunReport& report)
    : m_options(options), m_notebook(notebook), m_runtime(runtime), m_report(report), m_target(notebook),
      m_session(m_target)
{
    m_timeout.setSingleShot(true);
    m_patience.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, &NotebookRun::handleTimeout);
    connect(&m_patience, &QTimer::timeout, this, &NotebookRun::giveUp);
    connect(&m_session, &runtime::Session::runChanged, this, &NotebookRun::handleRunChanged);
    connect(&m_session, &runtime::Session::cellFinished, this, &NotebookRun::handleCellFinished);
    connect(&m_session, &runtime::Session::queueFinished, this, [this] {
        finish(m_interrupted ? exitInterrupted : m_failed ? exitFailure : exitSuccess);
    });
    connect(&m_session, &runtime::Session::kernelDied, this, [this](const runtime::KernelDeath& death) {
        fail({ErrorCode::KernelDied, u"The kernel ended: %1."_s.arg(death.reason), death.stderrTail});
    });
    connect(&m_session, &runtime::Session::problemOccurred, this,
            [this](const Error& error) { m_report.notice(error.text()); });
    connect(&m_session, &runtime::Session::startTimedOut, this, [this] {
        fail(
            {ErrorCode::Timeout,
             u"The kernel does not answer. Try another one with --kernel, or look at what its kernel spec starts."_s,
             {}});
    });
    connect(&m_session, &runtime::Session::stateChanged, this, &NotebookRun::handleState);
    connect(&m_session, &runtime::Session::inputRequested, this, &NotebookRun::handleInput);
    connect(&m_session, &runtime::Session::inputWithdrawn, &m_input, &TerminalInput::withdraw);
    connect(&m_input, &TerminalInput::answered, this, &NotebookRun::handleAnswer);
    connect(&m_input, &TerminalInput::ended, this, &NotebookRun::handleEndOfInput);
}

void NotebookRun::start()
{
    for (const notebook::CellKey key : m_target.codeCells()) {
        const bool blank = m_notebook.find(key)->source().trimmed().isEmpty();
        if (!blank) m_cells.push_back(key);
    }
    if (m_cells.empty()) {
        m_hasRun = true;
        finish(exitSuccess);
        return;
    }
    m_runtime.kernelSpecs().then(this,
                                 [this](const Result<runtime::KernelSpecs>& specs) { chooseKernel(specs); });
}

void NotebookRun::interrupt()
{
    const bool again = m_interrupted;
    m_interrupted = true;
    m_session.cancelQueued();
    if (again || !m_session.runningCell()) {
        finish(exitInterrupted);
        return;
    }
    stopCell();
}

void NotebookRun::chooseKernel(const Result<runtime::KernelSpecs>& specs)
{
    if (m_done) return;
    if (!specs) return fail(specs.error());
    const auto choice = chooseKernelSpec(*specs, m_options.kernel, m_notebook);
    if (!choice) {
        Error error = choice.error();
        if (!specs->specs.empty()) error.message += u" Choose one with --kernel."_s;
        return fail(error);
    }
    if (!choice->notice.isEmpty()) m_report.notice(choice->notice);
    m_start.spec = choice->spec.name;
    chooseAccelerator();
}

void NotebookRun::chooseAccelerator()
{
    if (!m_options.accelerator) return findFolder();
    if (!m_options.accelerator->needsHardware()) {
        m_start.accelerator = runtime::AcceleratorChoice{};
        m_acceleratorName = nameOf(*m_start.accelerator, {});
        return findFolder();
    }
    m_runtime.hardware().then(this, [this](const Result<runtime::Hardware>& hardware) {
        if (m_done) return;
        if (!hardware) return fail(hardware.error());
        const auto choice = m_options.accelerator->choose(*hardware);
        if (!choice) return fail(choice.error());
        m_start.accelerator = *choice;
        m_acceleratorName = nameOf(*choice, *hardware);
        findFolder();
    });
}

/// The folder as the machine there knows it: what was given may begin with ~ or be relative to the home
/// folder.
void NotebookRun::findFolder()
{
    m_start.workingDirectory = workingFolder(m_options);
    const bool isAbsolute = m_start.workingDirectory.startsWith(u'/');
    runtime::Files* const files = m_runtime.files();
    if (m_options.runsHere() || m_start.workingDirectory.isEmpty() || isAbsolute || !files)
        return startKernel();
    const bool isHome = m_start.workingDirectory.startsWith(u'~');
    const QString folder = isHome ? m_start.workingDirectory : u"~/"_s + m_start.workingDirectory;
    files->list(folder).then(this, [this](const Result<runtime::FileListing>& listing) {
        if (m_done) return;
        if (!listing) return fail(listing.error());
        m_start.workingDirectory = listing->folder;
        startKernel();
    });
}

void NotebookRun::startKernel()
{
    const bool here = m_options.runsHere();
    m_report.kernelStarting(m_start.spec, here ? QString() : runtimeName(), m_acceleratorName);
    // A Jupyter Server would take a label for a notebook of its own.
    if (!std::holds_alternative<runtime::ServerAddress>(m_options.runtime))
        m_start.label = QFileInfo(m_options.notebook).absoluteFilePath();
    // Elsewhere it lives on while there is no connection, however long that takes; endKernel() ends it.
    m_start.lifetime = here ? runtime::Lifetime::Client : runtime::Lifetime::Runtime;
    m_runtime.start(m_start).then(
        this, [this](const Result<std::shared_ptr<runtime::KernelConnection>>& connection) {
            if (m_done) return;
            if (!connection)
                fail(connection.error());
            else
                runCells(*connection);
        });
}

void NotebookRun::runCells(const std::shared_ptr<runtime::KernelConnection>& connection)
{
    if (!m_options.runsHere()) m_kernel = connection;
    if (const auto attached = m_session.attach(connection); !attached) return fail(attached.error());
    runtime::ExecuteOptions execute;
    execute.allowErrors = m_options.allowErrors;
    execute.allowStdin = m_options.allowStdin;
    if (const auto queued = m_session.enqueue(m_cells, execute); !queued) fail(queued.error());
}

void NotebookRun::handleRunChanged(notebook::CellKey cell)
{
    if (m_session.cellRun(cell).phase != runtime::RunPhase::Running || m_started == cell) return;
    m_started = cell;
    if (!std::exchange(m_hasRun, true)) Q_EMIT cellsRunning();
    m_cellClock.start();
    m_report.cellStarted(progressOf(cell));
    if (m_options.timeout) m_timeout.start(*m_options.timeout);
}

void NotebookRun::handleCellFinished(notebook::CellKey cell, const runtime::CellRun& run)
{
    if (m_done || m_started != cell) return;
    m_timeout.stop();
    m_patience.stop();
    const CellOutcome outcome = outcomeOf(cell, run);
    const bool expected = run.outcome == runtime::RunOutcome::Error && m_target.runnableCell(cell)->mayRaise;
    if (outcome == CellOutcome::TimedOut ||
        (outcome == CellOutcome::Failed && !m_options.allowErrors && !expected))
        m_failed = true;
    m_report.cellFinished(progressOf(cell), outcome, std::chrono::milliseconds(m_cellClock.elapsed()));
    explain(run, outcome);
    const int left = static_cast<int>(m_cells.size()) - progressOf(cell).position;
    if (m_failed && left > 0)
        m_report.notice(left == 1 ? u"1 cell was not run."_s : u"%1 cells were not run."_s.arg(left));
}

void NotebookRun::handleState(runtime::SessionState state)
{
    const bool lost = state == runtime::SessionState::Reconnecting;
    if (!m_done && std::exchange(m_reconnecting, lost) != lost) m_report.reconnecting(runtimeName(), lost);
}

void NotebookRun::handleTimeout()
{
    m_timedOut = m_session.runningCell();
    m_session.cancelQueued();
    stopCell();
}

/// The running cell did not react to an interrupt. Its kernel goes with the connection.
void NotebookRun::giveUp()
{
    const Error error{
        ErrorCode::Timeout, u"The cell did not react to the interrupt; its kernel was ended."_s, {}};
    if (const auto cell = m_session.runningCell()) {
        m_notebook.appendOutput(*cell, {{"output_type", "error"},
                                        {"ename", m_timedOut ? "Timeout" : "Interrupted"},
                                        {"evalue", error.message.toStdString()},
                                        {"traceback", {error.message.toStdString()}}});
    }
    m_report.failed(error);
    m_failed = true;
    m_session.detach();
    finish(m_interrupted ? exitInterrupted : exitFailure);
}

void NotebookRun::stopCell()
{
    m_input.withdraw();
    m_patience.start(patienceAfterInterrupt);
    m_session.interrupt().then(this, [this](const Result<void>& result) {
        if (!result) m_report.notice(result.error().text());
    });
}

void NotebookRun::handleInput(const QString& prompt, bool password)
{
    m_timeLeft = std::max(1, m_timeout.remainingTime());
    m_timeout.stop(); // a person is not timed
    if (const auto cell = m_session.runningCell()) m_report.inputAsked(progressOf(*cell));
    m_input.ask(prompt, password);
}

void NotebookRun::handleAnswer(const QString& line)
{
    if (const auto sent = m_session.replyInput(line); !sent) m_report.notice(sent.error().text());
    if (m_options.timeout) m_timeout.start(m_timeLeft);
}

void NotebookRun::handleEndOfInput()
{
    m_report.failed(
        {ErrorCode::Io, u"The cell asks for input, and the end of the standard input is reached."_s, {}});
    m_failed = true;
    m_session.cancelQueued();
    stopCell();
}

void NotebookRun::explain(const runtime::CellRun& run, CellOutcome outcome)
{
    if (outcome == CellOutcome::TimedOut) {
        m_report.failed({ErrorCode::Timeout,
                         u"The cell was interrupted after %1 seconds (--timeout)."_s.arg(
                             double(m_options.timeout->count()) / 1000),
                         {}});
    } else if (run.errorName == "StdinNotImplementedError"_L1 && !m_options.allowStdin) {
        m_report.failed(
            {ErrorCode::Unsupported,
             u"The cell asks for input. To answer on this terminal run again with --allow-stdin."_s,
             {}});
    }
}

CellOutcome NotebookRun::outcomeOf(notebook::CellKey cell, const runtime::CellRun& run) const
{
    if (m_timedOut == cell) return CellOutcome::TimedOut;
    switch (run.outcome) {
    case runtime::RunOutcome::Ok:
        return CellOutcome::Ok;
    case runtime::RunOutcome::Cancelled:
        return m_interrupted ? CellOutcome::Interrupted : CellOutcome::Cancelled;
    case runtime::RunOutcome::Error:
    case runtime::RunOutcome::Aborted:
    case runtime::RunOutcome::Killed:
        return m_interrupted ? CellOutcome::Interrupted : CellOutcome::Failed;
    }
    Q_UNREACHABLE_RETURN(CellOutcome::Failed);
}

CellProgress NotebookRun::progressOf(notebook::CellKey cell) const
{
    const auto position = std::ranges::find(m_cells, cell) - m_cells.begin() + 1;
    return {m_notebook.indexOf(cell), static_cast<int>(position), static_cast<int>(m_cells.size()),
            m_notebook.find(cell)};
}

void NotebookRun::fail(const Error& error)
{
    if (m_done) return;
    m_report.failed(error);
    finish(exitFailure);
}

void NotebookRun::finish(int status)
{
    if (m_done) return;
    m_done = true;
    m_timeout.stop();
    m_patience.stop();
    m_input.withdraw();
    m_session.detach(); // the kernel's lifetime is ours: the host here ends it
    if (m_kernel) return endKernel(status);
    Q_EMIT finished(status);
}

/// What was started elsewhere would run on there for nothing.
void NotebookRun::endKernel(int status)
{
    const auto done = [this, status](const Result<void>& ended) {
        if (std::exchange(m_kernelEnded, true)) return;
        if (!ended)
            m_report.notice(u"The kernel on %1 could not be ended and runs on: %2"_s.arg(
                runtimeName(), ended.error().text()));
        Q_EMIT finished(status);
    };
    QTimer::singleShot(patienceForEnd, this,
                       [done] { done(failure(ErrorCode::Timeout, u"There was no answer in time."_s)); });
    m_kernel->shutdown().then(this, done);
}

} // namespace cahier::console
