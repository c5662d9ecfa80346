// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/htmlwriter.h>

#include <QRegularExpression>

#include <algorithm>
#include <ranges>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t openAtMost = 100;

bool isOneOf(const QString& tag, std::initializer_list<QLatin1StringView> tags)
{
    return std::ranges::any_of(tags, [&](QLatin1StringView known) { return tag == known; });
}

bool isDropped(const QString& tag)
{
    return isOneOf(tag, {"script"_L1, "style"_L1, "iframe"_L1, "object"_L1, "noembed"_L1, "noframes"_L1,
                         "title"_L1, "textarea"_L1, "template"_L1, "noscript"_L1, "svg"_L1, "select"_L1});
}

Qt::Alignment alignmentOf(const HtmlToken& token, Qt::Alignment otherwise)
{
    QString said = token.attribute(u"align").toLower();
    static const QRegularExpression style(u"text-align\\s*:\\s*(left|right|center)"_s);
    const auto match = style.match(token.attribute(u"style"));
    if (match.hasMatch()) said = match.captured(1);
    if (said == "center"_L1 || said == "middle"_L1) return Qt::AlignHCenter;
    if (said == "right"_L1) return Qt::AlignRight;
    return said == "left"_L1 ? Qt::AlignLeft : otherwise;
}

QColor colourOf(const HtmlToken& token)
{
    static const QRegularExpression style(u"(?:^|[;\\s])color\\s*:\\s*([#\\w]+)"_s);
    const auto match = style.match(token.attribute(u"style"));
    return QColor::fromString(match.hasMatch() ? match.captured(1) : token.attribute(u"color"));
}

/// Pixels; percentages and nonsense are 0.
int lengthOf(const HtmlToken& token, const QString& name)
{
    QString value = token.attribute(name).trimmed();
    if (value.isEmpty()) {
        const QRegularExpression style(u"(?:^|[;\\s])%1\\s*:\\s*(\\d+)px"_s.arg(name));
        value = style.match(token.attribute(u"style")).captured(1);
    }
    if (value.endsWith("px"_L1)) value.chop(2);
    return std::clamp(value.toInt(), 0, 10'000);
}

int spanOf(const HtmlToken& token, const QString& name)
{
    return std::clamp(token.attribute(name).toInt(), 1, 100);
}

int startOf(const HtmlToken& token)
{
    bool valid = false;
    const int start = token.attribute(u"start").toInt(&valid);
    return valid ? start : 1;
}

bool isCell(const HtmlToken& token)
{
    return token.kind == HtmlToken::Kind::Start && (token.name == "td"_L1 || token.name == "th"_L1);
}

bool isRow(const HtmlToken& token)
{
    return token.kind == HtmlToken::Kind::Start && token.name == "tr"_L1;
}

} // namespace

HtmlWriter::HtmlWriter(DocumentBuilder& builder, std::function<void(const QString&)> plain)
    : m_builder(builder), m_plain(std::move(plain))
{
}

void HtmlWriter::write(QStringView html)
{
    const std::vector<HtmlToken> tokens = htmlTokens(html);
    for (size_t i = 0; i < tokens.size(); ++i)
        writeToken(tokens, i);
}

void HtmlWriter::writeToken(const std::vector<HtmlToken>& tokens, size_t& index)
{
    const HtmlToken& token = tokens[index];
    if (!m_dropped.isEmpty()) {
        if (token.kind == HtmlToken::Kind::End && token.name == m_dropped) m_dropped.clear();
        return;
    }
    if (token.kind == HtmlToken::Kind::Text)
        writeText(token.text);
    else if (token.kind == HtmlToken::Kind::End)
        close(token.name);
    else if (isDropped(token.name))
        m_dropped = token.name;
    else if (token.name == "table"_L1 && !m_builder.inTable())
        table(tokens, index);
    else
        open(token);
}

void HtmlWriter::writeText(const QString& text)
{
    if (m_preformatted > 0) {
        QString lines = text;
        m_builder.text(lines.replace(u'\n', QChar::LineSeparator));
        return;
    }
    QString folded;
    folded.reserve(text.size());
    for (const QChar c : text) {
        const bool blank = c.isSpace() && c != QChar::Nbsp;
        if (!blank || !m_afterBlank) folded += blank ? QChar(u' ') : c;
        m_afterBlank = blank;
    }
    if (!folded.isEmpty()) m_plain(folded);
}

void HtmlWriter::remember(const QString& tag, std::function<void()> close)
{
    m_open.push_back({tag, std::move(close)});
}

