// SPDX-License-Identifier: Apache-2.0
// The processor, the memory and the disk of the machine, within what its control group allows.
// Sources: proc(5) (/proc/cpuinfo, /proc/meminfo, /proc/stat), statvfs(3).
#pragma once

#include <runtimes/accelerators/cgroup.h>
#include <runtimes/accelerators/hardware.h>

#include <chrono>

namespace cahier::accelerators {

[[nodiscard]] CpuInfo readCpu(const Roots& roots, const Cgroup& cgroup);
[[nodiscard]] MemoryInfo readMemory(const Roots& roots, const Cgroup& cgroup);
/// Nothing when the folder is not there or its file system does not answer.
[[nodiscard]] std::optional<DiskSpace> readDisk(const std::string& folder);

/// Reads what is in use, again and again. For one thread.
class MachineMeter {
public:
    explicit MachineMeter(const Roots& roots);

    /// What was used since the last call, by the cgroup where that has a quota; nothing at the first.
    [[nodiscard]] CpuSample cpu();
    [[nodiscard]] MemorySample memory();

private:
    [[nodiscard]] std::optional<double> busySeconds() const;

    std::string m_proc;
    Cgroup m_cgroup;
    CpuInfo m_info;
    MemoryInfo m_memory;
    std::chrono::steady_clock::time_point m_last;
    std::optional<double> m_lastBusy; ///< seconds
};

} // namespace cahier::accelerators
