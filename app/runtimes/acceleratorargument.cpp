// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/runtimes/acceleratorargument.h>

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier {

using runtime::AcceleratorChoice;
using runtime::AcceleratorKind;
using runtime::DeviceState;
using runtime::Gpu;
using runtime::Hardware;
using runtime::MigSlice;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("AcceleratorArgument", text);
}

bool isNumber(const QString& text)
{
    return !text.isEmpty() && std::ranges::all_of(text, [](QChar c) { return c >= u'0' && c <= u'9'; });
}

bool isUsable(const Gpu& gpu)
{
    return gpu.status.state == DeviceState::Usable && !gpu.uuid.isEmpty();
}

/// A line for each thing that can be chosen, and each that cannot with the reason.
QString thereIs(const Hardware& hardware)
{
    QStringList lines{u"cpu"_s};
    for (const Gpu& gpu : hardware.gpus) {
        const QString line = u"gpu:%1  %2  %3"_s.arg(gpu.index).arg(gpu.name, gpu.uuid).trimmed();
        const QString flaw = !isUsable(gpu)   ? gpu.status.message
                             : gpu.migEnabled ? tr("divided (MIG)")
                                              : QString();
        lines << (flaw.isEmpty() ? line : u"%1  (%2)"_s.arg(line, flaw));
        for (const MigSlice& slice : gpu.slices)
            lines << u"mig:%1  %2"_s.arg(slice.uuid, slice.profile.isEmpty() ? slice.name : slice.profile);
    }
    if (!hardware.tpus.empty()) lines << u"tpu  %1"_s.arg(hardware.tpus.front().kind);
    return tr("There is:") + u"\n  "_s + lines.join(u"\n  "_s);
}

std::unexpected<Error> notThere(const QString& sentence, const Hardware& hardware)
{
    return failure(ErrorCode::NotFound, sentence, thereIs(hardware));
}

Result<AcceleratorChoice> chooseGpu(const QString& device, const Hardware& hardware)
{
    for (const Gpu& gpu : hardware.gpus) {
        const bool named = isNumber(device) ? gpu.index == device.toInt()
                                            : gpu.uuid.compare(device, Qt::CaseInsensitive) == 0;
        if (!named && !device.isEmpty()) continue;
        if (isUsable(gpu) && !gpu.migEnabled) return AcceleratorChoice{AcceleratorKind::Gpu, {gpu.uuid}};
        if (device.isEmpty()) continue;
        if (isUsable(gpu))
            return notThere(tr("GPU %1 is divided (MIG): choose one of its slices.").arg(gpu.index),
                            hardware);
        return notThere(tr("GPU %1 cannot be used: %2").arg(QString::number(gpu.index), gpu.status.message),
                        hardware);
    }
    if (!device.isEmpty()) return notThere(tr("The machine has no GPU %1.").arg(device), hardware);
    const QString& why = hardware.gpuStatus.message;
    return notThere(why.isEmpty() || hardware.gpuStatus.state == DeviceState::Usable
                        ? tr("The machine has no GPU that can be used as a whole.")
                        : why,
                    hardware);
}

Result<AcceleratorChoice> chooseSlice(const QString& device, const Hardware& hardware)
{
    for (const Gpu& gpu : hardware.gpus) {
        if (!isUsable(gpu)) continue;
        for (const MigSlice& slice : gpu.slices) {
            if (device.isEmpty() || slice.uuid.compare(device, Qt::CaseInsensitive) == 0)
                return AcceleratorChoice{AcceleratorKind::MigSlice, {slice.uuid}};
        }
    }
    return notThere(device.isEmpty() ? tr("The machine has no MIG slice that can be used.")
                                     : tr("The machine has no MIG slice %1 that can be used.").arg(device),
                    hardware);
}

Result<AcceleratorChoice> chooseTpu(const QString& device, const Hardware& hardware)
{
    if (hardware.tpus.empty() || hardware.tpuStatus.state != DeviceState::Usable) {
        const QString& why = hardware.tpuStatus.message;
        return notThere(why.isEmpty() ? tr("The machine has no TPU that can be used.") : why, hardware);
    }
    if (device.isEmpty()) return AcceleratorChoice{AcceleratorKind::Tpu, {}};
    const bool isThere =
        std::ranges::any_of(hardware.tpus, [&](const auto& chip) { return chip.index == device.toInt(); });
    if (!isThere) return notThere(tr("The machine has no TPU chip %1.").arg(device), hardware);
    return AcceleratorChoice{AcceleratorKind::Tpu, {device}};
}

} // namespace

Result<AcceleratorArgument> AcceleratorArgument::parse(const QString& text)
{
    const QString kind = text.section(u':', 0, 0).toLower();
    const QString device = text.section(u':', 1);
    const bool isBare = !text.contains(u':');
    if (kind == "cpu"_L1 && isBare) return AcceleratorArgument{};
    if (isBare || !device.isEmpty()) {
        if (kind == "gpu"_L1) {
            const bool isSlice = device.startsWith("MIG-"_L1, Qt::CaseInsensitive);
            return AcceleratorArgument{isSlice ? AcceleratorKind::MigSlice : AcceleratorKind::Gpu, device};
        }
        if (kind == "mig"_L1) return AcceleratorArgument{AcceleratorKind::MigSlice, device};
        if (kind == "tpu"_L1 && (isBare || isNumber(device)))
            return AcceleratorArgument{AcceleratorKind::Tpu, device};
    }
    return failure(
        ErrorCode::InvalidFormat,
        tr("An accelerator is cpu, gpu, gpu:NUMBER, gpu:UUID, mig:UUID or tpu, not \"%1\".").arg(text));
}

Result<AcceleratorChoice> AcceleratorArgument::choose(const Hardware& hardware) const
{
    switch (kind) {
    case AcceleratorKind::None:
        break;
    case AcceleratorKind::Gpu:
        return chooseGpu(device, hardware);
    case AcceleratorKind::MigSlice:
        return chooseSlice(device, hardware);
    case AcceleratorKind::Tpu:
        return chooseTpu(device, hardware);
    }
    return AcceleratorChoice{};
}

} // namespace cahier
