// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/jsonedit.h>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cahier::notebook {
namespace {

struct Member {
    ByteRange key;
    ByteRange value;
};

std::vector<Member> membersOf(std::string_view object)
{
    std::vector<Member> members;
    JsonScanner scanner(object);
    if (scanner.peek() != JsonKind::Object || !scanner.enterObject()) return members;
    Member member;
    while (scanner.nextMember(&member.key) && scanner.takeValue(&member.value))
        members.push_back(member);
    return members;
}

std::vector<ByteRange> itemsOf(std::string_view text)
{
    std::vector<ByteRange> items;
    JsonScanner scanner(text);
    if (scanner.peek() == JsonKind::Object) {
        for (const Member& member : membersOf(text))
            items.push_back({member.key.begin, member.value.end});
    } else if (scanner.peek() == JsonKind::Array && scanner.enterArray()) {
        ByteRange item;
        while (scanner.nextElement() && scanner.takeValue(&item))
            items.push_back(item);
    }
    return items;
}

bool hasLineBreak(std::string_view text)
{
    return text.find_first_of("\r\n") != std::string_view::npos;
}

} // namespace

Sequence::Sequence(std::string_view text, std::vector<ByteRange> items, const JsonStyle& style,
                   std::string_view baseIndent)
    : m_text(text), m_items(std::move(items)), m_style(style)
{
    init(style, baseIndent);
}

Sequence::Sequence(std::string_view text, const JsonStyle& style, std::string_view baseIndent)
    : Sequence(text, itemsOf(text), style, baseIndent)
{
}

void Sequence::init(const JsonStyle& style, std::string_view baseIndent)
{
    if (m_items.empty()) {
        const bool lines = !style.newline.empty();
        m_innerIndent = std::string(baseIndent) + style.indent;
        m_lead = lines ? style.newline + m_innerIndent : std::string();
        m_trail = lines ? style.newline + std::string(baseIndent) : std::string();
        m_separator = style.comma + m_lead;
        return;
    }
    m_lead = m_text.substr(1, m_items.front().begin - 1);
    m_trail = m_text.substr(m_items.back().end, m_text.size() - 1 - m_items.back().end);
    const bool lines = hasLineBreak(m_lead);
    if (lines)
        m_innerIndent = m_lead.substr(m_lead.find_last_of("\r\n") + 1);
    else
        m_innerIndent = baseIndent;
    if (m_items.size() > 1)
        m_separator = m_text.substr(m_items[0].end, m_items[1].begin - m_items[0].end);
    else
        m_separator = style.comma + (lines ? m_lead : std::string());
    if (lines) return;
    m_style.newline.clear();
    m_style.comma = m_items.size() > 1 && !hasLineBreak(m_separator) ? m_separator
                    : style.newline.empty()                          ? style.comma
                                                                     : std::string(", ");
    if (m_items.size() == 1) m_separator = m_style.comma;
}

void Sequence::writeEmpty(NotebookBytes& out) const
{
    if (m_items.empty()) return out.addRange(m_text);
    out.addRange(m_text.substr(0, 1));
    out.addRange(m_text.substr(m_text.size() - 1));
}

void Sequence::writeGap(NotebookBytes& out, bool first, int original) const
{
    if (first && !m_items.empty())
        out.addRange(m_text.substr(1, m_items.front().begin - 1));
    else if (first)
        out.addText(m_lead);
    else if (original > 0)
        out.addRange(m_text.substr(m_items[size_t(original) - 1].end,
                                   m_items[size_t(original)].begin - m_items[size_t(original) - 1].end));
    else
        out.addText(m_separator);
}

void Sequence::writeClose(NotebookBytes& out) const
{
    if (m_items.empty()) {
        out.addText(m_trail);
        out.addRange(m_text.substr(m_text.size() - 1));
    } else {
        out.addRange(m_text.substr(m_items.back().end));
    }
}

