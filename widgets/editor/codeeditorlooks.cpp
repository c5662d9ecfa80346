// SPDX-License-Identifier: GPL-3.0-or-later
// Colours: of the theme, of the language, of search marks and brackets.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/editoraction.h>
#include <widgets/editor/highlighting.h>
#include <widgets/editor/indicators.h>
#include <widgets/editor/linecolours.h>
#include <widgets/theme/appearance.h>

#include <QApplication>
#include <QPainter>

#include <array>
#include <chrono>

namespace cahier::widgets {

namespace {

/// What colouring may take of one paint or one turn of the event loop.
constexpr std::chrono::microseconds budget{1500};
/// More stale lines than can be coloured in that time.
constexpr int farLines = 500;
/// How far the other bracket is looked for.
constexpr long bracketReach = 64 * 1024;
constexpr long nowhere = -1;
/// Scintilla keeps these styles for itself.
constexpr size_t firstReserved = 32, afterReserved = 40, styleCount = 256;

long colourOf(const QColor& colour)
{
    return colour.red() | colour.green() << 8 | colour.blue() << 16;
}

QColor blend(const QColor& over, const QColor& under, float part)
{
    return QColor::fromRgbF(over.redF() * part + under.redF() * (1 - part),
                            over.greenF() * part + under.greenF() * (1 - part),
                            over.blueF() * part + under.blueF() * (1 - part));
}

char toScintilla(char look)
{
    const auto index = size_t(quint8(look));
    if (index < firstReserved) return look;
    return char(quint8(std::min(index + (afterReserved - firstReserved), styleCount - 1)));
}

} // namespace

void CodeEditor::applyAppearance()
{
    const Theme& theme = m_appearance.theme();
    const QByteArray family = theme.code.family().toUtf8();
    const double points =
        theme.code.pointSizeF() > 0 ? theme.code.pointSizeF() : QFontInfo(theme.code).pointSizeF();
    send(SCI_STYLESETFONT, STYLE_DEFAULT, family.constData());
    send(SCI_STYLESETSIZEFRACTIONAL, STYLE_DEFAULT, qRound(points * double(SC_FONT_SIZE_MULTIPLIER)));
    send(SCI_STYLESETFORE, STYLE_DEFAULT, colourOf(theme.text));
    send(SCI_STYLESETBACK, STYLE_DEFAULT, colourOf(theme.editor));
    send(SCI_STYLECLEARALL);
    m_looksApplied = 0;
    send(SCI_STYLESETFORE, STYLE_LINENUMBER, colourOf(theme.muted));
    send(SCI_STYLESETBACK, STYLE_LINENUMBER, colourOf(theme.editor));
    send(SCI_STYLESETFORE, STYLE_BRACELIGHT, colourOf(theme.accent));
    send(SCI_STYLESETBACK, STYLE_BRACELIGHT, colourOf(theme.selection));
    send(SCI_STYLESETFORE, STYLE_BRACEBAD, colourOf(theme.error));
    send(SCI_SETEXTRAASCENT, qRound(theme.zoom));
    send(SCI_SETEXTRADESCENT, qRound(theme.zoom));
    send(SCI_SETMARGINLEFT, 0, qRound(8 * theme.zoom));
    send(SCI_SETMARGINRIGHT, 0, qRound(4 * theme.zoom));
    send(SCI_SETCARETFORE, colourOf(theme.text));
    send(SCI_SETADDITIONALCARETFORE, colourOf(theme.text));
    send(SCI_SETCARETWIDTH, std::clamp(qRound(1.6 * theme.zoom), 1, 3));
    send(SCI_SETCARETPERIOD, QApplication::cursorFlashTime() / 2);
    send(SCI_SETCARETLINEBACK, colourOf(blend(theme.border, theme.editor, 0.35F)));
    send(SCI_SETSELFORE, 0);
    send(SCI_SETSELBACK, 1, colourOf(theme.selection));
    send(SCI_SETADDITIONALSELBACK, colourOf(theme.selection));
    send(SCI_SETWHITESPACEFORE, 0);
    applyIndicators();
    QPalette palette = theme.palette();
    palette.setColor(QPalette::Window, theme.editor);
    palette.setColor(QPalette::Base, theme.editor);
    setPalette(palette);
    setViewportMargins(0, verticalPadding(), 0, verticalPadding());
    applyLooks();
    updateMargin();
    updateScrollWidth(true);
    updateContentHeight();
}

void CodeEditor::applyIndicators()
{
    const Theme& theme = m_appearance.theme();
    const std::array marks{std::pair(matchIndicator, theme.match),
                           std::pair(currentMatchIndicator, theme.currentMatch)};
    for (const auto& [indicator, colour] : marks) {
        send(SCI_INDICSETSTYLE, indicator, INDIC_FULLBOX);
        send(SCI_INDICSETFORE, indicator, colourOf(colour));
        send(SCI_INDICSETALPHA, indicator, 255);
        send(SCI_INDICSETOUTLINEALPHA, indicator, 255);
        send(SCI_INDICSETUNDER, indicator, 1);
    }
    send(SCI_INDICSETSTYLE, closerIndicator, INDIC_HIDDEN);
    send(SCI_INDICSETSTYLE, preeditIndicator, INDIC_COMPOSITIONTHIN);
    send(SCI_INDICSETFORE, preeditIndicator, colourOf(theme.text));
}

void CodeEditor::applyLooks()
{
    const std::vector<CodeLook>& looks = m_highlighting.looks();
    for (; m_looksApplied < looks.size(); ++m_looksApplied) {
        const CodeLook& look = looks[m_looksApplied];
        const long style = quint8(toScintilla(char(quint8(std::min(m_looksApplied, styleCount - 1)))));
        send(SCI_STYLESETFORE, style, colourOf(look.foreground));
        send(SCI_STYLESETBOLD, style, look.bold ? 1 : 0);
        send(SCI_STYLESETITALIC, style, look.italic ? 1 : 0);
        send(SCI_STYLESETUNDERLINE, style, look.underline ? 1 : 0);
    }
}

void CodeEditor::colourAgain()
{
    m_looksApplied = 0;
    send(SCI_CLEARDOCUMENTSTYLE);
    m_colours->updateDefinition();
    m_colours->makeAllStale();
    applyLooks();
    send(SCI_STARTSTYLING, 0);
    viewport()->update();
}

QByteArray CodeEditor::lineBytes(int line) const
{
    return bytes(send(SCI_POSITIONFROMLINE, line), send(SCI_GETLINEENDPOSITION, line));
}

void CodeEditor::putStyles(int line, const QByteArray& styles)
{
    applyLooks();
    QByteArray mapped = styles;
    for (char& style : mapped)
        style = toScintilla(style);
    const long start = send(SCI_POSITIONFROMLINE, line);
    send(SCI_STARTSTYLING, start);
    // Line ends as well: the next line's styling must begin where this one stops.
    mapped.append(send(SCI_POSITIONFROMLINE, line + 1) - start - mapped.size(),
                  char(Highlighting::plainStyle));
    send(SCI_SETSTYLINGEX, mapped.size(), mapped.constData());
}

int CodeEditor::lastVisibleLine() const
{
    const long shown = viewport()->height() / std::max(1, lineHeight()) + 1;
    const long line = send(SCI_DOCLINEFROMVISIBLE, send(SCI_GETFIRSTVISIBLELINE) + shown);
    return int(std::min(line, send(SCI_GETLINECOUNT) - 1));
}

/// False when the time was over before `line` was reached.
bool CodeEditor::colourUpTo(int line, const QElapsedTimer& clock)
{
    for (int next = m_colours->firstStale(); next <= line; next = m_colours->firstStale()) {
        if (clock.durationElapsed() > budget) return false;
        putStyles(next, m_colours->colour(next, lineBytes(next)));
    }
    return true;
}

void CodeEditor::styleNeeded(int position)
{
    const int line = int(send(SCI_LINEFROMPOSITION, position));
    if (m_highlighting.isReady() || m_colours->isPlain()) {
        QElapsedTimer clock;
        clock.start();
        // While a long way is gone in the background, typing need not wait for it.
        const bool far = m_colouring.isActive() && line - m_colours->firstStale() > farLines;
        if (far || !colourUpTo(line, clock)) {
            guessVisible();
            m_colouring.start();
        }
    }
    // What is not coloured yet is not to be asked for again.
    send(SCI_STARTSTYLING, std::max<long>(position, send(SCI_POSITIONFROMLINE, line + 1)));
}

/// Lines far below the coloured ones: as if they began the text, until the turn comes to them.
void CodeEditor::guessVisible()
{
    QElapsedTimer clock;
    clock.start();
    const int last = lastVisibleLine();
    const long top = send(SCI_DOCLINEFROMVISIBLE, send(SCI_GETFIRSTVISIBLELINE));
    int line = int(std::max(top, send(SCI_LINEFROMPOSITION, send(SCI_GETENDSTYLED))));
    for (; line <= last && clock.durationElapsed() < budget; ++line)
        if (m_colours->isStale(line)) putStyles(line, m_colours->guess(lineBytes(line)));
}

void CodeEditor::colourMore()
{
    if (!isVisible() || !(m_highlighting.isReady() || m_colours->isPlain())) return;
    QElapsedTimer clock;
    clock.start();
    if (!colourUpTo(lastVisibleLine(), clock)) m_colouring.start();
    send(SCI_STARTSTYLING, send(SCI_POSITIONFROMLINE, lastVisibleLine() + 1));
}

void CodeEditor::setMatches(const std::vector<TextRange>& matches, int current)
{
    for (const int indicator : {matchIndicator, currentMatchIndicator}) {
        send(SCI_SETINDICATORCURRENT, indicator);
        send(SCI_INDICATORCLEARRANGE, 0, send(SCI_GETLENGTH));
    }
    for (size_t i = 0; i < matches.size(); ++i) {
        send(SCI_SETINDICATORCURRENT, int(i) == current ? currentMatchIndicator : matchIndicator);
        const long start = toBytes(matches[i].start);
        send(SCI_INDICATORFILLRANGE, start, toBytes(matches[i].end()) - start);
    }
}

/// Subtle, and only where it helps: in a focused cell of several lines.
void CodeEditor::updateCurrentLine()
{
    const bool shown = hasFocus() && send(SCI_GETLINECOUNT) > 1;
    if ((send(SCI_GETCARETLINEVISIBLE) != 0) != shown) send(SCI_SETCARETLINEVISIBLE, shown ? 1 : 0);
}

void CodeEditor::matchBrackets()
{
    const long caret = send(SCI_GETCURRENTPOS);
    long bracket = -1;
    if (hasFocus()) {
        for (const long position : {caret - 1, caret})
            if (position >= 0 && bracket < 0 && byteAt(position) != 0 &&
                QByteArrayView("()[]{}").contains(byteAt(position)))
                bracket = position;
    }
    if (bracket < 0) {
        if (m_bracketsShown) send(SCI_BRACEHIGHLIGHT, nowhere, nowhere);
        m_bracketsShown = false;
        return;
    }
    m_bracketsShown = true;
    const long other = matchingBracket(bracket);
    send(SCI_BRACEHIGHLIGHT, other < 0 ? nowhere : bracket, other);
}

long CodeEditor::matchingBracket(long position) const
{
    constexpr QByteArrayView brackets("()[]{}");
    const char own = byteAt(position);
    const qsizetype index = brackets.indexOf(own);
    if (index < 0) return -1;
    const char opposite = brackets[index ^ 1];
    const int step = index % 2 == 0 ? 1 : -1;
    const long style = send(SCI_GETSTYLEAT, position);
    const long from = step > 0 ? position : std::max(0L, position - bracketReach);
    const QByteArray text =
        bytes(from, std::min(send(SCI_GETLENGTH), step > 0 ? position + bracketReach : position + 1));
    int depth = 0;
    for (qsizetype at = position - from; at >= 0 && at < text.size(); at += step) {
        if (text[at] != own && text[at] != opposite) continue;
        if (send(SCI_GETSTYLEAT, from + at) != style) continue; // in a string or a comment
        depth += text[at] == own ? 1 : -1;
        if (depth == 0) return from + at;
    }
    return -1;
}

void CodeEditor::setPlaceholderText(const QString& text)
{
    m_placeholder = text;
    viewport()->update();
}

void CodeEditor::paintEvent(QPaintEvent* event)
{
    QsciScintillaBase::paintEvent(event);
    if (m_placeholder.isEmpty() || hasFocus() || send(SCI_GETLENGTH) > 0) return;
    QPainter painter(viewport());
    painter.setFont(m_appearance.theme().code);
    painter.setPen(m_appearance.theme().muted);
    const QPoint corner = byteRect(0).topLeft() - viewport()->pos();
    painter.drawText(QRect(corner, QSize(viewport()->width() - corner.x(), lineHeight())), Qt::AlignVCenter,
                     m_placeholder);
}

} // namespace cahier::widgets
