// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/fileoperations.h>

#include <runtimes/host/fileerror.h>

#include <runtimes/host/uniquefd.h>
#include <runtimes/wire/hostprotocol.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

namespace cahier::host {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

std::int64_t millisecondsOf(const timespec& time)
{
    return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

const char* kindOf(mode_t mode)
{
    if (S_ISREG(mode)) return "file";
    return S_ISDIR(mode) ? "folder" : "other";
}

std::string nameOf(const std::string& path)
{
    return fs::path(path).filename().string();
}

} // namespace

wire::Result<std::string> filePath(const std::string& text)
{
    const auto normal = [](const std::string& path) {
        std::string result = fs::path(path).lexically_normal().string();
        while (result.size() > 1 && result.ends_with('/'))
            result.pop_back();
        return result;
    };
    const char* const home = std::getenv("HOME");
    if (text.contains('\0')) return wire::failure(wire::errorCodeBadRequest, "A path holds no zero byte.");
    if (text.starts_with('/')) return normal(text);
    if ((text.empty() || text == "~" || text.starts_with("~/")) && home && *home == '/')
        return normal(std::string(home) + "/" + (text.size() > 1 ? text.substr(2) : std::string()));
    return wire::failure(wire::errorCodeBadRequest,
                         std::format("“{}” is no path from / or ~ (the home folder).", text));
}

std::optional<Json> entryOf(const std::string& path, const std::string& name)
{
    struct stat own{}, target{};
    if (lstat(path.c_str(), &own) != 0) return std::nullopt;
    const bool isLink = S_ISLNK(own.st_mode);
    if (!isLink || stat(path.c_str(), &target) != 0) target = own; // a link that leads nowhere is "other"
    return Json{{"name", name},
                {"kind", kindOf(target.st_mode)},
                {"link", isLink},
                {"size", static_cast<std::int64_t>(target.st_size)},
                {"modified", millisecondsOf(target.st_mtim)}};
}

wire::Result<Json> describeFile(const std::string& path)
{
    std::optional<Json> entry = entryOf(path, nameOf(path));
    if (!entry) return fileFailure("find", path, errno);
    return std::move(*entry);
}

wire::Result<void> makeFolder(const std::string& path, bool parents)
{
    std::error_code error;
    if (!parents) {
        if (mkdir(path.c_str(), 0777) != 0) return fileFailure("make the folder", path, errno);
        return {};
    }
    fs::create_directories(path, error);
    if (error) return fileFailure("make the folder", path, error.value());
    return {};
}

wire::Result<void> renameFile(const std::string& from, const std::string& to)
{
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    const int problem = errno;
    struct stat info{};
    if (problem != EINVAL) return fileFailure("rename", from, problem);
    // A file system that cannot promise it: looking first is the best there is.
    if (lstat(to.c_str(), &info) == 0) return fileFailure("rename", from, EEXIST);
    if (rename(from.c_str(), to.c_str()) != 0) return fileFailure("rename", from, errno);
    return {};
}

wire::Result<void> mayRemove(const std::string& path)
{
    std::error_code error;
    const char* const home = std::getenv("HOME");
    const std::string inside = home ? fs::weakly_canonical(home, error).string() + "/" : std::string("/");
    const std::string whole = fs::weakly_canonical(fs::path(path).parent_path(), error).string();
    const std::string folder = (fs::path(whole) / fs::path(path).filename()).string();
    if (path == "/" || inside.starts_with(folder + "/")) return fileFailure("delete", path, EPERM);
    return {};
}

wire::Result<void> removeFile(const std::string& path)
{
    std::error_code error;
    const std::uintmax_t count = fs::remove_all(path, error);
    if (error) return fileFailure("delete", path, error.value());
    if (count == 0) return fileFailure("delete", path, ENOENT);
    return {};
}

wire::Result<FileBytes> readFile(const std::string& path, std::uint64_t offset, std::uint64_t size)
{
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a FIFO has nothing to say
    struct stat info{};
    if (!fd || fstat(fd.get(), &info) != 0) return fileFailure("read", path, errno);
    if (!S_ISREG(info.st_mode)) return fileFailure("read", path, EISDIR);
    FileBytes result;
    result.size = static_cast<std::uint64_t>(info.st_size);
    result.modified = static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
    result.bytes.resize(std::min(size, maxFileChunk));
    std::size_t got = 0;
    while (got < result.bytes.size()) {
        const ssize_t read = pread(fd.get(), result.bytes.data() + got, result.bytes.size() - got,
                                   static_cast<off_t>(offset + got));
        if (read < 0 && errno == EINTR) continue;
        if (read < 0) return fileFailure("read", path, errno);
        if (read == 0) break;
        got += static_cast<std::size_t>(read);
    }
    result.bytes.resize(got);
    return result;
}

} // namespace cahier::host
