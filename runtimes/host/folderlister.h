// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/wire/error.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cahier::host {

/// Entries of a folder that one answer lists: a kernel's message behind it waits some milliseconds.
inline constexpr std::size_t maxListed = 2000;

/// Lists folders in pieces. Remembers the names in the last large one: on a network's file system each
/// reading of it may take a second. Everything blocks.
class FolderLister {
public:
    /// {folder, entries: as entryOf() gives them, next}: the first by name that come after a former answer's
    /// `next` (empty: from the beginning). No `next` at the end.
    [[nodiscard]] wire::Result<nlohmann::json> list(const std::string& path, const std::string& after);

private:
    /// What tells whether a folder is the one that was read.
    struct Identity {
        std::string path;
        dev_t device = 0;
        ino_t inode = 0;
        std::int64_t changed = 0; ///< ns since 1970
        friend bool operator==(const Identity&, const Identity&) = default;
    };
    [[nodiscard]] wire::Result<void> read(const std::string& path);

    Identity m_identity;
    bool m_isSettled = false;         ///< it had not changed for a while when it was read
    std::vector<std::string> m_names; ///< sorted
};

} // namespace cahier::host
