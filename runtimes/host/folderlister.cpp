// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/folderlister.h>

#include <runtimes/host/fileerror.h>
#include <runtimes/host/fileoperations.h>
#include <runtimes/wire/hostprotocol.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <format>
#include <memory>
#include <optional>
#include <string_view>

#include <dirent.h>
#include <sys/stat.h>

namespace cahier::host {

using Json = nlohmann::json;

namespace {

/// Changes that follow each other within a file system's tick have the same time.
constexpr auto settled = std::chrono::seconds(2);

// A name may be no UTF-8, which a message cannot carry.
std::string toHex(const std::string& bytes)
{
    std::string text;
    for (const unsigned char byte : bytes)
        text += std::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

std::optional<std::string> fromHex(const std::string& text)
{
    std::string bytes;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        unsigned byte = 0;
        const char* const end = text.data() + at + 2;
        if (std::from_chars(text.data() + at, end, byte, 16).ptr != end) return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return text.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

} // namespace

wire::Result<void> FolderLister::read(const std::string& path)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), &closedir);
    struct stat info{};
    if (!folder || fstat(dirfd(folder.get()), &info) != 0) return fileFailure("list the folder", path, errno);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto changed =
        std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
    Identity identity{path, info.st_dev, info.st_ino, changed.count()};
    if (!m_names.empty() && m_isSettled && identity == m_identity) return {};
    m_isSettled = now - changed > settled;
    m_names.clear();
    errno = 0;
    while (const dirent* const entry = readdir(folder.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") m_names.emplace_back(name);
        errno = 0;
    }
    if (errno != 0) {
        const int problem = errno;
        m_names.clear();
        return fileFailure("list the folder", path, problem);
    }
    std::ranges::sort(m_names);
    m_identity = std::move(identity);
    return {};
}

wire::Result<Json> FolderLister::list(const std::string& path, const std::string& after)
{
    const std::optional<std::string> last = fromHex(after);
    if (!last) return wire::failure(wire::errorCodeBadRequest, "after is what an answer called next.");
    if (last->empty()) m_names.clear(); // whoever begins wants to see what is there now
    const wire::Result<void> known = read(path);
    if (!known) return std::unexpected(known.error());
    const auto begin = last->empty() ? m_names.begin() : std::ranges::upper_bound(m_names, *last);
    const auto end = begin + std::min<std::ptrdiff_t>(m_names.end() - begin, maxListed);
    Json entries = Json::array();
    for (auto name = begin; name != end; ++name) {
        std::optional<Json> entry = entryOf((std::filesystem::path(path) / *name).string(), *name);
        if (entry) entries.push_back(std::move(*entry)); // else it is gone by now
    }
    Json listing{{"folder", path}, {"entries", std::move(entries)}};
    if (end != m_names.end())
        listing["next"] = toHex(*(end - 1));
    else
        m_names = {};
    return listing;
}

} // namespace cahier::host
