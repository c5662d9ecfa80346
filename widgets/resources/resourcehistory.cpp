// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/resources/resourcehistory.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cahier::widgets {

namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
constexpr qint64 setBack = 5000; ///< ms; samples that come late are not that late

template <typename T> std::span<const T> lastOf(const std::vector<T>& all)
{
    return std::span(all).last(std::min(all.size(), ResourceHistory::capacity));
}

} // namespace

void ResourceHistory::add(const runtime::ResourceSample& sample)
{
    if (!m_times.empty() && sample.time <= m_times.back()) {
        if (sample.time > m_times.back() - setBack) return;
        clear();
    }
    append(sample);
}

void ResourceHistory::add(const std::vector<runtime::ResourceSample>& samples)
{
    if (samples.empty()) return;
    if (!m_times.empty() && samples.back().time < m_times.back() - setBack) clear();
    for (const runtime::ResourceSample& sample : samples) {
        if (m_times.empty() || sample.time > m_times.back()) append(sample);
    }
}

void ResourceHistory::append(const runtime::ResourceSample& sample)
{
    m_times.push_back(sample.time);
    for (auto& [key, values] : m_series)
        values.push_back(unknown);
    const auto putKnown = [this](Quantity quantity, const QString& of, const auto& value) {
        if (value) put({quantity, of}, static_cast<double>(*value));
    };
    if (sample.cpuCores > 0) put({Quantity::Cpu}, sample.cpuBusyCores);
    if (sample.memoryTotal > 0) put({Quantity::Memory}, static_cast<double>(sample.memoryUsed));
    if (sample.disk.total > 0)
        put({Quantity::Disk}, static_cast<double>(sample.disk.total) - double(sample.disk.available));
    for (const runtime::GpuSample& gpu : sample.gpus) {
        putKnown(Quantity::GpuUtilisation, gpu.uuid, gpu.utilisation);
        putKnown(Quantity::GpuMemory, gpu.uuid, gpu.memoryUsed);
        for (const runtime::SliceSample& slice : gpu.slices)
            putKnown(Quantity::GpuMemory, slice.uuid, slice.memoryUsed);
    }
    for (const runtime::KernelSample& kernel : sample.kernels) {
        put({Quantity::KernelCpu, kernel.kernel}, kernel.cpuCores);
        put({Quantity::KernelMemory, kernel.kernel}, static_cast<double>(kernel.memory));
        putKnown(Quantity::KernelGpuMemory, kernel.kernel, kernel.gpuMemory);
    }
    if (m_times.size() >= 2 * capacity) trim();
}

void ResourceHistory::put(const Key& key, double value)
{
    std::vector<float>& values = m_series[key];
    values.resize(m_times.size(), unknown);
    values.back() = static_cast<float>(value);
}

/// Drops the old half, and what is not measured any more.
void ResourceHistory::trim()
{
    const auto surplus = static_cast<std::ptrdiff_t>(m_times.size() - capacity);
    m_times.erase(m_times.begin(), m_times.begin() + surplus);
    for (auto& [key, values] : m_series)
        values.erase(values.begin(), values.begin() + surplus);
    std::erase_if(m_series, [](const auto& series) {
        return std::ranges::all_of(series.second, [](float value) { return std::isnan(value); });
    });
}

void ResourceHistory::clear()
{
    m_times.clear();
    m_series.clear();
}

std::span<const qint64> ResourceHistory::times() const
{
    return lastOf(m_times);
}

std::span<const float> ResourceHistory::values(const Key& key) const
{
    const auto found = m_series.find(key);
    return found == m_series.end() ? std::span<const float>() : lastOf(found->second);
}

QStringList ResourceHistory::kernels() const
{
    QStringList ids;
    for (const auto& [key, values] : m_series) {
        if (key.quantity == Quantity::KernelMemory) ids += key.of;
    }
    return ids;
}

} // namespace cahier::widgets
