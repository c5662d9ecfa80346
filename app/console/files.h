// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace cahier::console {

/// Both names lead to one existing file, whatever their spelling or the links between them.
[[nodiscard]] bool isSameFile(const QString& a, const QString& b);

} // namespace cahier::console
