// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>

QT_BEGIN_NAMESPACE
class QAbstractSlider;
class QWheelEvent;
class QWidget;
QT_END_NAMESPACE

namespace cahier::widgets {

/// Decides whether a turn of the wheel over an area that scrolls inside the notebook is for the area: it is
/// when the area has the focus or the pointer has rested in it, and the area can go further that way.
/// Otherwise the notebook scrolls, and an area that comes by under the pointer does not stop it.
class WheelGate : public QObject {
public:
    static constexpr int restMs = 350;

    /// `focus`: what has the focus when the area has it, if that is another widget.
    explicit WheelGate(QWidget* area, QWidget* focus = nullptr);
    [[nodiscard]] bool takes(const QWheelEvent& event, const QAbstractSlider& bar);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* m_focus;
    QElapsedTimer m_quiet; ///< since the pointer came, or since the wheel last went to the notebook
};

} // namespace cahier::widgets
