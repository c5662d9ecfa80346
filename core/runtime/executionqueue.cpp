// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/executionqueue.h>

#include <algorithm>

namespace cahier::runtime {

bool ExecutionQueue::append(CellKey cell, const ExecuteOptions& options)
{
    if (position(cell) != 0) return false;
    m_entries.push_back({cell, options});
    return true;
}

std::optional<ExecutionQueue::Entry> ExecutionQueue::takeFirst()
{
    if (m_entries.empty()) return std::nullopt;
    const Entry entry = m_entries.front();
    m_entries.pop_front();
    return entry;
}

bool ExecutionQueue::remove(CellKey cell)
{
    return std::erase_if(m_entries, [cell](const Entry& entry) { return entry.cell == cell; }) > 0;
}

std::vector<CellKey> ExecutionQueue::takeAll()
{
    std::vector<CellKey> cells;
    for (const Entry& entry : m_entries)
        cells.push_back(entry.cell);
    m_entries.clear();
    return cells;
}

int ExecutionQueue::position(CellKey cell) const
{
    const auto found = std::ranges::find(m_entries, cell, &Entry::cell);
    return found == m_entries.end() ? 0 : static_cast<int>(found - m_entries.begin()) + 1;
}

} // namespace cahier::runtime
