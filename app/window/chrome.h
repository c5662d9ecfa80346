// SPDX-License-Identifier: GPL-3.0-or-later
// How the bars around the notebooks look. Style sheets of single bars: one for the window would slow down
// every editor in it.
#pragma once

#include <widgets/theme/theme.h>

namespace cahier::window {

[[nodiscard]] QString toolBarStyle(const widgets::Theme& theme);
[[nodiscard]] QString tabBarStyle(const widgets::Theme& theme);

} // namespace cahier::window
