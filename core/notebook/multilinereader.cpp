// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/multilinereader.h>

#include <core/notebook/jsontext.h>
#include <core/notebook/stringskip.h>

#include <algorithm>

namespace cahier::notebook {

namespace {

constexpr std::string_view space = " \t\r\n";

bool isContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Whether the escape at `at` is the first half of a pair.
bool isHighSurrogate(std::string_view text, size_t at)
{
    return at + 3 < text.size() && text[at + 1] == 'u' && (text[at + 2] == 'd' || text[at + 2] == 'D') &&
           std::string_view("89abAB").contains(text[at + 3]);
}

} // namespace

MultilineReader::MultilineReader(std::string_view json) : m_json(json)
{
    m_at = m_json.find_first_not_of(space);
    if (m_at == std::string_view::npos || (m_json[m_at] != '"' && m_json[m_at] != '['))
        m_at = m_json.size();
    else if (m_json[m_at] == '[')
        ++m_at;
}

bool MultilineReader::read(std::string& to, size_t wanted)
{
    const size_t goal = to.size() + std::max<size_t>(wanted, 1);
    while (to.size() < goal) {
        if (!m_inString && !enterString()) return false;
        takeSlice(to, goal - to.size());
    }
    return true;
}

bool MultilineReader::enterString()
{
    m_at = m_json.find_first_not_of(" \t\r\n,", m_at);
    m_at = std::min(m_at, m_json.size());
    if (m_at == m_json.size() || m_json[m_at] != '"') {
        m_at = m_json.size();
        return false;
    }
    ++m_at;
    m_inString = true;
    return true;
}

void MultilineReader::takeSlice(std::string& to, size_t wanted)
{
    const size_t limit = std::min(m_json.size() - m_at, wanted) + m_at;
    size_t end = m_at;
    bool pairOpen = false;
    while (end < m_json.size() && (end < limit || pairOpen || isContinuation(m_json[end]))) {
        pairOpen = false;
        if (m_json[end] == '"') break;
        if (m_json[end] == '\\') {
            pairOpen = isHighSurrogate(m_json, end);
            end += end + 1 < m_json.size() && m_json[end + 1] == 'u' ? 6 : 2;
        } else if (end < limit) {
            const char* plain = skipPlain(m_json.data() + end, m_json.data() + limit);
            end = std::max(size_t(plain - m_json.data()), end + (plain == m_json.data() + end ? 1 : 0));
        } else {
            ++end;
        }
    }
    if (end >= m_json.size()) { // cut off: not valid JSON
        m_at = m_json.size();
        m_inString = false;
        return;
    }
    // decodeUtf8() leaves out the first and the last byte, where it expects quotes.
    to += decodeUtf8(m_json.substr(m_at - 1, end - m_at + 2));
    m_at = end;
    if (m_json[end] == '"') {
        ++m_at;
        m_inString = false;
    }
}

} // namespace cahier::notebook
