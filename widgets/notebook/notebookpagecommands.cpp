// SPDX-License-Identifier: GPL-3.0-or-later
// The page's commands.
#include <widgets/notebook/notebookpage.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/findbar.h>
#include <widgets/notebook/findcontroller.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellType;
using notebook::Notebook;
using runtime::RunPhase;

struct NotebookPage::Command {
    QLatin1StringView name;
    void (*perform)(NotebookPage&);
    bool (*available)(const NotebookPage&);
};

namespace {

bool always(const NotebookPage&)
{
    return true;
}

} // namespace

std::span<const NotebookPage::Command> NotebookPage::table()
{
    using Page = NotebookPage;
    constexpr auto some = [](const Page& page) { return page.hasCells(); };
    constexpr auto editing = [](const Page& page) { return page.isEditing(); };
    constexpr auto working = [](const Page& page) {
        const auto key = page.activeCell();
        const RunPhase phase = key ? page.m_session.cellRun(*key).phase : RunPhase::None;
        return phase == RunPhase::Running || phase == RunPhase::Queued;
    };
    constexpr auto heading = [](const Page& page) {
        const int index = page.m_selection.activeIndex();
        return index >= 0 && headingLevel(page.m_notebook.cellAt(index)) > 0;
    };
    constexpr auto outputs = [](const Page& page) {
        const auto key = page.activeCell();
        return key && !page.m_notebook.find(*key)->outputs().empty();
    };
    constexpr auto canPaste = [](const Page&) {
        const QMimeData* const data = QGuiApplication::clipboard()->mimeData(); // null: nothing was copied
        return data && CellActions::canPaste(*data);
    };
    static const Command commands[] = {
        {"cell.run"_L1, [](Page& page) { page.runSelected(); }, some},
        {"cells.runSelection"_L1, [](Page& page) { page.runSelected(); }, some},
        {"cell.runAndAdvance"_L1, [](Page& page) { page.runAndAdvance(); }, some},
        {"cell.runAndInsert"_L1, [](Page& page) { page.runAndInsert(); }, some},
        {"cells.runAll"_L1, [](Page& page) { page.runRange(0, page.m_notebook.cellCount() - 1); }, some},
        {"cells.runAbove"_L1, [](Page& page) { page.runRange(0, page.m_selection.firstIndex() - 1); },
         [](const Page& page) { return page.m_selection.firstIndex() > 0; }},
        {"cells.runBelow"_L1,
         [](Page& page) { page.runRange(page.m_selection.firstIndex(), page.m_notebook.cellCount() - 1); },
         some},
        {"cell.cancel"_L1, [](Page& page) { page.stop(*page.activeCell()); }, working},
        {"cell.insertAbove"_L1,
         [](Page& page) { page.insert(std::max(0, page.m_selection.firstIndex()), CellType::Code); }, always},
        {"cell.insertBelow"_L1,
         [](Page& page) { page.insert(page.m_selection.lastIndex() + 1, CellType::Code); }, always},
        {"cell.insertTextBelow"_L1,
         [](Page& page) { page.insert(page.m_selection.lastIndex() + 1, CellType::Markdown); }, always},
        {"cell.delete"_L1, [](Page& page) { page.remove(); }, some},
        {"cell.cut"_L1, [](Page& page) { page.cut(); }, some},
        {"cell.copy"_L1, [](Page& page) { page.copy(); }, some},
        {"cell.pasteBelow"_L1, [](Page& page) { page.paste(false); }, canPaste},
        {"cell.pasteAbove"_L1, [](Page& page) { page.paste(true); }, canPaste},
        {"cell.duplicate"_L1, [](Page& page) { page.m_actions.duplicateSelected(); }, some},
        {"cell.moveUp"_L1, [](Page& page) { page.m_actions.moveSelected(-1); },
         [](const Page& page) { return page.m_actions.canMove(-1); }},
        {"cell.moveDown"_L1, [](Page& page) { page.m_actions.moveSelected(1); },
         [](const Page& page) { return page.m_actions.canMove(1); }},
        {"cell.split"_L1, [](Page& page) { page.split(); }, editing},
        {"cell.merge"_L1, [](Page& page) { page.m_actions.mergeSelected(); },
         [](const Page& page) { return page.m_actions.canMerge(); }},
        {"cell.toCode"_L1, [](Page& page) { page.changeType(CellType::Code); }, some},
        {"cell.toMarkdown"_L1, [](Page& page) { page.changeType(CellType::Markdown); }, some},
        {"cell.toRaw"_L1, [](Page& page) { page.changeType(CellType::Raw); }, some},
        {"cell.heading1"_L1, [](Page& page) { page.m_actions.setHeading(1); }, some},
        {"cell.heading2"_L1, [](Page& page) { page.m_actions.setHeading(2); }, some},
        {"cell.heading3"_L1, [](Page& page) { page.m_actions.setHeading(3); }, some},
        {"cell.heading4"_L1, [](Page& page) { page.m_actions.setHeading(4); }, some},
        {"cell.heading5"_L1, [](Page& page) { page.m_actions.setHeading(5); }, some},
        {"cell.heading6"_L1, [](Page& page) { page.m_actions.setHeading(6); }, some},
        {"cell.clearOutput"_L1, [](Page& page) { page.m_actions.clearOutputs(); }, some},
        {"cells.clearAllOutputs"_L1, [](Page& page) { page.m_actions.clearAllOutputs(); }, some},
        {"cell.toggleInput"_L1, [](Page& page) { page.toggleFold(int(Fold::Source)); }, some},
        {"cell.toggleOutput"_L1, [](Page& page) { page.toggleFold(int(Fold::Outputs)); }, some},
        {"cell.toggleOutputScroll"_L1, [](Page& page) { page.toggleOutputScroll(); }, outputs},
        {"cells.collapseHeading"_L1, [](Page& page) { page.foldHeading(true); }, heading},
        {"cells.expandHeading"_L1, [](Page& page) { page.foldHeading(false); }, heading},
        {"cells.selectAll"_L1, [](Page& page) { page.m_selection.selectAll(); }, some},
        {"edit.undo"_L1, [](Page& page) { page.undo(false); },
         [](const Page& page) { return page.m_notebook.canUndo(); }},
        {"edit.redo"_L1, [](Page& page) { page.undo(true); },
         [](const Page& page) { return page.m_notebook.canRedo(); }},
        {"edit.find"_L1, [](Page& page) { page.m_find->open(false); }, always},
        {"edit.replace"_L1, [](Page& page) { page.m_find->open(true); }, always},
        {"edit.findNext"_L1, [](Page& page) { page.m_find->go(1); },
         [](const Page& page) { return !page.m_find->matches().empty(); }},
        {"edit.findPrevious"_L1, [](Page& page) { page.m_find->go(-1); },
         [](const Page& page) { return !page.m_find->matches().empty(); }},
        {"edit.toggleComment"_L1, [](Page& page) { page.toggleComment(); }, editing},
        {"view.commandMode"_L1, [](Page& page) { page.m_view->enterCommandMode(); }, always},
        {"view.editMode"_L1, [](Page& page) { page.m_view->enterEditMode(); }, some},
        {"view.selectAbove"_L1, [](Page& page) { page.moveActive(-1, false); }, some},
        {"view.selectBelow"_L1, [](Page& page) { page.moveActive(1, false); }, some},
        {"view.extendAbove"_L1, [](Page& page) { page.moveActive(-1, true); }, some},
        {"view.extendBelow"_L1, [](Page& page) { page.moveActive(1, true); }, some},
        {"view.firstCell"_L1, [](Page& page) { page.goTo(0); }, some},
        {"view.lastCell"_L1, [](Page& page) { page.goTo(page.m_notebook.cellCount() - 1); }, some},
        {"view.lineNumbers"_L1, [](Page& page) { page.setLineNumbers(!page.m_view->lineNumbers()); }, always},
    };
    return commands;
}

