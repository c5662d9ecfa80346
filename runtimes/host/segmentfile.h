// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/wire/error.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cahier::host {

/// An open file of a journal. Shared: a reader in the middle of a segment keeps it readable after it was
/// replaced by a smaller one.
class SegmentFile {
public:
    /// A new empty file; fails when it exists.
    [[nodiscard]] static wire::Result<std::shared_ptr<SegmentFile>> create(const std::string& path);
    [[nodiscard]] static wire::Result<std::shared_ptr<SegmentFile>> open(const std::string& path);
    ~SegmentFile();
    SegmentFile(const SegmentFile&) = delete;
    SegmentFile& operator=(const SegmentFile&) = delete;

    [[nodiscard]] int fd() const { return m_fd; }
    [[nodiscard]] const std::string& path() const { return m_path; }
    /// Bytes at an offset, fewer at the end of the file or on an error.
    [[nodiscard]] std::size_t read(std::uint64_t offset, char* to, std::size_t size) const;
    /// Writes everything at an offset; 0 or an errno value.
    [[nodiscard]] int write(std::uint64_t offset, std::string_view bytes) const;
    [[nodiscard]] int truncate(std::uint64_t size) const;
    [[nodiscard]] std::uint64_t size() const;
    /// Brings the bytes to the disk (fdatasync); 0 or an errno value.
    [[nodiscard]] int sync() const;
    [[nodiscard]] bool renameTo(const std::string& path);
    void remove() const;

private:
    SegmentFile(int fd, std::string path) : m_fd(fd), m_path(std::move(path)) {}

    int m_fd = -1;
    std::string m_path;
};

} // namespace cahier::host
