// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes (Scintilla's) and UTF-16 units (ours), selections, and what has to do with size.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/editoraction.h>
#include <widgets/theme/appearance.h>

#include <QScrollBar>

#include <algorithm>

namespace cahier::widgets {

namespace {

/// Wrapping longer documents takes too long to wait for; Scintilla does it bit by bit.
constexpr long wrappedAtOnce = 1000;

} // namespace

qsizetype CodeEditor::toUnits(long position) const
{
    const long line = send(SCI_LINEFROMPOSITION, position);
    const long start = send(SCI_POSITIONFROMLINE, line);
    const long startUnits = send(SCI_INDEXPOSITIONFROMLINE, line, SC_LINECHARACTERINDEX_UTF16);
    if (isAscii(line)) return startUnits + position - start;
    return startUnits + send(SCI_COUNTCODEUNITS, start, position);
}

long CodeEditor::toBytes(qsizetype unit) const
{
    const long lastLine = send(SCI_GETLINECOUNT);
    const long length = send(SCI_INDEXPOSITIONFROMLINE, lastLine, SC_LINECHARACTERINDEX_UTF16);
    if (unit <= 0) return 0;
    if (unit >= length) return send(SCI_GETLENGTH);
    const long line = send(SCI_LINEFROMINDEXPOSITION, unit, SC_LINECHARACTERINDEX_UTF16);
    const long start = send(SCI_POSITIONFROMLINE, line);
    const long rest = unit - send(SCI_INDEXPOSITIONFROMLINE, line, SC_LINECHARACTERINDEX_UTF16);
    if (rest == 0 || isAscii(line)) return start + rest;
    return send(SCI_POSITIONRELATIVECODEUNITS, start, rest);
}

bool CodeEditor::isAscii(long line) const
{
    const long bytes = send(SCI_POSITIONFROMLINE, line + 1) - send(SCI_POSITIONFROMLINE, line);
    const long units = send(SCI_INDEXPOSITIONFROMLINE, line + 1, SC_LINECHARACTERINDEX_UTF16) -
                       send(SCI_INDEXPOSITIONFROMLINE, line, SC_LINECHARACTERINDEX_UTF16);
    return bytes == units;
}

std::vector<CodeEditor::Span> CodeEditor::spans() const
{
    std::vector<Span> result(size_t(send(SCI_GETSELECTIONS)));
    for (size_t i = 0; i < result.size(); ++i)
        result[i] = {send(SCI_GETSELECTIONNANCHOR, long(i)), send(SCI_GETSELECTIONNCARET, long(i))};
    return result;
}

void CodeEditor::setSpans(const std::vector<Span>& spans, size_t main)
{
    for (size_t i = 0; i < spans.size(); ++i)
        send(i == 0 ? SCI_SETSELECTION : SCI_ADDSELECTION, spans[i].caret, spans[i].anchor);
    send(SCI_SETMAINSELECTION, long(std::min(main, spans.size() - 1)));
}

qsizetype CodeEditor::cursorPosition() const
{
    return toUnits(send(SCI_GETCURRENTPOS));
}

void CodeEditor::setCursorPosition(qsizetype position)
{
    select(position, 0);
}

TextRange CodeEditor::selectedRange() const
{
    const qsizetype start = toUnits(send(SCI_GETSELECTIONSTART));
    return {start, toUnits(send(SCI_GETSELECTIONEND)) - start};
}

QString CodeEditor::selectedText() const
{
    return text(selectedRange());
}

void CodeEditor::select(qsizetype start, qsizetype length)
{
    send(SCI_SETSELECTION, toBytes(start + length), toBytes(start));
    showCaretColumn();
    settle();
}

int CodeEditor::cursorCount() const
{
    return int(send(SCI_GETSELECTIONS));
}

/// Scrolls sideways to the cursor.
void CodeEditor::showCaretColumn()
{
    if (!m_wrapped && horizontalScrollBar()->maximum() > 0) send(SCI_SCROLLCARET);
    restoreFirstLine();
}

QRect CodeEditor::cursorRect() const
{
    return byteRect(send(SCI_GETCURRENTPOS));
}

QRect CodeEditor::rectAt(qsizetype position) const
{
    return byteRect(toBytes(position));
}

QRect CodeEditor::byteRect(long position) const
{
    const QPoint corner(int(send(SCI_POINTXFROMPOSITION, 0, position)),
                        int(send(SCI_POINTYFROMPOSITION, 0, position)));
    return {corner + viewport()->pos(), QSize(2, lineHeight())};
}

qsizetype CodeEditor::positionAt(const QPoint& point) const
{
    const QPoint inside = point - viewport()->pos();
    return toUnits(send(SCI_POSITIONFROMPOINT, inside.x(), long(inside.y())));
}

int CodeEditor::lineHeight() const
{
    return int(send(SCI_TEXTHEIGHT, 0));
}

int CodeEditor::displayLineCount() const
{
    const long lines = send(SCI_GETLINECOUNT);
    if (!m_wrapped) return int(lines);
    if (lines <= wrappedAtOnce) send(SCI_ENSUREVISIBLE, lines - 1); // wraps what is not wrapped yet
    return int(send(SCI_VISIBLEFROMDOCLINE, lines));
}

int CodeEditor::verticalPadding() const
{
    return qRound(6 * m_appearance.theme().zoom);
}

int CodeEditor::contentHeight() const
{
    const bool bar = !m_wrapped && horizontalScrollBar()->maximum() > 0;
    return displayLineCount() * lineHeight() + 2 * verticalPadding() +
           (bar ? horizontalScrollBar()->sizeHint().height() : 0);
}

QSize CodeEditor::sizeHint() const
{
    return {400, contentHeight()};
}

QSize CodeEditor::minimumSizeHint() const
{
    return {80, lineHeight() + 2 * verticalPadding()};
}

void CodeEditor::updateContentHeight()
{
    const int height = contentHeight();
    if (height == m_contentHeight) return;
    m_contentHeight = height;
    updateGeometry();
    Q_EMIT contentHeightChanged();
}

void CodeEditor::setFirstDisplayLine(int line)
{
    m_firstDisplayLine = std::max(0, line);
    restoreFirstLine();
}

/// Scintilla scrolls to the cursor in many places, and nothing tells it not to.
void CodeEditor::restoreFirstLine()
{
    if (send(SCI_GETFIRSTVISIBLELINE) != m_firstDisplayLine)
        send(SCI_SETFIRSTVISIBLELINE, m_firstDisplayLine);
}

void CodeEditor::setWrapped(bool wrapped)
{
    if (wrapped == m_wrapped) return;
    m_wrapped = wrapped;
    send(SCI_SETWRAPMODE, wrapped ? SC_WRAP_WORD : SC_WRAP_NONE);
    send(SCI_SETHSCROLLBAR, wrapped ? 0 : 1);
    send(SCI_SETXOFFSET, 0);
    updateScrollWidth(true);
    updateContentHeight();
}

void CodeEditor::setLineNumbersVisible(bool visible)
{
    m_lineNumbers = visible;
    updateMargin();
}

void CodeEditor::updateMargin()
{
    int width = 0;
    if (m_lineNumbers) {
        const QByteArray digits(
            std::max<qsizetype>(2, QByteArray::number(qlonglong(send(SCI_GETLINECOUNT))).size()), '9');
        width = int(send(SCI_TEXTWIDTH, STYLE_LINENUMBER, digits.constData())) +
                qRound(8 * m_appearance.theme().zoom);
    }
    if (width != send(SCI_GETMARGINWIDTHN, 0)) send(SCI_SETMARGINWIDTHN, 0, width);
}

/// The longest line decides about the scroll bar, also while it is not painted. Scintilla makes the width
/// grow as it paints; here it is set at first, and made smaller again.
void CodeEditor::updateScrollWidth(bool anew)
{
    const bool barShown = horizontalScrollBar()->maximum() > 0;
    if (m_wrapped || (!anew && !barShown)) return;
    const long lines = send(SCI_GETLINECOUNT);
    long longest = 0;
    long length = -1;
    long start = 0;
    for (long line = 0; line < lines; ++line) {
        const long end = send(SCI_POSITIONFROMLINE, line + 1);
        if (end - start > length) {
            length = end - start;
            longest = line;
        }
        start = end;
    }
    const long width = widthOfLine(longest);
    if (width != m_scrollWidth || anew) {
        m_scrollWidth = width;
        send(SCI_SETSCROLLWIDTH, std::max(1L, width));
    }
}

long CodeEditor::widthOfLine(long line) const
{
    constexpr long measured = 2000;
    QByteArray text = bytes(send(SCI_POSITIONFROMLINE, line), send(SCI_GETLINEENDPOSITION, line));
    const long columns = send(SCI_GETCOLUMN, send(SCI_GETLINEENDPOSITION, line));
    const long column = send(SCI_TEXTWIDTH, STYLE_DEFAULT, "m");
    if (text.size() > measured || text.contains('\t')) return columns * column;
    return send(SCI_TEXTWIDTH, STYLE_DEFAULT, text.constData());
}

void CodeEditor::resizeEvent(QResizeEvent* event)
{
    QsciScintillaBase::resizeEvent(event);
    restoreFirstLine();
    updateContentHeight();
}

} // namespace cahier::widgets
