// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, input methods, focus, clipboard and context menu.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/editoraction.h>
#include <widgets/editor/indicators.h>
#include <widgets/editor/utf8.h>
#include <widgets/theme/icons.h>

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QScrollBar>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

void CodeEditor::mousePressEvent(QMouseEvent* event)
{
    closePopups();
    const Action action(*this);
    const bool left = event->button() == Qt::LeftButton;
    if (left && (event->modifiers() & Qt::AltModifier) != 0) return beginRectangle(bytesAt(event));
    if (left && event->modifiers() == Qt::ControlModifier) return toggleCursor(bytesAt(event));
    QsciScintillaBase::mousePressEvent(event);
}

long CodeEditor::bytesAt(const QMouseEvent* event) const
{
    const QPoint point = event->position().toPoint();
    return send(SCI_POSITIONFROMPOINT, point.x(), long(point.y()));
}

void CodeEditor::beginRectangle(long position)
{
    setFocus(Qt::MouseFocusReason);
    m_rectangle = Span{position, position};
    send(SCI_SETRECTANGULARSELECTIONANCHOR, position);
    send(SCI_SETRECTANGULARSELECTIONCARET, position);
}

/// Puts a cursor there, or takes it away.
void CodeEditor::toggleCursor(long position)
{
    setFocus(Qt::MouseFocusReason);
    const std::vector<Span> all = spans();
    const auto there = std::ranges::find_if(
        all, [position](const Span& one) { return position >= one.start() && position <= one.end(); });
    if (there == all.end()) {
        send(SCI_ADDSELECTION, position, position);
        m_addingCursor = true;
    } else if (all.size() > 1) {
        send(SCI_DROPSELECTIONN, there - all.begin());
    }
}

void CodeEditor::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() == Qt::NoButton) return QsciScintillaBase::mouseMoveEvent(event);
    const Action action(*this);
    if (m_addingCursor) {
        send(SCI_SETSELECTIONNCARET, send(SCI_GETMAINSELECTION), bytesAt(event));
        return;
    }
    if (!m_rectangle) return QsciScintillaBase::mouseMoveEvent(event);
    m_rectangle->caret = bytesAt(event);
    send(SCI_SETRECTANGULARSELECTIONANCHOR, m_rectangle->anchor);
    send(SCI_SETRECTANGULARSELECTIONCARET, m_rectangle->caret);
    setVirtualColumn(event->position().toPoint());
}

/// Behind the end of a short line the rectangle goes on, as wide as the mouse shows.
void CodeEditor::setVirtualColumn(const QPoint& point)
{
    const long line = send(SCI_LINEFROMPOSITION, m_rectangle->caret);
    const long end = send(SCI_GETLINEENDPOSITION, line);
    if (m_rectangle->caret != end) return;
    const long beyond = point.x() - send(SCI_POINTXFROMPOSITION, 0, end);
    const long column = std::max(1L, send(SCI_TEXTWIDTH, STYLE_DEFAULT, " "));
    if (beyond > 0) send(SCI_SETRECTANGULARSELECTIONCARETVIRTUALSPACE, beyond / column);
}

void CodeEditor::mouseReleaseEvent(QMouseEvent* event)
{
    const Action action(*this);
    if (!m_rectangle && !m_addingCursor) return QsciScintillaBase::mouseReleaseEvent(event);
    if (event->button() != Qt::LeftButton) return;
    m_rectangle.reset();
    m_addingCursor = false;
}

void CodeEditor::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Action action(*this);
    QsciScintillaBase::mouseDoubleClickEvent(event);
}

void CodeEditor::wheelEvent(QWheelEvent* event)
{
    const QPoint angle = event->angleDelta();
    const bool sideways =
        std::abs(angle.x()) > std::abs(angle.y()) || (event->modifiers() & Qt::ShiftModifier) != 0;
    QScrollBar* const bar = horizontalScrollBar();
    if (!sideways || m_wrapped || bar->maximum() == 0 || (event->modifiers() & Qt::ControlModifier) != 0) {
        event->ignore(); // the notebook scrolls, or zooms
        return;
    }
    const int angleAlong = angle.x() != 0 ? angle.x() : angle.y();
    const QPoint pixels = event->pixelDelta();
    const int along = pixels.isNull() ? angleAlong / 2 : (pixels.x() != 0 ? pixels.x() : pixels.y());
    bar->setValue(bar->value() - along);
    event->accept();
}

bool CodeEditor::canInsertFromMimeData(const QMimeData* source) const
{
    return source->hasText() && !source->hasUrls();
}

void CodeEditor::dropEvent(QDropEvent* event)
{
    const Action action(*this);
    QsciScintillaBase::dropEvent(event);
}

/// Scintilla's own way needs its undo history, which is off. What is being composed is in the text, but is
/// not told before it is there to stay.
void CodeEditor::inputMethodEvent(QInputMethodEvent* event)
{
    if (send(SCI_GETREADONLY) != 0) return event->ignore();
    const Action action(*this);
    if (m_preedit.length > 0) {
        replaceBytes(m_preedit.start, m_preedit.end(), {});
        send(SCI_SETEMPTYSELECTION, m_preedit.start);
        m_preedit = {};
    }
    if (event->replacementLength() > 0) {
        const long start = toBytes(cursorPosition() + event->replacementStart());
        const qsizetype end = toUnits(start) + event->replacementLength();
        replaceBytes(start, toBytes(end), {});
        send(SCI_SETEMPTYSELECTION, start);
    }
    m_composing = !event->preeditString().isEmpty();
    if (!event->commitString().isEmpty()) typeText(event->commitString());
    if (m_composing) showPreedit(*event);
    event->accept();
}

