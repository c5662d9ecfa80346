// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernelspecs.h>

#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/jsonparse.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>

namespace cahier::host {

namespace fs = std::filesystem;

namespace {

std::string lowerCase(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool validName(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '_' || c == '-';
    });
}

std::string stringField(const nlohmann::json& object, const char* name, std::string otherwise = {})
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

wire::Result<KernelSpec> readSpec(const fs::path& folder)
{
    const std::string path = (folder / "kernel.json").string();
    const auto refuse = [&](const std::string& why) {
        return wire::failure(wire::errorCodeNoKernel,
                             std::format("The kernel spec {} cannot be used: {}.", path, why));
    };
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return refuse(wire::systemMessage(errno));
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const std::optional<nlohmann::json> parsed = wire::parseJsonObject(text);
    if (!parsed) return refuse("it is not a JSON object");
    const nlohmann::json& json = *parsed;

    KernelSpec spec;
    spec.name = lowerCase(folder.filename().string());
    spec.resourceDir = folder.string();
    spec.displayName = stringField(json, "display_name", spec.name);
    spec.language = stringField(json, "language");
    spec.messageInterrupts = stringField(json, "interrupt_mode") == "message";
    const auto argv = json.find("argv");
    if (argv == json.end() || !argv->is_array() || argv->empty()) return refuse("it has no argv");
    for (const nlohmann::json& argument : *argv) {
        if (!argument.is_string()) return refuse("its argv holds something that is not a string");
        spec.argv.push_back(argument.get<std::string>());
    }
    if (const auto variables = json.find("env"); variables != json.end() && variables->is_object()) {
        for (const auto& [name, value] : variables->items())
            if (value.is_string()) spec.environment[name] = value.get<std::string>();
    }
    return spec;
}

std::string userDataFolder(const Environment& environment)
{
    if (std::string own = valueOf(environment, "JUPYTER_DATA_DIR"); !own.empty()) return own;
    if (const std::string data = valueOf(environment, "XDG_DATA_HOME"); !data.empty())
        return data + "/jupyter";
    const std::string home = valueOf(environment, "HOME");
    return home.empty() ? std::string() : home + "/.local/share/jupyter";
}

std::vector<std::string> environmentFolders(const Environment& environment)
{
    std::vector<std::string> result;
    for (const char* const variable : {"VIRTUAL_ENV", "CONDA_PREFIX"})
        if (std::string prefix = valueOf(environment, variable); !prefix.empty()) result.push_back(prefix);
    return result;
}

bool environmentFirst(const Environment& environment)
{
    const std::string preference = lowerCase(valueOf(environment, "JUPYTER_PREFER_ENV_PATH"));
    if (!preference.empty())
        return preference != "0" && preference != "n" && preference != "no" && preference != "off" &&
               preference != "false";
    if (!valueOf(environment, "VIRTUAL_ENV").empty()) return true;
    const std::string conda = valueOf(environment, "CONDA_DEFAULT_ENV");
    return !valueOf(environment, "CONDA_PREFIX").empty() && conda != "base" && !conda.empty();
}

} // namespace

nlohmann::json toJson(const KernelSpec& spec)
{
    return {{"name", spec.name},
            {"display_name", spec.displayName},
            {"language", spec.language},
            {"argv", spec.argv},
            {"interrupt_mode", spec.messageInterrupts ? "message" : "signal"},
            {"env", spec.environment.empty() ? nlohmann::json::object() : nlohmann::json(spec.environment)},
            {"resource_dir", spec.resourceDir}};
}

const KernelSpec* SpecSearch::find(std::string name) const
{
    const auto found = std::ranges::find(specs, lowerCase(std::move(name)), &KernelSpec::name);
    return found == specs.end() ? nullptr : &*found;
}

bool SpecSearch::hasPython() const
{
    return std::ranges::any_of(specs,
                               [](const KernelSpec& spec) { return lowerCase(spec.language) == "python"; });
}

std::vector<std::string> kernelSpecFolders(const Environment& environment)
{
    if (const auto own = environment.find(kernelPathVariable); own != environment.end())
        return splitPath(own->second);
    std::vector<std::string> data = splitPath(valueOf(environment, "JUPYTER_PATH"));
    std::vector<std::string> active;
    for (const std::string& prefix : environmentFolders(environment))
        active.push_back(prefix + "/share/jupyter");
    const std::string user = userDataFolder(environment);
    if (environmentFirst(environment)) data.insert(data.end(), active.begin(), active.end());
    if (!user.empty()) data.push_back(user);
    if (!environmentFirst(environment)) data.insert(data.end(), active.begin(), active.end());
    data.insert(data.end(), {"/usr/local/share/jupyter", "/usr/share/jupyter"});
    std::vector<std::string> folders;
    for (const std::string& folder : data) {
        std::string kernels = folder + "/kernels";
        if (std::ranges::find(folders, kernels) == folders.end()) folders.push_back(std::move(kernels));
    }
    return folders;
}

SpecSearch findKernelSpecs(const Environment& environment)
{
    SpecSearch search;
    search.searched = kernelSpecFolders(environment);
    for (const std::string& folder : search.searched) {
        std::vector<fs::path> entries;
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            if (fs::exists(entry->path() / "kernel.json", error)) entries.push_back(entry->path());
        if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
            search.problems.push_back(
                std::format("The folder {} cannot be read: {}.", folder, error.message()));
        std::ranges::sort(entries);
        for (const fs::path& entry : entries) {
            const std::string name = lowerCase(entry.filename().string());
            if (search.find(name)) continue;
            if (!validName(name)) {
                search.problems.push_back(
                    std::format("The kernel spec {} has a name that is not allowed: letters, "
                                "digits, dots, dashes and underscores are.",
                                entry.string()));
            } else if (wire::Result<KernelSpec> spec = readSpec(entry)) {
                search.specs.push_back(std::move(*spec));
            } else {
                search.problems.push_back(spec.error().message);
            }
        }
    }
    return search;
}

} // namespace cahier::host
