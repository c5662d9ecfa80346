// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <nlohmann/json_fwd.hpp>

namespace cahier::convert {

/// Puts the pictures that rendered Markdown refers to into the page itself: the cell's attachments
/// ("attachment:name") and picture files below `baseFolder` (no other place on the disk, none over 20 MB;
/// an empty folder means none). Addresses that cannot be resolved are left as they are.
[[nodiscard]] QString embedImages(const QString& html, const nlohmann::json& attachments,
                                  const QString& baseFolder);

} // namespace cahier::convert
