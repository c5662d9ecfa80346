// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of a notebook file, without copying large ones.
#pragma once

#include <core/error.h>
#include <core/notebook/faultguard.h>
#include <core/notebook/fileidentity.h>

#include <QByteArray>
#include <QString>

#include <memory>
#include <mutex>
#include <string_view>

namespace cahier::notebook {

/// A file of up to 4 MiB is read into memory; a larger one is mapped. While it is mapped, other programs may
/// write over it: detach() ends that, and until then what is lost reads as zeroes and isDamaged() tells.
/// bytes() stays at the same address all the time. All methods may be called from any thread.
class FileImage {
public:
    static constexpr qint64 mapAbove = 4 * 1024 * 1024;
    static constexpr qint64 maximumSize = qint64(4) * 1024 * 1024 * 1024;

    /// Errors: NotFound, PermissionDenied, NotAFile (folder, FIFO, socket, device; never waits for one),
    /// Unsupported (more than maximumSize, or than memory has room for), Io.
    [[nodiscard]] static Result<std::shared_ptr<FileImage>> open(const QString& path);
    /// The given bytes, with no file behind them.
    [[nodiscard]] static std::shared_ptr<FileImage> fromBytes(QByteArray bytes, const QString& path = {});
    ~FileImage();
    FileImage(const FileImage&) = delete;
    FileImage& operator=(const FileImage&) = delete;

    [[nodiscard]] std::string_view bytes() const { return m_bytes; }
    [[nodiscard]] const QString& path() const { return m_path; }
    [[nodiscard]] const FileIdentity& identity() const { return m_identity; }
    /// The bytes come from a mapping of the file itself, which others can change.
    [[nodiscard]] bool isAttached() const;
    /// Copies a mapped file into a nameless temporary file and maps that one in its place. Takes as long as
    /// copying the file: call it on a worker thread after opening. Error ChangedOnDisk where the file changed
    /// meanwhile (the image is then damaged), NoSpace or Io where there is no room for the copy.
    [[nodiscard]] Result<void> detach() const;
    /// Part of the bytes was lost because another program wrote over the file. Do not save from it.
    [[nodiscard]] bool isDamaged() const;

private:
    FileImage() = default;
    [[nodiscard]] Result<void> load(int fd);
    [[nodiscard]] Result<void> readAll(int fd);
    [[nodiscard]] Result<void> map(int fd);
    [[nodiscard]] bool sourceChanged() const;

    QString m_path;
    QByteArray m_own;
    std::string_view m_bytes;
    FileIdentity m_identity;
    void* m_mapping = nullptr;
    mutable std::mutex m_mutex; ///< guards m_fd
    mutable int m_fd = -1;      ///< the mapped file, until detached
    mutable FaultGuard m_guard;
};

} // namespace cahier::notebook
