// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/notebook.h>

#include <QObject>

#include <optional>
#include <vector>

namespace cahier::widgets {

/// The active cell and the neighbours selected with it, as in Jupyter: a run of cells between the active one
/// and an anchor. Follows the notebook: where the active cell is removed, its successor becomes active.
class CellSelection : public QObject {
    Q_OBJECT
public:
    /// The notebook must outlive it. The first cell is active.
    explicit CellSelection(notebook::Notebook& notebook, QObject* parent = nullptr);

    /// -1 when the notebook has no cells.
    [[nodiscard]] int activeIndex() const;
    [[nodiscard]] std::optional<notebook::CellKey> active() const { return m_active; }
    /// From the first to the last selected cell; empty when there are no cells.
    [[nodiscard]] std::vector<notebook::CellKey> keys() const;
    [[nodiscard]] int firstIndex() const;
    [[nodiscard]] int lastIndex() const;
    [[nodiscard]] bool contains(int index) const;
    [[nodiscard]] int size() const { return m_active ? lastIndex() - firstIndex() + 1 : 0; }

    void select(int index);   ///< this cell alone; clamped
    void extendTo(int index); ///< from the anchor to this cell, which becomes active
    void selectAll();
    /// The anchor comes to the active cell.
    void collapse();

Q_SIGNALS:
    void changed();

private:
    void follow();
    void noteRemoval(int index, int count);

    notebook::Notebook& m_notebook;
    std::optional<notebook::CellKey> m_active, m_anchor;
    int m_lastIndex = 0; ///< where the active cell was
};

} // namespace cahier::widgets
