// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/acceleratorwish.h>

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::runtime {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Accelerators", text);
}

QString textAt(const nlohmann::json& object, const char* key)
{
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? QString::fromStdString(found->get<std::string>())
                                                       : QString();
}

QString bytes(std::uint64_t amount)
{
    return QLocale().formattedDataSize(static_cast<qint64>(amount), 1, QLocale::DataSizeTraditionalFormat);
}

/// "74.5 GB of 80.0 GB free", or what is known of it.
QString memoryNote(const std::optional<std::uint64_t>& used, const std::optional<std::uint64_t>& total)
{
    if (!total) return {};
    if (!used) return bytes(*total);
    return tr("%1 of %2 free").arg(bytes(*total - std::min(*used, *total)), bytes(*total));
}

template <typename Sample> const Sample* find(const std::vector<Sample>& samples, const QString& uuid)
{
    const auto found = std::ranges::find(samples, uuid, &Sample::uuid);
    return found == samples.end() ? nullptr : &*found;
}

QString joined(const QString& first, const QString& second)
{
    return second.isEmpty() ? first : first + u", "_s + second;
}

QString whyNot(const Gpu& gpu)
{
    if (gpu.status.state == DeviceState::Usable && !gpu.uuid.isEmpty()) return {};
    return gpu.status.message.isEmpty() ? tr("The GPU cannot be used.") : gpu.status.message;
}

void addGpu(std::vector<AcceleratorOption>& options, const Gpu& gpu, const GpuSample* now)
{
    const QString place = tr("GPU %1").arg(gpu.index);
    AcceleratorOption option{AcceleratorChoice{AcceleratorKind::Gpu, {gpu.uuid}}, gpu.name,
                             joined(place, memoryNote(now ? now->memoryUsed : std::nullopt, gpu.memoryTotal)),
                             whyNot(gpu)};
    if (gpu.name.isEmpty()) option.title = place;
    if (option.whyNot.isEmpty() && gpu.migEnabled)
        option.whyNot = gpu.slices.empty()
                            ? tr("The GPU is to be divided (MIG) and has no slices: there is nothing to "
                                 "compute with.")
                            : tr("The GPU is divided (MIG): choose one of its slices.");
    const bool broken = !whyNot(gpu).isEmpty();
    options.push_back(std::move(option));
    for (const MigSlice& slice : gpu.slices) {
        const SliceSample* const used = now ? find(now->slices, slice.uuid) : nullptr;
        const QString name = slice.profile.isEmpty() ? slice.name : slice.profile;
        options.push_back(
            {AcceleratorChoice{AcceleratorKind::MigSlice, {slice.uuid}}, tr("MIG slice %1").arg(name),
             joined(place, memoryNote(used ? used->memoryUsed : std::nullopt, slice.memoryTotal)),
             broken ? whyNot(gpu) : QString()});
    }
}

void addTpu(std::vector<AcceleratorOption>& options, const Hardware& hardware)
{
    if (hardware.tpus.empty()) return;
    const bool usable = hardware.tpuStatus.state == DeviceState::Usable;
    QString reason;
    if (!usable)
        reason =
            hardware.tpuStatus.message.isEmpty() ? tr("The TPU cannot be used.") : hardware.tpuStatus.message;
    const auto count = static_cast<int>(hardware.tpus.size());
    options.push_back({AcceleratorChoice{AcceleratorKind::Tpu, {}}, hardware.tpus.front().kind,
                       count > 1 ? tr("all %1 chips").arg(count) : QString(), reason});
}

/// A number for how well a device fits; what has the wished name comes first, then the memory counts.
std::pair<bool, std::uint64_t> fitness(const QString& name, const std::optional<std::uint64_t>& memory,
                                       const AcceleratorWish& wish)
{
    const bool named = !wish.gpuType.isEmpty() && name.contains(wish.gpuType, Qt::CaseInsensitive);
    return {named, memory.value_or(0)};
}

