// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/htmltokens.h>

#include <QHash>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

const QHash<QString, char16_t>& entities()
{
    static const QHash<QString, char16_t> table{
        {u"amp"_s, u'&'},     {u"lt"_s, u'<'},       {u"gt"_s, u'>'},      {u"quot"_s, u'"'},
        {u"apos"_s, u'\''},   {u"nbsp"_s, 0xa0},     {u"copy"_s, 0xa9},    {u"reg"_s, 0xae},
        {u"trade"_s, 0x2122}, {u"hellip"_s, 0x2026}, {u"mdash"_s, 0x2014}, {u"ndash"_s, 0x2013},
        {u"lsquo"_s, 0x2018}, {u"rsquo"_s, 0x2019},  {u"ldquo"_s, 0x201c}, {u"rdquo"_s, 0x201d},
        {u"bull"_s, 0x2022},  {u"middot"_s, 0xb7},   {u"times"_s, 0xd7},   {u"divide"_s, 0xf7},
        {u"plusmn"_s, 0xb1},  {u"deg"_s, 0xb0},      {u"micro"_s, 0xb5},   {u"euro"_s, 0x20ac},
        {u"pound"_s, 0xa3},   {u"yen"_s, 0xa5},      {u"cent"_s, 0xa2},    {u"laquo"_s, 0xab},
        {u"raquo"_s, 0xbb},   {u"larr"_s, 0x2190},   {u"uarr"_s, 0x2191},  {u"rarr"_s, 0x2192},
        {u"darr"_s, 0x2193},  {u"infin"_s, 0x221e},  {u"ne"_s, 0x2260},    {u"le"_s, 0x2264},
        {u"ge"_s, 0x2265},    {u"asymp"_s, 0x2248},  {u"sum"_s, 0x2211},   {u"alpha"_s, 0x3b1},
        {u"beta"_s, 0x3b2},   {u"gamma"_s, 0x3b3},   {u"delta"_s, 0x3b4},  {u"epsilon"_s, 0x3b5},
        {u"theta"_s, 0x3b8},  {u"lambda"_s, 0x3bb},  {u"mu"_s, 0x3bc},     {u"pi"_s, 0x3c0},
        {u"sigma"_s, 0x3c3},  {u"tau"_s, 0x3c4},     {u"phi"_s, 0x3c6},    {u"omega"_s, 0x3c9},
        {u"sup2"_s, 0xb2},    {u"sup3"_s, 0xb3},     {u"frac12"_s, 0xbd},  {u"check"_s, 0x2713},
    };
    return table;
}

/// The character that "#65" or "#x41" names.
QString numbered(QStringView name)
{
    bool valid = false;
    const bool hexadecimal = name.size() > 1 && (name[1] == u'x' || name[1] == u'X');
    const uint code = name.sliced(hexadecimal ? 2 : 1).toUInt(&valid, hexadecimal ? 16 : 10);
    if (!valid) return {};
    const bool usable = code != 0 && code <= 0x10ffff && !QChar::isSurrogate(code);
    const char32_t character = usable ? code : 0xfffd;
    return QString::fromUcs4(&character, 1);
}

bool isSpace(QChar c)
{
    return c == u' ' || c == u'\n' || c == u'\t' || c == u'\r' || c == u'\f';
}

constexpr std::array rawText{"script"_L1, "style"_L1, "title"_L1, "textarea"_L1, "noscript"_L1, "xmp"_L1};

} // namespace

QString decodeEntities(QStringView text)
{
    constexpr qsizetype longest = 12;
    QString result;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype mark = text.indexOf(u'&', at);
        result += text.sliced(at, (mark < 0 ? text.size() : mark) - at);
        if (mark < 0) break;
        const qsizetype end = text.sliced(mark, std::min(longest, text.size() - mark)).indexOf(u';');
        const QStringView name = end > 1 ? text.sliced(mark + 1, end - 1) : QStringView();
        QString character;
        if (name.startsWith(u'#'))
            character = numbered(name);
        else if (const auto known = entities().constFind(name.toString()); known != entities().cend())
            character = QString(QChar(*known));
        result += character.isEmpty() ? u"&"_s : character;
        at = character.isEmpty() ? mark + 1 : mark + end + 1;
    }
    return result;
}

QString HtmlToken::attribute(QStringView attributeName) const
{
    const auto found = std::ranges::find(attributes, attributeName,
                                         [](const auto& entry) { return QStringView(entry.first); });
    return found == attributes.end() ? QString() : found->second;
}

bool HtmlTokenizer::next(HtmlToken& token)
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
    token = {HtmlToken::Kind::Text, {}, {}, decodeEntities(m_html.sliced(m_at, end - m_at))};
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

void HtmlTokenizer::readTag(HtmlToken& token)
{
    ++m_at;
    const bool isEnd = m_html[m_at] == u'/';
    if (isEnd) ++m_at;
    const qsizetype start = m_at;
    while (m_at < m_html.size() && !isSpace(m_html[m_at]) && m_html[m_at] != u'>' && m_html[m_at] != u'/')
        ++m_at;
    constexpr qsizetype longest = 64;
    token = {isEnd ? HtmlToken::Kind::End : HtmlToken::Kind::Start,
             m_html.sliced(start, std::min(longest, m_at - start)).toString().toLower(),
             {},
             {}};
    readAttributes(token);
    if (!isEnd && std::ranges::find(rawText, token.name) != rawText.end()) skipRawText(token.name);
}

void HtmlTokenizer::readAttributes(HtmlToken& token)
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
