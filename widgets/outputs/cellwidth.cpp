// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/cellwidth.h>

#include <algorithm>
#include <array>
#include <span>

namespace cahier::widgets {

namespace {

struct Range {
    char32_t first, last;
};

// Unicode 15.1, EastAsianWidth.txt (W and F) with emoji presentation, adjoining ranges joined.
constexpr std::array<Range, 42> wideRanges{{
    {0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0},
    {0x23f3, 0x23f3}, {0x25fd, 0x25fe}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f},
    {0x2693, 0x2693}, {0x26a1, 0x26a1}, {0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5},
    {0x26ce, 0x26ce}, {0x26d4, 0x26d4}, {0x26ea, 0x26ea}, {0x26f2, 0x26f3}, {0x26f5, 0x26f5},
    {0x26fa, 0x26fa}, {0x26fd, 0x26fd}, {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728},
    {0x274c, 0x274c}, {0x274e, 0x274e}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797},
    {0x27b0, 0x27b0}, {0x27bf, 0x27bf}, {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55},
    {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
    {0xfe30, 0xfe6f}, {0xff00, 0xff60},
}};
constexpr std::array<Range, 8> wideSupplementary{{
    {0x16fe0, 0x18cff},
    {0x1aff0, 0x1b2ff},
    {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f1ff},
    {0x1f200, 0x1f64f},
    {0x1f680, 0x1f9ff},
    {0x1fa70, 0x3fffd},
}};

bool isIn(std::span<const Range> ranges, char32_t character)
{
    const auto range = std::ranges::lower_bound(ranges, character, {}, &Range::last);
    return range != ranges.end() && range->first <= character;
}

bool isPlain(QStringView text)
{
    return std::ranges::all_of(text, [](QChar c) { return c.unicode() >= 0x20 && c.unicode() <= 0x7f; });
}

/// The units of the character that begins at `at`.
qsizetype unitsAt(QStringView text, qsizetype at)
{
    return text[at].isHighSurrogate() && at + 1 < text.size() && text[at + 1].isLowSurrogate() ? 2 : 1;
}

} // namespace

int columnsOf(char32_t character)
{
    if (character < 0x300) return character == 0xad ? 0 : 1;
    switch (QChar::category(character)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing:
    case QChar::Other_Format:
        return 0;
    default:
        break;
    }
    if (character < 0x1100) return 1;
    return isIn(character < 0x10000 ? std::span<const Range>(wideRanges)
                                    : std::span<const Range>(wideSupplementary),
                character)
               ? 2
               : 1;
}

qsizetype GridLine::columnAt(qsizetype index) const
{
    return columns.empty() ? index : qsizetype(columns[size_t(index)]);
}

qsizetype GridLine::indexAt(qsizetype column) const
{
    if (columns.empty()) return std::clamp<qsizetype>(column, 0, text.size());
    const auto next = std::ranges::upper_bound(columns, quint32(std::max<qsizetype>(column, 0)));
    if (next == columns.end()) return text.size();
    qsizetype index = next == columns.begin() ? 0 : next - columns.begin() - 1;
    // A base character shares no column with its marks, but they have the column behind it.
    while (index > 0 && columns[size_t(index)] == columns[size_t(index) - 1])
        --index;
    return index;
}

GridLine layOut(const std::vector<text::AnsiRun>& runs)
{
    GridLine line;
    for (const text::AnsiRun& run : runs) {
        line.spans.push_back({line.text.size(), run.text.size(), run.style});
        line.text += run.text;
    }
    if (isPlain(line.text)) return line;
    constexpr quint32 tab = 8;
    line.columns.reserve(size_t(line.text.size()) + 1);
    quint32 column = 0;
    for (qsizetype i = 0; i < line.text.size();) {
        const qsizetype units = unitsAt(line.text, i);
        line.columns.insert(line.columns.end(), size_t(units), column);
        if (units == 2)
            column += quint32(columnsOf(QChar::surrogateToUcs4(line.text[i], line.text[i + 1])));
        else if (line.text[i] == u'\t')
            column += tab - column % tab;
        else
            column += quint32(columnsOf(line.text[i].unicode()));
        i += units;
    }
    line.columns.push_back(column);
    return line;
}

} // namespace cahier::widgets
