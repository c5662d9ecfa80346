// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor.
#pragma once

#include <QByteArrayView>

#include <algorithm>

namespace cahier::widgets {

inline constexpr qsizetype indentUnit = 4; ///< spaces

inline qsizetype leadingSpace(QByteArrayView line)
{
    return std::ranges::find_if(line, [](char c) { return c != ' ' && c != '\t'; }) - line.begin();
}

} // namespace cahier::widgets
