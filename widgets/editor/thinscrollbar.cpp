// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/thinscrollbar.h>

#include <widgets/theme/appearance.h>

#include <QMouseEvent>
#include <QPainter>

namespace cahier::widgets {

namespace {

constexpr int thickness = 9;

} // namespace

ThinScrollBar::ThinScrollBar(const Appearance& appearance, QWidget* parent)
    : QScrollBar(Qt::Horizontal, parent), m_appearance(appearance)
{
    setCursor(Qt::ArrowCursor);
    setAttribute(Qt::WA_Hover);
}

QSize ThinScrollBar::sizeHint() const
{
    return {4 * thickness, thickness};
}

QRectF ThinScrollBar::handle() const
{
    const double range = maximum() - minimum();
    if (range <= 0) return {};
    const double length = std::max(24.0, width() * pageStep() / (range + pageStep()));
    const double left = (width() - length) * (value() - minimum()) / range;
    return {left, 2, length, thickness - 4.0};
}

void ThinScrollBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = m_appearance.theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.editor);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor colour = theme.muted;
    colour.setAlphaF(m_grip >= 0 || underMouse() ? 0.8F : 0.4F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    const QRectF bar = handle();
    painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2);
}

void ThinScrollBar::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return;
    const QRectF bar = handle();
    const double x = event->position().x();
    if (x >= bar.left() && x <= bar.right())
        m_grip = x - bar.left();
    else
        triggerAction(x < bar.left() ? SliderPageStepSub : SliderPageStepAdd);
    update();
}

void ThinScrollBar::mouseMoveEvent(QMouseEvent* event)
{
    const double way = width() - handle().width();
    if (m_grip < 0 || way <= 0) return;
    setValue(minimum() + qRound((event->position().x() - m_grip) / way * (maximum() - minimum())));
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
