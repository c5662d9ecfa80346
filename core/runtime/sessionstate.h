// SPDX-License-Identifier: GPL-3.0-or-later
// The states of a session and of a cell's run.
#pragma once

#include <core/error.h>

#include <QStringList>

#include <optional>

namespace cahier::runtime {

enum class SessionState {
    NoKernel,     ///< not attached
    Starting,     ///< the kernel does not answer yet
    Idle,         ///< ready for work
    Busy,         ///< runs a cell, ours or another client's
    Reconnecting, ///< the way to the kernel is broken; whether it lives is unknown
    Restarting,   ///< being replaced; its state is lost
    Dead,         ///< the process is gone; restart() brings a new one
};

/// A word for messages: "starting", "no kernel", …
[[nodiscard]] QString sessionStateName(SessionState state);

/// Nothing for a legal change, else an Error (IllegalState) that names both states. Staying is legal.
[[nodiscard]] Result<void> checkTransition(SessionState from, SessionState to);

enum class RunPhase {
    None,    ///< never run in this session
    Queued,  ///< waits for its turn
    Running, ///< its request is with the kernel
    Done,
};

enum class RunOutcome {
    Ok,
    Error,     ///< the code raised an error, or it could not be sent
    Aborted,   ///< the kernel skipped it without running it
    Killed,    ///< the kernel ended or was restarted while it ran
    Cancelled, ///< taken out of the queue: an earlier cell failed, the user cancelled, the kernel is gone
};

/// How a cell's latest run stands.
struct CellRun {
    RunPhase phase = RunPhase::None;
    int position = 0; ///< Queued: 1 for the next one
    RunOutcome outcome = RunOutcome::Ok;
    qint64 startedAt = 0; ///< ms since 1970, when the kernel took it up; 0 when it never did
    qint64 endedAt = 0;   ///< ms since 1970
    std::optional<qint64> executionCount;
    QString errorName; ///< for Error and Killed
    QString errorValue;
    QStringList traceback; ///< with ANSI colours, as the kernel wrote it
};

} // namespace cahier::runtime
