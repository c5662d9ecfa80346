// SPDX-License-Identifier: Apache-2.0
// What clients may ask of this machine's files, as this user may. Everything here blocks: FileService runs
// it.
#pragma once

#include <runtimes/wire/error.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cahier::host {

/// What one read or write request moves at most, in bytes.
inline constexpr std::uint64_t maxFileChunk = 4u << 20;

/// A path of a request: absolute, or empty, "~" or "~/…" for the home folder. Refuses others.
[[nodiscard]] wire::Result<std::string> filePath(const std::string& text);

/// {name, kind:"file"|"folder"|"other", link, size, modified (ms since 1970)}, of what a link leads to;
/// nothing, with errno, when there is none.
[[nodiscard]] std::optional<nlohmann::json> entryOf(const std::string& path, const std::string& name);
/// One entry, of what a link leads to. errorCodeNotFound when there is none.
[[nodiscard]] wire::Result<nlohmann::json> describeFile(const std::string& path);
/// Makes a folder; parents too where wanted, and then it may be there already.
[[nodiscard]] wire::Result<void> makeFolder(const std::string& path, bool parents);
/// Never replaces anything.
[[nodiscard]] wire::Result<void> renameFile(const std::string& from, const std::string& to);
/// Refuses the root, the home folder and what holds it.
[[nodiscard]] wire::Result<void> mayRemove(const std::string& path);
/// Deletes for good.
[[nodiscard]] wire::Result<void> removeFile(const std::string& path);

struct FileBytes {
    std::string bytes; ///< fewer than asked for at the end
    std::uint64_t size = 0;
    std::int64_t modified = 0; ///< ns since 1970
};
[[nodiscard]] wire::Result<FileBytes> readFile(const std::string& path, std::uint64_t offset,
                                               std::uint64_t size);

// An upload fills a file beside its target (".NAME.TOKEN.cahier-part") and takes the target's name at last.
// The token, hexadecimal digits, stands for the contents: a later upload with the same one goes on.

/// How many bytes are there already. errorCodeExists where the target is there and is not to be replaced.
[[nodiscard]] wire::Result<std::uint64_t> beginUpload(const std::string& path, const std::string& token,
                                                      bool replace);
[[nodiscard]] wire::Result<void> writeUpload(const std::string& path, const std::string& token,
                                             std::uint64_t offset, const std::string& bytes);
/// Fails unless the file has exactly that size. Keeps the permissions of what it replaces.
[[nodiscard]] wire::Result<void> finishUpload(const std::string& path, const std::string& token,
                                              std::uint64_t size, bool replace);
[[nodiscard]] wire::Result<void> abandonUpload(const std::string& path, const std::string& token);

} // namespace cahier::host
