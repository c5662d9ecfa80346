// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/background.h>
#include <widgets/outputs/terminaltext.h>

#include <QApplication>
#include <QClipboard>
#include <QMouseEvent>
#include <QPointer>
#include <QTextBoundaryFinder>
#include <QTimerEvent>

#include <algorithm>

namespace cahier::widgets {

namespace {

constexpr int padding = 4;
constexpr int autoScrollMs = 40;
constexpr qsizetype columnsAStep = 2;

bool isWord(QChar c)
{
    return c.isLetterOrNumber() || c == u'_';
}

} // namespace

TerminalText::Position TerminalText::positionAt(QPoint point) const
{
    if (buffer().lineCount() == 0) return {};
    const qint64 y = point.y() + m_offset - padding;
    if (y < 0) return {};
    const qint64 row = y / m_rowHeight;
    if (row >= m_rows.rowCount()) {
        const qsizetype last = buffer().lineCount() - 1;
        return {last, line(last).text.size()};
    }
    const RowMap::Place place = m_rows.placeOf(buffer(), row);
    const double column = std::max(0.0, (point.x() - padding) / m_columnWidth + 0.5);
    const qsizetype inRow = std::min(qsizetype(column) + m_firstColumn, m_rows.columns());
    return {place.line, line(place.line).indexAt(place.rowInLine * m_rows.columns() + inRow)};
}

std::optional<TerminalText::HoveredLink> TerminalText::linkAt(QPoint point) const
{
    const qint64 y = point.y() + m_offset - padding;
    if (y < 0 || y / m_rowHeight >= m_rows.rowCount() || point.x() < padding) return {};
    const RowMap::Place place = m_rows.placeOf(buffer(), y / m_rowHeight);
    const GridLine& text = line(place.line);
    const qsizetype index = text.indexAt(place.rowInLine * m_rows.columns() + m_firstColumn +
                                         qsizetype((point.x() - padding) / m_columnWidth));
    for (const TextLink& link : findLinks(text.text, m_kind == Kind::Traceback)) {
        if (index >= link.start && index < link.start + link.length) return HoveredLink{place.line, link};
    }
    return {};
}

std::vector<TextLink> TerminalText::linksAt(QPoint point) const
{
    return buffer().lineCount() == 0
               ? std::vector<TextLink>()
               : findLinks(line(positionAt(point).line).text, m_kind == Kind::Traceback);
}

void TerminalText::hover(QPoint point, Qt::KeyboardModifiers modifiers)
{
    const bool wanted = m_kind == Kind::Traceback || modifiers.testFlag(Qt::ControlModifier);
    const bool had = m_hovered.has_value();
    m_hovered = wanted && rect().contains(point) ? linkAt(point) : std::nullopt;
    setCursor(m_hovered ? Qt::PointingHandCursor : Qt::IBeamCursor);
    if (had || m_hovered) update();
}

void TerminalText::activate(const TextLink& link)
{
    if (link.executionCount >= 0)
        Q_EMIT sourceLineActivated(link.executionCount, link.line);
    else
        Q_EMIT linkActivated(link.url);
}

void TerminalText::setSelection(Position anchor, Position caret)
{
    m_anchor = anchor;
    m_caret = caret;
    update();
}

void TerminalText::selectWord(Position at)
{
    const QString& text = line(at.line).text;
    qsizetype from = at.index, to = at.index;
    while (from > 0 && isWord(text[from - 1]))
        --from;
    while (to < text.size() && isWord(text[to]))
        ++to;
    if (from == to && to < text.size()) ++to;
    setSelection({at.line, from}, {at.line, to});
}

void TerminalText::selectAll()
{
    if (buffer().lineCount() == 0) return;
    const qsizetype last = buffer().lineCount() - 1;
    setSelection({}, {last, line(last).text.size()});
}

void TerminalText::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return event->ignore();
    setFocus(Qt::MouseFocusReason);
    hover(event->pos(), event->modifiers());
    const Position at = positionAt(event->pos());
    setSelection(event->modifiers().testFlag(Qt::ShiftModifier) ? m_anchor : at, at);
    m_selecting = true;
    m_pointer = event->pos();
}

