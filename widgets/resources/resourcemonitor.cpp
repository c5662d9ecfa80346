// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/resourcemonitor.h>

#include <QEvent>
#include <QWidget>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::ConnectionState;
using runtime::ResourceSample;

namespace {

/// What changes when a GPU comes, goes or breaks: then the machine is looked at again.
QStringList devicesOf(const ResourceSample& sample)
{
    QStringList devices;
    for (const runtime::GpuSample& gpu : sample.gpus) {
        devices += gpu.uuid + u' ' + QString::number(static_cast<int>(gpu.status.state));
        for (const runtime::SliceSample& slice : gpu.slices)
            devices += slice.uuid;
    }
    return devices;
}

bool isBroken(const ConnectionState& state)
{
    switch (state.phase) {
    case ConnectionState::Phase::Waiting:
        return true;
    case ConnectionState::Phase::Idle:
    case ConnectionState::Phase::Connecting:
        return state.lostAt != 0 || state.error;
    case ConnectionState::Phase::Installing:
    case ConnectionState::Phase::Connected:
        break;
    }
    return false;
}

} // namespace

ResourceMonitor::ResourceMonitor(QObject* parent) : QObject(parent) {}

ResourceMonitor::~ResourceMonitor() = default;

void ResourceMonitor::setRuntime(std::shared_ptr<runtime::Runtime> runtime)
{
    if (runtime == m_runtime) return;
    ++m_round;
    m_subscription.reset();
    if (m_runtime) m_runtime->disconnect(this);
    m_runtime = std::move(runtime);
    m_isActive = m_hasHistory = m_isLive = false;
    m_hardware.reset();
    m_sample.reset();
    m_early.clear();
    m_history.clear();
    m_error.reset();
    m_devices.clear();
    if (m_runtime)
        connect(m_runtime.get(), &runtime::Runtime::connectionChanged, this,
                &ResourceMonitor::handleConnection);
    m_told = State::Off;
    Q_EMIT hardwareChanged();
    Q_EMIT stateChanged();
}

void ResourceMonitor::setActive(bool active)
{
    if (active == m_isActive) return;
    m_isActive = active && m_runtime;
    update();
}

void ResourceMonitor::addView(QWidget& view)
{
    if (m_views.contains(&view)) return;
    m_views.insert(&view);
    view.installEventFilter(this);
    view.window()->installEventFilter(this);
    connect(&view, &QObject::destroyed, this, [this](const QObject* gone) {
        m_views.remove(gone);
        if (m_watching.remove(gone)) update();
    });
    updateView(view);
}

bool ResourceMonitor::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::ParentChange:
    case QEvent::Show:
    case QEvent::Hide:
    case QEvent::WindowStateChange: {
        auto* const widget = static_cast<QWidget*>(watched);
        // One that was moved into another window learns of that window's state, too.
        if (m_views.contains(watched)) widget->window()->installEventFilter(this);
        for (const QObject* const view : m_views) {
            auto* const shown = const_cast<QWidget*>(static_cast<const QWidget*>(view));
            if (view == watched || shown->window() == widget) updateView(*shown);
        }
        break;
    }
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

void ResourceMonitor::updateView(QWidget& view)
{
    const bool seen = view.isVisible() && !view.window()->isMinimized();
    if (seen == m_watching.contains(&view)) return;
    if (seen)
        m_watching.insert(&view);
    else
        m_watching.remove(&view);
    update();
}

void ResourceMonitor::update()
{
    const bool wanted = m_runtime && m_isActive && isWatched();
    if (wanted && !m_subscription) {
        follow();
    } else if (!wanted && m_subscription) {
        m_subscription.reset();
        m_early.clear();
    }
    tellState();
}

void ResourceMonitor::follow()
{
    m_hasHistory = m_isLive = false;
    m_error.reset();
    m_subscription = std::make_unique<SampleSubscription>(m_runtime);
    connect(m_subscription.get(), &SampleSubscription::historyArrived, this, &ResourceMonitor::takeHistory);
    connect(m_subscription.get(), &SampleSubscription::sampled, this, &ResourceMonitor::take);
    connect(m_subscription.get(), &SampleSubscription::failed, this, [this](const Error& error) {
        m_error = error;
        tellState();
    });
    m_subscription->ask();
    if (!m_hardware) askHardware();
}

void ResourceMonitor::takeHistory(const std::vector<ResourceSample>& samples)
{
    m_hasHistory = true;
    m_error.reset();
    m_history.add(samples);
    m_history.add(std::exchange(m_early, {}));
    if (samples.empty()) {
        tellState();
        return;
    }
    // One that came before the history is younger.
    if (!m_sample || samples.back().time > m_sample->time) note(samples.back());
    tellState();
    Q_EMIT sampled();
}

void ResourceMonitor::take(const ResourceSample& sample)
{
    if (m_hasHistory)
        m_history.add(sample);
    else
        m_early.push_back(sample);
    note(sample);
    tellState();
    Q_EMIT sampled();
}

void ResourceMonitor::note(const ResourceSample& sample)
{
    m_sample = sample;
    m_isLive = true;
    m_age.start();
    const QStringList devices = devicesOf(sample);
    if (devices == m_devices) return;
    const bool first = m_devices.isEmpty();
    m_devices = devices;
    if (!first) askHardware();
}

void ResourceMonitor::askHardware()
{
    m_runtime->hardware().then(this, [this, round = m_round](const Result<runtime::Hardware>& hardware) {
        // Why there is none is said of the samples, too.
        if (round != m_round || !hardware) return;
        m_hardware = *hardware;
        Q_EMIT hardwareChanged();
    });
}

void ResourceMonitor::handleConnection()
{
    if (m_subscription && m_runtime->connectionState().phase == ConnectionState::Phase::Connected) {
        if (m_error && m_error->code != ErrorCode::Unsupported) m_subscription->ask();
        // It may be another machine that answers, or the same one with another driver.
        if (m_told == State::Disconnected || !m_hardware) askHardware();
    }
    tellState();
}

void ResourceMonitor::tellState()
{
    const State now = state();
    // The sentence of a broken connection changes without the state.
    if (now == m_told && now != State::Disconnected) return;
    m_told = now;
    Q_EMIT stateChanged();
}

ResourceMonitor::State ResourceMonitor::state() const
{
    if (!m_runtime || !m_isActive) return State::Off;
    if (m_error && m_error->code == ErrorCode::Unsupported) return State::Unsupported;
    if (isBroken(m_runtime->connectionState())) return State::Disconnected;
    if (m_error) return State::Failed;
    return m_isLive ? State::Live : State::Loading;
}

QString ResourceMonitor::stateText() const
{
    switch (state()) {
    case State::Off:
        return tr("What the machine has in use is shown once a kernel runs.");
    case State::Loading:
        return tr("Asking %1 what is in use…").arg(m_runtime->displayName());
    case State::Disconnected: {
        const std::optional<Error> error = m_runtime->connectionState().error;
        const QString lost = tr("The connection to %1 is broken.").arg(m_runtime->displayName());
        return error ? lost + u' ' + error->message : lost;
    }
    case State::Unsupported:
    case State::Failed:
        return m_error->message;
    case State::Live:
        break;
    }
    return {};
}

qint64 ResourceMonitor::now() const
{
    return m_sample ? m_sample->time + m_age.elapsed() : 0;
}

} // namespace cahier::widgets
