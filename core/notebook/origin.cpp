// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/origin.h>

namespace cahier::notebook {
namespace {

struct Gaps {
    std::string_view open;  ///< behind {
    std::string_view colon; ///< between key and value
    std::string_view comma; ///< between members
    bool sorted = true;
    size_t count = 0;
};

Gaps gapsOf(std::string_view text, size_t object, const std::vector<MemberRange>& members)
{
    Gaps gaps;
    gaps.count = members.size();
    if (members.empty()) return gaps;
    const MemberRange& first = members.front();
    gaps.open = text.substr(object + 1, first.key.begin - object - 1);
    gaps.colon = text.substr(first.key.end, first.value.begin - first.key.end);
    if (members.size() > 1) gaps.comma = text.substr(first.value.end, members[1].key.begin - first.value.end);
    for (size_t i = 1; i < members.size(); ++i)
        if (members[i].key.in(text) < members[i - 1].key.in(text)) gaps.sorted = false;
    return gaps;
}

std::vector<MemberRange> membersOf(std::string_view object)
{
    std::vector<MemberRange> members;
    JsonScanner scanner(object);
    if (scanner.peek() != JsonKind::Object || !scanner.enterObject()) return members;
    MemberRange member;
    while (scanner.nextMember(&member.key) && scanner.takeValue(&member.value))
        members.push_back(member);
    return members;
}

} // namespace

JsonStyle detectStyle(std::string_view text, size_t object, const std::vector<MemberRange>& members,
                      std::string_view firstCell, bool ascii)
{
    JsonStyle style;
    style.ascii = ascii;
    const Gaps gaps = gapsOf(text, object, members);
    const Gaps inCell = gapsOf(firstCell, 0, membersOf(firstCell));
    style.sortKeys = gaps.sorted && (inCell.count == 0 || inCell.sorted);
    if (gaps.count == 0) return style;
    style.colon = gaps.colon;
    const size_t lineBreak = gaps.open.find_first_of("\r\n");
    if (lineBreak == std::string_view::npos) {
        style.newline.clear();
        style.indent.clear();
        style.comma = gaps.count > 1 ? gaps.comma : std::string_view(", ");
        // A file that mixes one line outside and several inside: new parts are written on one line.
        if (style.comma.find_first_of("\r\n") != std::string::npos) style.comma = ",";
        return style;
    }
    const size_t lineStart = gaps.open.find_last_of("\r\n") + 1;
    style.newline = gaps.open.substr(lineBreak, 2) == "\r\n" ? "\r\n" : gaps.open.substr(lineBreak, 1);
    style.indent = gaps.open.substr(lineStart);
    if (gaps.count > 1) style.comma = gaps.comma.substr(0, gaps.comma.find_first_of("\r\n"));
    if (style.comma.find(',') == std::string::npos) style.comma = ","; // the comma stands on the next line
    return style;
}

} // namespace cahier::notebook
