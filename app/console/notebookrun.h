// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/console/runoptions.h>
#include <app/console/runreport.h>
#include <app/console/terminalinput.h>
#include <core/runtime/notebooktarget.h>
#include <core/runtime/runtime.h>
#include <core/runtime/session.h>

#include <QElapsedTimer>
#include <QTimer>

namespace cahier::console {

/// Executes a notebook's code cells once, from top to bottom. Everything given must outlive it.
class NotebookRun : public QObject {
    Q_OBJECT
public:
    NotebookRun(const RunOptions& options, notebook::Notebook& notebook, runtime::Runtime& runtime,
                RunReport& report);

    /// Goes on in the event loop until finished() comes.
    void start();
    /// The first call interrupts the running cell and ends the run; a second one ends it at once.
    void interrupt();
    /// Ends the run as failed, for a reason outside of it.
    void fail(const Error& error);
    /// There are results to save: the cells were handed to a kernel, or there was none to run.
    [[nodiscard]] bool hasRun() const { return m_hasRun; }

Q_SIGNALS:
    /// The kernel is there; results come from now on.
    void cellsRunning();
    /// The results are in the notebook. status is an ExitStatus.
    void finished(int status);

private:
    void chooseKernel(const Result<runtime::KernelSpecs>& specs);
    void chooseAccelerator();
    void findFolder();
    void startKernel();
    void runCells(const std::shared_ptr<runtime::KernelConnection>& connection);
    void handleRunChanged(notebook::CellKey cell);
    void handleCellFinished(notebook::CellKey cell, const runtime::CellRun& run);
    void handleTimeout();
    void giveUp();
    void handleInput(const QString& prompt, bool password);
    void handleAnswer(const QString& line);
    void handleEndOfInput();
    void stopCell();
    void handleState(runtime::SessionState state);
    void finish(int status);
    void endKernel(int status);
    [[nodiscard]] QString runtimeName() const { return entryOf(m_options.runtime).name; }
    [[nodiscard]] CellOutcome outcomeOf(notebook::CellKey cell, const runtime::CellRun& run) const;
    [[nodiscard]] CellProgress progressOf(notebook::CellKey cell) const;
    void explain(const runtime::CellRun& run, CellOutcome outcome);

    const RunOptions& m_options;
    notebook::Notebook& m_notebook;
    runtime::Runtime& m_runtime;
    RunReport& m_report;
    runtime::NotebookTarget m_target;
    runtime::Session m_session;
    TerminalInput m_input;
    runtime::StartOptions m_start;
    QString m_acceleratorName;
    std::shared_ptr<runtime::KernelConnection> m_kernel; ///< elsewhere: ours to end
    bool m_kernelEnded = false;
    bool m_reconnecting = false;
    QTimer m_timeout;   ///< of the running cell
    QTimer m_patience;  ///< how long an interrupted cell may take to stop
    int m_timeLeft = 0; ///< ms of the timeout, while a person is asked
    QElapsedTimer m_cellClock;
    std::vector<notebook::CellKey> m_cells;
    std::optional<notebook::CellKey> m_started;  ///< the cell whose start was reported
    std::optional<notebook::CellKey> m_timedOut; ///< the cell that ran too long
    bool m_interrupted = false;
    bool m_failed = false;
    bool m_hasRun = false;
    bool m_done = false;
};

} // namespace cahier::console
