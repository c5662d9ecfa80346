// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::host {

using Environment = std::map<std::string, std::string, std::less<>>;

/// This process's environment, without JPY_PARENT_PID: a kernel that sees it watches the wrong process.
[[nodiscard]] Environment currentEnvironment();

/// A variable's value; empty when it is not set.
[[nodiscard]] std::string valueOf(const Environment& environment, std::string_view name);

/// Replaces ${NAME} by the variable's value; unknown names stay as they are, as string.Template does.
[[nodiscard]] std::string expandVariables(std::string_view text, const Environment& environment);

/// The path of a program: itself when it holds a slash, else looked up in the environment's PATH. Empty when
/// there is none that may be run.
[[nodiscard]] std::string findProgram(const std::string& name, const Environment& environment);

[[nodiscard]] bool isExecutable(const std::string& path);

[[nodiscard]] std::vector<std::string> splitPath(std::string_view list);

} // namespace cahier::host
