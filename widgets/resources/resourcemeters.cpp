// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/resourcemeters.h>

#include <widgets/resources/resourcetext.h>

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int barWidth = 44, barHeight = 5, gap = 6, columnGap = 12, padding = 5, perColumn = 2;
constexpr double high = 0.8, critical = 0.95;

double shareOf(double used, double total)
{
    return total > 0 ? std::clamp(used / total, 0.0, 1.0) : 0;
}

} // namespace

struct ResourceMeters::Device {
    QString name;
    std::optional<std::uint64_t> memoryUsed = {}, memoryTotal = {};
    std::optional<int> utilisation = {};
    [[nodiscard]] double share() const
    {
        return memoryUsed && memoryTotal ? shareOf(double(*memoryUsed), double(*memoryTotal)) : 0;
    }
};

ResourceMeters::ResourceMeters(ResourceMonitor& monitor, const Appearance& appearance, QWidget* parent)
    : QAbstractButton(parent), m_monitor(monitor), m_appearance(appearance)
{
    setAccessibleName(tr("Resources"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    connect(this, &QAbstractButton::clicked, this, &ResourceMeters::resourcesRequested);
    connect(&monitor, &ResourceMonitor::sampled, this, &ResourceMeters::refresh);
    connect(&monitor, &ResourceMonitor::stateChanged, this, &ResourceMeters::refresh);
    connect(&appearance, &Appearance::changed, this, [this] {
        updateGeometry();
        update();
    });
    monitor.addView(*this);
    refresh();
}

void ResourceMeters::setDevices(const QStringList& uuids)
{
    if (uuids == m_devices) return;
    m_devices = uuids;
    refresh();
}

ResourceMeters::Device ResourceMeters::shownDevice() const
{
    std::vector<Device> all, chosen;
    for (const runtime::GpuSample& gpu : m_monitor.sample()->gpus) {
        if (gpu.status.state == runtime::DeviceState::Lost) continue;
        all.push_back({tr("GPU %1").arg(gpu.index), gpu.memoryUsed, gpu.memoryTotal, gpu.utilisation});
        if (m_devices.contains(gpu.uuid)) chosen.push_back(all.back());
        for (const runtime::SliceSample& slice : gpu.slices) {
            if (m_devices.contains(slice.uuid))
                chosen.push_back({tr("Slice of GPU %1").arg(gpu.index), slice.memoryUsed, slice.memoryTotal});
        }
    }
    const std::vector<Device>& candidates = chosen.empty() ? all : chosen;
    const auto fullest = std::ranges::max_element(candidates, {}, &Device::share);
    return fullest == candidates.end() ? Device() : *fullest;
}

std::vector<ResourceMeters::Meter> ResourceMeters::currentMeters() const
{
    const std::optional<runtime::ResourceSample>& sample = m_monitor.sample();
    const ResourceMonitor::State state = m_monitor.state();
    const bool shows = state == ResourceMonitor::State::Live || state == ResourceMonitor::State::Loading ||
                       state == ResourceMonitor::State::Disconnected;
    if (!sample || !shows) return {};
    std::vector<Meter> meters;
    const auto add = [&meters](const QString& label, double used, double total) {
        if (total > 0) meters.push_back({label, shareOf(used, total), shareText(used, total)});
    };
    add(tr("RAM"), double(sample->memoryUsed), double(sample->memoryTotal));
    add(tr("Disk"), double(sample->disk.total) - double(sample->disk.available), double(sample->disk.total));
    const Device device = shownDevice();
    if (device.memoryUsed && device.memoryTotal)
        add(tr("VRAM"), double(*device.memoryUsed), double(*device.memoryTotal));
    if (device.utilisation) {
        const double utilisation = *device.utilisation;
        meters.push_back({tr("GPU"), shareOf(utilisation, 100), percentText(utilisation), false});
    }
    return meters;
}

ResourceMeters::Level ResourceMeters::levelOf(const Meter& meter)
{
    if (!meter.canFill || meter.share < high) return Level::Fine;
    return meter.share < critical ? Level::High : Level::Critical;
}

void ResourceMeters::refresh()
{
    const bool wasEmpty = isEmpty();
    const std::size_t count = m_meters.size();
    m_meters = currentMeters();
    setFocusPolicy(isEmpty() ? Qt::NoFocus : Qt::TabFocus);
    if (wasEmpty != isEmpty() || count != m_meters.size()) updateGeometry();
    QList<int> visible{static_cast<int>(m_monitor.state())};
    for (const Meter& meter : m_meters)
        visible += {qRound(meter.share * barWidth * devicePixelRatioF()), static_cast<int>(levelOf(meter))};
    if (visible != m_painted) {
        m_painted = visible;
        update();
    }
    describe();
}

void ResourceMeters::describe()
{
    QStringList parts;
    for (const Meter& meter : m_meters)
        parts += tr("%1: %2").arg(meter.label, meter.figures);
    if (m_monitor.state() == ResourceMonitor::State::Disconnected) parts += m_monitor.stateText();
    const QString text = parts.join(u", "_s);
    if (text != accessibleDescription()) setAccessibleDescription(text);
}

QString ResourceMeters::toolTipText() const
{
    if (isEmpty()) return {};
    const runtime::ResourceSample& sample = *m_monitor.sample();
    QStringList lines;
    if (m_monitor.state() == ResourceMonitor::State::Disconnected) lines += m_monitor.stateText();
    lines += tr("Memory: %1").arg(shareText(double(sample.memoryUsed), double(sample.memoryTotal)));
    if (sample.memoryOfCgroup) lines.back() += tr(", of what a control group allows");
    if (sample.disk.total > 0) {
        const double used = double(sample.disk.total) - double(sample.disk.available);
        lines += tr("Disk: %1").arg(shareText(used, double(sample.disk.total)));
    }
    lines += tr("Processor: %1 of %2")
                 .arg(QLocale().toString(sample.cpuBusyCores, 'f', 1), coresText(sample.cpuCores));
    for (const runtime::GpuSample& gpu : sample.gpus) {
        QStringList figures;
        if (gpu.utilisation) figures += percentText(*gpu.utilisation);
        if (gpu.memoryUsed)
            figures += shareText(double(*gpu.memoryUsed), double(gpu.memoryTotal.value_or(0)));
        if (figures.isEmpty()) figures += gpu.status.message;
        lines += tr("GPU %1: %2").arg(gpu.index).arg(figures.join(u", "_s));
        for (const runtime::SliceSample& slice : gpu.slices) {
            if (!slice.memoryUsed) continue;
            lines += u"    "_s +
                     tr("Slice: %1")
                         .arg(shareText(double(*slice.memoryUsed), double(slice.memoryTotal.value_or(0))));
        }
    }
    return lines.join(u'\n');
}

bool ResourceMeters::event(QEvent* event)
{
    // Made when it is asked for, not every second.
    if (event->type() == QEvent::ToolTip) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), toolTipText(), this);
        return true;
    }
    if (event->type() == QEvent::FontChange) updateGeometry();
    return QAbstractButton::event(event);
}

