// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/terminaltext.h>

#include <QHash>
#include <QPaintEvent>
#include <QPainter>

#include <algorithm>

namespace cahier::widgets {

namespace {

constexpr int padding = 4;

/// Characters that stand on the grid by themselves in any monospace font.
bool isLatin(QChar c)
{
    return c.unicode() >= 0x20 && c.unicode() < 0x300 && c.unicode() != 0x7f;
}

/// Scripts that are drawn as words, since their letters join; symbols and what is wide are drawn one by one.
bool isJoining(QChar c)
{
    const char16_t u = c.unicode();
    return u >= 0x300 && !(u >= 0x2000 && u < 0x2e80) && !c.isSurrogate();
}

QString shown(QChar c)
{
    if (c.unicode() < 0x20) return QString(QChar(u'\u2400' + c.unicode()));
    return c.unicode() == 0x7f ? QString(u'\u2421') : QString(c);
}

/// Basic colours are made to be read on the page; behind text they are a tint of it.
QColor groundOf(const text::AnsiStyle& style, const Theme& theme)
{
    constexpr int basic = 16;
    constexpr float share = 0.3F;
    const text::AnsiColour& colour = style.inverse ? style.foreground : style.background;
    if (style.inverse) return theme.foreground(colour);
    const QColor full = theme.background(colour);
    if (colour.kind != text::AnsiColour::Kind::Indexed || colour.index >= basic) return full;
    const auto mix = [](float a, float b) { return a * share + b * (1 - share); };
    return QColor::fromRgbF(mix(full.redF(), theme.page.redF()), mix(full.greenF(), theme.page.greenF()),
                            mix(full.blueF(), theme.page.blueF()));
}

/// Programs choose colours for a terminal that they do not see.
QColor readableOn(const QColor& page, const QColor& ink)
{
    constexpr qsizetype kept = 4096;
    static QHash<std::pair<QRgb, QRgb>, QColor> known; // the window's thread paints
    const std::pair key(page.rgb(), ink.rgb());
    if (const auto found = known.constFind(key); found != known.constEnd()) return *found;
    if (known.size() >= kept) known.clear();
    return *known.insert(key, readable(ink, page));
}

/// Text is readable whatever the program chose.
QColor inkOf(const text::AnsiStyle& style, const Theme& theme, const QColor& page)
{
    constexpr double enough = 3;
    QColor ink = style.inverse ? theme.background(style.background) : theme.foreground(style.foreground);
    if (!ink.isValid()) ink = theme.page;
    const QColor ground = groundOf(style, theme);
    if (!ground.isValid())
        ink = readableOn(page, ink);
    else if (contrast(ink, ground) < enough)
        ink = contrast(Qt::black, ground) > contrast(Qt::white, ground) ? Qt::black : Qt::white;
    if (style.faint) ink.setAlphaF(0.65F);
    return ink;
}

} // namespace

/// What is being painted: the columns [from, to) of a line, whose first stands at the left edge.
struct TerminalText::Pen {
    const GridLine& line;
    qsizetype number;
    qsizetype from, to;
    double y;
    double columnWidth;
    int rowHeight, ascent;
    const Theme& theme;
    const QColor& page;

