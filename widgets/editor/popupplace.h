// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor.
#pragma once

#include <QRect>

namespace cahier::widgets {

/// Where a popup of this size goes: below the cursor, above it where there is more room, on its screen. In
/// global coordinates.
[[nodiscard]] QRect popupPlace(const QRect& cursor, const QSize& size);

} // namespace cahier::widgets
