// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/headings.h>

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr qsizetype maxLength = 65536;

/// The title as a reader sees it.
QString plainTitle(QStringView text)
{
    static const QRegularExpression link(u"!?\\[([^\\]]*)\\]\\([^)]*\\)"_s);
    static const QRegularExpression tag(u"<[^>]*>"_s);
    static const QRegularExpression mark(u"(\\*\\*|__|\\*|`|~~)(.+?)\\1"_s);
    QString title = text.toString();
    if (title.contains(u'[')) title.replace(link, u"\\1"_s);
    if (title.contains(u'<')) title.remove(tag);
    static const QRegularExpression anyMark(u"[*_`~]"_s);
    if (title.contains(anyMark)) title.replace(mark, u"\\2"_s).replace(mark, u"\\2"_s);
    return title.simplified();
}

/// 1 to 6, or 0 when the line is no "# Title".
int levelOf(QStringView line)
{
    int level = 0;
    while (level < line.size() && line[level] == u'#')
        ++level;
    const bool ends = level == line.size() || line[level].isSpace();
    return level >= 1 && level <= 6 && ends ? level : 0;
}

QStringView withoutClosingMarks(QStringView title)
{
    title = title.trimmed();
    qsizetype end = title.size();
    while (end > 0 && title[end - 1] == u'#')
        --end;
    const bool closes = end == 0 || title[end - 1].isSpace();
    return closes ? title.first(end).trimmed() : title;
}

/// The level that a line under a line of text makes it: 1 for ===, 2 for ---, else 0.
int underlineLevel(QStringView line)
{
    if (line.isEmpty() || (line[0] != u'=' && line[0] != u'-')) return 0;
    const QChar mark = line[0];
    return std::ranges::all_of(line, [mark](QChar c) { return c == mark; }) ? (mark == u'=' ? 1 : 2) : 0;
}

/// "```" or "~~~" and how many, else nothing.
QStringView fenceOf(QStringView line)
{
    if (!line.startsWith(u"```") && !line.startsWith(u"~~~")) return {};
    qsizetype length = 3;
    while (length < line.size() && line[length] == line[0])
        ++length;
    return line.first(length);
}

/// Text that an underline can make a heading.
bool isParagraph(QStringView line)
{
    return !line.isEmpty() && !line.startsWith(u'|') && !line.startsWith(u'>') && !line.startsWith(u"- ") &&
           !line.startsWith(u"* ");
}

} // namespace

std::vector<Heading> headingsIn(QStringView markdown)
{
    std::vector<Heading> headings;
    QStringView fence, before;
    for (const QStringView whole : markdown.first(std::min(markdown.size(), maxLength)).tokenize(u'\n')) {
        const QStringView line = whole.trimmed();
        const bool indented = whole.startsWith(u"    ") || whole.startsWith(u'\t');
        const QStringView mark = fenceOf(line);
        if (!fence.isEmpty()) {
            if (mark.startsWith(fence) && mark.size() == line.size()) fence = {};
            before = {};
            continue;
        }
        if (!mark.isEmpty() && !indented) {
            fence = mark;
            before = {};
        } else if (const int level = indented ? 0 : levelOf(line); level > 0) {
            headings.push_back({level, plainTitle(withoutClosingMarks(line.sliced(level)))});
            before = {};
        } else if (const int under = before.isEmpty() ? 0 : underlineLevel(line); under > 0) {
            headings.push_back({under, plainTitle(before)});
            before = {};
        } else {
            before = !indented && isParagraph(line) ? line : QStringView();
        }
    }
    std::erase_if(headings, [](const Heading& heading) { return heading.title.isEmpty(); });
    return headings;
}

} // namespace cahier::widgets
