// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/cellgutter.h>

#include <widgets/theme/appearance.h>

#include <QApplication>
#include <QDateTime>
#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::RunOutcome;
using runtime::RunPhase;

namespace {

constexpr int buttonSize = 24;
constexpr int top = 5;
constexpr int spinMs = 60;

} // namespace

QString durationText(qint64 milliseconds)
{
    const QLocale locale;
    const qint64 seconds = milliseconds / 1000;
    if (milliseconds < 10000)
        return CellGutter::tr("%1 s").arg(locale.toString(double(milliseconds) / 1000, 'f', 1));
    if (seconds < 60) return CellGutter::tr("%1 s").arg(locale.toString(seconds));
    if (seconds < 3600)
        return CellGutter::tr("%1 min %2 s")
            .arg(locale.toString(seconds / 60))
            .arg(locale.toString(seconds % 60));
    return CellGutter::tr("%1 h %2 min")
        .arg(locale.toString(seconds / 3600))
        .arg(locale.toString(seconds / 60 % 60));
}

CellGutter::CellGutter(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance)
{
    setMouseTracking(true);
    setCursor(Qt::ArrowCursor);
    m_spin.setInterval(spinMs);
    connect(&m_spin, &QTimer::timeout, this, [this] {
        m_angle = (m_angle + 18) % 360;
        update();
    });
}

int CellGutter::widthFor(const Appearance& appearance)
{
    return std::max(56, QFontMetrics(appearance.theme().code).horizontalAdvance(u"[9999]"_s) + 18);
}

QSize CellGutter::sizeHint() const
{
    return {widthFor(m_appearance), buttonSize + 2 * top};
}

void CellGutter::setRunnable(bool runnable)
{
    m_runnable = runnable;
    setAccessibleName(runnable ? tr("Run cell") : QString());
    update();
}

void CellGutter::setExecutionCount(std::optional<qint64> count)
{
    if (m_count == count) return;
    m_count = count;
    update();
}

void CellGutter::setRun(const runtime::CellRun& run)
{
    m_run = run;
    if (isWorking())
        m_spin.start();
    else
        m_spin.stop();
    update();
}

void CellGutter::setHot(bool hot)
{
    if (m_hot == hot) return;
    m_hot = hot;
    update();
}

QRect CellGutter::buttonRect() const
{
    return {width() - buttonSize - 8, top, buttonSize, buttonSize};
}

bool CellGutter::showsButton() const
{
    return isWorking() || m_hot || m_overButton;
}

/// Of one line: the status has no room below.
bool CellGutter::isLow() const
{
    return height() < buttonSize + 2 * top + 12;
}

/// That it was not run says more than that it has no number, and is as wide.
bool CellGutter::replacesCount() const
{
    return isLow() && !showsButton() && m_run.phase == RunPhase::Done &&
           m_run.outcome == RunOutcome::Cancelled;
}

QString CellGutter::countText() const
{
    if (m_run.phase == RunPhase::Queued) return u"[*]"_s;
    return m_count ? u"[%1]"_s.arg(*m_count) : u"[ ]"_s;
}

QString CellGutter::statusText() const
{
    switch (m_run.phase) {
    case RunPhase::None:
        return {};
    case RunPhase::Queued:
        return m_run.position > 0 ? tr("#%1").arg(m_run.position) : QString();
    case RunPhase::Running:
        return m_run.startedAt > 0 ? durationText(QDateTime::currentMSecsSinceEpoch() - m_run.startedAt)
                                   : QString();
    case RunPhase::Done:
        if (m_run.outcome == RunOutcome::Cancelled) return tr("not run");
        return m_run.startedAt > 0 && m_run.endedAt > 0 ? durationText(m_run.endedAt - m_run.startedAt)
                                                        : QString();
    }
    Q_UNREACHABLE_RETURN({});
}

QString CellGutter::toolTipText() const
{
    if (!m_runnable) return {};
    const auto timeOf = [](qint64 at) {
        return QLocale().toString(QDateTime::fromMSecsSinceEpoch(at), QLocale::ShortFormat);
    };
    switch (m_run.phase) {
    case RunPhase::None:
        return tr("Run cell (Shift+Enter)");
    case RunPhase::Queued:
        return tr("Waiting, number %1 in the queue. Click to take it out.").arg(m_run.position);
    case RunPhase::Running:
        return m_run.startedAt > 0 ? tr("Running since %1. Click to interrupt.").arg(timeOf(m_run.startedAt))
                                   : tr("Running. Click to interrupt.");
    case RunPhase::Done:
        break;
    }
    const QString when = m_run.endedAt > 0 ? timeOf(m_run.endedAt) : QString();
    switch (m_run.outcome) {
    case RunOutcome::Ok:
        return tr("Ran in %1, done at %2").arg(durationText(m_run.endedAt - m_run.startedAt), when);
    case RunOutcome::Error:
        return tr("Failed at %1: %2").arg(when, m_run.errorName);
    case RunOutcome::Killed:
        return tr("The kernel ended while this ran, at %1").arg(when);
    case RunOutcome::Aborted:
    case RunOutcome::Cancelled:
        return tr("Not run: the queue was cancelled before its turn");
    }
    Q_UNREACHABLE_RETURN({});
}

