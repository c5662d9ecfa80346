// SPDX-License-Identifier: Apache-2.0
// Finding interpreters and turning a spec's argv into a command.
#include <runtimes/host/kernelspecs.h>

#include <runtimes/wire/hostprotocol.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <format>

namespace cahier::host {

namespace fs = std::filesystem;

namespace {

/// "python", "python3", "python3.12"
bool isBarePython(std::string_view name)
{
    constexpr std::string_view python = "python";
    return name.starts_with(python) && std::ranges::all_of(name.substr(python.size()), [](unsigned char c) {
               return std::isdigit(c) || c == '.';
           });
}

/// PREFIX of a spec in PREFIX/share/jupyter/kernels/NAME.
std::string prefixOf(const std::string& resourceDir)
{
    const fs::path kernels = fs::path(resourceDir).parent_path();
    const fs::path jupyter = kernels.parent_path();
    if (kernels.filename() != "kernels" || jupyter.filename() != "jupyter" ||
        jupyter.parent_path().filename() != "share")
        return {};
    return jupyter.parent_path().parent_path().string();
}

std::string findPython(const std::string& name, const KernelSpec& spec, const Environment& environment)
{
    std::vector<std::string> prefixes;
    if (const std::string prefix = prefixOf(spec.resourceDir); !prefix.empty()) prefixes.push_back(prefix);
    for (const char* const variable : {"VIRTUAL_ENV", "CONDA_PREFIX"})
        if (std::string prefix = valueOf(environment, variable); !prefix.empty()) prefixes.push_back(prefix);
    for (const std::string& prefix : prefixes) {
        std::string path = prefix + "/bin/" + name;
        if (isExecutable(path)) return path;
    }
    if (std::string path = findProgram(name, environment); !path.empty()) return path;
    return name == "python" ? findProgram("python3", environment) : std::string();
}

void replaceAll(std::string& text, std::string_view what, std::string_view with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

} // namespace

KernelSpec probedPythonSpec(const std::string& interpreter)
{
    KernelSpec spec;
    spec.name = "python3";
    spec.displayName = "Python 3";
    spec.language = "python";
    spec.argv = {interpreter, "-m", "ipykernel_launcher", "-f", "{connection_file}"};
    return spec;
}

std::vector<std::string> pythonInterpreters(const Environment& environment)
{
    std::vector<std::string> candidates;
    for (const char* const variable : {"VIRTUAL_ENV", "CONDA_PREFIX"})
        if (const std::string prefix = valueOf(environment, variable); !prefix.empty())
            candidates.push_back(prefix + "/bin/python3");
    for (const char* const name : {"python3", "python"})
        for (const std::string& folder : splitPath(valueOf(environment, "PATH")))
            candidates.push_back(folder + "/" + name);
    std::vector<std::string> result;
    std::vector<fs::path> seen;
    for (const std::string& candidate : candidates) {
        if (!isExecutable(candidate)) continue;
        // A virtual environment's interpreter is a link to another one and yet a different one: the folder
        // counts, so that /bin and /usr/bin are one and a venv is not what it points to.
        std::error_code error;
        const fs::path folder = fs::canonical(fs::path(candidate).parent_path(), error);
        const fs::path identity = folder / fs::path(candidate).filename();
        if (std::ranges::find(seen, identity) != seen.end()) continue;
        seen.push_back(identity);
        result.push_back(candidate);
    }
    return result;
}

std::string installCommand(const std::string& interpreter)
{
    std::error_code error;
    if (interpreter.starts_with("/usr/bin/") && fs::exists("/etc/debian_version", error))
        return "sudo apt install python3-ipykernel";
    return interpreter + " -m pip install ipykernel";
}

wire::WireError noPythonError(const std::vector<std::string>& tried, const Environment& environment,
                              const std::string& probeOutput)
{
    const std::string path = std::format("PATH: {}", valueOf(environment, "PATH"));
    if (tried.empty())
        return {std::string(wire::errorCodeNoKernel),
                "No Python was found: there is no python3 on PATH. Install Python 3 with ipykernel, or "
                "choose another "
                "kernel.",
                path};
    return {
        std::string(wire::errorCodeNoKernel),
        std::format("{} has no ipykernel. Install it with: {}", tried.front(), installCommand(tried.front())),
        probeOutput.empty() ? path : std::format("{}\n{}", path, probeOutput)};
}

wire::Result<Command> resolveCommand(const KernelSpec& spec, const Environment& environment,
                                     const std::string& connectionFile)
{
    Command command;
    command.argv = spec.argv;
    for (std::string& argument : command.argv) {
        replaceAll(argument, "{connection_file}", connectionFile);
        replaceAll(argument, "{resource_dir}", spec.resourceDir);
    }
    const std::string name = command.argv.empty() ? std::string() : command.argv.front();
    command.program =
        isBarePython(name) ? findPython(name, spec, environment) : findProgram(name, environment);
    if (!command.program.empty()) return command;
    const std::string which =
        spec.name.empty() ? std::string("The kernel") : std::format("The kernel “{}”", spec.name);
    return wire::failure(
        wire::errorCodeNoKernel,
        std::format("{} is started by “{}”, which is not there or cannot be run. Install it, or "
                    "choose another kernel.",
                    which, name),
        std::format("argv[0]: {}\nPATH: {}", name, valueOf(environment, "PATH")));
}

} // namespace cahier::host
