// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/oomcounter.h>

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace cahier::host {

std::string oomCountFile(std::string_view procCgroup, const std::string& root)
{
    std::string second;
    std::istringstream lines{std::string(procCgroup)};
    for (std::string line; std::getline(lines, line);) { // HIERARCHY:CONTROLLERS:PATH
        const std::size_t first = line.find(':');
        const std::size_t last = line.find(':', first + 1);
        if (first == std::string::npos || last == std::string::npos) continue;
        const std::string controllers = "," + line.substr(first + 1, last - first - 1) + ",";
        const std::string path = line.substr(last + 1);
        if (controllers.contains(",memory,")) {
            const std::string file = root + "/memory" + path + "/memory.oom_control";
            if (access(file.c_str(), R_OK) == 0) return file;
        }
        if (controllers == ",,") {
            for (const char* const mount : {"", "/unified"}) {
                const std::string file = root + mount + path + "/memory.events";
                if (access(file.c_str(), R_OK) == 0) second = file;
            }
        }
    }
    return second;
}

std::optional<std::uint64_t> oomCount(const std::string& file)
{
    std::ifstream stream(file);
    std::string name;
    std::uint64_t count = 0;
    while (stream >> name >> count) {
        if (name == "oom_kill") return count;
    }
    return std::nullopt;
}

} // namespace cahier::host
