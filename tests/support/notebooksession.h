// SPDX-License-Identifier: GPL-3.0-or-later
// A notebook of code cells that runs on a kernel of any runtime.
#pragma once

#include <core/runtime/runtime.h>
#include <core/runtime/session.h>
#include <tests/support/fakekernelconnection.h>

#include <functional>

namespace cahier::test {

/// Waits with the event loop, a minute at most.
[[nodiscard]] bool waitFor(const std::function<bool()>& holds);

/// What a future gives, waiting with the event loop; an Error (Timeout) when it does not finish.
template <typename T> [[nodiscard]] Result<T> resultOf(const QFuture<Result<T>>& future)
{
    if (!waitFor([&] { return future.isFinished(); }) || future.resultCount() == 0)
        return failure(ErrorCode::Timeout, QStringLiteral("the future did not finish"));
    return future.result();
}

struct NotebookSession {
    FakeTarget target;
    runtime::Session session{target};

    [[nodiscard]] Result<void> start(runtime::Runtime& runtime,
                                     const QString& spec = QStringLiteral("python3"));
    [[nodiscard]] Result<void> start(runtime::Runtime& runtime, const runtime::StartOptions& options);
    [[nodiscard]] Result<void> attach(runtime::Runtime& runtime, const QString& kernelId, quint64 after = 0);
    CellKey add(const char* source, const QString& id = {})
    {
        return target.add(QString::fromUtf8(source), id);
    }
    /// Adds a cell, runs it and waits until nothing runs. Its streams' text, or what went wrong.
    QString run(const char* source);
    /// Adds a cell and enqueues it.
    CellKey begin(const char* source);
    /// Waits until everything that was enqueued is done.
    [[nodiscard]] bool finish();
    [[nodiscard]] runtime::RunOutcome outcome(CellKey cell) const { return session.cellRun(cell).outcome; }
};

/// "0\n1\n…", as many lines.
[[nodiscard]] QString numberLines(int count);

} // namespace cahier::test
