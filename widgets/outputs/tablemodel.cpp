// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/tablemodel.h>

#include <algorithm>

namespace cahier::widgets {

void TableModel::setTable(std::shared_ptr<const HtmlTable> table)
{
    beginResetModel();
    m_table = std::move(table);
    m_found.clear();
    m_currentMatch.reset();
    endResetModel();
}

void TableModel::setTheme(const Theme& theme)
{
    m_bold = theme.interface;
    if (m_bold.pointSizeF() > 0) m_bold.setPointSizeF(m_bold.pointSizeF() * theme.zoom);
    m_bold.setBold(true);
    m_indexInk = theme.muted;
    m_matchGround = theme.match;
    m_currentGround = theme.currentMatch;
}

TableModel::Place TableModel::placeOf(const TextMatch& match) const
{
    const int row = int(match.line) + headerRow;
    const QStringList& cells = row == headerRow ? m_table->header : m_table->rows[size_t(row)].cells;
    int column = 0;
    for (qsizetype end = 0; column < cells.size(); ++column) {
        end += cells[column].size() + 1;
        if (match.start < end) break;
    }
    return {row, column};
}

void TableModel::setMatches(const std::vector<TextMatch>& matches, int current)
{
    m_found.clear();
    m_currentMatch.reset();
    if (!m_table) return;
    for (size_t i = 0; i < matches.size(); ++i) {
        if (matches[i].line > qsizetype(m_table->rows.size())) break; // they are still being read
        const Place place = placeOf(matches[i]);
        if (m_found.empty() || m_found.back() != place) m_found.push_back(place);
        if (int(i) == current) m_currentMatch = place;
    }
}

QModelIndex TableModel::currentMatch() const
{
    return m_currentMatch && m_currentMatch->row != headerRow
               ? index(m_currentMatch->row, m_currentMatch->column)
               : QModelIndex();
}

QVariant TableModel::groundOf(Place place) const
{
    if (m_currentMatch == place) return m_currentGround;
    return std::ranges::binary_search(m_found, place) ? QVariant(m_matchGround) : QVariant();
}

int TableModel::rowCount(const QModelIndex& parent) const
{
    return m_table && !parent.isValid() ? int(m_table->rows.size()) : 0;
}

int TableModel::columnCount(const QModelIndex& parent) const
{
    return m_table && !parent.isValid() ? m_table->columnCount() : 0;
}

Qt::Alignment TableModel::alignmentOf(int column) const
{
    return Qt::AlignVCenter | (m_table->isNumeric[size_t(column)] ? Qt::AlignRight : Qt::AlignLeft);
}

QVariant TableModel::data(const QModelIndex& index, int role) const
{
    const HtmlTable::Row& row = m_table->rows[size_t(index.row())];
    const bool isIndex = index.column() < row.headers;
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return row.cells.value(index.column());
    case Qt::TextAlignmentRole:
        return QVariant(int(alignmentOf(index.column())));
    case Qt::FontRole:
        return isIndex ? QVariant(m_bold) : QVariant();
    case Qt::ForegroundRole:
        return isIndex ? QVariant(m_indexInk) : QVariant();
    case Qt::BackgroundRole:
        return groundOf({index.row(), index.column()});
    default:
        return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical || !m_table) return {};
    if (role == Qt::DisplayRole) return m_table->header.value(section);
    if (role == Qt::TextAlignmentRole) return QVariant(int(alignmentOf(section)));
    if (role == Qt::BackgroundRole) return groundOf({headerRow, section});
    return {};
}

} // namespace cahier::widgets
