// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/html/htmltokens.h>

#include <widgets/html/htmlentities.h>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

bool isBlank(QChar c)
{
    return c == u' ' || c == u'\n' || c == u'\t' || c == u'\r' || c == u'\f';
}

bool isLetter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

/// Elements whose contents are no HTML.
constexpr std::array rawText{"script"_L1, "style"_L1, "title"_L1, "textarea"_L1, "noscript"_L1};

} // namespace

QString HtmlToken::attribute(QStringView attributeName) const
{
    const auto found = std::ranges::find(attributes, attributeName,
                                         [](const auto& entry) { return QStringView(entry.first); });
    return found == attributes.end() ? QString() : found->second;
}

/// Whether a < is more than that.
bool HtmlTokenizer::atMarkup(qsizetype position) const
{
    if (position + 1 >= m_html.size()) return false;
    const QChar next = m_html[position + 1];
    return isLetter(next) || next == u'!' || next == u'?' || (next == u'/' && position + 2 < m_html.size());
}

bool HtmlTokenizer::next(HtmlToken& token)
{
    while (m_at < m_html.size()) {
        if (!at(u'<') || !atMarkup(m_at)) {
            readText(token);
            return true;
        }
        const bool isTag =
            isLetter(m_html[m_at + 1]) || (m_html[m_at + 1] == u'/' && isLetter(m_html[m_at + 2]));
        if (isTag) return readTag(token);
        skipComment();
    }
    return false;
}

void HtmlTokenizer::readText(HtmlToken& token)
{
    qsizetype end = m_html.indexOf(u'<', m_at + 1);
    while (end >= 0 && !atMarkup(end))
        end = m_html.indexOf(u'<', end + 1);
    if (end < 0) end = m_html.size();
    token = {HtmlToken::Kind::Text, {}, {}, decodeEntities(m_html.sliced(m_at, end - m_at))};
    m_at = end;
}

/// And declarations, processing instructions and what is none of them.
void HtmlTokenizer::skipComment()
{
    const bool isComment = m_html.sliced(m_at).startsWith("<!--"_L1);
    const qsizetype end = isComment ? m_html.indexOf("-->"_L1, m_at + 2) : m_html.indexOf(u'>', m_at);
    m_at = end < 0 ? m_html.size() : end + (isComment ? 3 : 1);
}

bool HtmlTokenizer::readTag(HtmlToken& token)
{
    constexpr qsizetype longest = 64;
    ++m_at;
    const bool isEnd = at(u'/');
    if (isEnd) ++m_at;
    const qsizetype start = m_at;
    while (m_at < m_html.size() && !isBlank(m_html[m_at]) && !at(u'>') && !at(u'/'))
        ++m_at;
    token = {isEnd ? HtmlToken::Kind::End : HtmlToken::Kind::Start,
             m_html.sliced(start, std::min(longest, m_at - start)).toString().toLower(),
             {},
             {}};
    if (!readAttributes(token)) return false;
    if (!isEnd && std::ranges::find(rawText, token.name) != rawText.end()) skipRawText(token.name);
    return true;
}

bool HtmlTokenizer::readAttributes(HtmlToken& token)
{
    for (;;) {
        while (m_at < m_html.size() && (isBlank(m_html[m_at]) || at(u'/')))
            ++m_at;
        if (m_at >= m_html.size()) return false;
        if (at(u'>')) {
            ++m_at;
            return true;
        }
        const qsizetype start = m_at++; // also an = is part of a name where one begins
        while (m_at < m_html.size() && !isBlank(m_html[m_at]) && !at(u'=') && !at(u'>') && !at(u'/'))
            ++m_at;
        const QString name = m_html.sliced(start, m_at - start).toString().toLower();
        skipBlanks();
        QString value;
        if (at(u'=')) {
            ++m_at;
            skipBlanks();
            value = readValue();
        }
        token.attributes.emplace_back(name, std::move(value));
    }
}

QString HtmlTokenizer::readValue()
{
    const bool quoted = at(u'"') || at(u'\'');
    const QChar quote = quoted ? m_html[m_at++] : QChar();
    const qsizetype start = m_at;
    while (m_at < m_html.size() && (quoted ? !at(quote) : !isBlank(m_html[m_at]) && !at(u'>')))
        ++m_at;
    const QStringView value = m_html.sliced(start, m_at - start);
    if (quoted && m_at < m_html.size()) ++m_at;
    return decodeEntities(value);
}

void HtmlTokenizer::skipBlanks()
{
    while (m_at < m_html.size() && isBlank(m_html[m_at]))
        ++m_at;
}

void HtmlTokenizer::skipRawText(const QString& name)
{
    if (name == u"script") m_sawScript = true;
    const QString closing = u"</"_s + name;
    for (;;) {
        const qsizetype end = m_html.indexOf(closing, m_at, Qt::CaseInsensitive);
        const qsizetype behind = end + closing.size();
        m_at = end < 0 ? m_html.size() : end;
        if (end < 0 || behind >= m_html.size()) return;
        if (isBlank(m_html[behind]) || m_html[behind] == u'>' || m_html[behind] == u'/') return;
        m_at = behind;
    }
}

std::vector<HtmlToken> htmlTokens(QStringView html)
{
    std::vector<HtmlToken> tokens;
    HtmlTokenizer tokenizer(html);
    for (HtmlToken token; tokenizer.next(token);)
        tokens.push_back(std::move(token));
    return tokens;
}

} // namespace cahier::widgets
