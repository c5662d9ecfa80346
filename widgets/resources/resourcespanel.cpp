// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/resourcespanel.h>

#include <widgets/resources/hardwaresummary.h>
#include <widgets/resources/resourceplots.h>
#include <widgets/resources/resourcetext.h>
#include <widgets/theme/thinscrollbar.h>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int margin = 10;

} // namespace

ResourcesPanel::ResourcesPanel(ResourceMonitor& monitor, const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_monitor(monitor), m_appearance(appearance), m_title(new QLabel(this)),
      m_range(new QComboBox(this)), m_state(new QLabel(this)),
      m_reconnect(new QPushButton(tr("Reconnect"), this)), m_scroll(new QScrollArea(this))
{
    setAccessibleName(tr("Resources"));
    auto* const content = new QWidget(m_scroll);
    m_summary = new HardwareSummary(appearance, content);
    m_plots = new ResourcePlots(monitor, appearance, content);
    auto* const column = new QVBoxLayout(content);
    column->setContentsMargins(margin, 4, margin, margin);
    column->setSpacing(12);
    column->addWidget(m_summary);
    column->addWidget(m_plots);
    column->addStretch();
    m_scroll->setWidget(content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_scroll));
    m_scroll->setAccessibleName(tr("Resources"));
    m_scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setContentsMargins(margin + 4, 0, margin, 0);
    m_state->setForegroundRole(QPalette::PlaceholderText);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(makeTop());
    layout->addWidget(m_state);
    auto* const buttonRow = new QHBoxLayout;
    buttonRow->setContentsMargins(margin + 4, 0, margin, 0);
    buttonRow->addWidget(m_reconnect);
    buttonRow->addStretch();
    layout->addLayout(buttonRow);
    layout->addWidget(m_scroll, 1);
    layout->addStretch();

    m_gapTimer.setInterval(1000);
    connect(&m_gapTimer, &QTimer::timeout, this, [this] {
        if (isVisible()) m_plots->refresh();
    });
    connect(m_reconnect, &QPushButton::clicked, this, [this] {
        if (m_monitor.runtime()) m_monitor.runtime()->reconnect();
    });
    connect(&monitor, &ResourceMonitor::stateChanged, this, &ResourcesPanel::showState);
    connect(&monitor, &ResourceMonitor::hardwareChanged, this, &ResourcesPanel::showHardware);
    connect(&monitor, &ResourceMonitor::sampled, this, &ResourcesPanel::showSample);
    monitor.addView(*this);
    showState();
    showHardware();
}

QLayout* ResourcesPanel::makeTop()
{
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    for (const int minutes : {1, 5, 15})
        m_range->addItem(tr("%1 min").arg(minutes), minutes);
    m_range->setCurrentIndex(1);
    m_range->setAccessibleName(tr("How far back"));
    m_range->setToolTip(tr("How far back"));
    connect(m_range, &QComboBox::currentIndexChanged, this, &ResourcesPanel::setRange);
    auto* const top = new QHBoxLayout;
    top->setContentsMargins(margin + 4, 6, margin, 0);
    top->addWidget(m_title, 1);
    top->addWidget(m_range);
    return top;
}

void ResourcesPanel::setRange()
{
    m_plots->setRange(std::chrono::minutes(m_range->currentData().toInt()));
}

void ResourcesPanel::setKernelNames(const QHash<QString, QString>& names)
{
    m_names = names;
    applyNames();
}

void ResourcesPanel::applyNames()
{
    QHash<QString, QString> shown;
    for (const QHash<QString, QString>& each : {m_labels, m_names}) {
        for (const auto& [kernel, label] : each.asKeyValueRange())
            shown.insert(kernel, kernelTitle(label));
    }
    m_plots->setKernelNames(shown);
}

void ResourcesPanel::showState()
{
    const ResourceMonitor::State state = m_monitor.state();
    const std::shared_ptr<runtime::Runtime>& runtime = m_monitor.runtime();
    m_title->setText(runtime ? runtime->displayName() : QString());
    m_title->setToolTip(m_title->text());
    const bool lost = state == ResourceMonitor::State::Disconnected;
    m_state->setText(m_monitor.stateText());
    m_state->setVisible(!m_state->text().isEmpty());
    m_state->setForegroundRole(lost ? QPalette::WindowText : QPalette::PlaceholderText);
    m_reconnect->setVisible(lost);
    const bool any = m_monitor.sample() && state != ResourceMonitor::State::Off &&
                     state != ResourceMonitor::State::Unsupported;
    m_scroll->setVisible(any || (m_monitor.hardware() && state == ResourceMonitor::State::Loading));
    m_range->setVisible(any);
    if (lost && any)
        m_gapTimer.start();
    else
        m_gapTimer.stop();
    if (runtime != m_labelsOf.lock()) {
        m_labelsOf = runtime;
        m_labels.clear();
        m_plots->refresh();
    }
}

void ResourcesPanel::showHardware()
{
    const bool has = m_monitor.hardware().has_value();
    m_summary->setVisible(has);
    if (has)
        m_summary->show(
            summaryOf(*m_monitor.hardware(), m_monitor.sample() ? &*m_monitor.sample() : nullptr));
    showState();
}

void ResourcesPanel::showSample()
{
    if (!isVisible()) return;
    if (!m_scroll->isVisible()) showState();
    if (m_monitor.hardware()) m_summary->show(summaryOf(*m_monitor.hardware(), &*m_monitor.sample()));
    m_plots->refresh();
    askForNames();
}

void ResourcesPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_monitor.sample()) showSample();
}

/// Once for each kernel that nobody has named.
void ResourcesPanel::askForNames()
{
    bool unnamed = false;
    for (const runtime::KernelSample& kernel : m_monitor.sample()->kernels) {
        if (m_names.contains(kernel.kernel) || m_labels.contains(kernel.kernel)) continue;
        m_labels.insert(kernel.kernel, {});
        unnamed = true;
    }
    const std::shared_ptr<runtime::Runtime> runtime = m_monitor.runtime();
    if (!unnamed || !runtime) return;
    runtime->kernels().then(this, [this, asked = std::weak_ptr(runtime)](
                                      const Result<std::vector<runtime::KernelInfo>>& kernels) {
        if (!kernels || asked.lock() != m_labelsOf.lock()) return;
        for (const runtime::KernelInfo& kernel : *kernels)
            m_labels.insert(kernel.id, kernel.label);
        applyNames();
    });
}

} // namespace cahier::widgets
