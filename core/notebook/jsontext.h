// SPDX-License-Identifier: GPL-3.0-or-later
// JSON text to and from strings and DOM values, and laying out JSON text as a file does it.
#pragma once

#include <QString>

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace cahier::notebook {

/// How a file writes its JSON.
struct JsonStyle {
    std::string newline = "\n"; ///< between members and elements; empty: all on one line
    std::string indent = " ";   ///< one level of indentation, where there are lines
    std::string comma = ",";    ///< between members and elements, before the newline
    std::string colon = ": ";   ///< between key and value
    bool ascii = false;         ///< characters above 0x7e are written as \u escapes
    bool sortKeys = true;       ///< new members go where the alphabet puts them, else to the end
};

// `raw` in the following is a valid JSON string with its quotes.

/// Lone surrogates stay in the result.
[[nodiscard]] QString decodeString(std::string_view raw);
/// Lone surrogates become U+FFFD, which UTF-8 can hold.
[[nodiscard]] std::string decodeUtf8(std::string_view raw);
/// Whether the string's value is `text` (ASCII).
[[nodiscard]] bool stringIs(std::string_view raw, std::string_view text);

/// Appends a JSON string with quotes, escaped as Python's json does it. Lone surrogates become escapes.
void appendString(std::string& out, QStringView text, bool ascii);
/// `utf8` may be invalid: what is not UTF-8 becomes U+FFFD.
void appendUtf8(std::string& out, std::string_view utf8, bool ascii);

/// The value of valid JSON text. NaN, infinities and numbers too large for a double become null; where a key
/// is repeated the last one counts. Text that is not valid gives a discarded value.
[[nodiscard]] nlohmann::json toDom(std::string_view text);
/// The most compact text; floating-point numbers as Python writes them. Anything nested deeper than
/// JsonScanner::maximumDepth becomes null.
[[nodiscard]] std::string toText(const nlohmann::json& value);

/// Appends valid JSON text, laid out anew. `baseIndent` is the white space before the line on which it
/// starts.
void appendFormatted(std::string& out, std::string_view text, const JsonStyle& style,
                     std::string_view baseIndent);

} // namespace cahier::notebook
