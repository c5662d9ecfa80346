// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/segmentfile.h>

#include <runtimes/wire/hostprotocol.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <format>

namespace cahier::host {

namespace {

wire::Result<int> openFile(const std::string& path, int flags)
{
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return wire::failure(wire::errorCodeIo, std::format("Cannot open the journal file {}: {}.", path,
                                                            wire::systemMessage(errno)));
    return fd;
}

} // namespace

wire::Result<std::shared_ptr<SegmentFile>> SegmentFile::create(const std::string& path)
{
    const wire::Result<int> fd = openFile(path, O_RDWR | O_CREAT | O_EXCL);
    if (!fd) return std::unexpected(fd.error());
    return std::shared_ptr<SegmentFile>(new SegmentFile(*fd, path));
}

wire::Result<std::shared_ptr<SegmentFile>> SegmentFile::open(const std::string& path)
{
    const wire::Result<int> fd = openFile(path, O_RDWR);
    if (!fd) return std::unexpected(fd.error());
    return std::shared_ptr<SegmentFile>(new SegmentFile(*fd, path));
}

SegmentFile::~SegmentFile()
{
    close(m_fd);
}

std::size_t SegmentFile::read(std::uint64_t offset, char* to, std::size_t size) const
{
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = pread(m_fd, to + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

int SegmentFile::write(std::uint64_t offset, std::string_view bytes) const
{
    while (!bytes.empty()) {
        const ssize_t written = pwrite(m_fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return ENOSPC;
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    return 0;
}

int SegmentFile::truncate(std::uint64_t size) const
{
    return ftruncate(m_fd, static_cast<off_t>(size)) == 0 ? 0 : errno;
}

std::uint64_t SegmentFile::size() const
{
    struct stat info{};
    return fstat(m_fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

int SegmentFile::sync() const
{
    return fdatasync(m_fd) == 0 ? 0 : errno;
}

bool SegmentFile::renameTo(const std::string& path)
{
    if (rename(m_path.c_str(), path.c_str()) != 0) return false;
    m_path = path;
    return true;
}

void SegmentFile::remove() const
{
    unlink(m_path.c_str());
}

} // namespace cahier::host