const NotebookPage::Command* NotebookPage::find(const QString& name)
{
    const auto command = std::ranges::find(table(), name, &Command::name);
    return command == table().end() ? nullptr : &*command;
}

QStringList NotebookPage::commands()
{
    QStringList names;
    for (const Command& command : table())
        names += command.name;
    return names;
}

bool NotebookPage::perform(const QString& name)
{
    const Command* command = find(name);
    if (!command || !command->available(*this)) return false;
    command->perform(*this);
    return true;
}

bool NotebookPage::isAvailable(const QString& name) const
{
    const Command* command = find(name);
    return command && command->available(*this);
}

// Running

void NotebookPage::run(const std::vector<CellKey>& keys)
{
    m_view->render(keys);
    std::vector<CellKey> code;
    for (const CellKey key : keys) {
        const Cell* cell = m_notebook.find(key);
        if (cell && cell->type() == CellType::Code && !cell->source().trimmed().isEmpty())
            code.push_back(key);
    }
    m_notebook.endTyping();
    if (!code.empty()) Q_EMIT runRequested(code);
}

void NotebookPage::runSelected()
{
    run(m_selection.keys());
    m_view->enterCommandMode();
}

void NotebookPage::runAndAdvance()
{
    run(m_selection.keys());
    const int next = m_view->visibleNeighbour(m_selection.lastIndex(), 1);
    if (next < 0) return insert(m_notebook.cellCount(), CellType::Code);
    m_view->enterCommandMode();
    m_selection.select(next);
}

