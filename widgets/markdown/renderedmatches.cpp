// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/renderedmatches.h>

#include <QTextBlock>
#include <QTextCursor>
#include <QTextEdit>

#include <algorithm>

namespace cahier::widgets {

namespace {

constexpr qsizetype longestContext = 16; // letters on each side
constexpr qsizetype furthest = 80;       // characters that they are looked for in

struct Surroundings {
    QString before; ///< the nearest first
    QString after;
};

/// Letters and digits alone: syntax is no part of what is read.
Surroundings surroundings(const QString& text, const TextRange& range)
{
    Surroundings result;
    const qsizetype first = std::max<qsizetype>(0, range.start - furthest);
    for (qsizetype i = range.start - 1; i >= first && result.before.size() < longestContext; --i)
        if (text[i].isLetterOrNumber()) result.before += text[i];
    const qsizetype last = std::min(text.size(), range.end() + furthest);
    for (qsizetype i = range.end(); i < last && result.after.size() < longestContext; ++i)
        if (text[i].isLetterOrNumber()) result.after += text[i];
    return result;
}

qsizetype sameBeginning(const QString& a, const QString& b)
{
    const auto [end, other] = std::ranges::mismatch(a, b);
    return end - a.begin();
}

} // namespace

std::vector<TextRange> rangesIn(const QString& text, const QRegularExpression& expression)
{
    std::vector<TextRange> ranges;
    for (auto it = expression.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        if (match.capturedLength() > 0) ranges.push_back({match.capturedStart(), match.capturedLength()});
    }
    return ranges;
}

int renderedCurrent(const RenderedSearch& search, const QString& text, const std::vector<TextRange>& shown)
{
    if (search.current < 0 || size_t(search.current) >= search.found.size()) return -1;
    if (shown.size() == search.found.size()) return search.current;
    const Surroundings wanted = surroundings(search.source, search.found[size_t(search.current)]);
    // Addresses and the like may stand between; one that has less than a quarter in common is another one.
    qsizetype best = (wanted.before.size() + wanted.after.size()) / 4;
    int current = -1;
    for (size_t i = 0; i < shown.size(); ++i) {
        const Surroundings here = surroundings(text, shown[i]);
        const qsizetype common =
            sameBeginning(wanted.before, here.before) + sameBeginning(wanted.after, here.after);
        const bool nearer =
            current < 0 || std::abs(int(i) - search.current) < std::abs(current - search.current);
        if (common < best || (common == best && !nearer)) continue;
        best = common;
        current = int(i);
    }
    return current;
}

void markMatches(QTextEdit& view, const RenderedMatches& matches, const Theme& theme)
{
    QList<QTextEdit::ExtraSelection> marks;
    for (size_t i = 0; i < matches.ranges.size(); ++i) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(view.document());
        mark.cursor.setPosition(int(matches.ranges[i].start));
        mark.cursor.setPosition(int(matches.ranges[i].end()), QTextCursor::KeepAnchor);
        mark.format.setBackground(int(i) == matches.current ? theme.currentMatch : theme.match);
        marks.append(mark);
    }
    view.setExtraSelections(marks);
}

QRect rectOf(const QTextEdit& view, const TextRange& range)
{
    QTextCursor cursor(view.document());
    cursor.setPosition(int(range.start));
    QRect rect = view.cursorRect(cursor);
    cursor.setPosition(int(range.end()));
    return rect.united(view.cursorRect(cursor));
}

} // namespace cahier::widgets
