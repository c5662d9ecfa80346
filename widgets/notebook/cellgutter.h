// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/sessionstate.h>

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

namespace cahier::widgets {

class Appearance;

/// The strip at the left of a cell: the run button and the execution count of a code cell, how long it took,
/// and where a cell is taken to select or move it.
class CellGutter : public QWidget {
    Q_OBJECT
public:
    CellGutter(const Appearance& appearance, QWidget* parent);

    /// Code cells have a run button and a count.
    void setRunnable(bool runnable);
    void setExecutionCount(std::optional<qint64> count);
    void setRun(const runtime::CellRun& run);
    /// The run button shows instead of the count.
    void setHot(bool hot);
    [[nodiscard]] static int widthFor(const Appearance& appearance);
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void runClicked();
    void stopClicked();
    void pressed(Qt::KeyboardModifiers modifiers);
    void draggedTo(const QPoint& global); ///< while the button is held
    void dropped(const QPoint& global);
    void dragCancelled();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRect buttonRect() const;
    [[nodiscard]] bool isWorking() const { return m_run.phase == runtime::RunPhase::Running; }
    [[nodiscard]] bool showsButton() const;
    [[nodiscard]] bool isLow() const;
    [[nodiscard]] bool replacesCount() const;
    [[nodiscard]] QString countText() const;
    [[nodiscard]] QString statusText() const;
    [[nodiscard]] QString toolTipText() const;
    void paintButton(QPainter& painter);
    void paintCount(QPainter& painter);
    void paintStatus(QPainter& painter);

    const Appearance& m_appearance;
    bool m_runnable = true;
    bool m_hot = false;
    bool m_overButton = false;
    bool m_pressedButton = false;
    bool m_dragging = false;
    QPoint m_pressedAt;
    std::optional<qint64> m_count;
    runtime::CellRun m_run;
    QTimer m_spin; ///< while the cell runs
    int m_angle = 0;
};

/// "0.3 s", "12 s", "3 min 4 s", "2 h 5 min".
[[nodiscard]] QString durationText(qint64 milliseconds);

} // namespace cahier::widgets
