// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of `cahier` that need no display. Each takes the arguments after its name, prints to the
// standard streams and returns an exit status.
#pragma once

#include <QStringList>

namespace cahier::console {

enum ExitStatus {
    exitSuccess = 0,
    exitFailure = 1,      ///< a cell failed, or a kernel could not be started
    exitUsage = 2,        ///< wrong arguments, or a file that cannot be read or written
    exitInterrupted = 130 ///< Ctrl+C, as shells count it: 128 + SIGINT
};

/// The arguments ask for a command, for help or for the version, or are no notebooks: nothing for the window.
[[nodiscard]] bool isForConsole(int argc, const char* const* argv);

/// `arguments`: the command's name and what follows it. Unknown commands and no command print the usage.
[[nodiscard]] int runCommand(const QStringList& arguments);

[[nodiscard]] int runNotebookCommand(const QStringList& arguments);
[[nodiscard]] int convertCommand(const QStringList& arguments);
[[nodiscard]] int recoverCommand(const QStringList& arguments);

} // namespace cahier::console
