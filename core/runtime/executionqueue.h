// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/outputtarget.h>

#include <deque>
#include <optional>
#include <vector>

namespace cahier::runtime {

/// How cells are run.
struct ExecuteOptions {
    bool allowErrors = false; ///< an error does not cancel the rest of the queue
    bool allowStdin = true;   ///< whether code may ask for input
    bool storeHistory = true; ///< whether the kernel counts and remembers it
};

/// The cells that wait for their turn. A cell waits at most once.
class ExecutionQueue {
public:
    struct Entry {
        CellKey cell;
        ExecuteOptions options;
    };

    /// False when the cell is waiting already (its place is kept).
    bool append(CellKey cell, const ExecuteOptions& options);
    [[nodiscard]] std::optional<Entry> takeFirst();
    bool remove(CellKey cell);
    /// Empties the queue; the cells that were in it, in order.
    std::vector<CellKey> takeAll();

    [[nodiscard]] bool isEmpty() const { return m_entries.empty(); }
    [[nodiscard]] int size() const { return static_cast<int>(m_entries.size()); }
    /// 1 for the next one, 0 when the cell does not wait.
    [[nodiscard]] int position(CellKey cell) const;

private:
    std::deque<Entry> m_entries;
};

} // namespace cahier::runtime
