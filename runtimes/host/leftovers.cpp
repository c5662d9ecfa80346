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

void killLeftovers(int pid, const std::string& kernelId)
{
    namespace fs = std::filesystem;
    if (pid <= 1) return;
    const std::string marker = std::format("{}={}", kernelIdVariable, kernelId);
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); })) continue;
        const pid_t candidate = static_cast<pid_t>(std::atoi(name.c_str()));
        if (candidate == getpid() || getsid(candidate) != pid) continue;
        std::ifstream stream(entry->path() / "environ", std::ios::binary);
        const std::string environment{std::istreambuf_iterator<char>(stream), {}};
        if (std::string_view(environment).contains(marker)) kill(candidate, SIGKILL);
    }
}

} // namespace cahier::host
