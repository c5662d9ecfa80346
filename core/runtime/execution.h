// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to Session: one execute_request that is with the kernel.
#pragma once

#include <core/runtime/session.h>

namespace cahier::runtime {

struct Session::Execution {
    QString messageId;
    std::optional<CellKey> cell; ///< none: another client's code that belongs to no cell of the notebook
    bool own = false;            ///< we sent it
    bool mayRaise = false;       ///< an error does not cancel the queue
    CellRun run;                 ///< what is known so far
    bool inputSeen = false;      ///< execute_input came: the kernel did take it up
    bool replied = false;
    bool idle = false;
    bool errorShown = false; ///< an error output came
    bool gap = false;        ///< events were lost while it ran: reply or idle may be among them
    bool refused = false;    ///< not sent, for the kernel is dead or ending: that is about to be told
    nlohmann::json reply = nlohmann::json::object();
    QTimer patience; ///< runs when one half of "done" is there and the other is missing

    /// Nothing of it was seen that a kernel which runs it would say.
    [[nodiscard]] bool isBare() const;
    /// Its reply says that the kernel skipped it; then idle may never come (xeus).
    [[nodiscard]] bool isAborted() const;
};

/// ms since 1970: when the host saw the message, or now.
[[nodiscard]] qint64 timeOf(const Message& message);

} // namespace cahier::runtime
