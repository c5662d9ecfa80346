// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/tablemodel.h>

namespace cahier::widgets {

void TableModel::setTable(std::shared_ptr<const HtmlTable> table)
{
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

void TableModel::setTheme(const Theme& theme)
{
    m_bold = theme.interface;
    if (m_bold.pointSizeF() > 0) m_bold.setPointSizeF(m_bold.pointSizeF() * theme.zoom);
    m_bold.setBold(true);
    m_indexInk = theme.muted;
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
    default:
        return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical || !m_table) return {};
    if (role == Qt::DisplayRole) return m_table->header.value(section);
    if (role == Qt::TextAlignmentRole) return QVariant(int(alignmentOf(section)));
    return {};
}

} // namespace cahier::widgets
