// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook: the records of a recovery journal.
#pragma once

#include <core/notebook/reader.h>
#include <core/notebook/recovery.h>
#include <core/notebook/writer.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::notebook {

inline constexpr std::string_view journalMagic = "CAHIERJ1";

/// The payload that leads from one state to the next; nullopt where nothing is different. A cell that `from`
/// has not, but `base` has, is described by its difference from that one.
[[nodiscard]] std::optional<std::string>
describeChange(const std::vector<Cell>& base, const NotebookSnapshot& from, const NotebookSnapshot& to);
/// The payload of a change in which nothing is different.
inline constexpr std::string_view emptyChange = "{\"cells\":[]}";
/// Applies it. `base`: the cells as the base has them. False where it does not fit, and the data may then be
/// half changed.
[[nodiscard]] bool applyChange(NotebookData& data, const std::vector<Cell>& base, std::string_view payload);

/// The payload of the first record.
[[nodiscard]] std::string describeHeader(const JournalHeader& header);
/// The payload that announces a save.
[[nodiscard]] std::string describeSave(const JournalHeader& saved, bool unsaved);

/// What is known of the notebook's file at some point of a journal.
struct JournalPoint {
    JournalHeader file;
    bool changes = false; ///< the journal holds something that this file does not
};
/// A journal's text as a whole.
struct JournalContents {
    std::vector<JournalPoint> points; ///< that of the header, then those of the saves announced
    std::vector<std::string_view> changes;
};
/// nullopt where there is no header.
[[nodiscard]] std::optional<JournalContents> readJournal(std::string_view text);

/// A record as it stands in the file.
[[nodiscard]] std::string frameRecord(std::string_view payload);
/// Takes the payload of the next complete record from the front of `rest`; nullopt at the end or where it is
/// torn.
[[nodiscard]] std::optional<std::string_view> takeRecord(std::string_view& rest);

} // namespace cahier::notebook
