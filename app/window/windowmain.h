// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

namespace cahier::window {

class MainWindow;

/// The environment, or an option for Qt among the arguments, names a display, or a platform that needs none.
[[nodiscard]] bool hasDisplay(int argc, const char* const* argv);

/// The program with a window; arguments are notebooks. Calls `started` once Qt has looked at the environment,
/// and `shown` with the window just before events are handled.
/// Returns the exit status: 2 where there is no display,
/// after a sentence that names the command for work without one.
[[nodiscard]] int runWindow(int& argc, char** argv, const std::function<void()>& started = {},
                            const std::function<void(MainWindow&)>& shown = {});

} // namespace cahier::window
