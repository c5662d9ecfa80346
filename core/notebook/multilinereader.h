// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cahier::notebook {

/// Reads nbformat's multi-line text (a JSON string or a list of strings) as UTF-8, as much at a time as is
/// wanted: the beginning of a long text costs no more than that of a short one. `json` must be valid JSON and
/// outlive the reader; what is neither a string nor a list of strings reads as nothing.
class MultilineReader {
public:
    explicit MultilineReader(std::string_view json);
    /// Appends about `wanted` bytes, never a part of a character. False at the end.
    bool read(std::string& to, size_t wanted);

private:
    bool enterString();
    void takeSlice(std::string& to, size_t wanted);

    std::string_view m_json;
    size_t m_at = 0;
    bool m_inString = false;
};

} // namespace cahier::notebook
