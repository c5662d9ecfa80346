// SPDX-License-Identifier: Apache-2.0
// Reading the small files of /proc and /sys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::accelerators {

/// The file's bytes up to `limit`, into `text`, whose memory is reused. False when it cannot be read.
[[nodiscard]] bool readSmallFile(const std::string& path, std::string& text, std::size_t limit = 1u << 20);
/// The same as a value; empty when it cannot be read.
[[nodiscard]] std::string smallFile(const std::string& path);
/// The first line without blanks around it.
[[nodiscard]] std::string firstLine(const std::string& path);
/// The whole of a text that is a decimal number.
[[nodiscard]] std::optional<std::uint64_t> toNumber(std::string_view text);
/// The decimal number that is all of a file's first line.
[[nodiscard]] std::optional<std::uint64_t> numberIn(const std::string& path);
/// The number behind a word in a text of lines "word number" or "word: number kB" (that gives the kB).
[[nodiscard]] std::optional<std::uint64_t> numberAfter(std::string_view text, std::string_view word);
/// The text between blanks.
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);
/// The names in a folder, sorted; none when it cannot be read.
[[nodiscard]] std::vector<std::string> namesIn(const std::string& folder);

} // namespace cahier::accelerators
