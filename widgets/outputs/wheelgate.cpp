// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/wheelgate.h>

#include <QAbstractSlider>
#include <QWheelEvent>
#include <QWidget>

namespace cahier::widgets {

WheelGate::WheelGate(QWidget* area, QWidget* focus) : QObject(area), m_focus(focus ? focus : area)
{
    m_quiet.start();
    area->installEventFilter(this);
}

bool WheelGate::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Enter) m_quiet.restart();
    return QObject::eventFilter(watched, event);
}

bool WheelGate::takes(const QWheelEvent& event, const QAbstractSlider& bar)
{
    const QPoint delta = event.pixelDelta().isNull() ? event.angleDelta() : event.pixelDelta();
    const int along = bar.orientation() == Qt::Horizontal ? delta.x() : delta.y();
    const bool canMove = along > 0 ? bar.value() > bar.minimum() : along < 0 && bar.value() < bar.maximum();
    const bool focused = m_focus->hasFocus();
    const bool rested = m_quiet.elapsed() >= restMs;
    if (canMove && (focused || rested)) return true;
    if (!rested || !canMove) m_quiet.restart();
    return false;
}

} // namespace cahier::widgets
