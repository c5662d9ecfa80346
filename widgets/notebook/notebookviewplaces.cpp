// SPDX-License-Identifier: GPL-3.0-or-later
// Going to a place in a cell: text, what a search found, and the lines of tracebacks.
#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/notebookview.h>

#include <cstdlib>

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellKey;

void NotebookView::showTextAt(CellKey key, qsizetype position, qsizetype length)
{
    m_selection.select(m_notebook.indexOf(key));
    setFolded(m_notebook, key, Fold::Source, false);
    reveal(key);
    CellWidget* widget = widgetFor(key);
    CodeEditor* editor = widget ? widget->focusableEditor() : nullptr;
    if (!editor) return;
    editor->select(position, length);
    revealRect(*widget, editor->cursorRect().translated(editor->pos()));
}

/// Counts begin again when a kernel restarts: the cell with the traceback itself is preferred, then the
/// nearest one.
std::optional<CellKey> NotebookView::cellOfExecution(CellKey traceback, int executionCount) const
{
    const int from = m_notebook.indexOf(traceback);
    std::optional<CellKey> nearest;
    int distance = 0;
    for (int index = 0; index < m_notebook.cellCount(); ++index) {
        const Cell& cell = m_notebook.cellAt(index);
        if (cell.executionCount() != executionCount) continue;
        if (nearest && std::abs(index - from) >= distance) continue;
        nearest = cell.key();
        distance = std::abs(index - from);
    }
    return nearest;
}

void NotebookView::showSourceLine(CellKey traceback, int executionCount, int line)
{
    const std::optional<CellKey> key = cellOfExecution(traceback, executionCount);
    if (!key) return executionMissed(executionCount);
    const QString source = m_notebook.find(*key)->source();
    qsizetype position = 0;
    for (; line > 1; --line) {
        const qsizetype end = source.indexOf(u'\n', position);
        if (end < 0) break; // the cell was shortened after it had run
        position = end + 1;
    }
    showTextAt(*key, position, 0);
    enterEditMode();
}

void NotebookView::setMatches(QHash<CellKey, CellMatches> matches)
{
    m_matches = std::move(matches);
    for (const auto& [index, shown] : m_shown)
        shown.widget->setMatches(m_matches.value(*shown.widget->key()));
}

void NotebookView::showMatch(CellKey key)
{
    if (m_notebook.indexOf(key) < 0) return;
    flushOutputs(); // a match may be in what has just come
    m_selection.select(m_notebook.indexOf(key));
    const bool inSource = m_matches.value(key).current >= 0;
    setFolded(m_notebook, key, inSource ? Fold::Source : Fold::Outputs, false);
    reveal(key);
    if (CellWidget* widget = widgetFor(key)) {
        const QRect place = widget->revealMatch();
        if (place.isValid()) revealRect(*widget, place);
    }
}

} // namespace cahier::widgets
