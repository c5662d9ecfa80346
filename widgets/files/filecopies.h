// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>

#include <memory>

namespace cahier::widgets {

/// A file or folder that is to be copied to or from a runtime's machine.
struct FileCopy {
    enum class Direction { Upload, Download };
    std::shared_ptr<runtime::Runtime> runtime;
    QString place; ///< the runtime's name, for people
    bool isThisMachine = false;
    Direction direction = Direction::Upload;
    QString localPath, farPath; ///< of the file itself

    [[nodiscard]] const QString& source() const { return isUpload() ? localPath : farPath; }
    [[nodiscard]] const QString& target() const { return isUpload() ? farPath : localPath; }
    [[nodiscard]] bool isUpload() const { return direction == Direction::Upload; }
    void setTarget(const QString& path) { (isUpload() ? farPath : localPath) = path; }
};

/// What only this machine's disk can tell about a copy.
struct LocalFacts {
    Result<void> allowed;      ///< IllegalState for a folder into itself, or a file onto itself
    bool targetExists = false; ///< of a download
    bool targetIsFolder = false;
};
/// Blocks: for a worker.
[[nodiscard]] LocalFacts lookAt(const FileCopy& copy);

} // namespace cahier::widgets
