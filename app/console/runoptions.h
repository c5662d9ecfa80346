// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/runtimes/acceleratorargument.h>
#include <app/runtimes/runtimeaddress.h>
#include <core/convert/parameters.h>

#include <QStringList>

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

namespace cahier::console {

struct RunOptions {
    QString notebook;
    QString output; ///< where the results go; empty: nowhere, cell outputs are printed
    QString kernel; ///< empty: the notebook's own
    RuntimeAddress runtime;
    std::optional<AcceleratorArgument> accelerator;
    /// Working folder of the kernel, on the runtime's machine; empty: the notebook's, elsewhere the home
    /// folder.
    QString folder;
    std::vector<convert::Parameter> parameters;
    std::optional<std::chrono::milliseconds> timeout; ///< for each cell
    bool allowErrors = false;
    bool allowStdin = false;
    bool logJson = false;
    bool quiet = false;

    [[nodiscard]] bool runsHere() const { return std::holds_alternative<LocalAddress>(runtime); }
};

/// The options, or the exit status where there is nothing to run: help was asked for, or the usage was
/// wrong; either was printed.
[[nodiscard]] std::variant<RunOptions, int> parseRunOptions(const QStringList& arguments);

} // namespace cahier::console
