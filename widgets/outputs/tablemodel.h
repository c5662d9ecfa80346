// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/htmltable.h>
#include <widgets/outputs/textmatch.h>
#include <widgets/theme/theme.h>

#include <QAbstractTableModel>

#include <compare>
#include <memory>
#include <optional>
#include <vector>

namespace cahier::widgets {

class TableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(std::shared_ptr<const HtmlTable> table);
    [[nodiscard]] const std::shared_ptr<const HtmlTable>& table() const { return m_table; }
    void setTheme(const Theme& theme);
    /// Places in the table's toTsv(); `current` is an index or -1. Gone with the next table.
    void setMatches(const std::vector<TextMatch>& matches, int current);
    /// The cell of the current match; invalid where it is none of the rows'.
    [[nodiscard]] QModelIndex currentMatch() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] Qt::Alignment alignmentOf(int column) const;
    struct Place {
        int row = headerRow;
        int column = 0;
        auto operator<=>(const Place&) const = default;
    };
    static constexpr int headerRow = -1;
    [[nodiscard]] Place placeOf(const TextMatch& match) const;
    [[nodiscard]] QVariant groundOf(Place place) const;

    std::shared_ptr<const HtmlTable> m_table;
    QFont m_bold;
    QColor m_indexInk, m_matchGround, m_currentGround;
    std::vector<Place> m_found; ///< cells with a match, in order
    std::optional<Place> m_currentMatch;
};

} // namespace cahier::widgets
