// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/streamtext.h>
#include <core/text/ansi.h>
#include <widgets/outputs/cellwidth.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace cahier::widgets {

/// The lines of terminal text that may be large and may still grow: an index over its UTF-8 bytes, which it
/// shares with the notebook. Eight bytes a line, and a line is decoded when asked for. Taking in more text
/// costs in proportion to the text. Not a QObject: a worker may fill one and hand it over.
///
/// A line of more than longestLine columns is cut into several; what follows a cut cannot overwrite what is
/// before it.
class TextBuffer {
public:
    static constexpr qsizetype longestLine = 16384;

    TextBuffer() = default;
    TextBuffer(TextBuffer&&) noexcept = default;
    TextBuffer& operator=(TextBuffer&&) noexcept = default;

    /// Takes `text`: only what is new where it is the present text grown, else all of it. Returns the first
    /// line that may be different from before.
    qsizetype setText(const notebook::StreamText& text);

    [[nodiscard]] const notebook::StreamText& text() const { return m_text; }
    /// What a final line break ends is a line; nothing behind it is not.
    [[nodiscard]] qsizetype lineCount() const { return m_lineCount; }
    /// Lines as the text has them: a long line counts once, however often it is cut.
    [[nodiscard]] qsizetype logicalLineCount() const { return m_lineCount - qsizetype(m_cut.size()); }
    [[nodiscard]] qsizetype widestLine() const { return m_widest; }
    [[nodiscard]] qsizetype columnCount(qsizetype line) const { return qsizetype(entry(line).columns); }
    /// Whether the line goes on in the next one, without a line break.
    [[nodiscard]] bool isCut(qsizetype line) const;
    /// The (first) line of what parseAnsi() and a split at \n give as line `logical`.
    [[nodiscard]] qsizetype lineOfLogical(qsizetype logical) const;

    [[nodiscard]] GridLine line(qsizetype line) const;
    /// The line's bytes as they came, without the line break.
    [[nodiscard]] std::string rawLine(qsizetype line) const;
    /// The bytes of lines first .. last, as they came.
    [[nodiscard]] std::string rawLines(qsizetype first, qsizetype last) const;

private:
    struct Entry {
        quint32 bytes = 0; ///< with the line break
        quint32 columns = 0;
    };
    struct Block {
        static constexpr qsizetype size = 256;
        quint64 offset = 0;
        std::array<Entry, size> entries;
    };

    void scan(std::string_view bytes);
    void scanRich(std::string_view bytes, size_t& at);
    void scanPlain(std::string_view bytes, size_t& at);
    void becomeRich();
    void feedRich(std::string_view bytes);
    void writeRich(const std::string& utf8);
    void putEntry(qsizetype columns);
    void endLine(qsizetype columns, bool cut);
    void endRichLine(bool cut);
    [[nodiscard]] const Entry& entry(qsizetype line) const;
    [[nodiscard]] Entry& entry(qsizetype line);
    [[nodiscard]] quint64 offsetOf(qsizetype line) const;
    [[nodiscard]] std::string bytes(quint64 from, quint64 to) const;
    [[nodiscard]] text::AnsiStyle styleAt(qsizetype line) const;

    notebook::StreamText m_text;
    std::vector<std::pair<quint64, std::string_view>> m_pieces;
    std::vector<std::unique_ptr<Block>> m_blocks;
    std::vector<qsizetype> m_cut;                                ///< lines that go on in the next one
    std::vector<std::pair<qsizetype, text::AnsiStyle>> m_styles; ///< where lines begin with another style
    /// What was left of lines that were overwritten again and again, so that it is not worked out again.
    std::map<qsizetype, std::vector<text::AnsiRun>> m_overwritten;
    qsizetype m_lineCount = 0;
    qsizetype m_widest = 0;

    // The line that is being written.
    quint64 m_scanned = 0;
    quint64 m_lineStart = 0;
    bool m_open = false;                  ///< it has an entry
    bool m_heldReturn = false;            ///< a carriage return that may belong to a line break
    std::optional<text::AnsiLine> m_rich; ///< where it holds anything but printable ASCII
    std::string m_heldBytes;              ///< the beginning of a character
    text::AnsiStyle m_style;              ///< in which the line begins
};

} // namespace cahier::widgets