void TerminalText::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->pos();
    if (!m_selecting) return hover(event->pos(), event->modifiers());
    setSelection(m_anchor, positionAt(event->pos()));
    const bool outside = !rect().contains(m_pointer);
    if (outside && !m_autoScroll.isActive()) m_autoScroll.start(autoScrollMs, this);
    if (!outside) m_autoScroll.stop();
}

void TerminalText::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return event->ignore();
    m_selecting = false;
    m_autoScroll.stop();
    if (hasSelection()) {
        QClipboard* clipboard = QApplication::clipboard();
        if (clipboard->supportsSelection() && m_anchor.line == m_caret.line) {
            const auto [first, last] = std::minmax(m_anchor, m_caret);
            clipboard->setText(line(first.line).text.sliced(first.index, last.index - first.index),
                               QClipboard::Selection);
        }
        return;
    }
    if (m_hovered) activate(m_hovered->link);
}

void TerminalText::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && buffer().lineCount() > 0) selectWord(positionAt(event->pos()));
}

void TerminalText::leaveEvent(QEvent* /*event*/)
{
    if (m_hovered) update();
    m_hovered.reset();
}

void TerminalText::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_autoScroll.timerId()) return QWidget::timerEvent(event);
    const int beyond = m_pointer.y() < 0 ? m_pointer.y() : m_pointer.y() - height();
    if (m_pointer.y() < 0 || m_pointer.y() > height()) setOffset(m_offset + beyond);
    if (m_pointer.x() < 0 || m_pointer.x() > width())
        setFirstColumn(m_firstColumn + (m_pointer.x() < 0 ? -columnsAStep : columnsAStep));
    setSelection(m_anchor, positionAt(QPoint(m_pointer.x(), std::clamp(m_pointer.y(), 0, height() - 1))));
}

TerminalText::Position TerminalText::moved(int key, bool byWord) const
{
    Position to = m_caret;
    const qsizetype last = buffer().lineCount() - 1;
    const auto step = [&](bool forward) {
        const QString& text = line(to.line).text;
        if (forward && to.index < text.size()) {
            QTextBoundaryFinder finder(byWord ? QTextBoundaryFinder::Word : QTextBoundaryFinder::Grapheme,
                                       text);
            finder.setPosition(to.index);
            to.index = std::max(to.index + 1, finder.toNextBoundary());
        } else if (!forward && to.index > 0) {
            QTextBoundaryFinder finder(byWord ? QTextBoundaryFinder::Word : QTextBoundaryFinder::Grapheme,
                                       text);
            finder.setPosition(to.index);
            to.index = std::max<qsizetype>(0, finder.toPreviousBoundary());
        } else if (forward && to.line < last) {
            to = {to.line + 1, 0};
        } else if (!forward && to.line > 0) {
            to = {to.line - 1, line(to.line - 1).text.size()};
        }
    };
    const auto vertical = [&](qint64 rows) {
        const qsizetype columns = m_rows.columns();
        const qsizetype column = line(to.line).columnAt(to.index);
        const qint64 row = m_rows.rowOfLine(buffer(), to.line) + column / columns + rows;
        if (row < 0) return to = Position{};
        if (row >= m_rows.rowCount()) return to = Position{last, line(last).text.size()};
        const RowMap::Place place = m_rows.placeOf(buffer(), row);
        return to = Position{place.line,
                             line(place.line).indexAt(place.rowInLine * columns + column % columns)};
    };
    const qint64 page = std::max(1, height() / m_rowHeight - 1);
    switch (key) {
    case Qt::Key_Left:
        step(false);
        break;
    case Qt::Key_Right:
        step(true);
        break;
    case Qt::Key_Up:
        vertical(-1);
        break;
    case Qt::Key_Down:
        vertical(1);
        break;
    case Qt::Key_PageUp:
        vertical(-page);
        break;
    case Qt::Key_PageDown:
        vertical(page);
        break;
    case Qt::Key_Home:
        to = byWord ? Position{} : Position{to.line, 0};
        break;
    case Qt::Key_End:
        to.line = byWord ? last : to.line;
        to.index = line(to.line).text.size();
        break;
    default:
        break;
    }
    return to;
}

