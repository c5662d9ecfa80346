// SPDX-License-Identifier: Apache-2.0
// Uploads: a file beside the target, which takes the target's name once it is whole.
#include <runtimes/host/fileerror.h>
#include <runtimes/host/fileoperations.h>
#include <runtimes/host/uniquefd.h>

#include <runtimes/wire/hostprotocol.h>

#include <cerrno>
#include <climits>
#include <filesystem>
#include <format>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cahier::host {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longestToken = 64;

wire::Result<std::string> partPath(const std::string& path, const std::string& token)
{
    const fs::path target(path);
    const bool valid = !token.empty() && token.size() <= longestToken &&
                       token.find_first_not_of("0123456789abcdef") == std::string::npos &&
                       target.has_filename();
    if (!valid)
        return wire::failure(wire::errorCodeBadRequest,
                             "An upload needs a file's path and a token of hexadecimal digits.");
    // A name of the longest kind leaves no room for more: the token alone is the name then.
    std::string name = std::format(".{}.{}.cahier-part", target.filename().string(), token);
    if (name.size() > NAME_MAX) name = std::format(".{}.cahier-part", token);
    return (target.parent_path() / name).string();
}

/// Brings a folder's change to the disk; a file system that cannot is left alone.
void syncFolder(const fs::path& folder)
{
    const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) (void)fsync(fd.get());
}

} // namespace

wire::Result<std::uint64_t> beginUpload(const std::string& path, const std::string& token, bool replace)
{
    const wire::Result<std::string> part = partPath(path, token);
    if (!part) return std::unexpected(part.error());
    struct stat info{};
    if (stat(path.c_str(), &info) == 0 && !(replace && S_ISREG(info.st_mode)))
        return fileFailure("replace", path, EEXIST);
    const UniqueFd fd(open(part->c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!fd || fstat(fd.get(), &info) != 0) return fileFailure("write", path, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

wire::Result<void> writeUpload(const std::string& path, const std::string& token, std::uint64_t offset,
                               const std::string& bytes)
{
    const wire::Result<std::string> part = partPath(path, token);
    if (!part) return std::unexpected(part.error());
    const UniqueFd fd(open(part->c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info{};
    if (!fd || fstat(fd.get(), &info) != 0) return fileFailure("write", path, errno);
    if (offset > static_cast<std::uint64_t>(info.st_size))
        return wire::failure(wire::errorCodeBadRequest, "An upload has no holes.");
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written =
            pwrite(fd.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fileFailure("write", path, errno);
        done += static_cast<std::size_t>(written);
    }
    return {};
}

wire::Result<void> finishUpload(const std::string& path, const std::string& token, std::uint64_t size,
                                bool replace)
{
    const wire::Result<std::string> part = partPath(path, token);
    if (!part) return std::unexpected(part.error());
    UniqueFd fd(open(part->c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info{}, old{};
    if (!fd || fstat(fd.get(), &info) != 0) return fileFailure("write", path, errno);
    if (static_cast<std::uint64_t>(info.st_size) != size)
        return wire::failure(wire::errorCodeIo, std::format("{} did not arrive whole: {} of {} bytes.", path,
                                                            info.st_size, size));
    if (fsync(fd.get()) != 0) return fileFailure("write", path, errno);
    if (!replace) {
        const wire::Result<void> renamed = renameFile(*part, path);
        if (!renamed && renamed.error().code == wire::errorCodeExists)
            return fileFailure("replace", path, EEXIST);
        if (!renamed) return renamed;
    } else {
        if (stat(path.c_str(), &old) == 0) (void)fchmod(fd.get(), old.st_mode & 07777);
        if (rename(part->c_str(), path.c_str()) != 0) return fileFailure("replace", path, errno);
    }
    syncFolder(fs::path(path).parent_path());
    return {};
}

wire::Result<void> abandonUpload(const std::string& path, const std::string& token)
{
    const wire::Result<std::string> part = partPath(path, token);
    if (!part) return std::unexpected(part.error());
    if (unlink(part->c_str()) != 0 && errno != ENOENT) return fileFailure("delete", *part, errno);
    return {};
}

} // namespace cahier::host
