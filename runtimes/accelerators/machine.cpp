// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/machine.h>

#include <runtimes/accelerators/smallfile.h>

#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cahier::accelerators {

namespace {

/// The cores that this process may run on; 0 when that cannot be told.
int coresByAffinity()
{
    // More than CPU_SETSIZE processors need a larger set.
    for (int count = 1024; count <= 1 << 20; count *= 2) {
        cpu_set_t* const set = CPU_ALLOC(count);
        const std::size_t size = CPU_ALLOC_SIZE(count);
        const bool known = sched_getaffinity(0, size, set) == 0;
        const int allowed = known ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (known) return allowed;
    }
    return 0;
}

std::string_view trim(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

/// Seconds of processor time in the first line of /proc/stat that were not idle.
std::optional<double> busySecondsIn(std::string_view stat)
{
    const auto fields = words(stat.substr(0, stat.find('\n')));
    if (fields.size() < 5 || fields[0] != "cpu") return std::nullopt;
    std::uint64_t busy = 0;
    for (std::size_t at = 1; at < fields.size() && at <= 8; ++at) { // guests are in user and nice already
        constexpr std::size_t idle = 4, iowait = 5;
        if (at != idle && at != iowait) busy += toNumber(fields[at]).value_or(0);
    }
    return static_cast<double>(busy) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

CpuInfo readCpu(const Roots& roots, const Cgroup& cgroup)
{
    CpuInfo info;
    const std::string text = smallFile(roots.proc + "/cpuinfo");
    std::set<std::pair<std::string_view, std::string_view>> cores;
    std::string_view package;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
        const std::string_view value = trim(line.substr(colon + 1));
        if (name == "processor")
            ++info.logicalCores;
        else if (name == "physical id")
            package = value;
        else if (name == "core id")
            cores.emplace(package, value);
        else if (name == "model name" || (info.model.empty() && (name == "Model" || name == "Hardware")))
            info.model = value;
    }
    info.physicalCores = cores.empty() ? info.logicalCores : static_cast<int>(cores.size());
    const int allowed = coresByAffinity();
    info.allowedCores = allowed > 0 ? allowed : info.logicalCores;
    info.quotaCores = cgroup.quotaCores();
    return info;
}

MemoryInfo readMemory(const Roots& roots, const Cgroup& cgroup)
{
    MemoryInfo info;
    info.total = numberAfter(smallFile(roots.proc + "/meminfo"), "MemTotal").value_or(0) * 1024;
    if (cgroup.memoryLimit() && (info.total == 0 || *cgroup.memoryLimit() < info.total))
        info.limit = cgroup.memoryLimit();
    return info;
}

std::optional<DiskSpace> readDisk(const std::string& folder)
{
    struct statvfs info{};
    if (folder.empty() || statvfs(folder.c_str(), &info) != 0) return std::nullopt;
    return DiskSpace{folder, info.f_blocks * info.f_frsize, info.f_bavail * info.f_frsize};
}

MachineMeter::MachineMeter(const Roots& roots)
    : m_proc(roots.proc), m_cgroup(roots), m_info(readCpu(roots, m_cgroup)),
      m_memory(readMemory(roots, m_cgroup))
{
}

std::optional<double> MachineMeter::busySeconds() const
{
    if (m_cgroup.quotaCores()) {
        const auto nanoseconds = m_cgroup.cpuTime();
        return nanoseconds ? std::optional(static_cast<double>(*nanoseconds) / 1e9) : std::nullopt;
    }
    std::string text;
    if (!readSmallFile(m_proc + "/stat", text, 4096)) return std::nullopt; // the first line is all we need
    return busySecondsIn(text);
}

CpuSample MachineMeter::cpu()
{
    CpuSample sample;
    sample.ofCgroup = m_cgroup.quotaCores().has_value();
    sample.cores = m_cgroup.quotaCores().value_or(m_info.logicalCores);
    const auto now = std::chrono::steady_clock::now();
    const std::optional<double> busy = busySeconds();
    const double passed = std::chrono::duration<double>(now - m_last).count();
    if (busy && m_lastBusy && passed > 0)
        sample.busyCores = std::clamp((*busy - *m_lastBusy) / passed, 0.0, sample.cores);
    m_lastBusy = busy;
    m_last = now;
    return sample;
}

MemorySample MachineMeter::memory()
{
    if (m_memory.limit) {
        if (const auto used = m_cgroup.memoryUsed()) return {*used, *m_memory.limit, true};
    }
    const std::string text = smallFile(m_proc + "/meminfo");
    const std::uint64_t available = numberAfter(text, "MemAvailable").value_or(0) * 1024;
    return {m_memory.total - std::min(m_memory.total, available), m_memory.total, false};
}

} // namespace cahier::accelerators
