// SPDX-License-Identifier: GPL-3.0-or-later
// Durable, atomic replacement of a file.
#pragma once

#include <core/error.h>
#include <core/notebook/fileidentity.h>

#include <QString>

#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace cahier::notebook {

class NotebookBytes;

struct SaveOptions {
    /// What the file was when it was read or last written; exists() false: there was none. Where it is
    /// something else now, saving fails with ChangedOnDisk. Without a value no check is made. A file that was
    /// deleted is written anew.
    std::optional<FileIdentity> expected;
    /// The contentHash() of what is expected, asked where only device, inode or time are something else.
    std::function<quint64()> expectedHash = {};
    /// Told what the new file is, when nothing but the renaming is left to be done.
    std::function<void(const FileIdentity&)> beforeReplacing = {};
    /// Asked when everything is written (or cannot be) and before the old file is replaced; true gives up
    /// with ChangedOnDisk.
    std::function<bool()> isDamaged = {};
    /// The file that was read, for the sentence about that; empty: the one that is written.
    QString source = {};
};

/// Writes to a temporary file in the same folder, syncs it, renames it over `path` and syncs the folder, so
/// that at every instant the old or the new contents are there. Blocks for as long as the disk takes: any
/// thread but the window's.
///
/// Temporary files that killed processes left in the folder more than ten minutes ago are deleted.
///
/// Permissions, owner, group and extended attributes are kept where the system allows it; a new file gets
/// what the umask says. A symbolic link stays and its target is replaced. Of several hard links only this one
/// gets the new contents: keeping them together would mean writing over the only copy.
///
/// Errors leave the old file as it was and no temporary file behind: ChangedOnDisk, NoSpace, ReadOnly (file
/// system, or a file without write permission), PermissionDenied, NotFound (the folder is gone), NotAFile,
/// Io.
[[nodiscard]] Result<FileIdentity> saveFile(const QString& path, std::span<const std::string_view> pieces,
                                            const SaveOptions& options = {});
/// The same, and refuses to write a damaged notebook.
[[nodiscard]] Result<FileIdentity> saveFile(const QString& path, const NotebookBytes& bytes,
                                            const SaveOptions& options = {});

/// What is at `path` now, symbolic links followed; exists() is false when nothing is.
[[nodiscard]] FileIdentity identityAt(const QString& path);
/// The file at `path` is this version of it.
[[nodiscard]] bool isAt(const QString& path, const FileVersion& version);

} // namespace cahier::notebook
