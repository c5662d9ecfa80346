// SPDX-License-Identifier: GPL-3.0-or-later
// What a run tells the one who started it: a person at a terminal, or a program that reads JSON lines.
#pragma once

#include <core/notebook/notebook.h>
#include <core/runtime/connectionstate.h>

#include <chrono>
#include <memory>

namespace cahier::console {

enum class CellOutcome { Ok, Failed, TimedOut, Interrupted, Cancelled };

/// A code cell of the run. Positions count code cells only.
struct CellProgress {
    int index = 0;    ///< of the cell in the notebook, from 0
    int position = 0; ///< among the cells to run, from 1
    int total = 0;
    const notebook::Cell* cell = nullptr; ///< valid during the call
};

class RunReport {
public:
    virtual ~RunReport() = default;
    virtual void notice(const QString& sentence) = 0;
    /// How the way to a runtime elsewhere stands.
    virtual void connectionChanged(const QString& runtime, const runtime::ConnectionState& state) = 0;
    /// The way to the running kernel broke, and is sought anew; or it was found again.
    virtual void reconnecting(const QString& runtime, bool lost) = 0;
    /// Something is about to be asked on the terminal.
    virtual void questionAsked() = 0;
    /// runtime, accelerator: where it is not this machine's kernel as usual; else empty.
    virtual void kernelStarting(const QString& kernel, const QString& runtime,
                                const QString& accelerator) = 0;
    virtual void cellStarted(const CellProgress& cell) = 0;
    /// The cell asks its user something, who should see what it printed so far.
    virtual void inputAsked(const CellProgress& cell) = 0;
    virtual void cellFinished(const CellProgress& cell, CellOutcome outcome,
                              std::chrono::milliseconds duration) = 0;
    virtual void saved(const QString& path) = 0;
    virtual void failed(const Error& error) = 0;
    virtual void finished(int exitStatus) = 0;
};

enum class ReportKind { Terminal, Quiet, JsonLines };

/// printOutputs: the text outputs of each cell go to the standard output when it is done.
[[nodiscard]] std::unique_ptr<RunReport> makeRunReport(ReportKind kind, bool printOutputs);

} // namespace cahier::console