void CellGutter::paintEvent(QPaintEvent*)
{
    if (!m_runnable) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (showsButton())
        paintButton(painter);
    else
        paintCount(painter);
    paintStatus(painter);
}

void CellGutter::paintButton(QPainter& painter)
{
    const Theme& theme = m_appearance.theme();
    const QRectF circle = QRectF(buttonRect()).adjusted(1, 1, -1, -1);
    const QPointF centre = circle.center();
    const bool stop = m_run.phase == RunPhase::Running || m_run.phase == RunPhase::Queued;
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_overButton ? theme.accent : theme.text);
    painter.drawEllipse(circle);
    painter.setBrush(m_overButton ? theme.onAccent : theme.page);
    if (stop) {
        painter.drawRoundedRect(QRectF(centre.x() - 4, centre.y() - 4, 8, 8), 1, 1);
    } else {
        QPainterPath triangle(centre + QPointF(-3.2, -5.2));
        triangle.lineTo(centre + QPointF(5.4, 0));
        triangle.lineTo(centre + QPointF(-3.2, 5.2));
        triangle.closeSubpath();
        painter.drawPath(triangle);
    }
    if (isWorking()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.accent, 2, Qt::SolidLine, Qt::RoundCap));
        painter.drawArc(circle.adjusted(-2, -2, 2, 2), -m_angle * 16, 100 * 16);
    }
}

void CellGutter::paintCount(QPainter& painter)
{
    if (replacesCount()) return;
    const Theme& theme = m_appearance.theme();
    painter.setFont(theme.code);
    const bool failed = m_run.phase == RunPhase::Done &&
                        (m_run.outcome == RunOutcome::Error || m_run.outcome == RunOutcome::Killed);
    painter.setPen(failed ? theme.error : theme.muted);
    painter.drawText(QRect(0, top, width() - 8, buttonSize), Qt::AlignRight | Qt::AlignVCenter, countText());
}

void CellGutter::paintStatus(QPainter& painter)
{
    const QString text = statusText();
    if (text.isEmpty()) return;
    const Theme& theme = m_appearance.theme();
    QFont font = theme.interface;
    font.setPointSizeF(font.pointSizeF() * 0.8);
    painter.setFont(font);
    painter.setPen(theme.muted);
    const QFontMetrics metrics(font);
    if (!isLow()) {
        painter.drawText(QRect(0, top + buttonSize + 2, width() - 8, metrics.height()),
                         Qt::AlignRight | Qt::AlignTop, text);
        return;
    }
    QRect place(0, top, width() - 8, buttonSize);
    if (!replacesCount()) { // a cell of one line has room only before the count
        constexpr int gap = 5;
        const int taken =
            showsButton() ? buttonSize : QFontMetrics(theme.code).horizontalAdvance(countText());
        place.setWidth(place.width() - taken - gap);
    }
    if (metrics.horizontalAdvance(text) <= place.width())
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, text);
}

void CellGutter::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    m_pressedAt = event->position().toPoint();
    m_pressedButton = m_runnable && buttonRect().contains(m_pressedAt);
    m_dragging = false;
    if (!m_pressedButton) Q_EMIT pressed(event->modifiers());
}

void CellGutter::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint at = event->position().toPoint();
    const bool over = m_runnable && buttonRect().contains(at);
    if (over != m_overButton) {
        m_overButton = over;
        update();
    }
    if (!(event->buttons() & Qt::LeftButton) || m_pressedButton) return;
    if (!m_dragging && (at - m_pressedAt).manhattanLength() < QApplication::startDragDistance()) return;
    m_dragging = true;
    setCursor(Qt::ClosedHandCursor);
    Q_EMIT draggedTo(event->globalPosition().toPoint());
}

void CellGutter::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return QWidget::mouseReleaseEvent(event);
    setCursor(Qt::ArrowCursor);
    if (std::exchange(m_dragging, false)) {
        Q_EMIT dropped(event->globalPosition().toPoint());
    } else if (std::exchange(m_pressedButton, false) && buttonRect().contains(event->position().toPoint())) {
        if (m_run.phase == RunPhase::Running || m_run.phase == RunPhase::Queued)
            Q_EMIT stopClicked();
        else
            Q_EMIT runClicked();
    }
}

void CellGutter::leaveEvent(QEvent*)
{
    m_overButton = false;
    update();
}

bool CellGutter::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), toolTipText(), this);
        return true;
    }
    if (event->type() == QEvent::UngrabMouse && std::exchange(m_dragging, false)) Q_EMIT dragCancelled();
    return QWidget::event(event);
}

} // namespace cahier::widgets
