// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QStringList>

namespace cahier::runtimes {

/// Where to go, as the ssh program takes it: an alias of ~/.ssh/config or a machine's name, and what
/// overrides the configuration.
struct SshTarget {
    QString host;
    QString user; ///< empty: as configured
    int port = 0; ///< 0: as configured

    /// Reads what a user types: HOST, USER@HOST, HOST:PORT, [ADDRESS]:PORT, ssh://USER@HOST:PORT. What ssh
    /// would take for an option, and what a shell would not take for a name, is refused (InvalidFormat).
    [[nodiscard]] static Result<SshTarget> parse(const QString& text);

    /// As parse() reads it, for labels: USER@HOST:PORT with what is known.
    [[nodiscard]] QString text() const;
    /// The end of ssh's command line: options, --, the host.
    [[nodiscard]] QStringList arguments() const;

    friend bool operator==(const SshTarget&, const SshTarget&) = default;
};

} // namespace cahier::runtimes