    [[nodiscard]] double xOf(qsizetype column) const { return padding + double(column - from) * columnWidth; }
    void fill(QPainter& painter, qsizetype first, qsizetype last, const QColor& colour) const
    {
        first = std::max(first, from);
        last = std::min(last, to);
        if (first < last)
            painter.fillRect(QRectF(xOf(first), y, double(last - first) * columnWidth, rowHeight), colour);
    }
    void fillUnits(QPainter& painter, qsizetype first, qsizetype last, const QColor& colour) const
    {
        const auto clamped = [this](qsizetype i) { return std::clamp<qsizetype>(i, 0, line.text.size()); };
        fill(painter, line.columnAt(clamped(first)), line.columnAt(clamped(last)), colour);
    }
};

void TerminalText::paintEvent(QPaintEvent* event)
{
    const Theme& theme = m_appearance.theme();
    QPainter painter(this);
    if (m_kind != Kind::Output) painter.fillRect(event->rect(), theme.errorPage);
    if (m_rows.rowCount() == 0) return;
    const qint64 top = event->rect().top() + m_offset - padding;
    const qint64 bottom = event->rect().bottom() + m_offset - padding;
    const qint64 first = std::max<qint64>(0, top / m_rowHeight);
    const qint64 last = std::min(m_rows.rowCount() - 1, bottom / m_rowHeight);
    RowMap::Place place = m_rows.placeOf(buffer(), first);
    // What is scrolled out does not show in the padding.
    painter.setClipRect(rect().adjusted(0, padding, 0, -padding));
    for (qint64 row = first; row <= last; ++row) {
        paintRow(painter, place, double(row * m_rowHeight - m_offset + padding));
        if (++place.rowInLine >= m_rows.rowsOf(buffer(), place.line)) place = {place.line + 1, 0};
    }
    painter.setClipping(false);
    if (hasFocus() && height() < contentHeight()) {
        painter.setPen(theme.accent);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void TerminalText::paintRow(QPainter& painter, RowMap::Place place, double y) const
{
    const qsizetype columns = m_rows.columns();
    const GridLine& text = line(place.line);
    // A line that does not wrap is painted as far as it is in sight.
    const qsizetype from = place.rowInLine * columns + m_firstColumn;
    const qsizetype to = from + std::min(columns, columnsInSight(width()) + 2);
    const Theme& theme = m_appearance.theme();
    const QColor& page = m_kind == Kind::Output ? theme.page : theme.errorPage;
    const Pen pen{text, place.line, from, to, y, m_columnWidth, m_rowHeight, m_ascent, theme, page};
    paintGrounds(painter, pen);
    paintMarks(painter, pen);
    for (const GridLine::Span& span : text.spans)
        paintSpan(painter, pen, span);
    paintLinks(painter, pen);
}

void TerminalText::paintGrounds(QPainter& painter, const Pen& pen) const
{
    for (const GridLine::Span& span : pen.line.spans) {
        const QColor ground = groundOf(span.style, pen.theme);
        if (ground.isValid()) pen.fillUnits(painter, span.start, span.start + span.length, ground);
    }
}

void TerminalText::paintMarks(QPainter& painter, const Pen& pen) const
{
    for (const TextMatch& match : std::ranges::equal_range(m_matches, pen.number, {}, &TextMatch::line)) {
        const bool current = &match - m_matches.data() == m_currentMatch;
        pen.fillUnits(painter, match.start, match.start + match.length,
                      current ? pen.theme.currentMatch : pen.theme.match);
    }
    const auto [first, last] = std::minmax(m_anchor, m_caret);
    if (first == last || pen.number < first.line || pen.number > last.line) return;
    const qsizetype from = pen.number == first.line ? first.index : 0;
    const bool wholeLine = pen.number < last.line;
    const qsizetype to = wholeLine ? pen.line.text.size() : last.index;
    pen.fillUnits(painter, from, to, pen.theme.selection);
    // The line break that is selected too shows as one column.
    const qsizetype end = pen.line.columnCount();
    if (wholeLine) pen.fill(painter, end, end + 1, pen.theme.selection);
}

void TerminalText::paintSpan(QPainter& painter, const Pen& pen, const GridLine::Span& span) const
{
    const qsizetype from = std::max(span.start, pen.line.indexAt(pen.from));
    const qsizetype to = std::min(span.start + span.length, pen.line.indexAt(pen.to));
    if (from >= to) return;
    const text::AnsiStyle& style = span.style;
    QFont font = pen.theme.code;
    font.setBold(style.bold);
    font.setItalic(style.italic);
    painter.setFont(font);
    painter.setPen(inkOf(style, pen.theme, pen.page));
    paintPieces(painter, pen, from, to);
    const double left = pen.xOf(pen.line.columnAt(from)), right = pen.xOf(pen.line.columnAt(to));
    const double underline = pen.y + pen.ascent + 2, strike = pen.y + pen.ascent * 0.66;
    if (style.underline) painter.drawLine(QPointF(left, underline), QPointF(right, underline));
    if (style.strike) painter.drawLine(QPointF(left, strike), QPointF(right, strike));
}

void TerminalText::paintPieces(QPainter& painter, const Pen& pen, qsizetype from, qsizetype to) const
{
    const QString& text = pen.line.text;
    const auto draw = [&](qsizetype first, const QString& piece) {
        painter.drawText(QPointF(pen.xOf(pen.line.columnAt(first)), pen.y + pen.ascent), piece);
    };
    for (qsizetype i = from; i < to;) {
        qsizetype end = i + 1;
        if (isLatin(text[i])) {
            while (end < to && isLatin(text[end]))
                ++end;
            draw(i, text.sliced(i, end - i));
        } else if (isJoining(text[i]) && pen.line.columnAt(end) - pen.line.columnAt(i) <= 1) {
            while (end < to && isJoining(text[end]) &&
                   pen.line.columnAt(end + 1) - pen.line.columnAt(end) <= 1)
                ++end;
            draw(i, text.sliced(i, end - i));
        } else if (text[i] != u'\t') {
            while (end < to && pen.line.columnAt(end) == pen.line.columnAt(i))
                ++end; // the second half of a pair
            while (end < to && pen.line.columnAt(end + 1) == pen.line.columnAt(end))
                ++end; // marks on it
            draw(i, end - i == 1 ? shown(text[i]) : text.sliced(i, end - i));
        }
        i = end;
    }
}

void TerminalText::paintLinks(QPainter& painter, const Pen& pen) const
{
    const auto underline = [&](const TextLink& link) {
        const qsizetype first = std::max(pen.line.columnAt(link.start), pen.from);
        const qsizetype last = std::min(pen.line.columnAt(link.start + link.length), pen.to);
        if (first >= last) return;
        painter.setPen(pen.theme.accent);
        const double y = pen.y + pen.ascent + 2.5;
        painter.drawLine(QPointF(pen.xOf(first), y), QPointF(pen.xOf(last), y));
    };
    if (m_kind == Kind::Traceback) {
        for (const TextLink& link : findLinks(pen.line.text, true))
            underline(link);
    } else if (m_hovered && m_hovered->line == pen.number) {
        underline(m_hovered->link);
    }
}

} // namespace cahier::widgets
