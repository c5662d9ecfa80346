// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/notebook.h>

#include <QByteArray>

namespace cahier::convert {

/// A picture that the text refers to.
struct ExportedFile {
    QString name; ///< relative to the text's folder, with forward slashes
    QByteArray bytes;
};

struct MarkdownExport {
    QString text;
    std::vector<ExportedFile> files;
};

/// The notebook as Markdown: text as it is, code in fences, outputs below. Pictures become files in the
/// folder `filesFolder` (as "report_files"), or data: addresses when it is empty.
[[nodiscard]] MarkdownExport toMarkdown(const notebook::Notebook& notebook, const QString& filesFolder);

} // namespace cahier::convert
