// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/htmlsafe.h>

#include <widgets/html/htmltokens.h>
#include <widgets/theme/theme.h>

#include <QRegularExpression>
#include <QSet>
#include <QStringList>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int deepest = 48;
constexpr qsizetype longest = 160 * 1024;

const QSet<QString>& allowed()
{
    static const QSet<QString> elements{
        u"a"_s,    u"abbr"_s,  u"b"_s,     u"blockquote"_s, u"br"_s,    u"caption"_s, u"center"_s, u"cite"_s,
        u"code"_s, u"dd"_s,    u"del"_s,   u"dfn"_s,        u"div"_s,   u"dl"_s,      u"dt"_s,     u"em"_s,
        u"h1"_s,   u"h2"_s,    u"h3"_s,    u"h4"_s,         u"h5"_s,    u"h6"_s,      u"hr"_s,     u"i"_s,
        u"img"_s,  u"ins"_s,   u"kbd"_s,   u"li"_s,         u"mark"_s,  u"ol"_s,      u"p"_s,      u"pre"_s,
        u"q"_s,    u"s"_s,     u"samp"_s,  u"small"_s,      u"span"_s,  u"strike"_s,  u"strong"_s, u"sub"_s,
        u"sup"_s,  u"table"_s, u"tbody"_s, u"td"_s,         u"tfoot"_s, u"th"_s,      u"thead"_s,  u"tr"_s,
        u"tt"_s,   u"u"_s,     u"ul"_s,    u"var"_s};
    return elements;
}

/// Elements that go with all that is in them.
const QSet<QString>& dropped()
{
    static const QSet<QString> elements{u"svg"_s,   u"math"_s,     u"iframe"_s, u"object"_s,
                                        u"video"_s, u"audio"_s,    u"canvas"_s, u"select"_s,
                                        u"head"_s,  u"template"_s, u"applet"_s, u"embed"_s};
    return elements;
}

bool isVoid(const QString& name)
{
    return name == u"br" || name == u"hr" || name == u"img" || name == u"embed";
}

QColor cssColour(const QString& value)
{
    static const QRegularExpression rgb(uR"(^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})[^)]*\)$)"_s);
    if (const auto match = rgb.match(value); match.hasMatch())
        return QColor(std::min(255, match.captured(1).toInt()), std::min(255, match.captured(2).toInt()),
                      std::min(255, match.captured(3).toInt()));
    return QColor::fromString(value);
}

/// The declarations that stay, as a style attribute's value.
QString safeStyle(const QString& style, const QColor& page)
{
    constexpr double readable = 3;
    static const QRegularExpression word(u"^[a-z0-9-]{1,20}$"_s);
    static const QSet<QString> plain{u"font-weight"_s, u"font-style"_s, u"text-align"_s, u"text-decoration"_s,
                                     u"white-space"_s};
    QStringList kept;
    QColor ink, ground;
    for (const QString& declaration : style.toLower().split(u';', Qt::SkipEmptyParts)) {
        const QString name = declaration.section(u':', 0, 0).trimmed();
        const QString value = declaration.section(u':', 1).trimmed();
        if (name == u"color") ink = cssColour(value);
        if (name == u"background-color" || name == u"background") ground = cssColour(value);
        if (plain.contains(name) && word.match(value).hasMatch()) kept.append(name + u':' + value);
    }
    if (ground.isValid() && ground.alpha() == 0) ground = {};
    if (ground.isValid()) kept.append(u"background-color:"_s + ground.name());
    if (ground.isValid() && (!ink.isValid() || contrast(ink, ground) < readable))
        ink = contrast(Qt::black, ground) > contrast(Qt::white, ground) ? Qt::black : Qt::white;
    if (ink.isValid() && contrast(ink, ground.isValid() ? ground : page) >= readable)
        kept.append(u"color:"_s + ink.name());
    return kept.join(u';');
}

bool isSafePicture(const QString& source)
{
    static const QRegularExpression data(u"^data:image/(png|jpeg|gif|webp);base64,"_s,
                                         QRegularExpression::CaseInsensitiveOption);
    return data.match(source).hasMatch();
}