void HtmlWriter::openFormatted(const QString& tag, const std::function<void(QTextCharFormat&)>& change)
{
    m_builder.pushFormat(change);
    remember(tag, [this] { m_builder.popFormat(); });
}

void HtmlWriter::open(const HtmlToken& token)
{
    if (token.name == "br"_L1) {
        m_builder.lineBreak();
        m_afterBlank = true;
    } else if (token.name == "hr"_L1) {
        m_builder.rule();
    } else if (token.name == "img"_L1) {
        picture(token);
        m_afterBlank = false;
    } else if (m_open.size() < openAtMost && !openFormat(token)) {
        openBlock(token);
    }
}

bool HtmlWriter::openFormat(const HtmlToken& token)
{
    const QString& tag = token.name;
    if (isOneOf(tag, {"b"_L1, "strong"_L1}))
        openFormatted(tag, [](QTextCharFormat& format) { format.setFontWeight(QFont::Bold); });
    else if (isOneOf(tag, {"i"_L1, "em"_L1, "cite"_L1, "var"_L1, "dfn"_L1}))
        openFormatted(tag, [](QTextCharFormat& format) { format.setFontItalic(true); });
    else if (isOneOf(tag, {"s"_L1, "del"_L1, "strike"_L1}))
        openFormatted(tag, [](QTextCharFormat& format) { format.setFontStrikeOut(true); });
    else if (isOneOf(tag, {"u"_L1, "ins"_L1}))
        openFormatted(tag, [](QTextCharFormat& format) { format.setFontUnderline(true); });
    else if (tag == "mark"_L1)
        openFormatted(tag,
                      [this](QTextCharFormat& format) { format.setBackground(m_builder.theme().match); });
    else if (tag == "sub"_L1)
        openFormatted(tag,
                      [](auto& format) { format.setVerticalAlignment(QTextCharFormat::AlignSubScript); });
    else if (tag == "sup"_L1)
        openFormatted(tag,
                      [](auto& format) { format.setVerticalAlignment(QTextCharFormat::AlignSuperScript); });
    else if (tag == "span"_L1 || tag == "font"_L1)
        openFormatted(tag, [&](QTextCharFormat& format) {
            if (const QColor colour = colourOf(token); colour.isValid()) format.setForeground(colour);
        });
    else if (tag == "a"_L1)
        openLink(token);
    else if (isOneOf(tag, {"code"_L1, "kbd"_L1, "tt"_L1, "samp"_L1})) {
        m_builder.pushCodeFormat();
        remember(tag, [this] { m_builder.popFormat(); });
    } else
        return false;
    return true;
}

void HtmlWriter::openLink(const HtmlToken& token)
{
    for (const QString& name : {u"id"_s, u"name"_s})
        m_builder.anchor(token.attribute(name));
    const QString address = token.attribute(u"href");
    if (address.isEmpty())
        m_builder.pushFormat([](QTextCharFormat&) {});
    else
        m_builder.pushLink(address, token.attribute(u"title"));
    remember(token.name, [this] { m_builder.popFormat(); });
}

void HtmlWriter::openParagraph(const HtmlToken& token)
{
    if (token.name == "p"_L1) close(token.name); // paragraphs do not nest
    m_builder.beginParagraph();
    const bool centred = token.name == "center"_L1;
    const Qt::Alignment alignment = alignmentOf(token, centred ? Qt::AlignHCenter : Qt::Alignment());
    const bool aligned = alignment != Qt::Alignment();
    if (aligned) m_builder.pushAlignment(alignment);
    const bool bold = isOneOf(token.name, {"summary"_L1, "dt"_L1, "caption"_L1});
    if (bold) m_builder.pushFormat([](QTextCharFormat& format) { format.setFontWeight(QFont::DemiBold); });
    remember(token.name, [this, aligned, bold] {
        if (aligned) m_builder.popAlignment();
        if (bold) m_builder.popFormat();
        m_builder.endParagraph();
    });
    m_builder.anchor(token.attribute(u"id"));
}

void HtmlWriter::openList(const HtmlToken& token)
{
    const int start = startOf(token);
    m_builder.beginList(token.name == "ol"_L1, start, true);
    remember(token.name, [this] { m_builder.endList(); });
}

