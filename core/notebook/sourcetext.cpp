// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/jsonedit.h>
#include <core/notebook/outputdata.h>

#include <algorithm>

namespace cahier::notebook {
namespace {

/// The text of a JSON string, and for each of its UTF-16 units where its bytes begin.
struct MappedString {
    QString text;
    std::vector<size_t> offsets; ///< one more than units: the last is that of the closing quote
};

MappedString mapString(std::string_view raw)
{
    MappedString mapped;
    mapped.text = decodeString(raw);
    mapped.offsets.reserve(size_t(mapped.text.size()) + 1);
    for (size_t at = 1; at + 1 < raw.size();) {
        const auto lead = static_cast<unsigned char>(raw[at]);
        size_t length = 1;
        if (lead == '\\')
            length = raw[at + 1] == 'u' ? 6 : 2;
        else if (lead >= 0xC0)
            length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        mapped.offsets.push_back(at);
        if (lead >= 0xF0) mapped.offsets.push_back(at);
        at += length;
    }
    mapped.offsets.push_back(raw.size() - 1);
    return mapped;
}

void writeString(NotebookBytes& out, std::string_view raw, const QString& source, const JsonStyle& style)
{
    const MappedString old = mapString(raw);
    if (qsizetype(old.offsets.size()) != old.text.size() + 1) { // not possible for text that was validated
        std::string text;
        appendString(text, source, style.ascii);
        return out.addText(std::move(text));
    }
    const qsizetype shorter = std::min(old.text.size(), source.size());
    qsizetype prefix = 0;
    while (prefix < shorter && old.text[prefix] == source[prefix])
        ++prefix;
    qsizetype suffix = 0;
    while (suffix < shorter - prefix &&
           old.text[old.text.size() - 1 - suffix] == source[source.size() - 1 - suffix])
        ++suffix;
    const auto startsUnit = [&](qsizetype i) {
        return i == 0 || old.offsets[size_t(i)] != old.offsets[size_t(i) - 1];
    };
    if (!startsUnit(prefix)) --prefix;
    if (!startsUnit(old.text.size() - suffix)) --suffix;
    std::string middle;
    appendString(middle, QStringView(source).sliced(prefix, source.size() - prefix - suffix), style.ascii);
    out.addRange(raw.substr(0, old.offsets[size_t(prefix)]));
    out.addText(middle.substr(1, middle.size() - 2));
    out.addRange(raw.substr(old.offsets[size_t(old.text.size() - suffix)]));
}

/// One line to be written: an element there was, or new text.
struct Line {
    int original = -1;
    QStringView text;
};

bool endsLine(QStringView text)
{
    return text.endsWith(u'\n');
}

std::vector<Line> matchLines(const std::vector<QString>& old, const QString& source)
{
    std::vector<Line> lines;
    QStringView rest(source);
    size_t first = 0;
    while (first < old.size() && rest.startsWith(old[first]) && !old[first].isEmpty() &&
           (endsLine(old[first]) || rest.size() == old[first].size())) {
        lines.push_back({int(first), rest.first(old[first].size())});
        rest = rest.sliced(old[first].size());
        ++first;
    }
    // The element that ends the new text is kept where the one before it, or the changed text, ends with a
    // line.
    size_t last = old.size();
    qsizetype kept = 0;
    while (last > first) {
        const QString& element = old[last - 1];
        const QStringView before = rest.chopped(kept);
        if (element.isEmpty() || !before.endsWith(element)) break;
        const QStringView left = before.chopped(element.size());
        if (!(left.isEmpty() ? true : endsLine(left))) break;
        kept += element.size();
        --last;
    }
    const QStringView middle = rest.chopped(kept);
    for (qsizetype from = 0; from < middle.size();) {
        const qsizetype end = pythonLineEnd(middle, from);
        lines.push_back({-1, middle.sliced(from, end - from)});
        from = end;
    }
    for (; last < old.size(); ++last)
        lines.push_back({int(last), old[last]});
    return lines;
}

void writeList(NotebookBytes& out, std::string_view list, const QString& source, const JsonStyle& style,
               std::string_view baseIndent)
{
    const Sequence sequence(list, style, baseIndent);
    std::vector<QString> old;
    for (const ByteRange& item : sequence.items())
        old.push_back(decodeString(item.in(list)));
    const std::vector<Line> lines = matchLines(old, source);
    sequence.write(
        out, lines.size(), [&](size_t i) { return lines[i].original; },
        [&](size_t i) {
            if (lines[i].original >= 0)
                return out.addRange(sequence.items()[size_t(lines[i].original)].in(list));
            std::string text;
            appendString(text, lines[i].text, style.ascii);
            out.addText(std::move(text));
        });
}

} // namespace

void writeSource(NotebookBytes& out, std::string_view original, const QString& source, const JsonStyle& style,
                 std::string_view baseIndent)
{
    if (original.starts_with('"')) return writeString(out, original, source, style);
    if (original.starts_with('[')) return writeList(out, original, source, style, baseIndent);
    std::string text;
    std::string compact;
    appendLines(compact, source);
    appendFormatted(text, compact, style, baseIndent);
    out.addText(std::move(text));
}

} // namespace cahier::notebook
