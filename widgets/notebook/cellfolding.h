// SPDX-License-Identifier: GPL-3.0-or-later
// What of a notebook is folded away, as its metadata says. The names are JupyterLab's.
#pragma once

#include <core/notebook/notebook.h>
#include <widgets/outputs/outputwidget.h>

#include <vector>

namespace cahier::widgets {

/// metadata.jupyter.source_hidden, metadata.jupyter.outputs_hidden (or the older metadata.collapsed),
/// metadata.jp-MarkdownHeadingCollapsed.
enum class Fold { Source, Outputs, Heading };

[[nodiscard]] bool isFolded(const notebook::Cell& cell, Fold fold);
/// An undo step, where it changes anything.
void setFolded(notebook::Notebook& notebook, notebook::CellKey key, Fold fold, bool folded);

/// metadata.scrolled: true, false, or anything else for Auto.
[[nodiscard]] OutputScrolling scrollingOf(const notebook::Cell& cell);
/// An undo step, where it changes anything.
void setScrolled(notebook::Notebook& notebook, notebook::CellKey key, bool scrolled);

/// The level of the heading that a Markdown cell begins with, 1 to 6; 0 for any other cell.
[[nodiscard]] int headingLevel(const notebook::Cell& cell);

/// For each cell whether it is below a folded heading: hidden until a heading of the same or a higher rank.
/// Empty when no heading is folded.
[[nodiscard]] std::vector<bool> hiddenCells(const notebook::Notebook& notebook);
/// How many cells the folded heading at `index` hides.
[[nodiscard]] int sectionLength(const notebook::Notebook& notebook, int index);

} // namespace cahier::widgets
