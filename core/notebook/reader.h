// SPDX-License-Identifier: GPL-3.0-or-later
// Reading notebooks. Format: https://nbformat.readthedocs.io/en/latest/format_description.html
#pragma once

#include <core/error.h>
#include <core/notebook/cell.h>
#include <core/notebook/fileimage.h>

#include <QStringList>

namespace cahier::notebook {

struct DocumentOrigin;

/// A notebook as plain data, to be given to a Notebook. Movable between threads.
struct NotebookData {
    std::shared_ptr<const DocumentOrigin> origin;
    std::vector<Cell> cells; ///< their keys are 1, 2, 3, …
    RawJson metadata;        ///< the notebook's metadata object; empty where the file has none
    int formatMinor = 5;
    bool upgraded = false; ///< read from nbformat 2 or 3: saving writes nbformat 4.5
    bool unsaved = false;  ///< differs from every file: new, or recovered. The Notebook starts as modified
    QStringList notices;   ///< sentences for the user
};

/// Reads a notebook in one pass, validating every byte. Any thread; takes as long as reading the bytes.
///
/// nbformat 4.0 to 4.5 are read as they are, newer 4.x with a notice; 2 and 3 are upgraded as nbformat's own
/// converters do. Unknown cell and output types and unknown members are kept. Errors name the place, as
/// "cells[3].source" with line and column: InvalidFormat for bytes that are no notebook, Unsupported for
/// nbformat 5 or newer and for nbformat 1. Every such message can be followed by showing the file as text.
[[nodiscard]] Result<NotebookData> readNotebook(std::shared_ptr<const FileImage> image);

/// FileImage::open and readNotebook in one. Does not detach the image.
[[nodiscard]] Result<NotebookData> readNotebookFile(const QString& path);

/// The kernel that a new notebook is for; all may be empty.
struct NewNotebookKernel {
    QString name;        ///< kernelspec.name, as "python3"
    QString displayName; ///< kernelspec.display_name
    QString language;    ///< kernelspec.language and language_info.name
};

/// A new notebook of nbformat 4.5 with no cells, laid out as nbformat writes it. `unsaved` is not set.
[[nodiscard]] NotebookData newNotebook(const NewNotebookKernel& kernel = {});

} // namespace cahier::notebook
