// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/cell.h>

#include <QWidget>

namespace cahier::widgets {

/// The buttons between two cells that insert one there.
class InsertionBar : public QWidget {
    Q_OBJECT
public:
    explicit InsertionBar(QWidget* parent);
    /// New cells get this index.
    void setGap(int index) { m_gap = index; }

Q_SIGNALS:
    void insertRequested(int index, cahier::notebook::CellType type);

protected:
    void paintEvent(QPaintEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void addButton(const QString& title, const QString& tip, notebook::CellType type);

    int m_gap = 0;
};

} // namespace cahier::widgets
