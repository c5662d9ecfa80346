// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/htmltokens.h>

#include <widgets/markdown/htmltokens.h>

#include <QHash>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

bool isSpace(QChar c)
{
    return c == u' ' || c == u'\n' || c == u'\t' || c == u'\r' || c == u'\f';
}

constexpr std::array rawText{"script"_L1, "style"_L1, "title"_L1, "textarea"_L1, "noscript"_L1, "xmp"_L1};

} // namespace

QString OutputHtmlToken::attribute(QStringView attributeName) const
{
    const auto found = std::ranges::find(attributes, attributeName,
                                         [](const auto& entry) { return QStringView(entry.first); });
    return found == attributes.end() ? QString() : found->second;
}

bool HtmlTokenizer::next(OutputHtmlToken& token)
{
    while (skipMarkup()) {
    }
    if (m_at >= m_html.size()) return false;
    const bool isTag = m_html[m_at] == u'<' && m_at + 1 < m_html.size() &&
                       (m_html[m_at + 1].isLetter() || m_html[m_at + 1] == u'/');
    if (isTag) {
        readTag(token);
        return true;
    }
    qsizetype end = m_html.indexOf(u'<', m_at + 1);
    if (end < 0) end = m_html.size();
    token = {OutputHtmlToken::Kind::Text, {}, {}, decodeEntities(m_html.sliced(m_at, end - m_at))};
    m_at = end;
    return true;
}

/// Comments, declarations and processing instructions.
bool HtmlTokenizer::skipMarkup()
{
    const QStringView rest = m_html.sliced(std::min(m_at, m_html.size()));
    if (!rest.startsWith("<!"_L1) && !rest.startsWith("<?"_L1)) return false;
    const bool isComment = rest.startsWith("<!--"_L1);
    const qsizetype end = isComment ? rest.indexOf("-->"_L1, 4) : rest.indexOf(u'>');
    m_at = end < 0 ? m_html.size() : m_at + end + (isComment ? 3 : 1);
    return true;
}

void HtmlTokenizer::readTag(OutputHtmlToken& token)
{
    ++m_at;
    const bool isEnd = m_html[m_at] == u'/';
    if (isEnd) ++m_at;
    const qsizetype start = m_at;
    while (m_at < m_html.size() && !isSpace(m_html[m_at]) && m_html[m_at] != u'>' && m_html[m_at] != u'/')
        ++m_at;
    constexpr qsizetype longest = 64;
    token = {isEnd ? OutputHtmlToken::Kind::End : OutputHtmlToken::Kind::Start,
             m_html.sliced(start, std::min(longest, m_at - start)).toString().toLower(),
             {},
             {}};
    readAttributes(token);
    if (!isEnd && std::ranges::find(rawText, token.name) != rawText.end()) skipRawText(token.name);
}

void HtmlTokenizer::readAttributes(OutputHtmlToken& token)
{
    while (m_at < m_html.size()) {
        while (m_at < m_html.size() && (isSpace(m_html[m_at]) || m_html[m_at] == u'/'))
            ++m_at;
        if (m_at >= m_html.size()) return;
        if (m_html[m_at] == u'>') {
            ++m_at;
            return;
        }
        const qsizetype start = m_at++;
        while (m_at < m_html.size() && !isSpace(m_html[m_at]) && !QStringView(u"=>/").contains(m_html[m_at]))
            ++m_at;
        const QString name = m_html.sliced(start, m_at - start).toString().toLower();
        QStringView value;
        if (m_at < m_html.size() && m_html[m_at] == u'=') {
            ++m_at;
            const QChar quote = m_at < m_html.size() ? m_html[m_at] : QChar();
            const bool quoted = quote == u'"' || quote == u'\'';
            const qsizetype from = quoted ? ++m_at : m_at;
            while (m_at < m_html.size() &&
                   (quoted ? m_html[m_at] != quote : !isSpace(m_html[m_at]) && m_html[m_at] != u'>'))
                ++m_at;
            value = m_html.sliced(from, m_at - from);
            if (quoted && m_at < m_html.size()) ++m_at;
        }
        token.attributes.emplace_back(name, decodeEntities(value));
    }
}

void HtmlTokenizer::skipRawText(const QString& name)
{
    if (name == u"script") m_sawScript = true;
    const qsizetype end = m_html.indexOf(u"</"_s + name, m_at, Qt::CaseInsensitive);
    m_at = end < 0 ? m_html.size() : end;
}

} // namespace cahier::widgets
