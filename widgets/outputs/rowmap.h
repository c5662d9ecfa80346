// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/textbuffer.h>

namespace cahier::widgets {

/// Which rows of the screen the lines of a TextBuffer take at one width. A line takes whole rows, at least
/// one.
class RowMap {
public:
    /// `columns` of a row; 0: lines do not wrap.
    void setColumns(qsizetype columns);
    [[nodiscard]] qsizetype columns() const { return m_columns; }
    /// To be called when lines from `firstChanged` on are new, changed or gone.
    void update(const TextBuffer& buffer, qsizetype firstChanged);

    [[nodiscard]] qint64 rowCount() const { return m_rowCount; }
    [[nodiscard]] qint64 rowOfLine(const TextBuffer& buffer, qsizetype line) const;
    struct Place {
        qsizetype line = 0;
        qsizetype rowInLine = 0;
    };
    /// Clamped to the rows there are.
    [[nodiscard]] Place placeOf(const TextBuffer& buffer, qint64 row) const;
    [[nodiscard]] qsizetype rowsOf(const TextBuffer& buffer, qsizetype line) const;

private:
    static constexpr qsizetype stride = 256;
    [[nodiscard]] bool isIdentity() const { return m_widest <= m_columns || m_columns <= 0; }

    qsizetype m_columns = 0;
    qsizetype m_widest = 0;
    qsizetype m_lineCount = 0;
    qint64 m_rowCount = 0;
    std::vector<qint64> m_rowsBefore; ///< every `stride` lines
};

} // namespace cahier::widgets
