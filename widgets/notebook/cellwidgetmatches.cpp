// SPDX-License-Identifier: GPL-3.0-or-later
// What a search found in the cell: in its source, as text or rendered, and in its outputs.
#include <widgets/editor/codeeditor.h>
#include <widgets/markdown/markdownview.h>
#include <widgets/notebook/cellwidget.h>
#include <widgets/outputs/outputarea.h>

namespace cahier::widgets {

void CellWidget::setMatches(const CellMatches& matches)
{
    m_matches = matches;
    markSource();
    if (m_outputs) m_outputs->setMatches(m_matches.outputs);
}

void CellWidget::markSource()
{
    if (m_editor) m_editor->setMatches(m_matches.source, m_matches.current);
    if (!m_markdown) return;
    RenderedSearch search;
    if (!m_matches.source.empty() && m_cell)
        search = {m_matches.expression, m_cell->source(), m_matches.source, m_matches.current};
    m_markdown->setSearch(std::move(search));
}

QRect CellWidget::revealMatch()
{
    if (m_matches.current < 0) {
        const QRect place = m_outputs && !m_outputs->isHidden() ? m_outputs->revealMatch() : QRect();
        return place.isValid() ? place.translated(m_outputs->pos()) : QRect();
    }
    if (CodeEditor* shown = editor()) {
        const TextRange& match = m_matches.source[size_t(m_matches.current)];
        shown->select(match.start, match.length);
        return shown->cursorRect().translated(shown->pos());
    }
    const auto place = m_markdown ? m_markdown->currentMatchRect() : std::nullopt;
    return place ? place->translated(m_markdown->pos()) : QRect();
}

} // namespace cahier::widgets
