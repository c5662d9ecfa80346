// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook: the records of a recovery journal.
#pragma once

#include <core/notebook/reader.h>
#include <core/notebook/writer.h>

#include <optional>
#include <string>
#include <string_view>

namespace cahier::notebook {

inline constexpr std::string_view journalMagic = "CAHIERJ1";

/// The payload that leads from one state to the next; nullopt where nothing is different.
[[nodiscard]] std::optional<std::string> describeChange(const NotebookSnapshot& from,
                                                        const NotebookSnapshot& to);
/// Applies it. False where it does not fit, and the data may then be half changed.
[[nodiscard]] bool applyChange(NotebookData& data, std::string_view payload);

/// A record as it stands in the file.
[[nodiscard]] std::string frameRecord(std::string_view payload);
/// Takes the payload of the next complete record from the front of `rest`; nullopt at the end or where it is
/// torn.
[[nodiscard]] std::optional<std::string_view> takeRecord(std::string_view& rest);

} // namespace cahier::notebook
