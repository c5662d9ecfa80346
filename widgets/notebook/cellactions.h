// SPDX-License-Identifier: GPL-3.0-or-later
// What a person does to the selected cells. Each is one undo step, and leaves the selection where Jupyter
// would.
#pragma once

#include <core/notebook/notebook.h>

#include <QMimeData>

#include <memory>

namespace cahier::widgets {

class CellSelection;

class CellActions {
public:
    /// Both must outlive it.
    CellActions(notebook::Notebook& notebook, CellSelection& selection)
        : m_notebook(notebook), m_selection(selection)
    {
    }

    /// An empty cell before or after the active one (at the start where there is none), which becomes active.
    notebook::CellKey insertAbove(notebook::CellType type = notebook::CellType::Code);
    notebook::CellKey insertBelow(notebook::CellType type = notebook::CellType::Code);
    /// An empty cell so that it has this index.
    notebook::CellKey insertAt(int index, notebook::CellType type);
    void removeSelected();
    void duplicateSelected();
    [[nodiscard]] bool canMove(int direction) const;
    void moveSelected(int direction); ///< -1 up, 1 down
    void moveSelectedTo(int index);   ///< so that they stand before the cell that is now at `index`
    /// The text from `position` on goes to a new cell below, which becomes active.
    void split(notebook::CellKey key, qsizetype position);
    /// The selected cells, or the active one with the one below.
    [[nodiscard]] bool canMerge() const;
    void mergeSelected();
    void setType(notebook::CellType type);
    /// Markdown, with a heading of this level as its first line.
    void setHeading(int level);
    void clearOutputs();
    void clearAllOutputs();

    /// The selected cells for the clipboard: as cells, and their sources as plain text.
    [[nodiscard]] std::unique_ptr<QMimeData> copySelected() const;
    [[nodiscard]] static bool canPaste(const QMimeData& data);
    /// Cells as they are; plain text becomes a code cell. `above` or below the selection; they are selected
    /// then. Errors: InvalidFormat where the data says cells and holds none.
    [[nodiscard]] Result<void> paste(const QMimeData& data, bool above);

private:
    void insert(int index, std::vector<notebook::CellContent> cells);

    notebook::Notebook& m_notebook;
    CellSelection& m_selection;
};

} // namespace cahier::widgets
