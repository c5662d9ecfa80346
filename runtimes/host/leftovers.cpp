// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/leftovers.h>

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>
#include <string_view>

namespace cahier::host {

namespace {

/// Kills the processes that have a variable of that value in their environment, those of one session or (0)
/// of all. How many there were.
int killMarked(const char* variable, const std::string& value, pid_t session)
{
    namespace fs = std::filesystem;
    const std::string marker = std::format("{}={}", variable, value);
    int count = 0;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); })) continue;
        const pid_t candidate = static_cast<pid_t>(std::atoi(name.c_str()));
        if (candidate == getpid() || (session != 0 && getsid(candidate) != session)) continue;
        std::ifstream stream(entry->path() / "environ", std::ios::binary);
        const std::string environment{std::istreambuf_iterator<char>(stream), {}};
        if (std::string_view(environment).contains(marker) && kill(candidate, SIGKILL) == 0) ++count;
    }
    return count;
}

} // namespace

void killLeftovers(int pid, const std::string& kernelId)
{
    if (pid > 1) killMarked(kernelIdVariable, kernelId, pid);
}

void killRun(const std::string& token)
{
    // One may start another while the list is read.
    for (int round = 0; round < 4 && killMarked(runTokenVariable, token, 0) > 0; ++round) {
    }
}

} // namespace cahier::host
