// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/kernelstatus.h>

#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include <tuple>

using namespace Qt::StringLiterals;

namespace cahier::window {

using runtime::SessionState;

namespace {

constexpr int dotSize = 10;

/// The way there matters more than what was last known of the kernel.
QString wayOf(const KernelStatus::State& state)
{
    using Phase = runtime::ConnectionState::Phase;
    const Phase phase = state.connection.phase;
    const bool waits = state.session == SessionState::Reconnecting || state.isPreparing;
    if (!waits || phase == Phase::Connected || (phase == Phase::Idle && !state.connection.error)) return {};
    const QString text = state.connection.text(QDateTime::currentMSecsSinceEpoch());
    return state.session == SessionState::Reconnecting ? KernelStatus::tr("Reconnecting") + u" · "_s + text
                                                       : text;
}

QString wordOf(const KernelStatus::State& state)
{
    if (const QString way = wayOf(state); !way.isEmpty()) return way;
    if (state.isPreparing) return KernelStatus::tr("Starting");
    switch (state.session) {
    case SessionState::NoKernel:
        return KernelStatus::tr("No kernel");
    case SessionState::Starting:
        return KernelStatus::tr("Starting");
    case SessionState::Idle:
        return KernelStatus::tr("Idle");
    case SessionState::Busy:
        return KernelStatus::tr("Busy");
    case SessionState::Reconnecting:
        return KernelStatus::tr("Reconnecting");
    case SessionState::Restarting:
        return KernelStatus::tr("Restarting");
    case SessionState::Dead:
        return KernelStatus::tr("Dead");
    }
    return {};
}

QColor colourOf(const KernelStatus::State& state, const widgets::Theme& theme)
{
    if (state.isPreparing) return theme.warning;
    switch (state.session) {
    case SessionState::NoKernel:
        return theme.muted;
    case SessionState::Starting:
    case SessionState::Reconnecting:
    case SessionState::Restarting:
        return theme.warning;
    case SessionState::Idle:
        return theme.success;
    case SessionState::Busy:
        return theme.accent;
    case SessionState::Dead:
        return theme.error;
    }
    return theme.muted;
}

/// They look the same: a run cell tells of many states.
bool isSame(const KernelStatus::State& a, const KernelStatus::State& b)
{
    const auto shown = [](const KernelStatus::State& state) {
        const runtime::ConnectionState& way = state.connection;
        return std::tuple(state.session, state.isPreparing, state.waiting, way.phase, way.lostAt,
                          way.nextAttempt, way.done, way.total, way.error.has_value());
    };
    return shown(a) == shown(b) && a.title == b.title && a.place == b.place;
}

/// Hollow without a kernel: the state shows without its colour, too.
QPixmap dot(const QColor& colour, bool hollow, qreal ratio)
{
    QPixmap pixmap(QSize(dotSize, dotSize) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1.5));
    painter.setBrush(hollow ? QBrush(Qt::NoBrush) : QBrush(colour));
    painter.drawEllipse(QRectF(1.5, 1.5, dotSize - 3, dotSize - 3));
    return pixmap;
}

} // namespace

KernelStatus::KernelStatus(const widgets::Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_dot(new QLabel(this)), m_word(new QLabel(this)),
      m_kernel(new QToolButton(this))
{
    m_kernel->setAutoRaise(true);
    m_kernel->setToolTip(tr("Change where and with which kernel the notebook runs"));
    m_tick.setInterval(std::chrono::seconds(1));
    connect(&m_tick, &QTimer::timeout, this, &KernelStatus::update);
    connect(m_kernel, &QToolButton::clicked, this, &KernelStatus::chooseRequested);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_dot);
    layout->addWidget(m_word);
    layout->addWidget(m_kernel);
    connect(&appearance, &widgets::Appearance::changed, this, &KernelStatus::update);
    update();
}

void KernelStatus::showState(const std::optional<State>& state)
{
    if (state ? m_state && isSame(*state, *m_state) : !m_state) return;
    m_state = state;
    update();
}

QString KernelStatus::text() const
{
    return m_word->text();
}

void KernelStatus::update()
{
    setVisible(m_state.has_value());
    if (!m_state) return;
    QString word = wordOf(*m_state);
    if (m_state->waiting > 0) word += u" · "_s + tr("%n waiting", nullptr, m_state->waiting);
    m_word->setText(word);
    m_dot->setPixmap(dot(colourOf(*m_state, m_appearance.theme()),
                         m_state->session == SessionState::NoKernel && !m_state->isPreparing,
                         devicePixelRatioF()));
    const QString title = m_state->title.isEmpty() ? tr("Choose a kernel") : m_state->title;
    m_kernel->setText(m_state->place.isEmpty() ? title : tr("%1 on %2").arg(title, m_state->place));
    const bool counts = m_state->connection.phase == runtime::ConnectionState::Phase::Waiting;
    counts ? m_tick.start() : m_tick.stop();
    m_kernel->setAccessibleName(tr("Kernel: %1, %2").arg(m_kernel->text(), word));
}

} // namespace cahier::window