class Sanitizer {
public:
    Sanitizer(QStringView html, const QColor& page) : m_tokenizer(html), m_page(page) {}

    SafeHtml run()
    {
        HtmlToken token;
        while (m_tokenizer.next(token) && m_result.html.size() < longest) {
            if (token.kind == HtmlToken::Kind::Text)
                takeText(token.text);
            else if (token.kind == HtmlToken::Kind::Start)
                takeStart(token);
            else
                takeEnd(token.name);
        }
        m_result.isTooComplex = m_result.html.size() >= longest;
        while (!m_open.isEmpty())
            m_result.html += u"</"_s + m_open.takeLast() + u'>';
        return m_result;
    }

private:
    void takeText(const QString& text)
    {
        if (m_skipping > 0) return;
        if (!QStringView(text).trimmed().isEmpty()) m_result.isEmpty = false;
        QString escaped = text.toHtmlEscaped();
        static const QRegularExpression unknownEntity(u"&amp;([A-Za-z][A-Za-z0-9]{1,9};)"_s);
        m_result.html += escaped.replace(unknownEntity, u"&\\1"_s);
    }

    void takeStart(const HtmlToken& token)
    {
        if (m_skipping > 0 || dropped().contains(token.name)) {
            if (token.name == m_skipped || m_skipping == 0) skip(token.name);
            return;
        }
        if (!allowed().contains(token.name)) return;
        if (!isVoid(token.name) && m_open.size() >= deepest) return;
        if (token.name == u"img" && !isSafePicture(token.attribute(u"src"))) return;
        if (token.name == u"img" || token.name == u"hr") m_result.isEmpty = false;
        m_result.html += u'<' + token.name + attributes(token) + u'>';
        if (!isVoid(token.name)) m_open.append(token.name);
    }

    void skip(const QString& name)
    {
        if (isVoid(name)) return;
        m_skipped = name;
        ++m_skipping;
    }

    void takeEnd(const QString& name)
    {
        if (m_skipping > 0) {
            if (name == m_skipped) --m_skipping;
            return;
        }
        const qsizetype opened = m_open.lastIndexOf(name);
        while (opened >= 0 && m_open.size() > opened)
            m_result.html += u"</"_s + m_open.takeLast() + u'>';
    }

    [[nodiscard]] QString attributes(const HtmlToken& token) const
    {
        constexpr int most = 2000;
        QString kept;
        const auto keep = [&](const QString& name, const QString& value) {
            kept += u' ' + name + u"=\""_s + value.toHtmlEscaped() + u'"';
        };
        for (const auto& [name, value] : token.attributes) {
            const bool isSpan = name == u"colspan" || name == u"rowspan";
            const bool isSize = token.name == u"img" && (name == u"width" || name == u"height");
            if (isSpan || isSize)
                keep(name, QString::number(std::clamp(value.toInt(), 1, isSpan ? 100 : most)));
            else if ((name == u"href" && token.name == u"a" && isSafeLink(value)) || name == u"title" ||
                     (name == u"src" && token.name == u"img"))
                keep(name, value);
            else if (name == u"align" &&
                     QStringList{u"left"_s, u"right"_s, u"center"_s}.contains(value.toLower()))
                keep(name, value.toLower());
            else if (const QString style = name == u"style" ? safeStyle(value, m_page) : QString();
                     !style.isEmpty())
                keep(name, style);
        }
        return kept;
    }

    HtmlTokenizer m_tokenizer;
    QColor m_page;
    SafeHtml m_result;
    QStringList m_open;
    QString m_skipped;
    int m_skipping = 0;
};

} // namespace

bool isSafeLink(const QString& address)
{
    const QUrl url(address.trimmed(), QUrl::StrictMode);
    const QString scheme = url.scheme().toLower();
    return url.isValid() && (scheme == u"http" || scheme == u"https" || scheme == u"mailto");
}

SafeHtml safeHtml(QStringView html, const QColor& page)
{
    return Sanitizer(html, page).run();
}

} // namespace cahier::widgets
