// SPDX-License-Identifier: GPL-3.0-or-later
// Follows https://html.spec.whatwg.org/multipage/parsing.html as far as it decides where things end.
#include <core/convert/containedhtml.h>

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>
#include <optional>
#include <span>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

constexpr QLatin1StringView leftOut[] = {"meta"_L1, "link"_L1, "base"_L1,     "html"_L1,
                                         "head"_L1, "body"_L1, "frameset"_L1, "plaintext"_L1};
constexpr QLatin1StringView rawText[] = {"style"_L1,  "textarea"_L1, "title"_L1,    "xmp"_L1,
                                         "iframe"_L1, "noembed"_L1,  "noframes"_L1, "noscript"_L1};
/// An end tag inside of one of these does not end what is outside.
constexpr QLatin1StringView walls[] = {"template"_L1, "select"_L1,  "object"_L1,
                                       "applet"_L1,   "marquee"_L1, "table"_L1,
                                       "svg"_L1,      "math"_L1,    "foreignobject"_L1};
constexpr QLatin1StringView blocks[] = {"div"_L1, "section"_L1};

bool isOneOf(std::span<const QLatin1StringView> names, const QString& name)
{
    return std::ranges::find(names, name) != names.end();
}

struct Tag {
    QString name; ///< in lower case
    bool isEnd = false;
    bool closesItself = false;
    qsizetype end = 0; ///< behind the >
};

class Container {
public:
    explicit Container(QStringView html) : m_html(html) {}

    QString contained()
    {
        while (m_at < m_html.size()) {
            const qsizetype open = m_html.indexOf(u'<', m_at);
            copyTo(open < 0 ? m_html.size() : open);
            if (open >= 0) takeMarkup();
        }
        while (!m_open.isEmpty())
            m_out += u"</"_s + m_open.takeLast() + u'>';
        return std::move(m_out);
    }

private:
    void copyTo(qsizetype end)
    {
        m_out += m_html.sliced(m_at, end - m_at);
        m_at = end;
    }

    void takeMarkup()
    {
        const QStringView rest = m_html.sliced(m_at);
        const bool isEnd = rest.startsWith("</"_L1);
        const qsizetype name = isEnd ? 2 : 1;
        if (rest.startsWith("<!--"_L1))
            takeComment();
        else if (rest.startsWith("<![CDATA["_L1))
            takeCharacters();
        else if (name < rest.size() && rest.at(name).unicode() < 0x80 && rest.at(name).isLetter())
            takeTag();
        else if (isEnd || rest.startsWith("<!"_L1) || rest.startsWith("<?"_L1))
            takeThrough(m_html.indexOf(u'>', m_at), 1);
        else
            copyTo(m_at + 1);
    }

    /// Copies what ends with these characters, or leaves out what never ends.
    void takeThrough(qsizetype last, qsizetype length)
    {
        if (last < 0)
            m_at = m_html.size();
        else
            copyTo(last + length);
    }

    void takeComment()
    {
        static const QRegularExpression end(u"--!?>"_s); // <!--> is a whole one
        const QRegularExpressionMatch match = end.matchView(m_html, m_at + 2);
        takeThrough(match.hasMatch() ? match.capturedStart() : -1, match.capturedLength());
    }

    /// As text, which is what it means in SVG.
    void takeCharacters()
    {
        const qsizetype begin = m_at + 9;
        const qsizetype end = m_html.indexOf("]]>"_L1, begin);
        const qsizetype size = (end < 0 ? m_html.size() : end) - begin;
        m_out += m_html.sliced(begin, size).toString().toHtmlEscaped();
        m_at = end < 0 ? m_html.size() : end + 3;
    }

    /// The tag that begins here; nothing where the text ends in it.
    [[nodiscard]] std::optional<Tag> readTag() const
    {
        Tag tag;
        qsizetype at = m_at + 1;
        tag.isEnd = m_html.at(at) == u'/';
        const qsizetype name = tag.isEnd ? ++at : at;
        while (at < m_html.size() && !m_html.at(at).isSpace() && !QStringView(u"/>").contains(m_html.at(at)))
            ++at;
        tag.name = m_html.sliced(name, at - name).toString().toLower();
        QChar last;
        for (; at < m_html.size(); ++at) {
            const QChar c = m_html.at(at);
            if (c == u'>') {
                tag.closesItself = last == u'/';
                tag.end = at + 1;
                return tag;
            }
            if (last == u'=' && (c == u'"' || c == u'\'')) {
                at = m_html.indexOf(c, at + 1);
                if (at < 0) return std::nullopt;
            }
            if (!c.isSpace()) last = c;
        }
        return std::nullopt;
    }

    void takeTag()
    {
        const auto tag = readTag();
        if (!tag) {
            m_at = m_html.size();
            return;
        }
        const bool foreign = !m_open.isEmpty() && (m_open.last() == "svg"_L1 || m_open.last() == "math"_L1);
        const bool isScript = tag->name == "script"_L1;
        if (isScript || isOneOf(leftOut, tag->name) || (tag->isEnd && !endElement(tag->name))) {
            m_out += u' '; // so that what surrounds it makes no other tag
            m_at = tag->end;
            if (isScript && !tag->isEnd && !(foreign && tag->closesItself)) m_at = endOfScript();
            return;
        }
        copyTo(tag->end);
        if (tag->isEnd) return;
        const bool isRaw = isOneOf(rawText, tag->name);
        if (!isRaw && !isOneOf(walls, tag->name) && !isOneOf(blocks, tag->name)) return;
        const bool isForeign = foreign || tag->name == "svg"_L1 || tag->name == "math"_L1;
        if (tag->closesItself && isForeign) return;
        m_open.append(tag->name);
        if (isRaw && !foreign) copyTo(endTagFrom(m_at, tag->name));
    }

    /// Where the end tag of an element begins whose contents are no markup; the end where it has none.
    [[nodiscard]] qsizetype endTagFrom(qsizetype from, const QString& name) const
    {
        for (qsizetype at = from; (at = m_html.indexOf(u"</"_s + name, at, Qt::CaseInsensitive)) >= 0; ++at) {
            const qsizetype behind = at + 2 + name.size();
            if (behind < m_html.size() &&
                (m_html.at(behind).isSpace() || QStringView(u"/>").contains(m_html.at(behind))))
                return at;
        }
        return m_html.size();
    }

    [[nodiscard]] qsizetype endOfScript() const
    {
        const qsizetype end = m_html.indexOf(u'>', endTagFrom(m_at, u"script"_s));
        return end < 0 ? m_html.size() : end + 1;
    }

    /// False where the end tag would end what is not ours.
    bool endElement(const QString& name)
    {
        const bool isWall = isOneOf(walls, name);
        if (!isWall && !isOneOf(blocks, name) && !isOneOf(rawText, name)) return true;
        for (qsizetype i = m_open.size() - 1; i >= 0; --i) {
            if (m_open.at(i) == name) {
                m_open.resize(i);
                return true;
            }
            if (m_open.at(i) == "template"_L1 || (!isWall && isOneOf(walls, m_open.at(i)))) return false;
        }
        return false;
    }

    QStringView m_html;
    qsizetype m_at = 0;
    QString m_out;
    QStringList m_open; ///< those that can swallow what follows, innermost last
};

} // namespace

QString containedHtml(QStringView html)
{
    return Container(html).contained();
}

} // namespace cahier::convert
