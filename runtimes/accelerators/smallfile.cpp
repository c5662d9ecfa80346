// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/smallfile.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

namespace cahier::accelerators {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

} // namespace

bool readSmallFile(const std::string& path, std::string& text, std::size_t limit)
{
    text.clear();
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return false;
    constexpr std::size_t step = 4096;
    bool good = true;
    while (text.size() < limit) {
        const std::size_t before = text.size();
        text.resize(before + step);
        const ssize_t got = read(fd, text.data() + before, step);
        text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && errno == EINTR) continue;
        good = got >= 0;
        if (got < static_cast<ssize_t>(step)) break; // the files of /proc give all they have
    }
    close(fd);
    return good;
}

std::string smallFile(const std::string& path)
{
    std::string text;
    if (!readSmallFile(path, text)) text.clear();
    return text;
}

std::string firstLine(const std::string& path)
{
    const std::string text = smallFile(path);
    return std::string(trimmed(std::string_view(text).substr(0, text.find('\n'))));
}

std::optional<std::uint64_t> toNumber(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> numberIn(const std::string& path)
{
    return toNumber(firstLine(path));
}

std::optional<std::uint64_t> numberAfter(std::string_view text, std::string_view word)
{
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (!line.starts_with(word)) continue;
        std::string_view rest = line.substr(word.size());
        if (rest.starts_with(':')) rest.remove_prefix(1);
        const std::size_t begin = rest.find_first_not_of(blanks);
        if (begin == 0 || begin == std::string_view::npos) continue; // the beginning of another word
        rest.remove_prefix(begin);
        return toNumber(rest.substr(0, rest.find_first_of(blanks)));
    }
    return std::nullopt;
}

std::vector<std::string_view> words(std::string_view text)
{
    std::vector<std::string_view> result;
    for (std::size_t at = 0; (at = text.find_first_not_of(blanks, at)) != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
        result.push_back(text.substr(at, end - at));
        at = end;
    }
    return result;
}

std::vector<std::string> namesIn(const std::string& folder)
{
    namespace fs = std::filesystem;
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        names.push_back(entry->path().filename().string());
    std::ranges::sort(names);
    return names;
}

} // namespace cahier::accelerators
