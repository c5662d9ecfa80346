// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/textbuffer.h>

#include <core/notebook/stringskip.h>

#include <algorithm>

namespace cahier::widgets {

namespace {

/// The end of the printable ASCII that begins at `from`.
const char* plainEnd(const char* from, const char* end)
{
    while (from < end) {
        const char* stop = notebook::skipPlain(from, end);
        if (stop == end || (*stop != '"' && *stop != '\\')) return stop;
        from = stop + 1;
    }
    return end;
}

std::string_view withoutLineBreak(std::string_view bytes)
{
    if (bytes.ends_with('\n')) bytes.remove_suffix(bytes.ends_with("\r\n") ? 2 : 1);
    return bytes;
}

bool isContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// How many of the last bytes begin a character that goes on behind them. Nothing that was broken off is
/// decoded: QStringDecoder, which keeps its beginning, loses it where what follows is no part of it.
size_t brokenOff(std::string_view utf8)
{
    constexpr size_t longest = 4;
    for (size_t count = 1; count < longest && count <= utf8.size(); ++count) {
        const auto byte = static_cast<unsigned char>(utf8[utf8.size() - count]);
        if ((byte & 0xC0) == 0x80) continue;
        const size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return needed > count ? count : 0;
    }
    return 0;
}

} // namespace

qsizetype TextBuffer::setText(const notebook::StreamText& text)
{
    const bool grown = m_text.size() == 0 ? m_scanned == 0 : text.startsLike(m_text);
    if (!grown) *this = TextBuffer();
    const qsizetype firstChanged = m_lineCount - (m_open ? 1 : 0);
    m_text = text;
    quint64 at = 0;
    size_t index = 0;
    text.forEachPiece([&](std::string_view piece) {
        if (index < m_pieces.size())
            m_pieces[index].second = piece;
        else
            m_pieces.emplace_back(at, piece);
        ++index;
        if (at + piece.size() > m_scanned) scan(piece.substr(m_scanned - at));
        at += piece.size();
    });
    if (m_scanned > m_lineStart)
        putEntry(m_rich ? layOut(m_rich->runs()).columnCount() : qsizetype(m_scanned - m_lineStart));
    return firstChanged;
}

void TextBuffer::scan(std::string_view bytes)
{
    for (size_t at = 0; at < bytes.size();) {
        if (m_rich)
            scanRich(bytes, at);
        else
            scanPlain(bytes, at);
    }
}

void TextBuffer::scanPlain(std::string_view bytes, size_t& at)
{
    const size_t room = size_t(longestLine) - size_t(m_scanned - m_lineStart);
    const char* const from = bytes.data() + at;
    const auto plain = size_t(plainEnd(from, from + std::min(room, bytes.size() - at)) - from);
    at += plain;
    m_scanned += plain;
    const auto columns = qsizetype(m_scanned - m_lineStart);
    if (at == bytes.size()) return;
    const bool returnAndFeed = bytes.substr(at).starts_with("\r\n");
    if (bytes[at] == '\n' || returnAndFeed) {
        at += returnAndFeed ? 2 : 1;
        m_scanned += returnAndFeed ? 2 : 1;
        endLine(columns, false);
    } else if (columns >= longestLine) {
        endLine(columns, true);
    } else {
        becomeRich();
    }
}

void TextBuffer::becomeRich()
{
    m_rich.emplace(m_style);
    m_heldBytes.clear();
    m_heldReturn = false;
    feedRich(bytes(m_lineStart, m_scanned));
}

void TextBuffer::scanRich(std::string_view bytes, size_t& at)
{
    constexpr size_t slice = 16 * 1024;
    const size_t newline = bytes.substr(at, slice).find('\n');
    size_t end = std::min(bytes.size(), at + std::min(newline, slice));
    while (end < bytes.size() && end > at + 1 && isContinuation(bytes[end]))
        --end;
    feedRich(bytes.substr(at, end - at));
    m_scanned += end - at;
    at = end;
    if (at < bytes.size() && bytes[at] == '\n') {
        ++at;
        ++m_scanned;
        endRichLine(false);
    } else if (m_rich->size() >= longestLine && !m_heldReturn && m_heldBytes.empty()) {
        endRichLine(true);
    }
}

void TextBuffer::feedRich(std::string_view bytes)
{
    if (bytes.empty()) return;
    std::string whole = std::exchange(m_heldBytes, {});
    whole += bytes;
    const size_t complete = whole.size() - brokenOff(whole);
    m_heldBytes = whole.substr(complete);
    whole.resize(complete);
    writeRich(whole);
}

void TextBuffer::writeRich(const std::string& utf8)
{
    if (utf8.empty()) return;
    QString text = QString::fromUtf8(utf8.data(), qsizetype(utf8.size()));
    if (m_heldReturn) text.prepend(u'\r');
    m_heldReturn = text.endsWith(u'\r');
    if (m_heldReturn) text.chop(1);
    m_rich->write(text);
}

void TextBuffer::endRichLine(bool cut)
{
    constexpr quint64 cheapToRead = 4096;
    writeRich(std::exchange(m_heldBytes, {}));
    std::vector<text::AnsiRun> runs = m_rich->runs();
    const qsizetype columns = layOut(runs).columnCount();
    const text::AnsiStyle style = m_rich->style();
    const bool overwritten = m_scanned - m_lineStart > std::max(cheapToRead, 4 * quint64(m_rich->size()));
    endLine(columns, cut);
    if (overwritten) m_overwritten.emplace(m_lineCount - 1, std::move(runs));
    m_rich.reset();
    if (style == m_style) return;
    m_style = style;
    m_styles.emplace_back(m_lineCount, style);
}

void TextBuffer::putEntry(qsizetype columns)
{
    if (!m_open) {
        if (m_lineCount % Block::size == 0) {
            m_blocks.push_back(std::make_unique<Block>());
            m_blocks.back()->offset = m_lineStart;
        }
        ++m_lineCount;
        m_open = true;
    }
    entry(m_lineCount - 1) = {quint32(m_scanned - m_lineStart), quint32(columns)};
    m_widest = std::max(m_widest, columns);
}

void TextBuffer::endLine(qsizetype columns, bool cut)
{
    putEntry(columns);
    if (cut) m_cut.push_back(m_lineCount - 1);
    m_open = false;
    m_lineStart = m_scanned;
}

const TextBuffer::Entry& TextBuffer::entry(qsizetype line) const
{
    return m_blocks[size_t(line / Block::size)]->entries[size_t(line % Block::size)];
}

TextBuffer::Entry& TextBuffer::entry(qsizetype line)
{
    return m_blocks[size_t(line / Block::size)]->entries[size_t(line % Block::size)];
}

quint64 TextBuffer::offsetOf(qsizetype line) const
{
    const Block& block = *m_blocks[size_t(line / Block::size)];
    quint64 offset = block.offset;
    for (qsizetype i = 0; i < line % Block::size; ++i)
        offset += block.entries[size_t(i)].bytes;
    return offset;
}

std::string TextBuffer::bytes(quint64 from, quint64 to) const
{
    std::string result;
    result.reserve(to - from);
    auto piece = std::ranges::upper_bound(m_pieces, from, {}, &std::pair<quint64, std::string_view>::first);
    if (piece != m_pieces.begin()) --piece;
    for (; piece != m_pieces.end() && piece->first < to; ++piece) {
        const quint64 begin = std::max(from, piece->first) - piece->first;
        const quint64 end = std::min<quint64>(to - piece->first, piece->second.size());
        if (begin < end) result += piece->second.substr(begin, end - begin);
    }
    return result;
}

std::string TextBuffer::rawLines(qsizetype first, qsizetype last) const
{
    if (last < first || first < 0 || last >= m_lineCount) return {};
    return bytes(offsetOf(first), offsetOf(last) + entry(last).bytes);
}

std::string TextBuffer::rawLine(qsizetype line) const
{
    return std::string(withoutLineBreak(rawLines(line, line)));
}

text::AnsiStyle TextBuffer::styleAt(qsizetype line) const
{
    const auto next =
        std::ranges::upper_bound(m_styles, line, {}, &std::pair<qsizetype, text::AnsiStyle>::first);
    return next == m_styles.begin() ? text::AnsiStyle() : std::prev(next)->second;
}

GridLine TextBuffer::line(qsizetype line) const
{
    if (line < 0 || line >= m_lineCount) return {};
    if (m_open && m_rich && line == m_lineCount - 1) return layOut(m_rich->runs());
    if (const auto kept = m_overwritten.find(line); kept != m_overwritten.end()) return layOut(kept->second);
    const std::string raw = rawLine(line);
    text::AnsiStyle style = styleAt(line);
    return layOut(text::parseAnsi(QString::fromUtf8(raw.data(), qsizetype(raw.size())), &style));
}

bool TextBuffer::isCut(qsizetype line) const
{
    return std::ranges::binary_search(m_cut, line);
}

qsizetype TextBuffer::lineOfLogical(qsizetype logical) const
{
    qsizetype line = logical;
    for (const qsizetype cut : m_cut) {
        if (cut >= line) break;
        ++line;
    }
    return line;
}

} // namespace cahier::widgets
