// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTypes>

#include <vector>

namespace cahier::widgets {

/// The heights of a column of things, and where each of them is: both in O(log n). Pixels.
class CellHeights {
public:
    void assign(std::vector<int> heights);
    void set(int index, int height);

    [[nodiscard]] int count() const { return static_cast<int>(m_heights.size()); }
    [[nodiscard]] int height(int index) const { return m_heights[static_cast<size_t>(index)]; }
    /// The sum of the heights before `index`; count() gives the total.
    [[nodiscard]] qint64 top(int index) const;
    [[nodiscard]] qint64 total() const { return top(count()); }
    /// The thing that covers `y`, the first or last one outside of them all; -1 when there is none. One of no
    /// height covers nothing.
    [[nodiscard]] int indexAt(qint64 y) const;

private:
    std::vector<int> m_heights;
    std::vector<qint64> m_tree; ///< Fenwick tree, from 1
};

} // namespace cahier::widgets