bool HtmlWriter::openBlock(const HtmlToken& token)
{
    const QString& tag = token.name;
    m_afterBlank = true;
    if (tag.size() == 2 && tag[0] == u'h' && tag[1] >= u'1' && tag[1] <= u'6') {
        const Qt::Alignment alignment = alignmentOf(token, Qt::AlignLeft);
        m_builder.pushAlignment(alignment);
        m_builder.beginHeading(tag[1].digitValue());
        remember(tag, [this] {
            m_builder.endHeading();
            m_builder.popAlignment();
        });
        m_builder.anchor(token.attribute(u"id"));
    } else if (isOneOf(tag,
                       {"p"_L1, "div"_L1, "center"_L1, "details"_L1, "summary"_L1, "dl"_L1, "dt"_L1, "dd"_L1,
                        "section"_L1, "article"_L1, "figure"_L1, "figcaption"_L1, "caption"_L1, "tr"_L1})) {
        openParagraph(token);
    } else if (tag == "blockquote"_L1) {
        m_builder.beginQuote();
        remember(tag, [this] { m_builder.endQuote(); });
    } else if (tag == "ul"_L1 || tag == "ol"_L1) {
        openList(token);
    } else if (tag == "li"_L1) {
        if (!m_open.empty() && m_open.back().tag == "li"_L1) close(tag);
        m_builder.beginItem(DocumentBuilder::Task::None);
        remember(tag, [this] { m_builder.endItem(); });
    } else if (tag == "pre"_L1) {
        m_builder.beginParagraph();
        m_builder.pushCodeFormat();
        ++m_preformatted;
        remember(tag, [this] {
            --m_preformatted;
            m_builder.popFormat();
            m_builder.endParagraph();
        });
    } else {
        m_afterBlank = false;
        return false;
    }
    return true;
}

void HtmlWriter::picture(const HtmlToken& token)
{
    m_builder.picture(token.attribute(u"src"), token.attribute(u"alt"),
                      {lengthOf(token, u"width"_s), lengthOf(token, u"height"_s)});
}

void HtmlWriter::close(const QString& tag)
{
    const auto opened = std::ranges::find(m_open | std::views::reverse, tag, &Open::tag);
    if (opened == m_open.rend()) {
        if (tag == "p"_L1) m_builder.endParagraph();
        return;
    }
    const auto index = size_t(std::distance(m_open.begin(), opened.base())) - 1;
    while (m_open.size() > index) {
        const Open last = std::move(m_open.back());
        m_open.pop_back();
        last.close();
    }
    const bool inline_ =
        isOneOf(tag, {"b"_L1, "i"_L1, "a"_L1, "em"_L1, "strong"_L1, "code"_L1, "kbd"_L1, "span"_L1, "sub"_L1,
                      "sup"_L1, "font"_L1, "u"_L1, "s"_L1, "del"_L1, "mark"_L1});
    if (!inline_) m_afterBlank = true;
}

void HtmlWriter::closeAll()
{
    while (!m_open.empty())
        close(m_open.back().tag);
    m_dropped.clear();
    m_afterBlank = true;
}

void HtmlWriter::table(const std::vector<HtmlToken>& tokens, size_t& index)
{
    size_t end = index + 1;
    int rows = 0, columns = 1, inRow = 0;
    for (; end < tokens.size(); ++end) {
        const HtmlToken& token = tokens[end];
        if (token.kind == HtmlToken::Kind::End && token.name == "table"_L1) break;
        if (isRow(token)) ++rows, inRow = 0;
        if (isCell(token)) columns = std::max(columns, inRow += spanOf(token, u"colspan"_s));
    }
    if (rows == 0) return;
    m_builder.beginTable(rows, columns);
    int row = -1, column = 0;
    bool inCell = false;
    const auto endCell = [&] {
        if (inCell) m_builder.endCell();
        inCell = false;
        m_afterBlank = true;
    };
    for (++index; index < end; ++index) {
        const HtmlToken& token = tokens[index];
        if (isRow(token)) {
            endCell();
            ++row;
            column = 0;
        } else if (isCell(token) && row >= 0) {
            endCell();
            const bool header = token.name == "th"_L1;
            const int span = spanOf(token, u"colspan"_s);
            m_builder.beginCell(row, column, header,
                                alignmentOf(token, header ? Qt::AlignHCenter : Qt::AlignLeft), span);
            column += span;
            inCell = true;
        } else if (token.kind == HtmlToken::Kind::End && (token.name == "td"_L1 || token.name == "th"_L1)) {
            endCell();
        } else if (inCell) {
            writeToken(tokens, index);
        }
    }
    endCell();
    m_builder.endTable();
}

} // namespace cahier::widgets
