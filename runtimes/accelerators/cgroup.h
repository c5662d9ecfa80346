// SPDX-License-Identifier: Apache-2.0
// The limits that control groups put on a process, and what is used of them.
// Sources: Documentation/admin-guide/cgroup-v2.rst (memory.max, memory.current, memory.stat, cpu.max,
// cpu.stat); cgroup-v1/memory.rst (memory.limit_in_bytes, memory.usage_in_bytes), cgroup-v1/cpuacct.rst
// (cpuacct.usage), scheduler/sched-bwc.rst (cpu.cfs_quota_us).
#pragma once

#include <runtimes/accelerators/hardware.h>

namespace cahier::accelerators {

/// The control groups of this process, of version 1, 2 or both. A limit counts wherever above the process it
/// is set: the tightest one binds, and of equal ones the nearest.
class Cgroup {
public:
    explicit Cgroup(const Roots& roots);

    [[nodiscard]] std::optional<std::uint64_t> memoryLimit() const { return m_memoryLimit; }
    /// What counts against the limit, without the page cache that is not in active use; nullopt without a
    /// limit.
    [[nodiscard]] std::optional<std::uint64_t> memoryUsed() const;
    [[nodiscard]] std::optional<double> quotaCores() const { return m_quotaCores; }
    /// Nanoseconds of processor time used by the group with the quota; nullopt without a quota.
    [[nodiscard]] std::optional<std::uint64_t> cpuTime() const;

private:
    void findMemoryV1(const std::string& mount, std::string path);
    void findMemoryV2(const std::string& mount, std::string path);
    void findCpuV1(const std::string& mount, const std::string& accountMount, std::string path);
    void findCpuV2(const std::string& mount, std::string path);
    void offerMemory(std::optional<std::uint64_t> limit, const std::string& usage, const std::string& stat,
                     const char* reclaimable);
    void offerQuota(std::optional<std::uint64_t> quota, std::optional<std::uint64_t> period,
                    const std::string& timeFile);

    std::optional<std::uint64_t> m_memoryLimit;
    std::string m_memoryUsage, m_memoryStat;
    const char* m_reclaimable = "";
    std::optional<double> m_quotaCores;
    std::string m_timeFile; ///< cpuacct.usage or cpu.stat
};

} // namespace cahier::accelerators