std::optional<AcceleratorChoice> bestGpu(const AcceleratorWish& wish, const Hardware& hardware)
{
    std::optional<AcceleratorChoice> best;
    std::pair<bool, std::uint64_t> bestFitness{false, 0};
    const auto consider = [&](AcceleratorKind kind, const QString& uuid, const QString& name,
                              const std::optional<std::uint64_t>& memory) {
        const auto found = fitness(name, memory, wish);
        if (best && found <= bestFitness) return;
        best = AcceleratorChoice{kind, {uuid}};
        bestFitness = found;
    };
    for (const Gpu& gpu : hardware.gpus) {
        if (!whyNot(gpu).isEmpty()) continue;
        if (!gpu.migEnabled) consider(AcceleratorKind::Gpu, gpu.uuid, gpu.name, gpu.memoryTotal);
        for (const MigSlice& slice : gpu.slices)
            consider(AcceleratorKind::MigSlice, slice.uuid, gpu.name, slice.memoryTotal);
    }
    return best;
}

const char* colabName(AcceleratorKind kind)
{
    switch (kind) {
    case AcceleratorKind::Gpu:
    case AcceleratorKind::MigSlice:
        return "GPU";
    case AcceleratorKind::Tpu:
        return "TPU";
    case AcceleratorKind::None:
        break;
    }
    return nullptr;
}

} // namespace

QString AcceleratorWish::text() const
{
    if (kind == Kind::Tpu) return tr("a TPU");
    if (kind == Kind::None) return {};
    return gpuType.isEmpty() ? tr("a GPU") : tr("a GPU (%1)").arg(gpuType);
}

AcceleratorWish wishIn(const nlohmann::json& metadata)
{
    const QString name = textAt(metadata, "accelerator");
    AcceleratorWish wish;
    if (name.compare("TPU"_L1, Qt::CaseInsensitive) == 0) wish.kind = AcceleratorWish::Kind::Tpu;
    if (name.compare("GPU"_L1, Qt::CaseInsensitive) != 0) return wish;
    wish.kind = AcceleratorWish::Kind::Gpu;
    if (const auto colab = metadata.find("colab"); colab != metadata.end())
        wish.gpuType = textAt(*colab, "gpuType").simplified().left(32);
    return wish;
}

bool writeWish(nlohmann::json& metadata, const AcceleratorChoice& choice)
{
    const char* const name = colabName(choice.kind);
    const QString present = textAt(metadata, "accelerator");
    if (name ? present.compare(QLatin1StringView(name), Qt::CaseInsensitive) == 0
             : wishIn(metadata).kind == AcceleratorWish::Kind::None)
        return false;
    if (name)
        metadata["accelerator"] = name;
    else
        metadata.erase("accelerator");
    // The type is of the GPU that was wished before.
    if (const auto colab = metadata.find("colab"); colab != metadata.end() && colab->is_object())
        colab->erase("gpuType");
    return true;
}

std::vector<AcceleratorOption> acceleratorOptions(const Hardware& hardware,
                                                  const std::optional<ResourceSample>& now)
{
    std::vector<AcceleratorOption> options;
    options.push_back({std::nullopt, tr("Whatever there is"), tr("nothing is set for the kernel"), {}});
    options.push_back({AcceleratorChoice{AcceleratorKind::None, {}}, tr("CPU only"), hardware.cpu.model, {}});
    for (const Gpu& gpu : hardware.gpus)
        addGpu(options, gpu, now ? find(now->gpus, gpu.uuid) : nullptr);
    addTpu(options, hardware);
    return options;
}

std::optional<AcceleratorChoice> proposalFor(const AcceleratorWish& wish, const Hardware& hardware)
{
    switch (wish.kind) {
    case AcceleratorWish::Kind::None:
        break;
    case AcceleratorWish::Kind::Gpu:
        return bestGpu(wish, hardware);
    case AcceleratorWish::Kind::Tpu:
        if (!hardware.tpus.empty() && hardware.tpuStatus.state == DeviceState::Usable)
            return AcceleratorChoice{AcceleratorKind::Tpu, {}};
        break;
    }
    return std::nullopt;
}

QString nameOf(const AcceleratorChoice& choice, const Hardware& hardware)
{
    for (const AcceleratorOption& option : acceleratorOptions(hardware, {})) {
        if (option.choice == choice) return option.title;
    }
    return choice.devices.isEmpty() ? tr("CPU only") : choice.devices.join(u", "_s);
}

} // namespace cahier::runtime
