// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook: rewriting JSON text while keeping the bytes of what did not change.
#pragma once

#include <core/notebook/jsonscanner.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/writer.h>

#include <functional>
#include <vector>

namespace cahier::notebook {

/// The items of an object or list: where they are, and what stands between them.
class Sequence {
public:
    /// `text` is the whole object or list, `items` the ranges in it; `baseIndent` the indentation of the line
    /// on which it begins.
    Sequence(std::string_view text, std::vector<ByteRange> items, const JsonStyle& style,
             std::string_view baseIndent);
    /// Scans the items of `text`.
    Sequence(std::string_view text, const JsonStyle& style, std::string_view baseIndent);

    [[nodiscard]] std::string_view text() const { return m_text; }
    [[nodiscard]] const std::vector<ByteRange>& items() const { return m_items; }
    /// The style of what is inside: on one line where the items are.
    [[nodiscard]] const JsonStyle& innerStyle() const { return m_style; }
    [[nodiscard]] std::string_view innerIndent() const { return m_innerIndent; }

    /// Writes `count` items: original(i) gives the item's index in items() or -1 for a new one, write(i)
    /// writes it.
    template <typename Original, typename Write>
    void write(NotebookBytes& out, size_t count, Original original, Write write) const
    {
        if (count == 0) return writeEmpty(out);
        out.addRange(m_text.substr(0, 1));
        for (size_t i = 0; i < count; ++i) {
            writeGap(out, i == 0, original(i));
            write(i);
        }
        writeClose(out);
    }

private:
    void init(const JsonStyle& style, std::string_view baseIndent);
    void writeEmpty(NotebookBytes& out) const;
    void writeGap(NotebookBytes& out, bool first, int original) const;
    void writeClose(NotebookBytes& out) const;

    std::string_view m_text;
    std::vector<ByteRange> m_items;
    JsonStyle m_style;
    std::string m_innerIndent;
    std::string m_lead;
    std::string m_separator;
    std::string m_trail;
};

/// A change to one member of an object.
struct MemberChange {
    std::string key; ///< not escaped
    bool remove = false;
    /// Writes the new value. `original` is the old one (empty where the member is new), `style` and `indent`
    /// are those of the line on which the member begins.
    std::function<void(NotebookBytes& out, std::string_view original, const JsonStyle& style,
                       std::string_view indent)>
        write;
};

/// Writes an object with some members replaced, removed or added.
void writeObject(NotebookBytes& out, std::string_view object, const std::vector<MemberChange>& changes,
                 const JsonStyle& style, std::string_view baseIndent);

/// Writes `value` (compact JSON) in the place of `original`: members of objects that are equal keep their
/// text.
void writeValue(NotebookBytes& out, std::string_view original, std::string_view value, const JsonStyle& style,
                std::string_view baseIndent);

/// Writes `source` in the place of `original`, a string or a list of strings; lines that did not change keep
/// their text.
void writeSource(NotebookBytes& out, std::string_view original, const QString& source, const JsonStyle& style,
                 std::string_view baseIndent);

} // namespace cahier::notebook
