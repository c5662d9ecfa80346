// SPDX-License-Identifier: Apache-2.0
// What of the GPUs is in use.
#include <runtimes/accelerators/nvml.h>

#include <algorithm>
#include <format>

namespace cahier::accelerators {

using namespace nvmlabi;

namespace {

/// The table of processes may grow between two calls; one that keeps growing is given up.
constexpr int attempts = 6;
constexpr unsigned slack = 8;

/// Asks for a GPU's processes with room for as many as there are.
template <typename Info>
std::vector<Info> listOf(Return (*call)(nvmlabi::Device, unsigned*, Info*), nvmlabi::Device handle)
{
    std::vector<Info> infos(slack);
    for (int attempt = 0; attempt < attempts; ++attempt) {
        unsigned count = static_cast<unsigned>(infos.size());
        const Return result = call(handle, &count, infos.data());
        if (result == Success) {
            infos.resize(std::min<std::size_t>(count, infos.size()));
            return infos;
        }
        if (result != InsufficientSize) break; // NotFound among others: nothing runs
        infos.resize(std::max<std::size_t>(count, infos.size()) + slack);
    }
    return {};
}

template <typename Info> std::vector<GpuProcess> fromInfos(const std::vector<Info>& infos)
{
    std::vector<GpuProcess> processes;
    for (const Info& info : infos) {
        GpuProcess& process = processes.emplace_back();
        process.pid = info.pid;
        if (info.usedGpuMemory != valueNotAvailable) process.memory = info.usedGpuMemory;
    }
    return processes;
}

} // namespace

Nvml::Return Nvml::readMemory(nvmlabi::Device handle, std::optional<std::uint64_t>& used,
                              std::optional<std::uint64_t>& total) const
{
    const auto keep = [](unsigned long long value) {
        return value == valueNotAvailable ? std::nullopt : std::optional<std::uint64_t>(value);
    };
    Return result = FunctionNotFound;
    if (m_call.memory2) {
        Memory2 memory{.version = memory2Version};
        result = m_call.memory2(handle, &memory);
        if (result == Success) {
            used = keep(memory.used);
            total = keep(memory.total);
        }
        if (result == Success || result == GpuIsLost) return result;
    }
    if (!m_call.memory) return result;
    Memory memory{};
    result = m_call.memory(handle, &memory);
    if (result == Success) {
        used = keep(memory.used);
        total = keep(memory.total);
    }
    return result;
}

std::vector<GpuProcess> Nvml::processesOf(nvmlabi::Device handle) const
{
    if (m_call.processes2) return fromInfos(listOf(m_call.processes2, handle));
    if (m_call.processes1) return fromInfos(listOf(m_call.processes1, handle));
    return {};
}

SliceSample Nvml::sampleOf(const Slice& slice)
{
    SliceSample sample;
    sample.uuid = slice.slice.uuid;
    const Return result = readMemory(slice.handle, sample.memoryUsed, sample.memoryTotal);
    if (result == InvalidArgument || result == NotFound) m_stale = true;
    sample.processes = processesOf(slice.handle);
    return sample;
}

GpuSample Nvml::sampleOf(Device& device)
{
    GpuSample sample;
    sample.uuid = device.gpu.uuid;
    sample.index = device.gpu.index;
    sample.status = device.gpu.status;
    sample.memoryTotal = device.gpu.memoryTotal;
    if (!device.handle) return sample;
    Return result = readMemory(device.handle, sample.memoryUsed, sample.memoryTotal);
    if (result == InvalidArgument || result == Uninitialized) m_stale = true;
    if (result == Uninitialized) m_started = false; // the driver was unloaded under us
    if (result == NotSupported || result == FunctionNotFound) result = Success;
    sample.status = statusOf(result, std::format("{} (GPU {})", device.gpu.name, device.gpu.index));
    device.gpu.status = sample.status;
    if (result != Success) return sample;
    Utilization utilization{};
    if (m_call.utilization && m_call.utilization(device.handle, &utilization) == Success)
        sample.utilisation = static_cast<int>(utilization.gpu);
    unsigned value = 0;
    if (m_call.temperature && m_call.temperature(device.handle, temperatureOfGpu, &value) == Success)
        sample.temperature = static_cast<int>(value);
    if (m_call.power && m_call.power(device.handle, &value) == Success) sample.power = value / 1000.0;
    if (device.slices.empty()) sample.processes = processesOf(device.handle);
    for (const Slice& slice : device.slices)
        sample.slices.push_back(sampleOf(slice));
    return sample;
}

std::vector<GpuSample> Nvml::sample()
{
    if (!m_tried || m_stale) open();
    std::vector<GpuSample> samples;
    for (Device& device : m_devices)
        samples.push_back(sampleOf(device));
    return samples;
}

} // namespace cahier::accelerators
