// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/theme/thinscrollbar.h>

#include <widgets/theme/appearance.h>

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace cahier::widgets {

ThinScrollBar::ThinScrollBar(Qt::Orientation orientation, QWidget* parent) : QScrollBar(orientation, parent)
{
    setCursor(Qt::ArrowCursor);
    setContextMenuPolicy(Qt::NoContextMenu);
}

ThinScrollBar::ThinScrollBar(const Appearance& appearance, Qt::Orientation orientation, QWidget* parent)
    : ThinScrollBar(orientation, parent)
{
    setTheme(appearance.theme());
    connect(&appearance, &Appearance::changed, this, [this, &appearance] { setTheme(appearance.theme()); });
}

void ThinScrollBar::setTheme(const Theme& theme)
{
    m_ink = theme.muted;
    update();
}

QSize ThinScrollBar::sizeHint() const
{
    return orientation() == Qt::Vertical ? QSize(thickness, 3 * thickness) : QSize(3 * thickness, thickness);
}

QRect ThinScrollBar::handle() const
{
    constexpr int smallest = 24;
    const int track = orientation() == Qt::Vertical ? height() : width();
    const double range = double(maximum()) - minimum();
    const double whole = range + pageStep();
    if (whole <= 0 || range <= 0) return {};
    const int size = std::clamp(int(track * (pageStep() / whole)), std::min(smallest, track), track);
    const int at = int((track - size) * ((double(value()) - minimum()) / range));
    return orientation() == Qt::Vertical ? QRect(0, at, width(), size) : QRect(at, 0, size, height());
}

void ThinScrollBar::paintEvent(QPaintEvent* /*event*/)
{
    QRectF bar = handle();
    if (bar.isEmpty()) return;
    const double margin = m_hovered || m_grip >= 0 ? 2 : 3;
    bar = bar.adjusted(margin, margin, -margin, -margin);
    QColor ink = m_ink;
    ink.setAlphaF(m_grip >= 0 ? 0.75F : m_hovered ? 0.6F : 0.4F);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    const double radius = std::min(bar.width(), bar.height()) / 2;
    painter.drawRoundedRect(bar, radius, radius);
}

void ThinScrollBar::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return event->ignore();
    const QRect bar = handle();
    const int at = along(event->pos());
    if (bar.contains(event->pos())) {
        m_grip = at - along(bar.topLeft());
        update();
    } else {
        triggerAction(at < along(bar.topLeft()) ? SliderPageStepSub : SliderPageStepAdd);
    }
}

void ThinScrollBar::mouseMoveEvent(QMouseEvent* event)
{
    if (m_grip < 0) return;
    const QRect bar = handle();
    const int track = (orientation() == Qt::Vertical ? height() - bar.height() : width() - bar.width());
    if (track <= 0) return;
    const double share = double(along(event->pos()) - m_grip) / track;
    setValue(minimum() + int(std::clamp(share, 0.0, 1.0) * (double(maximum()) - minimum())));
}

void ThinScrollBar::mouseReleaseEvent(QMouseEvent* /*event*/)
{
    m_grip = -1;
    update();
}

void ThinScrollBar::enterEvent(QEnterEvent* /*event*/)
{
    m_hovered = true;
    update();
}

void ThinScrollBar::leaveEvent(QEvent* /*event*/)
{
    m_hovered = false;
    update();
}

} // namespace cahier::widgets
