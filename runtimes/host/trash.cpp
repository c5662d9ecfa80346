// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/trash.h>

#include <runtimes/host/fileerror.h>
#include <runtimes/host/fileoperations.h>
#include <runtimes/host/uniquefd.h>

#include <runtimes/wire/hostprotocol.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <format>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cahier::host {

namespace fs = std::filesystem;

namespace {

std::optional<dev_t> deviceOf(const fs::path& path)
{
    struct stat info{};
    return lstat(path.c_str(), &info) == 0 ? std::optional(info.st_dev) : std::nullopt;
}

/// As in a URL, with slashes left alone.
std::string percentEncoded(const std::string& text)
{
    std::string result;
    for (const unsigned char c : text) {
        if (std::isalnum(c) || std::string_view("/-_.~").contains(static_cast<char>(c)))
            result += static_cast<char>(c);
        else
            result += std::format("%{:02X}", static_cast<unsigned>(c));
    }
    return result;
}

fs::path homeTrash()
{
    const char* const data = std::getenv("XDG_DATA_HOME");
    const char* const home = std::getenv("HOME");
    if (data && *data == '/') return fs::path(data) / "Trash";
    return home && *home == '/' ? fs::path(home) / ".local/share/Trash" : fs::path();
}

/// The topmost folder of the file system that a path lies on.
fs::path topOf(const fs::path& path, dev_t device)
{
    fs::path top = path.parent_path();
    while (top.has_relative_path() && deviceOf(top.parent_path()) == device)
        top = top.parent_path();
    return top;
}

bool makeTrash(const fs::path& trash)
{
    std::error_code error;
    fs::create_directories(trash.parent_path(), error);
    if (mkdir(trash.c_str(), 0700) != 0 && errno != EEXIST) return false;
    struct stat info{};
    if (lstat(trash.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid()) return false;
    for (const char* const name : {"info", "files"})
        if (mkdir((trash / name).c_str(), 0700) != 0 && errno != EEXIST) return false;
    return true;
}

/// Writes the note that says where it came from; its name is the one in the trash. Empty on failure.
std::string reserveName(const fs::path& trash, const std::string& name, const std::string& origin)
{
    std::tm when{};
    const std::time_t now = std::time(nullptr);
    localtime_r(&now, &when);
    char date[32];
    (void)std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &when);
    const std::string text =
        std::format("[Trash Info]\nPath={}\nDeletionDate={}\n", percentEncoded(origin), date);
    for (int count = 1; count < 10000; ++count) {
        std::string candidate = count == 1 ? name : std::format("{}.{}", name, count);
        const fs::path note = trash / "info" / (candidate + ".trashinfo");
        const UniqueFd fd(open(note.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!fd && errno == EEXIST) continue;
        if (!fd) return {};
        if (write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return candidate;
        unlink(note.c_str());
        return {};
    }
    return {};
}

} // namespace

wire::Result<void> moveToTrash(const std::string& path)
{
    const std::optional<dev_t> device = deviceOf(path);
    if (!device) return fileFailure("delete", path, errno);
    fs::path trash = homeTrash();
    std::string origin = path;
    if (trash.empty() || !makeTrash(trash) || deviceOf(trash) != device) {
        const fs::path top = topOf(path, *device);
        trash = top / std::format(".Trash-{}", geteuid());
        origin = fs::path(path).lexically_relative(top).string();
        if (!makeTrash(trash) || deviceOf(trash) != device)
            return wire::failure(
                wire::errorCodeNoTrash,
                std::format("There is no trash where {} lies; it can only be deleted for good.", path));
    }
    const std::string name = reserveName(trash, fs::path(path).filename().string(), origin);
    if (name.empty())
        return wire::failure(wire::errorCodeNoTrash,
                             std::format("The trash {} cannot be written to.", trash.string()));
    const wire::Result<void> moved = renameFile(path, (trash / "files" / name).string());
    if (!moved) unlink((trash / "info" / (name + ".trashinfo")).c_str());
    return moved;
}

} // namespace cahier::host