namespace {

/// Members in the order of writing: an index into the members there were, or -1, and the change if there is
/// one.
struct Written {
    int original = -1;
    const MemberChange* change = nullptr;
};

std::vector<Written> writtenMembers(std::string_view object, const std::vector<Member>& members,
                                    const std::vector<MemberChange>& changes, const JsonStyle& style)
{
    std::vector<Written> written;
    std::vector<const MemberChange*> added;
    std::vector<const MemberChange*> ofMember(members.size(), nullptr);
    for (const MemberChange& change : changes) {
        bool found = false;
        // Where a key is repeated the last one counts; removing takes all of them.
        for (size_t i = members.size(); i-- > 0;) {
            if ((found && !change.remove) || !stringIs(members[i].key.in(object), change.key)) continue;
            ofMember[i] = &change;
            found = true;
        }
        if (!found && !change.remove) added.push_back(&change);
    }
    for (size_t i = 0; i < members.size(); ++i)
        if (!ofMember[i] || !ofMember[i]->remove) written.push_back({int(i), ofMember[i]});
    for (const MemberChange* change : added) {
        auto place = written.end();
        if (style.sortKeys)
            place = std::find_if(written.begin(), written.end(), [&](const Written& other) {
                return (other.original >= 0 ? decodeUtf8(members[size_t(other.original)].key.in(object))
                                            : other.change->key) > change->key;
            });
        written.insert(place, {-1, change});
    }
    return written;
}

} // namespace

void writeObject(NotebookBytes& out, std::string_view object, const std::vector<MemberChange>& changes,
                 const JsonStyle& style, std::string_view baseIndent)
{
    const std::vector<Member> members = membersOf(object);
    const Sequence sequence(object, style, baseIndent);
    const std::vector<Written> written = writtenMembers(object, members, changes, style);
    const auto writeMember = [&](size_t i) {
        const Written& item = written[i];
        if (item.original >= 0 && !item.change) {
            out.addRange(sequence.items()[size_t(item.original)].in(object));
        } else if (item.original >= 0) {
            const Member& member = members[size_t(item.original)];
            out.addRange(object.substr(member.key.begin, member.value.begin - member.key.begin));
            item.change->write(out, member.value.in(object), sequence.innerStyle(), sequence.innerIndent());
        } else {
            std::string key;
            appendUtf8(key, item.change->key, style.ascii);
            out.addText(key + style.colon);
            item.change->write(out, {}, sequence.innerStyle(), sequence.innerIndent());
        }
    };
    sequence.write(out, written.size(), [&](size_t i) { return written[i].original; }, writeMember);
}

void writeValue(NotebookBytes& out, std::string_view original, std::string_view value, const JsonStyle& style,
                std::string_view baseIndent)
{
    if (!original.empty() && (original == value || toDom(original) == toDom(value)))
        return out.addRange(original);
    if (!original.starts_with('{') || !value.starts_with('{')) {
        std::string text;
        appendFormatted(text, value, style, baseIndent);
        return out.addText(std::move(text));
    }
    const std::vector<Member> before = membersOf(original);
    const std::vector<Member> after = membersOf(value);
    const auto has = [](std::string_view text, const std::vector<Member>& members, const std::string& key) {
        return std::any_of(members.begin(), members.end(),
                           [&](const Member& member) { return stringIs(member.key.in(text), key); });
    };
    std::vector<MemberChange> changes;
    for (const Member& member : after) {
        const std::string_view text = member.value.in(value);
        changes.push_back({decodeUtf8(member.key.in(value)), false,
                           [text](NotebookBytes& to, std::string_view old, const JsonStyle& inner,
                                  std::string_view indent) { writeValue(to, old, text, inner, indent); }});
    }
    for (const Member& member : before) {
        std::string key = decodeUtf8(member.key.in(original));
        if (!has(value, after, key)) changes.push_back({std::move(key), true, {}});
    }
    writeObject(out, original, changes, style, baseIndent);
}

} // namespace cahier::notebook
