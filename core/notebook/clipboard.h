// SPDX-License-Identifier: GPL-3.0-or-later
// Cells as text that can be pasted into another notebook, also one of another program.
#pragma once

#include <core/error.h>
#include <core/notebook/notebook.h>

#include <QByteArray>

#include <vector>

namespace cahier::notebook {

/// The type under which the text goes to the clipboard, beside text/plain with the sources.
inline constexpr const char* cellsMimeType = "application/vnd.jupyter.cells+json";

/// A JSON array of cells as nbformat 4.5 has them, in the order given.
[[nodiscard]] QByteArray cellsToClipboardJson(std::span<const Cell> cells);

/// Cells from such an array, or from a whole notebook's JSON. Ids are kept; insertCells() makes others where
/// they are taken. Error InvalidFormat where the text is neither.
[[nodiscard]] Result<std::vector<CellContent>> cellsFromClipboardJson(const QByteArray& json);

/// What insertCells() needs to make a copy of a cell. A cell of unknown type becomes a raw one.
[[nodiscard]] CellContent contentOf(const Cell& cell);

} // namespace cahier::notebook
