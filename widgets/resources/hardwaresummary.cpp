// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/hardwaresummary.h>

#include <widgets/resources/resourcetext.h>

#include <QFormLayout>
#include <QLabel>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

using runtime::DeviceState;

const QString separator = u" · "_s;

/// Figures and their units stay on one line.
QString unbroken(QString text)
{
    return text.replace(u' ', QChar(QChar::Nbsp));
}

bool isTrouble(DeviceState state)
{
    return state == DeviceState::Broken || state == DeviceState::Lost;
}

SummaryRow processorRow(const runtime::CpuInfo& cpu)
{
    QStringList parts;
    if (!cpu.model.isEmpty()) parts += cpu.model;
    if (cpu.physicalCores > 0) parts += HardwareSummary::tr("%n core(s)", nullptr, cpu.physicalCores);
    if (cpu.logicalCores > cpu.physicalCores)
        parts += HardwareSummary::tr("%n thread(s)", nullptr, cpu.logicalCores);
    if (cpu.allowedCores > 0 && cpu.allowedCores < cpu.logicalCores)
        parts += HardwareSummary::tr("kernels may run on %1").arg(cpu.allowedCores);
    if (cpu.quotaCores) parts += HardwareSummary::tr("limited to %1").arg(coresText(*cpu.quotaCores));
    return {HardwareSummary::tr("Processor"), parts.join(separator), {}};
}

SummaryRow memoryRow(const runtime::Hardware& hardware)
{
    QString text = amountText(double(hardware.memoryTotal));
    if (hardware.memoryLimit)
        text += separator + HardwareSummary::tr("limited to %1 by a control group")
                                .arg(amountText(double(*hardware.memoryLimit)));
    return {HardwareSummary::tr("Memory"), text, {}};
}

SummaryRow diskRow(const runtime::DiskSpace& disk)
{
    return {HardwareSummary::tr("Disk"),
            HardwareSummary::tr("%1 of %2 free")
                .arg(amountText(double(disk.available)), amountText(double(disk.total))),
            disk.folder};
}

const runtime::GpuSample* sampleOf(const runtime::Gpu& gpu, const runtime::ResourceSample* sample)
{
    if (!sample) return nullptr;
    const auto found = std::ranges::find(sample->gpus, gpu.uuid, &runtime::GpuSample::uuid);
    return found == sample->gpus.end() ? nullptr : &*found;
}

SummaryRow gpuRow(const runtime::Gpu& gpu, const runtime::GpuSample* now)
{
    const runtime::DeviceStatus& status = now ? now->status : gpu.status;
    QStringList parts;
    if (!gpu.name.isEmpty()) parts += gpu.name;
    if (gpu.memoryTotal) parts += unbroken(amountText(double(*gpu.memoryTotal)));
    if (gpu.migEnabled) parts += HardwareSummary::tr("divided into slices (MIG)");
    if (now && now->temperature) parts += unbroken(HardwareSummary::tr("%1 °C").arg(*now->temperature));
    if (now && now->power) parts += unbroken(HardwareSummary::tr("%1 W").arg(qRound(*now->power)));
    const bool trouble = isTrouble(status.state);
    if (trouble && !status.message.isEmpty()) parts = {status.message}; // names the GPU
    const QString detail = trouble && !status.detail.isEmpty() ? status.detail : gpu.uuid;
    return {HardwareSummary::tr("GPU %1").arg(gpu.index), parts.join(separator), detail, trouble};
}

SummaryRow sliceRow(const runtime::Gpu& gpu, const runtime::MigSlice& slice)
{
    QStringList parts{slice.profile.isEmpty() ? slice.name : slice.profile};
    if (slice.memoryTotal) parts += amountText(double(*slice.memoryTotal));
    return {HardwareSummary::tr("Slice of GPU %1").arg(gpu.index), parts.join(separator),
            slice.name + u'\n' + slice.uuid};
}

void addGpus(std::vector<SummaryRow>& rows, const runtime::Hardware& hardware,
             const runtime::ResourceSample* sample)
{
    if (!hardware.driverVersion.isEmpty()) {
        QString text = hardware.driverVersion;
        if (!hardware.cudaVersion.isEmpty())
            text += separator + HardwareSummary::tr("CUDA %1").arg(hardware.cudaVersion);
        rows.push_back({HardwareSummary::tr("NVIDIA driver"), text, {}});
    }
    for (const runtime::Gpu& gpu : hardware.gpus) {
        rows.push_back(gpuRow(gpu, sampleOf(gpu, sample)));
        for (const runtime::MigSlice& slice : gpu.slices)
            rows.push_back(sliceRow(gpu, slice));
    }
    const runtime::DeviceStatus& status = hardware.gpuStatus;
    if (!isTrouble(status.state) && !hardware.gpus.empty()) return;
    const QString text = status.message.isEmpty() ? HardwareSummary::tr("none") : status.message;
    rows.push_back({HardwareSummary::tr("GPU"), text, status.detail, isTrouble(status.state)});
}

void addTpus(std::vector<SummaryRow>& rows, const runtime::Hardware& hardware)
{
    for (const runtime::TpuChip& chip : hardware.tpus)
        rows.push_back({HardwareSummary::tr("TPU %1").arg(chip.index), chip.kind, chip.device});
    const runtime::DeviceStatus& status = hardware.tpuStatus;
    if (isTrouble(status.state))
        rows.push_back({HardwareSummary::tr("TPU"), status.message, status.detail, true});
}

} // namespace

std::vector<SummaryRow> summaryOf(const runtime::Hardware& hardware, const runtime::ResourceSample* sample)
{
    std::vector<SummaryRow> rows{processorRow(hardware.cpu), memoryRow(hardware)};
    if (sample && sample->disk.total > 0)
        rows.push_back(diskRow(sample->disk));
    else if (hardware.disk.total > 0)
        rows.push_back(diskRow(hardware.disk));
    addGpus(rows, hardware, sample);
    addTpus(rows, hardware);
    return rows;
}

HardwareSummary::HardwareSummary(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_layout(new QFormLayout(this))
{
    setAccessibleName(tr("What the machine has"));
    m_layout->setContentsMargins(4, 0, 4, 0);
    m_layout->setHorizontalSpacing(12);
    m_layout->setVerticalSpacing(3);
    m_layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_layout->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    connect(&appearance, &Appearance::changed, this, &HardwareSummary::colour);
}

void HardwareSummary::show(std::vector<SummaryRow> rows)
{
    if (rows == m_rows) return;
    const bool same = std::ranges::equal(rows, m_rows, {}, &SummaryRow::label, &SummaryRow::label);
    m_rows = std::move(rows);
    if (!same) build();
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        m_texts[row]->setText(m_rows[row].text);
        m_texts[row]->setToolTip(m_rows[row].detail);
        m_texts[row]->setAccessibleName(m_rows[row].label + u": "_s + m_rows[row].text);
    }
    colour();
}

void HardwareSummary::build()
{
    while (m_layout->rowCount() > 0)
        m_layout->removeRow(0);
    m_texts.clear();
    for (const SummaryRow& row : m_rows) {
        auto* const label = new QLabel(row.label, this);
        label->setForegroundRole(QPalette::PlaceholderText);
        label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        auto* const text = new QLabel(this);
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_layout->addRow(label, text);
        m_texts.push_back(text);
    }
}

void HardwareSummary::colour()
{
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        QPalette palette;
        if (m_rows[row].isProblem) palette.setColor(QPalette::WindowText, m_appearance.theme().error);
        m_texts[row]->setPalette(palette);
    }
}

} // namespace cahier::widgets
