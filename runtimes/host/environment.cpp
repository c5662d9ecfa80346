// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/environment.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>

extern char** environ;

namespace cahier::host {

Environment currentEnvironment()
{
    Environment result;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    result.erase("JPY_PARENT_PID");
    return result;
}

std::string valueOf(const Environment& environment, std::string_view name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

std::string expandVariables(std::string_view text, const Environment& environment)
{
    std::string result;
    while (!text.empty()) {
        const std::size_t begin = text.find("${");
        const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
        if (end == std::string_view::npos) return result.append(text);
        const std::string_view name = text.substr(begin + 2, end - begin - 2);
        const auto found = environment.find(name);
        result += text.substr(0, begin);
        result += found == environment.end() ? text.substr(begin, end + 1 - begin)
                                             : std::string_view(found->second);
        text.remove_prefix(end + 1);
    }
    return result;
}

std::vector<std::string> splitPath(std::string_view list)
{
    std::vector<std::string> result;
    while (!list.empty()) {
        const std::size_t colon = list.find(':');
        const std::string_view item = list.substr(0, colon);
        if (!item.empty()) result.emplace_back(item);
        if (colon == std::string_view::npos) break;
        list.remove_prefix(colon + 1);
    }
    return result;
}

bool isExecutable(const std::string& path)
{
    struct stat info{};
    return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::string findProgram(const std::string& name, const Environment& environment)
{
    if (name.contains('/')) return isExecutable(name) ? name : std::string();
    if (name.empty()) return {};
    for (const std::string& folder : splitPath(valueOf(environment, "PATH"))) {
        std::string path = folder + "/" + name;
        if (isExecutable(path)) return path;
    }
    return {};
}

} // namespace cahier::host
