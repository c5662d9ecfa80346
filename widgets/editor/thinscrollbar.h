// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollBar>

namespace cahier::widgets {

class Appearance;

/// A scroll bar that takes little room and attention.
class ThinScrollBar : public QScrollBar {
    Q_OBJECT
public:
    ThinScrollBar(const Appearance& appearance, Qt::Orientation orientation, QWidget* parent);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Handle {
        double start = 0, length = 0;
    };
    [[nodiscard]] bool isHorizontal() const { return orientation() == Qt::Horizontal; }
    [[nodiscard]] int extent() const { return isHorizontal() ? width() : height(); }
    [[nodiscard]] Handle handle() const;

    const Appearance& m_appearance;
    double m_grip = -1; ///< where in the handle the mouse holds it; -1: it does not
};

} // namespace cahier::widgets
