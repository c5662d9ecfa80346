// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/wire/error.h>

#include <string>

namespace cahier::host {

/// Moves a file or folder to the user's trash, from where a file manager brings it back
/// (https://specifications.freedesktop.org/trash-spec/1.0/): the home trash for what lies on its file system,
/// else .Trash-UID at the top of the file system that it lies on. errorCodeNoTrash where neither can be used.
/// Blocks.
[[nodiscard]] wire::Result<void> moveToTrash(const std::string& path);

} // namespace cahier::host