void NotebookPage::runAndInsert()
{
    run(m_selection.keys());
    insert(m_selection.lastIndex() + 1, CellType::Code);
}

void NotebookPage::runRange(int first, int last)
{
    std::vector<CellKey> keys;
    for (int index = first; index <= last; ++index)
        keys.push_back(m_notebook.cellAt(index).key());
    run(keys);
}

void NotebookPage::stop(CellKey key)
{
    if (m_session.cellRun(key).phase == RunPhase::Queued) {
        m_session.cancelQueued(key);
        return;
    }
    m_session.interrupt().then(this, [this](const Result<void>& result) {
        if (!result) showNotice(result.error().message);
    });
}

// Cells

void NotebookPage::insert(int index, CellType type)
{
    m_actions.insertAt(index, type);
    m_view->enterEditMode();
}

void NotebookPage::remove()
{
    m_view->enterCommandMode();
    m_actions.removeSelected();
}

void NotebookPage::copy()
{
    QGuiApplication::clipboard()->setMimeData(m_actions.copySelected().release());
}

void NotebookPage::cut()
{
    copy();
    remove();
}

void NotebookPage::paste(bool above)
{
    const auto pasted = m_actions.paste(*QGuiApplication::clipboard()->mimeData(), above);
    if (!pasted) showNotice(pasted.error().message);
}

void NotebookPage::split()
{
    const CodeEditor* editor = m_view->activeEditor();
    m_actions.split(*activeCell(), editor->cursorPosition());
    m_view->enterEditMode();
}

void NotebookPage::changeType(CellType type)
{
    const bool editing = isEditing();
    m_actions.setType(type);
    if (editing) m_view->enterEditMode();
}

void NotebookPage::toggleFold(int fold)
{
    const bool folded = !isFolded(*m_notebook.find(*activeCell()), Fold(fold));
    m_notebook.beginGroup(folded ? tr("Collapse") : tr("Expand"));
    for (const CellKey key : m_selection.keys())
        setFolded(m_notebook, key, Fold(fold), folded);
    m_notebook.endGroup();
}

/// What is seen decides which way it goes: a cell that says nothing bounds its very long outputs alone.
void NotebookPage::toggleOutputScroll()
{
    m_view->reveal(*activeCell());
    const CellWidget* widget = m_view->widgetFor(*activeCell());
    const bool scrolled = !widget || !widget->hasBoundedOutput();
    m_notebook.beginGroup(scrolled ? tr("Scroll Outputs") : tr("Show Whole Outputs"));
    for (const CellKey key : m_selection.keys())
        if (m_notebook.find(key)->type() == CellType::Code) setScrolled(m_notebook, key, scrolled);
    m_notebook.endGroup();
}

void NotebookPage::foldHeading(bool folded)
{
    setFolded(m_notebook, *activeCell(), Fold::Heading, folded);
}

void NotebookPage::moveActive(int direction, bool extend)
{
    const int next = m_view->visibleNeighbour(m_selection.activeIndex(), direction);
    if (next < 0) return;
    if (extend)
        m_selection.extendTo(next);
    else
        m_selection.select(next);
}

void NotebookPage::goTo(int index)
{
    m_selection.select(index);
    m_view->reveal(m_notebook.cellAt(m_selection.activeIndex()).key());
}

// Text

/// What was undone is shown: the first cell that changed becomes active.
void NotebookPage::undo(bool forward)
{
    const bool editing = isEditing();
    std::optional<CellKey> place;
    qsizetype cursor = -1;
    QObject watch;
    const auto note = [&](CellKey key) {
        if (!place) place = key;
    };
    connect(&m_notebook, &Notebook::textReplaced, &watch,
            [&](CellKey key, qsizetype position, qsizetype, const QString& inserted) {
                if (!place) cursor = position + inserted.size();
                note(key);
            });
    connect(&m_notebook, &Notebook::cellsInserted, &watch,
            [&](int index) { note(m_notebook.cellAt(index).key()); });
    connect(&m_notebook, &Notebook::cellChanged, &watch, note);
    connect(&m_notebook, &Notebook::outputsChanged, &watch, note);
    if (forward)
        m_notebook.redo();
    else
        m_notebook.undo();
    if (!place || m_notebook.indexOf(*place) < 0) return;
    if (editing && cursor >= 0) return m_view->showTextAt(*place, cursor, 0);
    m_selection.select(m_notebook.indexOf(*place));
    m_view->reveal(*place);
}

void NotebookPage::toggleComment()
{
    m_view->activeEditor()->toggleComment();
}

} // namespace cahier::widgets
