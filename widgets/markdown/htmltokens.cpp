// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/htmltokens.h>

#include <QTextDocumentFragment>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype longestEntity = 34;

QString numericEntity(QStringView digits)
{
    bool valid = false;
    const bool hex = digits.startsWith(u'x', Qt::CaseInsensitive);
    const uint code = hex ? digits.sliced(1).toUInt(&valid, 16) : digits.toUInt(&valid);
    if (!valid) return {};
    if (code == 0 || code > 0x10ffff || QChar::isSurrogate(code)) return u"\ufffd"_s;
    return QString::fromUcs4(reinterpret_cast<const char32_t*>(&code), 1);
}

/// Reads one tag, whose `<` is at `at`.
class TagReader {
public:
    TagReader(QStringView html, qsizetype at) : m_html(html), m_at(at) {}

    /// Where the tag ends, or -1 if none is here.
    qsizetype read(HtmlToken& token)
    {
        ++m_at;
        token.kind = HtmlToken::Kind::Open;
        if (at(u'/')) {
            token.kind = HtmlToken::Kind::Close;
            ++m_at;
        }
        if (m_at >= m_html.size() || !m_html[m_at].isLetter()) return -1;
        token.text = word().toLower();
        while (m_at < m_html.size() && !at(u'>')) {
            if (m_html[m_at].isSpace() || at(u'/')) {
                ++m_at;
                continue;
            }
            if (at(u'<')) return -1;
            attribute(token);
        }
        return m_at < m_html.size() ? m_at + 1 : -1;
    }

private:
    [[nodiscard]] bool at(QChar c) const { return m_at < m_html.size() && m_html[m_at] == c; }

    QString word()
    {
        const qsizetype start = m_at;
        while (m_at < m_html.size() && !m_html[m_at].isSpace() && !u"/>=<"_s.contains(m_html[m_at]))
            ++m_at;
        return m_html.sliced(start, m_at - start).toString();
    }

    void skipBlanks()
    {
        while (m_at < m_html.size() && m_html[m_at].isSpace())
            ++m_at;
    }

    void attribute(HtmlToken& token)
    {
        const qsizetype start = m_at;
        const QString name = word().toLower();
        skipBlanks();
        QString value;
        if (at(u'=')) {
            ++m_at;
            skipBlanks();
            value = attributeValue();
        }
        if (!name.isEmpty() && !token.attributes.contains(name)) token.attributes.insert(name, value);
        if (m_at == start) ++m_at;
    }

    QString attributeValue()
    {
        if (!at(u'"') && !at(u'\'')) {
            const qsizetype start = m_at;
            while (m_at < m_html.size() && !m_html[m_at].isSpace() && !at(u'>'))
                ++m_at;
            return decodeEntities(m_html.sliced(start, m_at - start));
        }
        const qsizetype start = m_at + 1;
        const qsizetype end = m_html.indexOf(m_html[m_at], start);
        m_at = end < 0 ? m_html.size() : end + 1;
        return decodeEntities(m_html.sliced(start, (end < 0 ? m_html.size() : end) - start));
    }

    QStringView m_html;
    qsizetype m_at;
};

} // namespace

QString decodeEntity(const QString& entity)
{
    if (entity.startsWith("&#"_L1)) {
        const QString character =
            numericEntity(QStringView(entity).sliced(2).chopped(entity.endsWith(u';') ? 1 : 0));
        return character.isEmpty() ? entity : character;
    }
    if (entity == "&nbsp;"_L1) return QString(QChar::Nbsp);
    const QString decoded = QTextDocumentFragment::fromHtml(entity).toPlainText();
    return decoded.isEmpty() ? entity : decoded;
}

QString decodeEntities(QStringView text)
{
    QString result;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype start = text.indexOf(u'&', at);
        if (start < 0) return result.append(text.sliced(at));
        result += text.sliced(at, start - at);
        const qsizetype end = text.sliced(start, qMin(longestEntity, text.size() - start)).indexOf(u';');
        const QStringView name = text.sliced(start, end < 0 ? 1 : end + 1);
        const bool blank = name.size() < 3 || name.contains(u' ') || name.contains(u'<');
        result += blank ? name.first(1).toString() : decodeEntity(name.toString());
        at = start + (blank ? 1 : name.size());
    }
    return result;
}

std::vector<HtmlToken> htmlTokens(QStringView html)
{
    std::vector<HtmlToken> tokens;
    const auto addText = [&](QStringView text) {
        if (!text.isEmpty()) tokens.push_back({.text = decodeEntities(text)});
    };
    qsizetype textStart = 0;
    bool closable = true; // whether there is a > further on
    for (qsizetype at = 0; closable && (at = html.indexOf(u'<', at)) >= 0;) {
        qsizetype end = -1;
        HtmlToken token;
        const QStringView rest = html.sliced(at);
        const bool comment = rest.startsWith("<!--"_L1);
        if (comment) {
            end = html.indexOf("-->"_L1, at + 4);
            end = end < 0 ? html.size() : end + 3;
        } else if (rest.startsWith("<!"_L1) || rest.startsWith("<?"_L1)) {
            end = html.indexOf(u'>', at);
            end = end < 0 ? html.size() : end + 1;
        } else {
            end = TagReader(html, at).read(token);
            closable = end >= 0 || html.indexOf(u'>', at) >= 0;
        }
        if (end < 0) {
            ++at;
            continue;
        }
        addText(html.sliced(textStart, at - textStart));
        if (!token.text.isEmpty()) tokens.push_back(std::move(token));
        textStart = at = end;
    }
    addText(html.sliced(textStart));
    return tokens;
}

} // namespace cahier::widgets
