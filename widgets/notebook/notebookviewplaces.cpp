// SPDX-License-Identifier: GPL-3.0-or-later
// Going to a place in a cell: text, and what a search found.
#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/notebookview.h>

namespace cahier::widgets {

void NotebookView::showTextAt(CellKey key, qsizetype position, qsizetype length)
{
    m_selection.select(m_notebook.indexOf(key));
    reveal(key);
    CellWidget* widget = widgetFor(key);
    CodeEditor* editor = widget ? widget->focusableEditor() : nullptr;
    if (!editor) return;
    editor->select(position, length);
    revealRect(*widget, editor->cursorRect().translated(editor->pos()));
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
