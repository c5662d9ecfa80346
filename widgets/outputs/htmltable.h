// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace cahier::widgets {

/// A table out of HTML, as text in a grid. Spanned cells are empty but for their first.
struct HtmlTable {
    struct Row {
        QStringList cells;
        int headers = 0; ///< how many of the first cells are header cells: pandas' index
    };
    QStringList header; ///< of each column; lines of a header of several rows joined by \n
    std::vector<Row> rows;
    std::vector<bool> isNumeric; ///< of each column: what it holds is right-aligned
    QString caption;             ///< what stands around the table: pandas' "5000 rows × 9 columns"

    [[nodiscard]] int columnCount() const { return int(header.size()); }
    /// Without those of the index.
    [[nodiscard]] int valueColumns() const
    {
        return columnCount() - (rows.empty() ? 0 : rows.front().headers);
    }
    /// Tab-separated, with the header.
    [[nodiscard]] QString toTsv() const;
    /// As RFC 4180 has it.
    [[nodiscard]] QString toCsv() const;
};

/// Nothing where the HTML is more than one plain table with a few words around it. `isWhole` false: the HTML
/// is the beginning of a longer one, and its last row may be cut off.
[[nodiscard]] std::optional<HtmlTable> readTable(QStringView html, bool isWhole);

} // namespace cahier::widgets
