// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/cgroup.h>

#include <runtimes/accelerators/smallfile.h>

namespace cahier::accelerators {

namespace {

/// Version 1 says "no limit" as the largest multiple of the page size; nothing has that much.
constexpr std::uint64_t noLimit = 1ull << 62;

/// Whether `name` is one of a list with commas.
bool lists(std::string_view list, std::string_view name)
{
    while (!list.empty()) {
        const std::string_view each = list.substr(0, list.find(','));
        if (each == name) return true;
        list.remove_prefix(std::min(list.size(), each.size() + 1));
    }
    return false;
}

/// The path of the group above; false for the topmost one.
bool goUp(std::string& path)
{
    if (path.empty()) return false;
    path.resize(path.rfind('/'));
    return true;
}

} // namespace

Cgroup::Cgroup(const Roots& roots)
{
    const std::string groups = smallFile(roots.proc + "/self/cgroup");
    const std::string mount = roots.sys + "/fs/cgroup";
    for (std::string_view rest = groups; !rest.empty();) { // HIERARCHY:CONTROLLERS:PATH
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        std::string path(line.substr(second + 1));
        if (!path.starts_with('/')) continue;
        if (path.contains("..")) path = "/"; // outside of our cgroup namespace
        if (path == "/") path.clear();
        if (controllers.empty()) {
            for (const char* const where : {"", "/unified"}) {
                findMemoryV2(mount + where, path);
                findCpuV2(mount + where, path);
            }
        }
        if (lists(controllers, "memory")) findMemoryV1(mount + "/memory", path);
        if (lists(controllers, "cpu"))
            findCpuV1(mount + "/" + std::string(controllers == "cpuacct,cpu" ? "cpu,cpuacct" : controllers),
                      mount + "/cpuacct", path);
    }
}

void Cgroup::offerMemory(std::optional<std::uint64_t> limit, const std::string& usage,
                         const std::string& stat, const char* reclaimable)
{
    if (!limit || *limit >= noLimit || (m_memoryLimit && *m_memoryLimit <= *limit)) return;
    m_memoryLimit = limit;
    m_memoryUsage = usage;
    m_memoryStat = stat;
    m_reclaimable = reclaimable;
}

void Cgroup::findMemoryV1(const std::string& mount, std::string path)
{
    do {
        const std::string folder = mount + path;
        offerMemory(numberIn(folder + "/memory.limit_in_bytes"), folder + "/memory.usage_in_bytes",
                    folder + "/memory.stat", "total_inactive_file");
    } while (goUp(path));
}

void Cgroup::findMemoryV2(const std::string& mount, std::string path)
{
    do {
        const std::string folder = mount + path;
        offerMemory(numberIn(folder + "/memory.max"), folder + "/memory.current", folder + "/memory.stat",
                    "inactive_file");
    } while (goUp(path));
}

void Cgroup::offerQuota(std::optional<std::uint64_t> quota, std::optional<std::uint64_t> period,
                        const std::string& timeFile)
{
    if (!quota || !period || *period == 0) return;
    const double cores = static_cast<double>(*quota) / static_cast<double>(*period);
    if (m_quotaCores && *m_quotaCores <= cores) return;
    m_quotaCores = cores;
    m_timeFile = timeFile;
}

void Cgroup::findCpuV1(const std::string& mount, const std::string& accountMount, std::string path)
{
    do {
        const std::string folder = mount + path;
        const std::string own = folder + "/cpuacct.usage";
        offerQuota(numberIn(folder + "/cpu.cfs_quota_us"), // -1, which is none of ours, for no quota
                   numberIn(folder + "/cpu.cfs_period_us"),
                   numberIn(own) ? own : accountMount + path + "/cpuacct.usage");
    } while (goUp(path));
}

void Cgroup::findCpuV2(const std::string& mount, std::string path)
{
    do {
        const std::string folder = mount + path;
        const std::string text = firstLine(folder + "/cpu.max"); // "max 100000" or "200000 100000"
        const auto parts = words(text);
        if (parts.size() == 2) offerQuota(toNumber(parts[0]), toNumber(parts[1]), folder + "/cpu.stat");
    } while (goUp(path));
}

std::optional<std::uint64_t> Cgroup::memoryUsed() const
{
    if (!m_memoryLimit) return std::nullopt;
    const std::optional<std::uint64_t> usage = numberIn(m_memoryUsage);
    if (!usage) return std::nullopt;
    const std::uint64_t cache = numberAfter(smallFile(m_memoryStat), m_reclaimable).value_or(0);
    return *usage - std::min(*usage, cache);
}

std::optional<std::uint64_t> Cgroup::cpuTime() const
{
    if (m_timeFile.empty()) return std::nullopt;
    if (m_timeFile.ends_with("/cpuacct.usage")) return numberIn(m_timeFile);
    const auto microseconds = numberAfter(smallFile(m_timeFile), "usage_usec");
    return microseconds ? std::optional(*microseconds * 1000) : std::nullopt;
}

} // namespace cahier::accelerators