void CodeEditor::showPreedit(const QInputMethodEvent& event)
{
    if (send(SCI_GETSELECTIONEMPTY) == 0) send(SCI_CLEAR);
    const QByteArray text = event.preeditString().toUtf8();
    const long start = send(SCI_GETCURRENTPOS);
    replaceBytes(start, start, text);
    m_preedit = {start, text.size()};
    send(SCI_SETINDICATORCURRENT, preeditIndicator);
    send(SCI_INDICATORFILLRANGE, start, text.size());
    qsizetype cursor = event.preeditString().size();
    for (const QInputMethodEvent::Attribute& attribute : event.attributes())
        if (attribute.type == QInputMethodEvent::Cursor) cursor = attribute.start;
    send(SCI_SETEMPTYSELECTION, start + event.preeditString().first(cursor).toUtf8().size());
}

void CodeEditor::focusInEvent(QFocusEvent* event)
{
    send(SCI_HIDESELECTION, 0);
    QsciScintillaBase::focusInEvent(event);
    updateCurrentLine();
    matchBrackets();
    Q_EMIT focusGained();
}

void CodeEditor::focusOutEvent(QFocusEvent* event)
{
    QsciScintillaBase::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason) {
        closePopups();
        send(SCI_HIDESELECTION, 1);
    }
    updateCurrentLine();
    matchBrackets();
    viewport()->update();
    Q_EMIT focusLost();
}

void CodeEditor::showEvent(QShowEvent* event)
{
    QsciScintillaBase::showEvent(event);
    m_colouring.start(); // what came while it was hidden
}

void CodeEditor::hideEvent(QHideEvent* event)
{
    closePopups();
    QsciScintillaBase::hideEvent(event);
}

void CodeEditor::changeEvent(QEvent* event)
{
    QsciScintillaBase::changeEvent(event);
    if (event->type() == QEvent::DevicePixelRatioChange) updateContentHeight();
}

void CodeEditor::cut()
{
    const Action action(*this);
    copy();
    if (send(SCI_GETSELECTIONEMPTY) != 0)
        deleteLines();
    else
        send(SCI_CLEAR);
}

void CodeEditor::copy()
{
    if (send(SCI_GETSELECTIONEMPTY) == 0) {
        send(SCI_COPY);
        return;
    }
    const long line = send(SCI_LINEFROMPOSITION, send(SCI_GETCURRENTPOS));
    QGuiApplication::clipboard()->setText(fromUtf8(lineBytes(int(line))) + u'\n');
}

void CodeEditor::paste()
{
    const Action action(*this);
    send(SCI_PASTE);
}

void CodeEditor::selectAll()
{
    const Action action(*this);
    setSpans({{0, send(SCI_GETLENGTH)}}, 0);
}

void CodeEditor::toggleComment()
{
    const Action action(*this);
    commentLines();
}

void CodeEditor::contextMenuEvent(QContextMenuEvent* event)
{
    closePopups();
    if (event->reason() == QContextMenuEvent::Mouse) moveCaretForMenu(event->pos());
    auto* const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool writable = send(SCI_GETREADONLY) == 0;
    const auto add = [&](const QString& name, const QString& title, const QKeySequence& keys, bool enabled,
                         void (CodeEditor::*run)()) {
        QAction* const action = menu->addAction(icon(name), title, this, run);
        action->setShortcut(keys);
        action->setEnabled(enabled);
    };
    add(u"cut"_s, tr("Cu&t"), QKeySequence::Cut, writable, &CodeEditor::cut);
    add(u"copy"_s, tr("&Copy"), QKeySequence::Copy, true, &CodeEditor::copy);
    add(u"paste"_s, tr("&Paste"), QKeySequence::Paste, writable && send(SCI_CANPASTE) != 0,
        &CodeEditor::paste);
    menu->addSeparator();
    add(u"expand"_s, tr("Select &All"), QKeySequence::SelectAll, true, &CodeEditor::selectAll);
    add(u"edit"_s, tr("Toggle Co&mment"), QKeySequence(Qt::CTRL | Qt::Key_Slash), writable && canComment(),
        &CodeEditor::toggleComment);
    Q_EMIT contextMenuRequested(menu);
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu->popup(byKey ? mapToGlobal(cursorRect().bottomLeft()) : event->globalPos());
}

void CodeEditor::moveCaretForMenu(const QPoint& point)
{
    const QPoint inside = point - viewport()->pos();
    const long position = send(SCI_POSITIONFROMPOINT, inside.x(), long(inside.y()));
    const std::vector<Span> all = spans();
    const bool selected = std::ranges::any_of(all, [position](const Span& one) {
        return position >= one.start() && position <= one.end() && one.start() != one.end();
    });
    if (selected) return;
    const Action action(*this);
    setSpans({{position, position}}, 0);
}

} // namespace cahier::widgets
