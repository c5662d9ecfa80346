// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hardwarecodec.h>

#include <core/runtime/jsonaccess.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

constexpr std::array kindNames{
    std::pair{AcceleratorKind::None, "none"}, std::pair{AcceleratorKind::Gpu, "gpu"},
    std::pair{AcceleratorKind::MigSlice, "mig"}, std::pair{AcceleratorKind::Tpu, "tpu"}};

std::optional<std::uint64_t> amountOf(const json& object, const char* key)
{
    const json* const field = fieldOf(object, key);
    if (!field || !field->is_number_unsigned()) return std::nullopt;
    return field->get<std::uint64_t>();
}

/// A whole number that fits; what does not is nothing.
std::optional<int> intOf(const json& object, const char* key)
{
    const std::optional<qint64> value = numberOf(object, key);
    if (!value || !std::in_range<int>(*value)) return std::nullopt;
    return static_cast<int>(*value);
}

std::optional<double> realOf(const json& object, const char* key)
{
    const json* const field = fieldOf(object, key);
    return field && field->is_number() ? std::optional(field->get<double>()) : std::nullopt;
}

DeviceStatus parseStatus(const json& object, const char* key)
{
    const json& status = objectOf(object, key);
    DeviceStatus result{DeviceState::None, textOf(status, "message"), textOf(status, "detail")};
    const QString state = textOf(status, "state");
    if (state == "usable"_L1) result.state = DeviceState::Usable;
    if (state == "broken"_L1) result.state = DeviceState::Broken;
    if (state == "lost"_L1) result.state = DeviceState::Lost;
    return result;
}

DiskSpace parseDisk(const json& disk)
{
    return {textOf(disk, "folder"), amountOf(disk, "total").value_or(0),
            amountOf(disk, "available").value_or(0)};
}

Gpu parseGpu(const json& entry)
{
    Gpu gpu;
    gpu.index = intOf(entry, "index").value_or(0);
    gpu.uuid = textOf(entry, "uuid");
    gpu.name = textOf(entry, "name");
    gpu.memoryTotal = amountOf(entry, "memory_total");
    gpu.migEnabled = flagOf(entry, "mig");
    for (const json& slice : arrayOf(entry, "slices"))
        gpu.slices.push_back({textOf(slice, "uuid"), textOf(slice, "name"), textOf(slice, "profile"),
                              amountOf(slice, "memory_total")});
    gpu.status = parseStatus(entry, "status");
    return gpu;
}

GpuSample parseGpuSample(const json& entry)
{
    GpuSample gpu;
    gpu.uuid = textOf(entry, "uuid");
    gpu.index = intOf(entry, "index").value_or(0);
    gpu.memoryUsed = amountOf(entry, "memory_used");
    gpu.memoryTotal = amountOf(entry, "memory_total");
    gpu.utilisation = intOf(entry, "utilisation");
    gpu.temperature = intOf(entry, "temperature");
    gpu.power = realOf(entry, "power");
    for (const json& slice : arrayOf(entry, "slices"))
        gpu.slices.push_back(
            {textOf(slice, "uuid"), amountOf(slice, "memory_used"), amountOf(slice, "memory_total")});
    gpu.status = parseStatus(entry, "status");
    return gpu;
}

KernelSample parseKernelSample(const json& entry)
{
    KernelSample kernel;
    kernel.kernel = textOf(entry, "kernel");
    kernel.cpuCores = realOf(entry, "cpu_cores").value_or(0);
    kernel.memory = amountOf(entry, "memory").value_or(0);
    kernel.processes = intOf(entry, "processes").value_or(0);
    kernel.gpuMemory = amountOf(entry, "gpu_memory");
    if (const json* const disk = fieldOf(entry, "disk")) kernel.disk = parseDisk(*disk);
    return kernel;
}

} // namespace

json encodeAccelerator(const AcceleratorChoice& choice)
{
    const auto name = std::ranges::find(kindNames, choice.kind, [](const auto& each) { return each.first; });
    json devices = json::array();
    for (const QString& device : choice.devices)
        devices.push_back(device.toStdString());
    return {{"kind", name->second}, {"devices", std::move(devices)}};
}

std::optional<AcceleratorChoice> parseAccelerator(const json& value)
{
    const QString kind = textOf(value, "kind");
    for (const auto& [known, name] : kindNames)
        if (kind == QLatin1StringView(name)) return AcceleratorChoice{known, textsOf(value, "devices")};
    return std::nullopt;
}

Hardware parseHardware(const json& reply)
{
    const json& found = objectOf(reply, "hardware");
    Hardware hardware;
    const json& cpu = objectOf(found, "cpu");
    hardware.cpu = {textOf(cpu, "model"), intOf(cpu, "physical_cores").value_or(0),
                    intOf(cpu, "logical_cores").value_or(0), intOf(cpu, "allowed_cores").value_or(0),
                    realOf(cpu, "quota_cores")};
    const json& memory = objectOf(found, "memory");
    hardware.memoryTotal = amountOf(memory, "total").value_or(0);
    hardware.memoryLimit = amountOf(memory, "limit");
    hardware.disk = parseDisk(objectOf(found, "disk"));
    hardware.driverVersion = textOf(found, "driver");
    hardware.cudaVersion = textOf(found, "cuda");
    for (const json& gpu : arrayOf(found, "gpus"))
        hardware.gpus.push_back(parseGpu(gpu));
    hardware.gpuStatus = parseStatus(found, "gpu_status");
    for (const json& chip : arrayOf(found, "tpus"))
        hardware.tpus.push_back(
            {intOf(chip, "index").value_or(0), textOf(chip, "kind"), textOf(chip, "device")});
    hardware.tpuStatus = parseStatus(found, "tpu_status");
    return hardware;
}

ResourceSample parseSample(const json& value)
{
    ResourceSample sample;
    sample.time = numberOf(value, "time").value_or(0);
    const json& cpu = objectOf(value, "cpu");
    sample.cpuBusyCores = realOf(cpu, "busy_cores").value_or(0);
    sample.cpuCores = realOf(cpu, "cores").value_or(0);
    sample.cpuOfCgroup = textOf(cpu, "of") == "cgroup"_L1;
    const json& memory = objectOf(value, "memory");
    sample.memoryUsed = amountOf(memory, "used").value_or(0);
    sample.memoryTotal = amountOf(memory, "total").value_or(0);
    sample.memoryOfCgroup = textOf(memory, "of") == "cgroup"_L1;
    sample.disk = parseDisk(objectOf(value, "disk"));
    for (const json& gpu : arrayOf(value, "gpus"))
        sample.gpus.push_back(parseGpuSample(gpu));
    for (const json& kernel : arrayOf(value, "kernels"))
        sample.kernels.push_back(parseKernelSample(kernel));
    return sample;
}

std::vector<ResourceSample> parseSamples(const json& reply)
{
    std::vector<ResourceSample> samples;
    for (const json& sample : arrayOf(reply, "samples"))
        samples.push_back(parseSample(sample));
    return samples;
}

} // namespace cahier::runtimes
