// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor: what Scintilla's indicators are used for.
#pragma once

namespace cahier::widgets {

inline constexpr int matchIndicator = 8;
inline constexpr int currentMatchIndicator = 9;
/// Not seen: on a closing bracket or quote that was put in with its opening one.
inline constexpr int closerIndicator = 10;
inline constexpr int preeditIndicator = 11;

} // namespace cahier::widgets
