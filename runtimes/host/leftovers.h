// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cahier::host {

/// The variable in a kernel's environment that names it.
inline constexpr const char* kernelIdVariable = "CAHIER_KERNEL_ID";

/// Kills what is left of the session of a kernel whose host died: processes of session `pid` that carry the
/// kernel's id in their environment. The kernel itself died with its host; helpers that it started may not
/// have.
void killLeftovers(int pid, const std::string& kernelId);

} // namespace cahier::host
