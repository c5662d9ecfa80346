// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/theme.h>

#include <QScrollBar>

namespace cahier::widgets {

class Appearance;

/// A scroll bar that takes little room and attention, for what scrolls inside the notebook.
class ThinScrollBar : public QScrollBar {
    Q_OBJECT
public:
    static constexpr int thickness = 10;

    explicit ThinScrollBar(Qt::Orientation orientation, QWidget* parent = nullptr);
    /// One that follows the theme by itself.
    ThinScrollBar(const Appearance& appearance, Qt::Orientation orientation, QWidget* parent);
    void setTheme(const Theme& theme);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    [[nodiscard]] QRect handle() const;
    [[nodiscard]] int along(QPoint point) const
    {
        return orientation() == Qt::Vertical ? point.y() : point.x();
    }

    QColor m_ink{Qt::gray};
    int m_grip = -1; ///< where in the handle it is held
    bool m_hovered = false;
};

} // namespace cahier::widgets
