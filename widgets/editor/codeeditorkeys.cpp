// SPDX-License-Identifier: GPL-3.0-or-later
// The keyboard. A key that is not listed here belongs to the window's commands.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/completionpopup.h>
#include <widgets/editor/editoraction.h>
#include <widgets/editor/indicators.h>
#include <widgets/editor/inspectiontip.h>

#include <QKeyEvent>

#include <algorithm>
#include <array>

namespace cahier::widgets {

/// One of the two: a command of Scintilla's, or a function that says whether it used the key.
struct CodeEditor::Binding {
    int key = 0;
    Qt::KeyboardModifiers modifiers;
    unsigned command = 0;
    bool (CodeEditor::*run)() = nullptr;
};

std::span<const CodeEditor::Binding> CodeEditor::bindings()
{
    using E = CodeEditor;
    constexpr auto none = Qt::NoModifier;
    constexpr auto shift = Qt::ShiftModifier;
    constexpr auto ctrl = Qt::ControlModifier;
    constexpr auto alt = Qt::AltModifier;
    static const auto table = std::to_array<Binding>({
        {Qt::Key_Left, none, SCI_CHARLEFT},
        {Qt::Key_Left, shift, SCI_CHARLEFTEXTEND},
        {Qt::Key_Left, ctrl, SCI_WORDLEFT},
        {Qt::Key_Left, ctrl | shift, SCI_WORDLEFTEXTEND},
        {Qt::Key_Right, none, SCI_CHARRIGHT},
        {Qt::Key_Right, shift, SCI_CHARRIGHTEXTEND},
        {Qt::Key_Right, ctrl, SCI_WORDRIGHT},
        {Qt::Key_Right, ctrl | shift, SCI_WORDRIGHTEXTEND},
        {Qt::Key_Up, none, 0, &E::moveUp},
        {Qt::Key_Up, shift, SCI_LINEUPEXTEND},
        {Qt::Key_Down, none, 0, &E::moveDown},
        {Qt::Key_Down, shift, SCI_LINEDOWNEXTEND},
        {Qt::Key_Home, none, SCI_VCHOMEWRAP},
        {Qt::Key_Home, shift, SCI_VCHOMEWRAPEXTEND},
        {Qt::Key_Home, ctrl, SCI_DOCUMENTSTART},
        {Qt::Key_Home, ctrl | shift, SCI_DOCUMENTSTARTEXTEND},
        {Qt::Key_End, none, SCI_LINEENDWRAP},
        {Qt::Key_End, shift, SCI_LINEENDWRAPEXTEND},
        {Qt::Key_End, ctrl, SCI_DOCUMENTEND},
        {Qt::Key_End, ctrl | shift, SCI_DOCUMENTENDEXTEND},
        {Qt::Key_PageUp, none, 0, &E::pageUp},
        {Qt::Key_PageUp, shift, SCI_PAGEUPEXTEND},
        {Qt::Key_PageDown, none, 0, &E::pageDown},
        {Qt::Key_PageDown, shift, SCI_PAGEDOWNEXTEND},
        {Qt::Key_Backspace, none, 0, &E::backspace},
        {Qt::Key_Backspace, shift, 0, &E::backspace},
        {Qt::Key_Backspace, ctrl, SCI_DELWORDLEFT},
        {Qt::Key_Backspace, ctrl | shift, SCI_DELLINELEFT},
        {Qt::Key_Delete, none, SCI_CLEAR},
        {Qt::Key_Delete, ctrl, SCI_DELWORDRIGHTEND},
        {Qt::Key_Delete, ctrl | shift, SCI_DELLINERIGHT},
        {Qt::Key_Delete, shift, 0, &E::cutOrLine},
        {Qt::Key_Insert, ctrl, 0, &E::copyOrLine},
        {Qt::Key_Insert, shift, 0, &E::pasteHere},
        {Qt::Key_X, ctrl, 0, &E::cutOrLine},
        {Qt::Key_C, ctrl, 0, &E::copyOrLine},
        {Qt::Key_V, ctrl, 0, &E::pasteHere},
        {Qt::Key_A, ctrl, 0, &E::selectEverything},
        {Qt::Key_Return, none, 0, &E::enter},
        {Qt::Key_Enter, none, 0, &E::enter},
        {Qt::Key_Tab, none, 0, &E::tab},
        {Qt::Key_Tab, shift, 0, &E::backTab},
        {Qt::Key_Backtab, none, 0, &E::backTab},
        {Qt::Key_Backtab, shift, 0, &E::backTab},
        {Qt::Key_Space, ctrl, 0, &E::askCompletion},
        {Qt::Key_Slash, ctrl, 0, &E::commentLines},
        {Qt::Key_Slash, ctrl | shift, 0, &E::commentLines}, // where / is typed with Shift
        {Qt::Key_BracketLeft, ctrl, 0, &E::outdentLines},
        {Qt::Key_BracketRight, ctrl, 0, &E::indentLines},
        {Qt::Key_D, ctrl, 0, &E::selectNextOccurrence},
        {Qt::Key_K, ctrl | shift, 0, &E::deleteLines},
        {Qt::Key_Up, alt, 0, &E::moveLinesUp},
        {Qt::Key_Down, alt, 0, &E::moveLinesDown},
        {Qt::Key_Up, alt | shift, 0, &E::addCursorAbove},
        {Qt::Key_Down, alt | shift, 0, &E::addCursorBelow},
        {Qt::Key_Up, ctrl | alt, 0, &E::addCursorAbove},
        {Qt::Key_Down, ctrl | alt, 0, &E::addCursorBelow},
    });
    return table;
}

const CodeEditor::Binding* CodeEditor::bindingOf(const QKeyEvent& event)
{
    const Qt::KeyboardModifiers modifiers =
        event.modifiers() & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    const auto found = std::ranges::find_if(
        bindings(), [&](const Binding& one) { return one.key == event.key() && one.modifiers == modifiers; });
    return found == bindings().end() ? nullptr : &*found;
}

namespace {

bool isTyping(const QKeyEvent& event)
{
    const Qt::KeyboardModifiers modifiers =
        event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
    // AltGr arrives as Ctrl+Alt on some systems.
    const bool plain = modifiers == Qt::NoModifier || modifiers == (Qt::ControlModifier | Qt::AltModifier);
    return plain && !event.text().isEmpty() && event.text().at(0).isPrint();
}

} // namespace

bool CodeEditor::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        auto& key = static_cast<QKeyEvent&>(*event);
        const bool escapes = key.key() == Qt::Key_Escape && (hasPopup() || cursorCount() > 1);
        key.setAccepted(escapes || bindingOf(key) || isTyping(key));
        return key.isAccepted();
    }
    return QsciScintillaBase::event(event);
}

