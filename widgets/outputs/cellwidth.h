// SPDX-License-Identifier: GPL-3.0-or-later
// The grid of characters on which terminal text stands.
#pragma once

#include <core/text/ansi.h>

#include <QString>

#include <vector>

namespace cahier::widgets {

/// Columns that a code point takes: 0 for what joins the character before, 2 for East Asian wide characters
/// and emoji, else 1.
[[nodiscard]] int columnsOf(char32_t character);

/// One line of terminal text on the grid, of endless width.
struct GridLine {
    struct Span {
        qsizetype start = 0;
        qsizetype length = 0;
        text::AnsiStyle style;
    };

    QString text;
    std::vector<Span> spans;
    /// The column of each UTF-16 unit and, last, the columns of the line. Empty where each takes one.
    std::vector<quint32> columns;

    [[nodiscard]] qsizetype columnAt(qsizetype index) const;
    [[nodiscard]] qsizetype columnCount() const { return columnAt(text.size()); }
    /// The unit that stands at a column; behind the end: the size of the text. Never inside a character.
    [[nodiscard]] qsizetype indexAt(qsizetype column) const;
};

/// Tabs reach to the next multiple of eight.
[[nodiscard]] GridLine layOut(const std::vector<text::AnsiRun>& runs);

} // namespace cahier::widgets
