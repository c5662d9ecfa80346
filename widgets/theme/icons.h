// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace cahier::widgets {

/// The icon resources/icons/NAME.svg, drawn in the palette's text colour at whatever size is asked for. Read
/// on first use, drawn when painted. A name that does not exist gives a null icon.
[[nodiscard]] QIcon icon(const QString& name);

} // namespace cahier::widgets
