// SPDX-License-Identifier: Apache-2.0
// The kernel's count of out-of-memory kills in a control group.
// Sources: Documentation/admin-guide/cgroup-v2.rst (memory.events) and cgroup-v1/memory.rst.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cahier::host {

/// The file that holds the count for a process with this /proc/PID/cgroup, below the cgroup file systems'
/// mount point. Empty when there is none.
[[nodiscard]] std::string oomCountFile(std::string_view procCgroup,
                                       const std::string& root = "/sys/fs/cgroup");

/// The count after "oom_kill" in such a file.
[[nodiscard]] std::optional<std::uint64_t> oomCount(const std::string& file);

} // namespace cahier::host