void ResourceMeters::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QAbstractButton::keyPressEvent(event);
}

QFont ResourceMeters::smallFont() const
{
    QFont small = font();
    if (small.pointSizeF() > 0)
        small.setPointSizeF(small.pointSizeF() * 0.8);
    else
        small.setPixelSize(qRound(small.pixelSize() * 0.8));
    return small;
}

int ResourceMeters::labelWidth(std::size_t column) const
{
    const QFontMetrics metrics(smallFont());
    int width = 0;
    for (std::size_t at = column * perColumn; at < std::min(m_meters.size(), (column + 1) * perColumn); ++at)
        width = std::max(width, metrics.horizontalAdvance(m_meters[at].label));
    return width;
}

QSize ResourceMeters::sizeHint() const
{
    if (isEmpty()) return {0, 0};
    const std::size_t columns = (m_meters.size() + perColumn - 1) / perColumn;
    int width = 2 * padding + static_cast<int>(columns - 1) * columnGap;
    for (std::size_t column = 0; column < columns; ++column)
        width += labelWidth(column) + gap + barWidth;
    return {width, perColumn * QFontMetrics(smallFont()).height() + 2};
}

QColor ResourceMeters::colourOf(const Meter& meter) const
{
    const Theme& theme = m_appearance.theme();
    if (m_monitor.state() == ResourceMonitor::State::Disconnected) return theme.muted;
    switch (levelOf(meter)) {
    case Level::High:
        return theme.warning;
    case Level::Critical:
        return theme.error;
    case Level::Fine:
        break;
    }
    return theme.accent;
}

void ResourceMeters::paintMeter(QPainter& painter, const QRectF& place, int labelWidth,
                                const Meter& meter) const
{
    const Theme& theme = m_appearance.theme();
    painter.setPen(theme.muted);
    painter.drawText(QRectF(place.left(), place.top(), labelWidth, place.height()),
                     Qt::AlignVCenter | Qt::AlignRight, meter.label);
    QRectF bar(place.left() + labelWidth + gap, place.center().y() - barHeight / 2.0, barWidth, barHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.border);
    painter.drawRoundedRect(bar, barHeight / 2.0, barHeight / 2.0);
    if (meter.share <= 0) return;
    bar.setWidth(std::max<double>(barHeight, barWidth * meter.share));
    painter.setBrush(colourOf(meter));
    painter.drawRoundedRect(bar, barHeight / 2.0, barHeight / 2.0);
}

void ResourceMeters::paintEvent(QPaintEvent*)
{
    if (isEmpty()) return;
    const Theme& theme = m_appearance.theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF edge = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(hasFocus() ? QPen(theme.accent) : QPen(Qt::NoPen));
    painter.setBrush(underMouse() ? QBrush(theme.border.lighter(theme.dark ? 80 : 106)) : QBrush());
    painter.drawRoundedRect(edge, 4, 4);
    painter.setFont(smallFont());
    const double line = (height() - 2) / double(perColumn);
    double x = padding;
    for (std::size_t at = 0; at < m_meters.size(); ++at) {
        const std::size_t column = at / perColumn;
        const int label = labelWidth(column);
        const QRectF place(x, 1 + line * double(at % perColumn), label + gap + barWidth, line);
        paintMeter(painter, place, label, m_meters[at]);
        if (at % perColumn == perColumn - 1) x += label + gap + barWidth + columnGap;
    }
}

} // namespace cahier::widgets
