// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cahier::host {

/// The variable in a kernel's environment that names it.
inline constexpr const char* kernelIdVariable = "CAHIER_KERNEL_ID";
/// The variable in the environment of a client's program that holds its token.
inline constexpr const char* runTokenVariable = "CAHIER_RUN";

/// Kills what is left of the session of a kernel whose host died: processes of session `pid` that carry the
/// kernel's id in their environment. The kernel itself died with its host; helpers that it started may not
/// have.
void killLeftovers(int pid, const std::string& kernelId);

/// Kills every process that carries a run's token in its environment, whatever session it went to.
void killRun(const std::string& token);

} // namespace cahier::host
