// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/processmeter.h>

#include <runtimes/accelerators/smallfile.h>

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cahier::accelerators {

ProcessMeter::ProcessMeter(const Roots& roots)
    : m_proc(roots.proc), m_pageSize(static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))),
      m_ticksPerSecond(static_cast<double>(sysconf(_SC_CLK_TCK)))
{
}

void ProcessMeter::setKernels(std::vector<WatchedKernel> kernels)
{
    std::vector<bool> known(kernels.size());
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        const auto before = std::ranges::find_if(m_kernels, [&](const WatchedKernel& each) {
            return each.id == kernels[i].id && each.pid == kernels[i].pid;
        });
        if (before != m_kernels.end())
            known[i] = m_known[static_cast<std::size_t>(before - m_kernels.begin())];
    }
    // Everything is looked at again: what started before its kernel was known here has no owner yet.
    for (auto& [pid, process] : m_processes) {
        int owner = -1;
        if (process.owner >= 0) {
            const WatchedKernel& old = m_kernels[static_cast<std::size_t>(process.owner)];
            for (std::size_t i = 0; i < kernels.size(); ++i)
                if (kernels[i].id == old.id && kernels[i].pid == old.pid) owner = static_cast<int>(i);
        }
        process.owner = owner;
    }
    std::erase_if(m_processes, [](const auto& each) { return each.second.owner < 0; });
    m_kernels = std::move(kernels);
    m_known = std::move(known);
    m_usage.assign(m_kernels.size(), {});
}

int ProcessMeter::ownerOf(std::int64_t pid) const
{
    const auto found = m_processes.find(pid);
    return found == m_processes.end() ? -1 : found->second.owner;
}

bool ProcessMeter::readStat(std::int64_t pid, Stat& stat)
{
    m_path = m_proc;
    m_path.append("/").append(std::to_string(pid)).append("/stat");
    if (!readSmallFile(m_path, m_text, 4096)) return false;
    // PID (NAME) STATE PPID PGRP SESSION …: the name may hold blanks and brackets.
    const std::size_t name = m_text.rfind(')');
    if (name == std::string::npos) return false;
    constexpr std::size_t state = 0, parent = 1, session = 3, user = 11, system = 12, started = 19,
                          resident = 21;
    std::array<std::string_view, resident + 1> fields;
    std::string_view rest = std::string_view(m_text).substr(name + 1);
    for (std::string_view& field : fields) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        field = rest.substr(0, rest.find(' '));
        rest.remove_prefix(field.size());
    }
    if (fields[state] == "Z" || fields[resident].empty()) return false;
    const auto number = [&fields](std::size_t at) { return toNumber(fields[at]).value_or(0); };
    stat = {static_cast<std::int64_t>(number(parent)), static_cast<std::int64_t>(number(session)),
            number(user) + number(system), number(started), number(resident)};
    return true;
}

std::vector<std::int64_t> ProcessMeter::listProcesses() const
{
    std::vector<std::int64_t> pids;
    DIR* const folder = opendir(m_proc.c_str());
    if (!folder) return pids;
    while (const dirent* const entry = readdir(folder)) {
        const char first = entry->d_name[0];
        if (first < '1' || first > '9') continue;
        if (const auto pid = toNumber(entry->d_name)) pids.push_back(static_cast<std::int64_t>(*pid));
    }
    closedir(folder);
    return pids;
}

int ProcessMeter::ownerBy(const Stat& stat) const
{
    for (std::size_t i = 0; i < m_kernels.size(); ++i)
        if (stat.session == m_kernels[i].pid) return static_cast<int>(i);
    return ownerOf(stat.parent);
}

void ProcessMeter::adopt(const Fresh& process, int owner)
{
    // Of a kernel that was known, a process that was not is younger than the last look.
    const bool known = owner >= 0 && m_known[static_cast<std::size_t>(owner)];
    m_processes[process.pid] = {owner, process.stat.started, known ? 0 : process.stat.ticks, m_round};
}

void ProcessMeter::classify(std::vector<Fresh> fresh)
{
    // A parent may come after its child.
    for (bool found = true; found && !fresh.empty();) {
        const std::size_t before = fresh.size();
        std::erase_if(fresh, [this](const Fresh& process) {
            const int owner = ownerBy(process.stat);
            if (owner >= 0) adopt(process, owner);
            return owner >= 0;
        });
        found = fresh.size() < before;
    }
    for (const Fresh& process : fresh)
        adopt(process, -1);
}

void ProcessMeter::addMemory(std::int64_t pid, const Stat& stat, Sum& sum)
{
    // statm: SIZE RESIDENT SHARED …, in pages; SHARED is what files and shared memory back.
    m_path = m_proc;
    m_path.append("/").append(std::to_string(pid)).append("/statm");
    std::uint64_t resident = stat.residentPages, shared = 0;
    if (readSmallFile(m_path, m_text, 4096)) {
        const auto fields = words(m_text);
        if (fields.size() > 2) {
            resident = toNumber(fields[1]).value_or(resident);
            shared = std::min(resident, toNumber(fields[2]).value_or(0));
        }
    }
    sum.ownPages += resident - shared;
    sum.sharedPages = std::max(sum.sharedPages, shared);
}

void ProcessMeter::measure(std::vector<Sum>& sums)
{
    Stat stat;
    std::vector<std::int64_t> reused;
    for (auto& [pid, process] : m_processes) {
        if (process.owner < 0 || !readStat(pid, stat)) continue;
        if (stat.started != process.started) { // another process of the same number
            reused.push_back(pid);
            continue;
        }
        Sum& sum = sums[static_cast<std::size_t>(process.owner)];
        sum.ticks += stat.ticks - std::min(stat.ticks, process.ticks);
        process.ticks = stat.ticks;
        ++sum.processes;
        addMemory(pid, stat, sum);
    }
    for (const std::int64_t pid : reused)
        m_processes.erase(pid); // the next look finds out whose it is
}

void ProcessMeter::update()
{
    ++m_round;
    const auto now = std::chrono::steady_clock::now();
    const double passed = std::chrono::duration<double>(now - m_last).count();
    m_last = now;
    std::vector<Fresh> fresh;
    for (const std::int64_t pid : listProcesses()) {
        const auto known = m_processes.find(pid);
        if (known != m_processes.end()) {
            known->second.round = m_round;
            continue;
        }
        Fresh process{pid, {}};
        if (readStat(pid, process.stat)) fresh.push_back(process);
    }
    std::erase_if(m_processes, [this](const auto& each) { return each.second.round != m_round; });
    classify(std::move(fresh));
    std::vector<Sum> sums(m_kernels.size());
    measure(sums);
    for (std::size_t i = 0; i < m_kernels.size(); ++i) {
        KernelSample& usage = m_usage[i];
        usage.kernel = m_kernels[i].id;
        usage.processes = sums[i].processes;
        usage.memory = (sums[i].ownPages + sums[i].sharedPages) * m_pageSize;
        usage.cpuCores =
            m_known[i] && passed > 0 ? static_cast<double>(sums[i].ticks) / m_ticksPerSecond / passed : 0;
        m_known[i] = true;
    }
}

} // namespace cahier::accelerators
