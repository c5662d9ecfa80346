// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>

#include <functional>
#include <vector>

namespace cahier::widgets {

/// How a stretch of code looks. Positions are in UTF-16 units.
struct FormatRun {
    qsizetype start = 0, length = 0;
    QColor foreground; ///< invalid: the text's
    bool bold = false, italic = false;
};

/// Colours code. Language as a fence names it ("python", "c++"; may be unknown or empty). Called on worker
/// threads, several at a time.
using ColourCode = std::function<std::vector<FormatRun>(const QString& text, const QString& language)>;

} // namespace cahier::widgets