bool TerminalText::scrollBy(int key)
{
    const qint64 before = m_offset;
    const qsizetype columnBefore = m_firstColumn;
    switch (key) {
    case Qt::Key_Up:
        setOffset(m_offset - m_rowHeight);
        break;
    case Qt::Key_Down:
        setOffset(m_offset + m_rowHeight);
        break;
    case Qt::Key_PageUp:
        setOffset(m_offset - height() + m_rowHeight);
        break;
    case Qt::Key_PageDown:
        setOffset(m_offset + height() - m_rowHeight);
        break;
    case Qt::Key_Left:
        setFirstColumn(m_firstColumn - columnsAStep);
        break;
    case Qt::Key_Right:
        setFirstColumn(m_firstColumn + columnsAStep);
        break;
    case Qt::Key_Home:
        setOffset(0);
        break;
    case Qt::Key_End:
        setOffset(largestOffset());
        break;
    default:
        return false;
    }
    return m_offset != before || m_firstColumn != columnBefore;
}

void TerminalText::showCaret()
{
    const qint64 row = m_rows.rowOfLine(buffer(), m_caret.line) +
                       line(m_caret.line).columnAt(m_caret.index) / m_rows.columns();
    const qint64 top = row * m_rowHeight;
    if (top < m_offset) setOffset(top);
    const int below = m_rowHeight + 2 * padding + acrossHeight(width());
    if (top + below > m_offset + height()) setOffset(top + below - height());
    if (!m_appearance.wrapsOutputs()) showColumn(line(m_caret.line).columnAt(m_caret.index));
}

bool TerminalText::event(QEvent* event)
{
    // Copying and selecting are this area's while it has the focus, whatever the window's shortcuts say.
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::SelectAll) || (key->matches(QKeySequence::Copy) && hasSelection()))
            event->accept();
    }
    return QWidget::event(event);
}

void TerminalText::keyPressEvent(QKeyEvent* event)
{
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    if (event->key() == Qt::Key_Control)
        hover(mapFromGlobal(QCursor::pos()), event->modifiers() | Qt::ControlModifier);
    if (event->matches(QKeySequence::SelectAll)) return selectAll();
    if (event->matches(QKeySequence::Copy) && hasSelection()) return copy();
    const Position to = shift && buffer().lineCount() > 0 ? moved(event->key(), control) : m_caret;
    if (to != m_caret) {
        setSelection(m_anchor, to);
        return showCaret();
    }
    if (shift || !scrollBy(event->key())) QWidget::keyPressEvent(event);
}

void TerminalText::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Control) hover(mapFromGlobal(QCursor::pos()), Qt::NoModifier);
    QWidget::keyReleaseEvent(event);
}

void TerminalText::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TerminalText::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

void TerminalText::copy() const
{
    const auto [first, last] = std::minmax(m_anchor, m_caret);
    copyRange(first, last);
}

void TerminalText::copyAll() const
{
    if (buffer().lineCount() == 0) return;
    const qsizetype last = buffer().lineCount() - 1;
    copyRange({}, {last, line(last).text.size()});
}

void TerminalText::copyRange(Position from, Position to) const
{
    constexpr qsizetype linesAtOnce = 2000;
    const bool small = to.line - from.line < linesAtOnce && !buffer().isCut(from.line);
    if (small) {
        QString text;
        for (qsizetype i = from.line; i <= to.line; ++i) {
            const QString& whole = line(i).text;
            const qsizetype begin = i == from.line ? from.index : 0;
            const qsizetype end = i == to.line ? to.index : whole.size();
            text += QStringView(whole).sliced(begin, end - begin);
            if (i < to.line && !buffer().isCut(i)) text += u'\n';
        }
        QApplication::clipboard()->setText(text);
        return;
    }
    // Whole lines of a long text are decoded on a worker, from the bytes it shares.
    const QString firstLine = line(from.line).text, lastLine = line(to.line).text;
    std::string raw = buffer().rawLines(from.line, to.line);
    const qsizetype dropped = lastLine.size() - to.index;
    runInBackground(
        QApplication::clipboard(),
        [raw = std::move(raw), skip = from.index, dropped] {
            QString text = text::plainText(QString::fromUtf8(raw.data(), qsizetype(raw.size())));
            if (text.endsWith(u'\n')) text.chop(1);
            return text.mid(skip, std::max<qsizetype>(0, text.size() - skip - dropped));
        },
        [](const std::shared_ptr<QString>& text) { QApplication::clipboard()->setText(*text); });
}

} // namespace cahier::widgets
