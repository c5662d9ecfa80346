// SPDX-License-Identifier: GPL-3.0-or-later
// How Markdown refers to a cell's attachments.
#pragma once

#include <QString>

namespace cahier::notebook {

inline constexpr QLatin1StringView attachmentScheme("attachment:");

/// How long the reference to the attachment `name` is that begins at `from`, behind "attachment:": as it is,
/// or percent-encoded. 0 where another one is meant, or none.
[[nodiscard]] qsizetype attachmentReferenceLength(QStringView source, qsizetype from, const QString& name);

} // namespace cahier::notebook
