// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/hardware.h>

#include <QString>

#include <map>
#include <span>
#include <vector>

namespace cahier::widgets {

/// The last quarter of an hour of samples as series of numbers, one for each thing that is measured.
class ResourceHistory {
public:
    static constexpr std::size_t capacity = 900; ///< samples
    enum class Quantity {
        Cpu,            ///< cores' worth of time
        Memory,         ///< bytes, as all that follow but utilisation
        Disk,           ///< used
        GpuUtilisation, ///< percent
        GpuMemory,      ///< of a GPU or a MIG slice
        KernelCpu,
        KernelMemory,
        KernelGpuMemory,
    };
    struct Key {
        Quantity quantity = Quantity::Cpu;
        QString of = {}; ///< the device's UUID or the kernel's id; empty for the machine
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    /// Does nothing for one that is not younger than the last. A clock that was set back begins anew.
    void add(const runtime::ResourceSample& sample);
    /// Adds those that are younger than the last.
    void add(const std::vector<runtime::ResourceSample>& samples);
    void clear();

    [[nodiscard]] bool isEmpty() const { return m_times.empty(); }
    /// Of each sample, ms since 1970 of the machine, ascending.
    [[nodiscard]] std::span<const qint64> times() const;
    /// As long as times(), NaN where nothing is known; empty for what was never measured.
    [[nodiscard]] std::span<const float> values(const Key& key) const;
    /// The ids of the kernels that are in it, in their order.
    [[nodiscard]] QStringList kernels() const;

private:
    void append(const runtime::ResourceSample& sample);
    void put(const Key& key, double value);
    void trim();

    // Up to twice the capacity, so that the oldest half is moved away seldom.
    std::vector<qint64> m_times;
    std::map<Key, std::vector<float>> m_series; ///< each as long as m_times
};

} // namespace cahier::widgets
