// SPDX-License-Identifier: Apache-2.0
// Installed kernels, found as Jupyter finds them.
// Sources: https://docs.jupyter.org/en/latest/use/jupyter-directories.html (data paths) and
// https://jupyter-client.readthedocs.io/en/stable/kernels.html (kernel.json).
#pragma once

#include <runtimes/host/environment.h>
#include <runtimes/wire/error.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cahier::host {

struct KernelSpec {
    std::string name; ///< lower case
    std::string displayName;
    std::string language;
    std::vector<std::string> argv;
    bool messageInterrupts = false; ///< interrupt_mode "message"
    Environment environment;        ///< as written, ${NAME} not replaced
    std::string resourceDir;        ///< folder of the kernel.json; empty for a probed interpreter
};

/// As hostprotocol.h describes it.
[[nodiscard]] nlohmann::json toJson(const KernelSpec& spec);

struct SpecSearch {
    std::vector<KernelSpec> specs; ///< by precedence, each name once
    std::vector<std::string> searched;
    std::vector<std::string> problems;

    [[nodiscard]] const KernelSpec* find(std::string name) const;
    [[nodiscard]] bool hasPython() const;
};

/// The environment variable that replaces the search path: folders that hold kernel specs, with colons.
inline constexpr const char* kernelPathVariable = "CAHIER_KERNEL_PATH";

/// The folders that hold kernel specs, in order of precedence.
[[nodiscard]] std::vector<std::string> kernelSpecFolders(const Environment& environment);
[[nodiscard]] SpecSearch findKernelSpecs(const Environment& environment);

/// The spec offered for an interpreter that has ipykernel and no kernel.json.
[[nodiscard]] KernelSpec probedPythonSpec(const std::string& interpreter);

/// Python interpreters to try, in order: the active environment's, then those on PATH.
[[nodiscard]] std::vector<std::string> pythonInterpreters(const Environment& environment);

/// What to tell someone who has no Python kernel, given the interpreters that were tried.
[[nodiscard]] wire::WireError noPythonError(const std::vector<std::string>& tried,
                                            const Environment& environment, const std::string& probeOutput);

/// The command that installs ipykernel for an interpreter.
[[nodiscard]] std::string installCommand(const std::string& interpreter);

/// The program's path and arguments that start a spec's kernel. A bare "python" is the one of the
/// environment that the spec is installed in, else of the active environment, else the first on PATH.
struct Command {
    std::string program;
    std::vector<std::string> argv;
};
[[nodiscard]] wire::Result<Command> resolveCommand(const KernelSpec& spec, const Environment& environment,
                                                   const std::string& connectionFile);

} // namespace cahier::host
