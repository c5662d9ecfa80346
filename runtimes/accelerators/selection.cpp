// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/selection.h>

#include <runtimes/accelerators/smallfile.h>
#include <runtimes/wire/hostprotocol.h>

#include <algorithm>
#include <format>

namespace cahier::accelerators {

namespace {

std::string joined(const std::vector<std::string>& texts, std::string_view between)
{
    std::string all;
    for (const std::string& text : texts) {
        if (!all.empty()) all += between;
        all += text;
    }
    return all;
}

/// Every GPU and slice that can be chosen.
std::string offers(const Hardware& hardware)
{
    std::vector<std::string> texts;
    for (const Gpu& gpu : hardware.gpus) {
        if (gpu.status.state != DeviceState::Usable) continue;
        if (!gpu.migEnabled) texts.push_back(std::format("{} ({})", gpu.name, gpu.uuid));
        for (const MigSlice& slice : gpu.slices)
            texts.push_back(std::format("{} ({})", slice.name, slice.uuid));
    }
    return texts.empty() ? "none" : joined(texts, ", ");
}

std::unexpected<wire::WireError> missing(std::string message, std::string detail = {})
{
    return wire::failure(wire::errorCodeNotFound, std::move(message), std::move(detail));
}

/// What CUDA programs see, and nothing of what another choice set.
std::vector<Variable> cudaVariables(const std::string& devices)
{
    return {{"CUDA_VISIBLE_DEVICES", devices},
            {"JAX_PLATFORMS", "cuda,cpu"},
            {"PJRT_DEVICE", std::nullopt},
            {"TPU_VISIBLE_CHIPS", std::nullopt}};
}

wire::Result<std::string> gpuName(const std::string& uuid, const Hardware& hardware)
{
    const auto gpu = std::ranges::find(hardware.gpus, uuid, &Gpu::uuid);
    if (uuid.empty() || gpu == hardware.gpus.end())
        return missing(
            std::format("There is no GPU {} on this machine. There are: {}.", uuid, offers(hardware)),
            hardware.gpuStatus.message);
    if (gpu->status.state != DeviceState::Usable) return missing(gpu->status.message, gpu->status.detail);
    if (gpu->migEnabled)
        return missing(std::format("{} is divided into MIG slices: choose one of them. There are: {}.",
                                   gpu->name, offers(hardware)));
    return gpu->name;
}

wire::Result<Selection> selectGpus(const Choice& choice, const Hardware& hardware)
{
    if (hardware.gpuStatus.state != DeviceState::Usable)
        return missing(hardware.gpuStatus.message, hardware.gpuStatus.detail);
    std::vector<std::string> names;
    for (const std::string& uuid : choice.devices) {
        const wire::Result<std::string> name = gpuName(uuid, hardware);
        if (!name) return std::unexpected(name.error());
        names.push_back(*name);
    }
    return Selection{choice, joined(names, ", "), cudaVariables(joined(choice.devices, ","))};
}

wire::Result<Selection> selectSlice(const Choice& choice, const Hardware& hardware)
{
    if (hardware.gpuStatus.state != DeviceState::Usable)
        return missing(hardware.gpuStatus.message, hardware.gpuStatus.detail);
    for (const Gpu& gpu : hardware.gpus) {
        const auto slice = std::ranges::find(gpu.slices, choice.devices.front(), &MigSlice::uuid);
        if (slice == gpu.slices.end()) continue;
        if (gpu.status.state != DeviceState::Usable) return missing(gpu.status.message, gpu.status.detail);
        return Selection{choice, slice->name, cudaVariables(slice->uuid)};
    }
    return missing(std::format("There is no MIG slice {} on this machine. There are: {}.",
                               choice.devices.front(), offers(hardware)));
}

std::vector<Variable> tpuVariables(const std::vector<std::string>& chips, std::size_t all)
{
    std::vector<Variable> variables = {
        {"JAX_PLATFORMS", "tpu,cpu"}, {"PJRT_DEVICE", "TPU"}, {"CUDA_VISIBLE_DEVICES", "-1"}};
    const bool part = chips.size() < all;
    const std::string bounds = chips.size() == 1 ? "1,1,1" : chips.size() == 2 ? "1,2,1" : "2,2,1";
    variables.emplace_back("TPU_VISIBLE_CHIPS", joined(chips, ","));
    variables.emplace_back("TPU_CHIPS_PER_PROCESS_BOUNDS", part ? std::optional(bounds) : std::nullopt);
    variables.emplace_back("TPU_PROCESS_BOUNDS", part ? std::optional<std::string>("1,1,1") : std::nullopt);
    return variables;
}

wire::Result<Selection> selectTpus(Choice choice, const Hardware& hardware)
{
    if (hardware.tpuStatus.state != DeviceState::Usable)
        return missing(hardware.tpuStatus.message, hardware.tpuStatus.detail);
    const std::size_t all = hardware.tpus.size();
    if (choice.devices.empty())
        for (std::size_t chip = 0; chip < all; ++chip)
            choice.devices.push_back(std::to_string(chip));
    for (const std::string& chip : choice.devices)
        if (toNumber(chip).value_or(all) >= all)
            return missing(std::format("There is no TPU chip {} on this machine. There are {}: 0 to {}.",
                                       chip, all, all - 1));
    const std::size_t count = choice.devices.size();
    if (count != all && count != 1 && count != 2 && count != 4)
        return wire::failure(
            wire::errorCodeBadRequest,
            std::format("{} TPU chips cannot be used together: choose 1, 2, 4 or all {}.", count, all));
    std::string name = hardware.tpus.front().kind;
    if (count > 1) name += std::format(" ({} chips)", count);
    return Selection{choice, name, tpuVariables(choice.devices, all)};
}

} // namespace

wire::Result<Selection> select(const Choice& choice, const Hardware& hardware)
{
    switch (choice.kind) {
    case Kind::Gpu:
        return selectGpus(choice, hardware);
    case Kind::MigSlice:
        return selectSlice(choice, hardware);
    case Kind::Tpu:
        return selectTpus(choice, hardware);
    case Kind::None:
        break;
    }
    return Selection{choice,
                     "CPU only",
                     {{"CUDA_VISIBLE_DEVICES", "-1"},
                      {"JAX_PLATFORMS", "cpu"},
                      {"PJRT_DEVICE", "CPU"},
                      {"TPU_VISIBLE_CHIPS", std::nullopt}}};
}

} // namespace cahier::accelerators
