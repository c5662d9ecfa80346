// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/cellselection.h>

#include <algorithm>

namespace cahier::widgets {

using notebook::CellKey;
using notebook::Notebook;

CellSelection::CellSelection(Notebook& notebook, QObject* parent) : QObject(parent), m_notebook(notebook)
{
    if (m_notebook.cellCount() > 0) m_active = m_anchor = m_notebook.cellAt(0).key();
    connect(&m_notebook, &Notebook::cellsInserted, this, &CellSelection::follow);
    connect(&m_notebook, &Notebook::cellsReordered, this, &CellSelection::follow);
    connect(&m_notebook, &Notebook::cellsRemoved, this, &CellSelection::noteRemoval);
}

int CellSelection::activeIndex() const
{
    return m_active ? m_notebook.indexOf(*m_active) : -1;
}

int CellSelection::firstIndex() const
{
    return m_active ? std::min(m_notebook.indexOf(*m_active), m_notebook.indexOf(*m_anchor)) : -1;
}

int CellSelection::lastIndex() const
{
    return m_active ? std::max(m_notebook.indexOf(*m_active), m_notebook.indexOf(*m_anchor)) : -1;
}

bool CellSelection::contains(int index) const
{
    return m_active && index >= firstIndex() && index <= lastIndex();
}

std::vector<CellKey> CellSelection::keys() const
{
    std::vector<CellKey> keys;
    if (!m_active) return keys;
    for (int index = firstIndex(); index <= lastIndex(); ++index)
        keys.push_back(m_notebook.cellAt(index).key());
    return keys;
}

void CellSelection::select(int index)
{
    if (m_notebook.cellCount() == 0) return;
    m_lastIndex = std::clamp(index, 0, m_notebook.cellCount() - 1);
    const CellKey key = m_notebook.cellAt(m_lastIndex).key();
    if (m_active == key && m_anchor == key) return;
    m_active = m_anchor = key;
    Q_EMIT changed();
}

void CellSelection::extendTo(int index)
{
    if (!m_active) return select(index);
    m_lastIndex = std::clamp(index, 0, m_notebook.cellCount() - 1);
    const CellKey key = m_notebook.cellAt(m_lastIndex).key();
    if (m_active == key) return;
    m_active = key;
    Q_EMIT changed();
}

void CellSelection::selectAll()
{
    if (m_notebook.cellCount() == 0) return;
    m_anchor = m_notebook.cellAt(0).key();
    m_lastIndex = m_notebook.cellCount() - 1;
    m_active = m_notebook.cellAt(m_lastIndex).key();
    Q_EMIT changed();
}

void CellSelection::collapse()
{
    if (m_anchor == m_active) return;
    m_anchor = m_active;
    Q_EMIT changed();
}

void CellSelection::follow()
{
    if (!m_active) return select(0);
    m_lastIndex = m_notebook.indexOf(*m_active);
    Q_EMIT changed();
}

void CellSelection::noteRemoval(int index, int count)
{
    const int cells = m_notebook.cellCount();
    if (!m_active || (activeIndex() >= 0 && m_notebook.indexOf(*m_anchor) >= 0)) return follow();
    if (cells == 0) {
        m_active = m_anchor = std::nullopt;
        m_lastIndex = 0;
    } else if (activeIndex() >= 0) {
        m_anchor = m_active;
    } else {
        // What stands where the removed cells began; cells removed before it have moved it up.
        const int successor = m_lastIndex < index + count ? index : m_lastIndex - count;
        m_lastIndex = std::min(successor, cells - 1);
        m_active = m_anchor = m_notebook.cellAt(m_lastIndex).key();
    }
    Q_EMIT changed();
}

} // namespace cahier::widgets
