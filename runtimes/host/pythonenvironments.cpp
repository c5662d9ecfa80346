// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/pythonenvironments.h>

#include <runtimes/wire/jsonparse.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <format>

namespace cahier::host {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// Before the answer: what packages print when Python starts comes too.
constexpr std::string_view answerMark = "@cahier ";

/// Runs in whatever Python there is, so it is careful about old ones.
constexpr const char* describeBody = R"(
import json, os, sys
said = {'version': '.'.join(str(n) for n in sys.version_info[:3]), 'prefix': sys.prefix,
        'executable': os.path.realpath(sys.executable or '')}
base = getattr(sys, 'base_prefix', sys.prefix)
said['venv'] = sys.prefix != base
said['packages'] = {}
try:
    from importlib.metadata import version
except ImportError:
    version = None
for name in names:
    try:
        said['packages'][name] = str(version(name))
    except Exception:
        pass
try:
    import sysconfig
    from importlib.util import find_spec
    said['can_make'] = bool(find_spec('venv') and find_spec('ensurepip'))
    mark = os.path.join(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED')
    said['managed'] = sys.prefix == base and os.path.exists(mark)
except Exception:
    pass
print('\n@cahier ' + json.dumps(said))
)";

bool isVersionedPython(std::string_view name)
{
    constexpr std::string_view python = "python3.";
    return name.size() > python.size() && name.starts_with(python) &&
           std::ranges::all_of(name.substr(python.size()), [](unsigned char c) { return std::isdigit(c); });
}

/// python3.N in the folders of PATH, newest first.
std::vector<std::string> versionedPythons(const Environment& environment)
{
    std::vector<std::pair<int, std::string>> found;
    for (const std::string& folder : splitPath(valueOf(environment, "PATH"))) {
        if (folder.ends_with("/.pyenv/shims")) continue; // most of these only say that they are not active
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            if (!isVersionedPython(name) || !isExecutable(entry->path().string())) continue;
            found.emplace_back(std::stoi(name.substr(name.find('.') + 1)), entry->path().string());
        }
    }
    std::ranges::stable_sort(found, std::greater(), [](const auto& each) { return each.first; });
    std::vector<std::string> result;
    for (auto& [version, path] : found)
        result.push_back(std::move(path));
    return result;
}

bool isBelow(const fs::path& path, std::string_view folder)
{
    return path.string().contains(folder);
}

std::string kindOf(const std::string& prefix, bool isVenv, const PythonCandidate& candidate)
{
    std::error_code error;
    if (candidate.place) return kindName(candidate.place->kind);
    if (fs::is_directory(fs::path(prefix) / "conda-meta", error)) return "conda";
    if (isVenv) return "venv";
    if (isBelow(prefix, "/.pyenv/versions/")) return "pyenv";
    if (isBelow(prefix, "/uv/python/")) return "uv";
    return "system";
}

std::string nameOf(const std::string& prefix, const std::string& kind)
{
    if (kind == "system") return {};
    const fs::path path(prefix);
    const std::string last = path.filename().string();
    std::error_code error;
    if (kind == "conda" && fs::is_directory(path / "condabin", error)) return "base";
    return last == ".venv" || last == "venv" ? path.parent_path().filename().string() : last;
}

std::string lastLine(std::string text)
{
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

std::string problemOf(const std::string& interpreter, const PythonProbe::Said& said)
{
    if (!said.inTime) return std::format("{} did not answer in time.", interpreter);
    const std::string why = lastLine(said.output);
    if (why.empty()) return std::format("{} cannot be run.", interpreter);
    return std::format("{} cannot be run: {}", interpreter, why);
}

std::optional<Json> answerIn(const PythonProbe::Said& said)
{
    const std::size_t mark = said.output.rfind(answerMark);
    if (!said.inTime || !said.succeeded || mark == std::string::npos) return std::nullopt;
    const std::size_t begin = mark + answerMark.size();
    return wire::parseJsonObject(said.output.substr(begin, said.output.find('\n', begin) - begin));
}

std::string textOf(const Json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flagOf(const Json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

} // namespace

nlohmann::json toJson(const PythonEnvironment& environment)
{
    Json object = {{"interpreter", environment.interpreter},
                   {"paths", environment.paths},
                   {"prefix", environment.prefix},
                   {"kind", environment.kind},
                   {"name", environment.name},
                   {"managed", environment.managed},
                   {"can_make", environment.canMake},
                   {"packages", environment.packages}};
    if (!environment.version.empty()) object["version"] = environment.version;
    if (!environment.problem.empty()) object["problem"] = environment.problem;
    return object;
}

std::vector<PythonCandidate> pythonCandidates(const Environment& environment,
                                              const std::string& workingFolder)
{
    std::vector<PythonCandidate> candidates;
    for (std::string& interpreter : pythonInterpreters(environment))
        candidates.push_back({std::move(interpreter)});
    for (std::string& interpreter : versionedPythons(environment))
        candidates.push_back({std::move(interpreter)});
    for (PythonPlace& place : findPythonPlaces(environment, workingFolder)) {
        std::string interpreter = place.interpreter();
        candidates.push_back({std::move(interpreter), std::move(place)});
    }
    return candidates;
}

std::string describeCode(const std::vector<std::string>& packages)
{
    return "names = " + Json(packages).dump(-1, ' ', true, Json::error_handler_t::replace) + describeBody;
}

PythonEnvironment environmentOf(const PythonCandidate& candidate, const PythonProbe::Said& said)
{
    PythonEnvironment environment;
    environment.interpreter = candidate.interpreter;
    environment.paths = {candidate.interpreter};
    environment.prefix = candidate.place
                             ? candidate.place->prefix
                             : fs::path(candidate.interpreter).parent_path().parent_path().string();
    bool isVenv = false;
    if (const std::optional<Json> answer = answerIn(said)) {
        environment.version = textOf(*answer, "version");
        if (!candidate.place) environment.prefix = textOf(*answer, "prefix");
        environment.managed = flagOf(*answer, "managed");
        environment.canMake = flagOf(*answer, "can_make");
        isVenv = flagOf(*answer, "venv");
        const Json packages = answer->value("packages", Json::object());
        for (const auto& [name, version] : packages.items())
            if (version.is_string()) environment.packages[name] = version.get<std::string>();
    } else {
        environment.problem = problemOf(candidate.interpreter, said);
    }
    environment.kind = kindOf(environment.prefix, isVenv, candidate);
    environment.name = candidate.place ? candidate.place->name : nameOf(environment.prefix, environment.kind);
    return environment;
}

std::vector<PythonEnvironment> mergeSame(std::vector<PythonEnvironment> environments)
{
    std::vector<PythonEnvironment> result;
    for (PythonEnvironment& each : environments) {
        // Two versions may share a prefix, and one that does not run is none of the others.
        const auto same = std::ranges::find_if(result, [&](const PythonEnvironment& other) {
            return each.problem.empty() && other.problem.empty() && other.prefix == each.prefix &&
                   other.version == each.version;
        });
        if (same == result.end())
            result.push_back(std::move(each));
        else
            same->paths.push_back(each.interpreter);
    }
    return result;
}

std::string findUv(const Environment& environment)
{
    if (std::string path = findProgram("uv", environment); !path.empty()) return path;
    const std::string home = valueOf(environment, "HOME");
    if (home.empty()) return {};
    for (const char* const place : {"/.local/bin/uv", "/.cargo/bin/uv"})
        if (isExecutable(home + place)) return home + place;
    return {};
}

} // namespace cahier::host