void CodeEditor::keyPressEvent(QKeyEvent* event)
{
    if (m_popup && m_popup->isVisible() && m_popup->handleKey(*event)) {
        event->accept();
        return;
    }
    const Binding* const binding = bindingOf(*event);
    if (m_tip && m_tip->isVisible()) {
        if (event->matches(QKeySequence::Copy) && m_tip->copySelection()) return event->accept();
        const bool modifierOnly = event->text().isEmpty() && !binding && event->key() != Qt::Key_Escape;
        const bool again = binding && binding->run == &CodeEditor::backTab;
        if (!modifierOnly && !again) {
            m_tip->hide();
            if (event->key() == Qt::Key_Escape) return event->accept();
        }
    }
    const Action action(*this);
    bool used = false;
    if (event->key() == Qt::Key_Escape && event->modifiers() == Qt::NoModifier)
        used = escape();
    else if (binding && binding->run)
        used = (this->*binding->run)();
    else if (binding)
        used = (send(binding->command), true);
    else if (isTyping(*event)) {
        used = true;
        typeText(event->text());
    }
    event->setAccepted(used);
}

void CodeEditor::typeText(const QString& text)
{
    if (send(SCI_GETREADONLY) != 0 || (text.size() == 1 && typeCharacter(text.at(0)))) return;
    // Scintilla types into all selections by itself, one character at a time.
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype length = text[at].isHighSurrogate() && at + 1 < text.size() ? 2 : 1;
        QKeyEvent plain(QEvent::KeyPress, 0, Qt::NoModifier, text.sliced(at, length));
        QsciScintillaBase::keyPressEvent(&plain);
        at += length;
    }
}

bool CodeEditor::focusNextPrevChild(bool)
{
    return false;
}

bool CodeEditor::escape()
{
    const std::vector<Span> all = spans();
    if (all.size() < 2) return false;
    setSpans({all[size_t(send(SCI_GETMAINSELECTION))]}, 0);
    return true;
}

bool CodeEditor::moveUp()
{
    if (cursorCount() == 1 && byteRect(send(SCI_GETCURRENTPOS)).top() == byteRect(0).top()) {
        Q_EMIT leftUpwards();
        return true;
    }
    send(SCI_LINEUP);
    return true;
}

bool CodeEditor::moveDown()
{
    if (cursorCount() == 1 &&
        byteRect(send(SCI_GETCURRENTPOS)).top() == byteRect(send(SCI_GETLENGTH)).top()) {
        Q_EMIT leftDownwards();
        return true;
    }
    send(SCI_LINEDOWN);
    return true;
}

/// A cell that is seen as a whole leaves paging to the view.
bool CodeEditor::pageUp()
{
    if (contentHeight() <= height() || send(SCI_LINEFROMPOSITION, send(SCI_GETCURRENTPOS)) == 0) return false;
    send(SCI_PAGEUP);
    return true;
}

bool CodeEditor::pageDown()
{
    const long last = send(SCI_GETLINECOUNT) - 1;
    if (contentHeight() <= height() || send(SCI_LINEFROMPOSITION, send(SCI_GETCURRENTPOS)) == last)
        return false;
    send(SCI_PAGEDOWN);
    return true;
}

bool CodeEditor::tab()
{
    const auto [first, last] = selectedLines();
    if (first != last) return indentLines();
    if (wantsHelp()) return askCompletion();
    return insertSpaces();
}

bool CodeEditor::backTab()
{
    if (m_tip && m_tip->isVisible()) {
        if (m_detail == 0) {
            m_detail = 1;
            Q_EMIT inspectionRequested(cursorPosition(), 1);
        }
        return true;
    }
    return wantsHelp() ? askInspection() : outdentLines();
}

bool CodeEditor::cutOrLine()
{
    cut();
    return true;
}

bool CodeEditor::copyOrLine()
{
    copy();
    return true;
}

bool CodeEditor::pasteHere()
{
    paste();
    return true;
}

bool CodeEditor::selectEverything()
{
    selectAll();
    return true;
}

} // namespace cahier::widgets
