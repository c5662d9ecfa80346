// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/cellheights.h>

#include <algorithm>
#include <bit>

namespace cahier::widgets {

void CellHeights::assign(std::vector<int> heights)
{
    m_heights = std::move(heights);
    m_tree.assign(m_heights.size() + 1, 0);
    for (size_t i = 1; i < m_tree.size(); ++i) {
        m_tree[i] += m_heights[i - 1];
        const size_t parent = i + (i & -i);
        if (parent < m_tree.size()) m_tree[parent] += m_tree[i];
    }
}

void CellHeights::set(int index, int height)
{
    int& current = m_heights[static_cast<size_t>(index)];
    const int change = height - current;
    if (change == 0) return;
    current = height;
    for (size_t i = static_cast<size_t>(index) + 1; i < m_tree.size(); i += i & -i)
        m_tree[i] += change;
}

qint64 CellHeights::top(int index) const
{
    qint64 sum = 0;
    for (auto i = static_cast<size_t>(index); i > 0; i -= i & -i)
        sum += m_tree[i];
    return sum;
}

int CellHeights::indexAt(qint64 y) const
{
    if (m_heights.empty()) return -1;
    size_t index = 0;
    qint64 left = std::max<qint64>(y, 0);
    for (size_t step = std::bit_floor(m_heights.size()); step > 0; step >>= 1) {
        if (index + step >= m_tree.size() || m_tree[index + step] > left) continue;
        index += step;
        left -= m_tree[index];
    }
    return static_cast<int>(std::min(index, m_heights.size() - 1));
}

} // namespace cahier::widgets
