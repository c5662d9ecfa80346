// SPDX-License-Identifier: GPL-3.0-or-later
// A validating pull scanner over JSON text (RFC 8259). It allocates nothing and gives byte ranges.
//
// Beyond the RFC it accepts, because Python's json module writes them and notebooks contain them:
// - the numbers NaN, Infinity and -Infinity;
// - escapes of lone surrogates (\ud800 without its partner).
// Everything else is strict: UTF-8 must be valid, control characters must be escaped, nothing may follow the
// value.
#pragma once

#include <QString>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cahier::notebook {

/// A half-open range of byte offsets.
struct ByteRange {
    size_t begin = 0;
    size_t end = 0;
    [[nodiscard]] size_t size() const { return end - begin; }
    [[nodiscard]] bool isEmpty() const { return begin == end; }
    [[nodiscard]] std::string_view in(std::string_view text) const { return text.substr(begin, size()); }
};

/// Where a byte offset is, for people: both count from 1, columns are Unicode code points.
struct TextPosition {
    qint64 line = 1;
    qint64 column = 1;
};
[[nodiscard]] TextPosition positionAt(std::string_view text, size_t offset);

enum class JsonKind : quint8 { Object, Array, String, Number, Boolean, Null, End, Invalid };
/// "an object", "a list", "a string", …
[[nodiscard]] QString jsonKindName(JsonKind kind);

/// Call order: peek() says what comes; then exactly one of the take… or enter… methods. After enterObject(),
/// nextMember() until it gives false; after enterArray(), nextElement() until it gives false, and one value
/// is taken after each true. Any method that gives false may have failed: look at failed().
class JsonScanner {
public:
    /// Objects and lists nested deeper than this are refused.
    static constexpr int maximumDepth = 1000;

    /// `depth`: how many objects and lists already surround the text.
    explicit JsonScanner(std::string_view text, size_t start = 0, int depth = 0)
        : m_text(text), m_at(start), m_depth(depth)
    {
    }

    [[nodiscard]] JsonKind peek();
    /// Skips any value, validating it.
    bool takeValue(ByteRange* range);
    /// The range includes the quotes.
    bool takeString(ByteRange* range);
    bool enterObject();
    bool nextMember(ByteRange* key);
    bool enterArray();
    bool nextElement();
    /// Nothing but white space may be left.
    bool takeEnd();

    [[nodiscard]] size_t offset() const { return m_at; }
    [[nodiscard]] bool failed() const { return m_error != nullptr; }
    /// What is wrong, as the end of a sentence: "a string that does not end".
    [[nodiscard]] QString errorText() const;
    [[nodiscard]] size_t errorOffset() const { return m_errorAt; }

    /// Bytes above 0x7f were seen.
    [[nodiscard]] bool sawRawNonAscii() const { return m_rawNonAscii; }
    /// \u escapes of characters above 0x7f were seen.
    [[nodiscard]] bool sawEscapedNonAscii() const { return m_escapedNonAscii; }

private:
    void skipSpace();
    bool fail(const char* what, size_t at);
    bool skipString();
    bool skipEscape();
    bool skipUtf8();
    bool skipNumber();
    bool skipLiteral(std::string_view word);
    bool skipScalar();
    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }
    [[nodiscard]] unsigned char byte() const { return static_cast<unsigned char>(m_text[m_at]); }

    std::string_view m_text;
    size_t m_at = 0;
    int m_depth = 0;
    bool m_first = false; ///< the object or list was just entered
    bool m_rawNonAscii = false;
    bool m_escapedNonAscii = false;
    const char* m_error = nullptr;
    size_t m_errorAt = 0;
};

} // namespace cahier::notebook
