// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/journal.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <format>

namespace cahier::host {

void Journal::load()
{
    namespace fs = std::filesystem;
    std::vector<std::pair<std::uint64_t, std::string>> files;
    std::error_code error;
    for (fs::directory_iterator entry(m_folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string path = entry->path().string();
        if (path.ends_with(".tmp")) {
            std::error_code ignored; // what stays is looked at again by the next host
            fs::remove(path, ignored);
        } else if (path.ends_with(".seg")) {
            const std::uint64_t first = std::strtoull(entry->path().stem().c_str(), nullptr, 10);
            if (first > 0) files.emplace_back(first, path);
        }
    }
    std::ranges::sort(files);
    for (const auto& [first, path] : files) {
        if (loadSegment(path, first)) continue;
        m_options.warn(std::format("left out the journal file {}", path));
        std::error_code ignored;
        fs::rename(path, path + ".unreadable", ignored);
    }
    loadEnd();
    m_next = m_committed + 1;
}

bool Journal::loadSegment(const std::string& path, std::uint64_t first)
{
    auto file = SegmentFile::open(path);
    if (!file) return false;
    SegmentHead head;
    const SegmentHead wanted;
    if ((*file)->read(0, reinterpret_cast<char*>(&head), sizeof head) != sizeof head ||
        std::memcmp(head.magic, wanted.magic, sizeof head.magic) != 0 ||
        head.level > static_cast<std::uint32_t>(SegmentLevel::GapOnly))
        return false;
    const std::uint64_t size = (*file)->size();
    m_segments.push_back({std::move(*file), first, size, static_cast<SegmentLevel>(head.level), {}});
    return true;
}

void Journal::loadEnd()
{
    if (m_segments.empty()) return;
    Segment& segment = m_segments.back();
    m_committed = segment.first - 1;
    SegmentReader reader(segment.file);
    while (const std::optional<RecordHead> head = reader.head(segment.size)) {
        const std::string_view record = reader.bytes(head->size());
        if (record.size() != head->size() || !intact(record)) break;
        m_committed = gapBody(*head, record).to;
        reader.skip(*head);
    }
    if (reader.offset() < segment.size) {
        m_options.warn(std::format("cut {} torn bytes off the journal file {}",
                                   segment.size - reader.offset(), segment.file->path()));
        if (segment.file->truncate(reader.offset()) == 0) segment.size = reader.offset();
    }
    m_activeOpen = segment.level == SegmentLevel::Whole && segment.size < segmentLimit();
}

void Journal::visitSent(const std::function<void(std::uint64_t, std::string_view)>& visit)
{
    for (const Segment& segment : m_segments) {
        SegmentReader reader(segment.file);
        while (const std::optional<RecordHead> head = reader.head(segment.size)) {
            if (head->flags & flagSent) {
                std::uint32_t length = 0;
                const std::uint64_t front = sizeof(RecordHead) + head->parts * sizeof(std::uint32_t);
                std::memcpy(&length, reader.bytes(front).data() + sizeof(RecordHead), sizeof length);
                if (front + length <= head->size())
                    visit(head->seq, reader.bytes(front + length).substr(front));
            }
            reader.skip(*head);
        }
    }
}

} // namespace cahier::host
