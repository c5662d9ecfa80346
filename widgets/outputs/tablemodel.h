// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/htmltable.h>
#include <widgets/theme/theme.h>

#include <QAbstractTableModel>

#include <memory>

namespace cahier::widgets {

class TableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(std::shared_ptr<const HtmlTable> table);
    [[nodiscard]] const std::shared_ptr<const HtmlTable>& table() const { return m_table; }
    void setTheme(const Theme& theme);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] Qt::Alignment alignmentOf(int column) const;

    std::shared_ptr<const HtmlTable> m_table;
    QFont m_bold;
    QColor m_indexInk;
};

} // namespace cahier::widgets
