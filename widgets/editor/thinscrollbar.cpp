// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/thinscrollbar.h>

#include <widgets/theme/appearance.h>

#include <QMouseEvent>
#include <QPainter>

namespace cahier::widgets {

namespace {

constexpr int thickness = 9;

} // namespace

ThinScrollBar::ThinScrollBar(const Appearance& appearance, Qt::Orientation orientation, QWidget* parent)
    : QScrollBar(orientation, parent), m_appearance(appearance)
{
    setCursor(Qt::ArrowCursor);
    setAttribute(Qt::WA_Hover);
}

QSize ThinScrollBar::sizeHint() const
{
    const QSize horizontal(4 * thickness, thickness);
    return isHorizontal() ? horizontal : horizontal.transposed();
}

ThinScrollBar::Handle ThinScrollBar::handle() const
{
    const double range = maximum() - minimum();
    if (range <= 0) return {};
    const double length = std::max(24.0, extent() * pageStep() / (range + pageStep()));
    return {(extent() - length) * (value() - minimum()) / range, length};
}

void ThinScrollBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = m_appearance.theme();
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.setRenderHint(QPainter::Antialiasing);
    QColor colour = theme.muted;
    colour.setAlphaF(m_grip >= 0 || underMouse() ? 0.8F : 0.4F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    const Handle bar = handle();
    constexpr double margin = 2, breadth = thickness - 2 * margin;
    painter.drawRoundedRect(isHorizontal() ? QRectF(bar.start, margin, bar.length, breadth)
                                           : QRectF(margin, bar.start, breadth, bar.length),
                            breadth / 2, breadth / 2);
}

void ThinScrollBar::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return;
    const Handle bar = handle();
    const double at = isHorizontal() ? event->position().x() : event->position().y();
    if (at >= bar.start && at <= bar.start + bar.length)
        m_grip = at - bar.start;
    else
        triggerAction(at < bar.start ? SliderPageStepSub : SliderPageStepAdd);
    update();
}

void ThinScrollBar::mouseMoveEvent(QMouseEvent* event)
{
    const double way = extent() - handle().length;
    if (m_grip < 0 || way <= 0) return;
    const double at = isHorizontal() ? event->position().x() : event->position().y();
    setValue(minimum() + qRound((at - m_grip) / way * (maximum() - minimum())));
}

void ThinScrollBar::mouseReleaseEvent(QMouseEvent*)
{
    m_grip = -1;
    update();
}

void ThinScrollBar::enterEvent(QEnterEvent*)
{
    update();
}

void ThinScrollBar::leaveEvent(QEvent*)
{
    update();
}

} // namespace cahier::widgets
