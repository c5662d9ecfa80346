// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/htmltable.h>
#include <widgets/outputs/textmatch.h>
#include <widgets/theme/appearance.h>

#include <QTableView>

#include <memory>

namespace cahier::widgets {

class TableModel;
class WheelGate;

/// A table of any size; only the rows in sight are laid out. Cells are selected with mouse and keyboard and
/// copied as tab-separated text.
class TableView : public QTableView {
    Q_OBJECT
public:
    TableView(Appearance& appearance, QWidget* parent);

    /// Null: nothing.
    void setTable(std::shared_ptr<const HtmlTable> table);
    [[nodiscard]] const std::shared_ptr<const HtmlTable>& table() const;
    /// Of the header and that many rows, or all there are.
    [[nodiscard]] int heightOfRows(int rows, int width) const;
    [[nodiscard]] bool hasSelection() const;
    void copySelection() const;
    /// Places in the table's toTsv(); their cells are marked. Gone with the next table.
    void setMatches(const std::vector<TextMatch>& matches, int current);
    /// Scrolls to the cell of the current match, and returns where it is.
    QRect revealMatch();

protected:
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void applyTheme();
    void sizeColumns();

    Appearance& m_appearance;
    TableModel* m_model;
    WheelGate* m_gate;
};

} // namespace cahier::widgets
