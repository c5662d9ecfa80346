// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/resourceplots.h>

#include <widgets/resources/resourcetext.h>

#include <QGridLayout>
#include <QLabel>
#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using Quantity = ResourceHistory::Quantity;
using Key = ResourceHistory::Key;

namespace {

constexpr int plotWidth = 250, spacing = 8;
constexpr double leastMemory = 64.0 * 1024 * 1024;

bool isOfKernel(Quantity quantity)
{
    return quantity >= Quantity::KernelCpu;
}

bool isBinary(Quantity quantity)
{
    return quantity != Quantity::Cpu && quantity != Quantity::KernelCpu &&
           quantity != Quantity::GpuUtilisation;
}

/// Of the amounts, since totals are at the top of the scale.
QString cores(double value)
{
    return coresText(value);
}

/// The name over a kernel's plots: a long one is elided.
class Heading : public QLabel {
public:
    Heading(const QString& text, QWidget* parent) : QLabel(text, parent)
    {
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        setFont(bold);
        setTextFormat(Qt::PlainText);
        setContentsMargins(4, 8, 4, 0);
        setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        setToolTip(text);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const QRect room = contentsRect();
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                         fontMetrics().elidedText(text(), Qt::ElideMiddle, room.width()));
    }
};

} // namespace

ResourcePlots::ResourcePlots(const ResourceMonitor& monitor, const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_monitor(monitor), m_appearance(appearance), m_layout(new QGridLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(spacing);
    m_layout->setVerticalSpacing(2);
}

void ResourcePlots::setRange(std::chrono::seconds range)
{
    m_range = range;
    refresh();
}

void ResourcePlots::setKernelNames(const QHash<QString, QString>& names)
{
    if (names == m_names) return;
    m_names = names;
    refresh();
}

void ResourcePlots::addMachine(std::vector<Wanted>& all) const
{
    const runtime::ResourceSample& sample = *m_monitor.sample();
    if (sample.cpuCores > 0) all.push_back({{Quantity::Cpu}, {}, tr("Processor"), cores, sample.cpuCores});
    if (sample.memoryTotal > 0)
        all.push_back({{Quantity::Memory}, {}, tr("Memory"), amountText, double(sample.memoryTotal)});
    if (sample.disk.total > 0)
        all.push_back({{Quantity::Disk}, {}, tr("Disk"), amountText, double(sample.disk.total)});
    for (const runtime::GpuSample& gpu : sample.gpus)
        addGpu(all, gpu);
}

void ResourcePlots::addGpu(std::vector<Wanted>& all, const runtime::GpuSample& gpu) const
{
    const bool lost = gpu.status.state == runtime::DeviceState::Lost;
    const QString note = lost ? tr("lost") : QString();
    const Key utilisation{Quantity::GpuUtilisation, gpu.uuid}, memory{Quantity::GpuMemory, gpu.uuid};
    if (gpu.utilisation || (lost && isKnown(utilisation)))
        all.push_back({utilisation, {}, tr("GPU %1").arg(gpu.index), percentText, 100, 1, note});
    const QString memoryTitle = tr("Memory of GPU %1").arg(gpu.index);
    if (gpu.memoryUsed || (lost && isKnown(memory)))
        all.push_back(
            {memory, {}, memoryTitle, amountText, double(gpu.memoryTotal.value_or(0)), leastMemory, note});
    int number = 0;
    for (const runtime::SliceSample& slice : gpu.slices) {
        ++number;
        if (slice.memoryUsed)
            all.push_back({{Quantity::GpuMemory, slice.uuid},
                           {},
                           tr("Memory of slice %1 of GPU %2").arg(number).arg(gpu.index),
                           amountText,
                           double(slice.memoryTotal.value_or(0)),
                           leastMemory});
    }
}

void ResourcePlots::addKernel(std::vector<Wanted>& all, const QString& kernel) const
{
    const QString name =
        m_names.value(kernel, tr("Kernel %1").arg(kernel.first(std::min<qsizetype>(8, kernel.size()))));
    const bool runs =
        std::ranges::contains(m_monitor.sample()->kernels, kernel, &runtime::KernelSample::kernel);
    const QString note = runs ? QString() : tr("ended");
    all.push_back({{Quantity::KernelCpu, kernel}, name, tr("Processor"), cores, 0, 1, note});
    all.push_back({{Quantity::KernelMemory, kernel}, name, tr("Memory"), amountText, 0, leastMemory, note});
    const Key gpuMemory{Quantity::KernelGpuMemory, kernel};
    if (isKnown(gpuMemory))
        all.push_back({gpuMemory, name, tr("GPU memory"), amountText, 0, leastMemory, note});
}

/// Whether there is a value within the range.
bool ResourcePlots::isKnown(const Key& key) const
{
    const std::span<const qint64> times = m_monitor.history().times();
    const std::span<const float> values = m_monitor.history().values(key);
    const qint64 from = m_monitor.now() - std::chrono::milliseconds(m_range).count();
    const auto first = std::ranges::lower_bound(times, from) - times.begin();
    return std::any_of(values.begin() + std::min(first, std::ssize(values)), values.end(),
                       [](float value) { return !std::isnan(value); });
}

std::vector<ResourcePlots::Wanted> ResourcePlots::wanted() const
{
    std::vector<Wanted> all;
    if (!m_monitor.sample()) return all;
    addMachine(all);
    QStringList kernels;
    for (const runtime::KernelSample& kernel : m_monitor.sample()->kernels)
        kernels += kernel.kernel;
    for (const QString& kernel : m_monitor.history().kernels()) {
        if (!kernels.contains(kernel) && isKnown({Quantity::KernelMemory, kernel})) kernels += kernel;
    }
    for (const QString& kernel : kernels)
        addKernel(all, kernel);
    return all;
}

void ResourcePlots::refresh()
{
    const std::vector<Wanted> all = wanted();
    const auto same = [](const Shown& shown, const Wanted& wanted) {
        return shown.key == wanted.key && shown.heading == wanted.heading;
    };
    if (!std::ranges::equal(m_shown, all, same)) build(all);
    const ResourceHistory& history = m_monitor.history();
    for (std::size_t at = 0; at < all.size(); ++at) {
        const Wanted& want = all[at];
        HistoryPlot& plot = *m_shown[at].plot;
        plot.setTitle(want.title);
        plot.setAccessibleName(want.heading.isEmpty() ? want.title
                                                      : tr("%1 of %2").arg(want.title, want.heading));
        plot.setNote(want.note);
        plot.setFormat(want.format);
        plot.setRange(m_range);
        plot.setCurve({.times = history.times(),
                       .values = history.values(want.key),
                       .now = m_monitor.now(),
                       .maximum = want.maximum,
                       .least = want.least,
                       .isBinary = isBinary(want.key.quantity)});
    }
}

void ResourcePlots::build(const std::vector<Wanted>& all)
{
    std::map<Key, HistoryPlot*> old;
    for (const Shown& shown : m_shown)
        old[shown.key] = shown.plot;
    m_shown.clear();
    for (const Wanted& want : all) {
        const auto found = old.find(want.key);
        HistoryPlot* const plot =
            found == old.end() ? new HistoryPlot(want.title, m_appearance, this) : found->second;
        if (found != old.end()) old.erase(found);
        m_shown.push_back({want.key, want.heading, plot});
    }
    for (const auto& [key, plot] : old)
        delete plot;
    qDeleteAll(m_headings);
    m_headings.clear();
    place();
}

int ResourcePlots::columnsFor(int width) const
{
    return std::clamp((width + spacing) / (plotWidth + spacing), 1, 4);
}

void ResourcePlots::place()
{
    while (QLayoutItem* const item = m_layout->takeAt(0))
        delete item;
    const bool makesHeadings = m_headings.empty();
    std::size_t heading = 0;
    int row = 0, column = 0;
    const HistoryPlot* before = nullptr;
    for (std::size_t at = 0; at < m_shown.size(); ++at) {
        const Shown& shown = m_shown[at];
        const bool begins =
            isOfKernel(shown.key.quantity) && (at == 0 || m_shown[at - 1].key.of != shown.key.of);
        if (column == m_columns || (begins && column > 0)) {
            ++row;
            column = 0;
        }
        if (begins) {
            if (makesHeadings) m_headings.push_back(new Heading(shown.heading, this));
            m_layout->addWidget(m_headings[heading++], row++, 0, 1, m_columns);
        }
        m_layout->addWidget(shown.plot, row, column++);
        if (before) setTabOrder(const_cast<HistoryPlot*>(before), shown.plot);
        before = shown.plot;
        shown.plot->show();
    }
    for (QLabel* const label : m_headings)
        label->show();
    for (int each = 0; each < 4; ++each)
        m_layout->setColumnStretch(each, each < m_columns ? 1 : 0);
}

void ResourcePlots::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const int columns = columnsFor(width());
    if (columns == m_columns) return;
    m_columns = columns;
    place();
}

} // namespace cahier::widgets
