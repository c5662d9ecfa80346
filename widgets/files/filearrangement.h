// SPDX-License-Identifier: GPL-3.0-or-later
// Sorting and filtering a folder's files, which for many of them is a worker's job.
#pragma once

#include <core/runtime/files.h>

#include <QCollator>
#include <QSet>

namespace cahier::widgets {

enum class FileSort { Name, Size, Modified };

/// How files are shown. Folders come before files whatever it is.
struct FileOrder {
    FileSort by = FileSort::Name;
    bool descending = false;
    bool showsHidden = false;
    QString filter = {}; ///< part of the name, or a pattern with * and ?; empty: all
    friend bool operator==(const FileOrder&, const FileOrder&) = default;
};

struct ListedFile {
    runtime::FileEntry entry;
    quint32 id = 0; ///< the same as long as the folder holds a file of this name
    QCollatorSortKey key;
};
using ListedFiles = std::vector<ListedFile>;
using FilePages = std::vector<std::shared_ptr<const std::vector<runtime::FileEntry>>>;

/// The files of a folder, and those that are shown, in their order.
struct Arrangement {
    std::shared_ptr<const ListedFiles> files;
    std::vector<quint32> shown; ///< indices of files
};

/// Files that were there `before` keep their ids. Blocks: for a worker.
[[nodiscard]] std::shared_ptr<const ListedFiles> listFiles(const FilePages& pages,
                                                           const std::shared_ptr<const ListedFiles>& before);
/// Folders whose ids are in `kept` are shown although the filter does not match. Blocks: for a worker.
[[nodiscard]] std::vector<quint32> arrange(const ListedFiles& files, const FileOrder& order,
                                           const QSet<quint32>& kept);
[[nodiscard]] bool matches(const QString& name, const QString& filter);

} // namespace cahier::widgets
