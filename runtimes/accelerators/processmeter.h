// SPDX-License-Identifier: Apache-2.0
// What kernels' processes use. Source: proc(5) (/proc/PID/stat, /proc/PID/statm).
#pragma once

#include <runtimes/accelerators/hardware.h>

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

namespace cahier::accelerators {

/// A kernel to watch.
struct WatchedKernel {
    std::string id;
    std::int64_t pid = 0; ///< of its process, which leads a session
    std::string folder;   ///< its working folder
};

/// Follows the processes of kernels: those of a kernel's session and their descendants, also ones that have
/// left the session since. Processes of others are looked at once, so that a machine with many costs little.
/// For one thread.
class ProcessMeter {
public:
    explicit ProcessMeter(const Roots& roots);

    /// Replaces the kernels to follow.
    void setKernels(std::vector<WatchedKernel> kernels);
    [[nodiscard]] const std::vector<WatchedKernel>& kernels() const { return m_kernels; }
    /// Looks again. Then usage() is what was used since the last time; of a kernel that is new nothing.
    void update();
    /// cpuCores, memory and processes of the kernel at this place in kernels(); the rest is not set.
    [[nodiscard]] KernelSample usage(std::size_t kernel) const { return m_usage[kernel]; }
    /// The place in kernels() of the one that a process belongs to, or -1.
    [[nodiscard]] int ownerOf(std::int64_t pid) const;
    /// Whether there is a process of this number here.
    [[nodiscard]] bool knows(std::int64_t pid) const { return m_processes.contains(pid); }

private:
    struct Stat {
        std::int64_t parent = 0, session = 0;
        std::uint64_t ticks = 0; ///< of processor time
        std::uint64_t started = 0;
        std::uint64_t residentPages = 0;
    };
    struct Process {
        int owner = -1;
        std::uint64_t started = 0;
        std::uint64_t ticks = 0;
        std::uint64_t round = 0; ///< in which it was seen last
    };
    struct Fresh {
        std::int64_t pid = 0;
        Stat stat;
    };
    struct Sum {
        std::uint64_t ticks = 0, ownPages = 0, sharedPages = 0;
        int processes = 0;
    };

    [[nodiscard]] bool readStat(std::int64_t pid, Stat& stat);
    [[nodiscard]] std::vector<std::int64_t> listProcesses() const;
    /// Finds the owners of processes that were not there the last time.
    void classify(std::vector<Fresh> fresh);
    [[nodiscard]] int ownerBy(const Stat& stat) const;
    void adopt(const Fresh& process, int owner);
    void measure(std::vector<Sum>& sums);
    void addMemory(std::int64_t pid, const Stat& stat, Sum& sum);

    std::string m_proc;
    std::uint64_t m_pageSize;
    double m_ticksPerSecond;
    std::vector<WatchedKernel> m_kernels;
    std::vector<bool> m_known; ///< by kernel: it was measured before
    std::vector<KernelSample> m_usage;
    std::unordered_map<std::int64_t, Process> m_processes;
    std::uint64_t m_round = 0;
    std::chrono::steady_clock::time_point m_last;
    std::string m_text, m_path; ///< reused
};

} // namespace cahier::accelerators
