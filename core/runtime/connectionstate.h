// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QMetaType>
#include <QString>

#include <optional>

namespace cahier::runtime {

/// How the way to a runtime stands. Times are ms since 1970.
struct ConnectionState {
    enum class Phase {
        Idle,       ///< nothing needs it; with an error: it was given up until reconnect() or a request
        Connecting, ///< or asking the user
        Installing, ///< the host program is copied to the far side: done of total bytes
        Connected,
        Waiting, ///< the last attempt failed; the next one is at nextAttempt
    };

    Phase phase = Phase::Idle;
    qint64 lostAt = 0; ///< when a connection that had worked broke; 0 once it works again, or never did
    qint64 nextAttempt = 0;
    qint64 done = 0, total = 0;
    int failures = 0;           ///< since it last worked
    std::optional<Error> error; ///< why the last attempt failed, or what broke the connection

    /// For people, without the reason: "Connected", "Lost at 14:03, trying again in 12 s".
    [[nodiscard]] QString text(qint64 now) const;
};

} // namespace cahier::runtime

Q_DECLARE_METATYPE(cahier::runtime::ConnectionState)
