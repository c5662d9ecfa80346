// SPDX-License-Identifier: GPL-3.0-or-later
// The protocol counts cursor positions in Unicode code points, QString in UTF-16 units.
#pragma once

#include <QStringView>

namespace cahier::runtime {

/// How many code points lie before the UTF-16 unit at `unit` (clamped to the text). A lone surrogate counts
/// as one; a position inside a pair counts as before it.
[[nodiscard]] qsizetype codePointsBefore(QStringView text, qsizetype unit);

/// The UTF-16 unit at which code point number `codePoint` begins (clamped to the text).
[[nodiscard]] qsizetype unitOfCodePoint(QStringView text, qsizetype codePoint);

} // namespace cahier::runtime
