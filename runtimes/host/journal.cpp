// SPDX-License-Identifier: Apache-2.0
// Writing. journalread.cpp reads, journalbound.cpp keeps the bound, journalload.cpp takes up old files.
#include <runtimes/host/journal.h>

#include <runtimes/wire/ids.h>

#include <algorithm>
#include <format>
#include <utility>

namespace cahier::host {

Journal::Journal(std::string folder, Options options)
    : m_folder(std::move(folder)), m_options(std::move(options))
{
}

Journal::~Journal()
{
    commit();
}

std::uint64_t Journal::segmentLimit() const
{
    constexpr std::uint64_t largest = 16ull << 20, smallest = 64ull << 10;
    return std::clamp(m_options.limit / 8, smallest, largest);
}

std::string Journal::segmentPath(std::uint64_t first) const
{
    return std::format("{}/{:020}.seg", m_folder, first);
}

std::uint64_t Journal::append(RecordKind kind, Channel channel, std::uint16_t flags,
                              std::span<const std::string_view> parts)
{
    RecordHead head;
    head.seq = m_next++;
    head.time = wire::nowMs();
    head.kind = kind;
    head.channel = channel;
    head.flags = flags;
    HotRecord record{head.seq, head.seq, m_pending.size(), 0, (flags & flagOutput) != 0, {}};
    std::size_t total = 0;
    for (const std::string_view part : parts)
        total += part.size();
    if (total < longRecord) {
        appendRecord(m_pending, head, parts);
        record.size = m_pending.size() - record.offset;
        m_pendingRecords.push_back(std::move(record));
        return head.seq;
    }
    commit();
    const std::string front = encodeRecordHead(head, parts);
    std::vector<std::string_view> pieces{front};
    pieces.insert(pieces.end(), parts.begin(), parts.end());
    if (!writeAfterLost(head.seq, pieces)) {
        lost(head.seq, head.seq, record.output ? 1 : 0);
        for (const std::string_view piece : pieces)
            record.bytes += piece;
    }
    remember(std::move(record));
    m_committed = head.seq;
    enforceLimit();
    return head.seq;
}

void Journal::appendGapOf(std::uint64_t count, std::uint64_t outputs)
{
    HotRecord record{m_next, m_next + count - 1, m_pending.size(), 0, false, {}};
    appendGap(m_pending, record.seq, {record.to, outputs}, wire::nowMs());
    record.size = m_pending.size() - record.offset;
    m_pendingRecords.push_back(std::move(record));
    m_next += count;
}

void Journal::commit()
{
    if (m_pendingRecords.empty()) return;
    const std::string bytes = std::exchange(m_pending, {});
    std::vector<HotRecord> records = std::exchange(m_pendingRecords, {});
    const std::span<HotRecord> all = records;
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
        // At most a segment's worth in one go, so that segments keep to their size.
        std::size_t size = 0;
        while (end < all.size() && (end == begin || size + all[end].size <= segmentLimit()))
            size += all[end++].size;
        const std::span<HotRecord> some = all.subspan(begin, end - begin);
        if (!writeAfterLost(some.front().seq, {std::string_view(bytes).substr(some.front().offset, size)})) {
            const auto outputs = std::ranges::count_if(some, &HotRecord::output);
            lost(some.front().seq, some.back().to, static_cast<std::uint64_t>(outputs));
        }
    }
    m_committed = records.back().to;
    for (HotRecord& record : records) {
        record.bytes = bytes.substr(record.offset, record.size);
        remember(std::move(record));
    }
    enforceLimit();
}

bool Journal::writeAfterLost(std::uint64_t first, std::vector<std::string_view> pieces)
{
    std::string gap;
    if (m_lostFrom != 0) {
        appendGap(gap, m_lostFrom, {m_lostTo, m_lostOutputs}, wire::nowMs());
        pieces.insert(pieces.begin(), gap);
        first = m_lostFrom;
    }
    if (!writeBytes(first, pieces)) return false;
    if (m_lostFrom != 0) m_options.warn(std::format("the journal {} is written again", m_folder));
    m_lostFrom = m_lostTo = m_lostOutputs = 0;
    return true;
}

bool Journal::writeBytes(std::uint64_t first, std::span<const std::string_view> pieces)
{
    if (!ensureActive(first)) return false;
    Segment& segment = m_segments.back();
    std::uint64_t offset = segment.size;
    for (const std::string_view piece : pieces) {
        if (const int error = segment.file->write(offset, piece); error != 0) {
            if (m_lostFrom == 0)
                m_options.warn(
                    std::format("cannot write the journal {}: {}", m_folder, wire::systemMessage(error)));
            if (segment.file->truncate(segment.size) != 0) m_activeOpen = false;
            return false;
        }
        offset += piece.size();
    }
    if (segment.index.empty() || segment.size >= segment.index.back().second + indexStep)
        segment.index.emplace_back(first, segment.size);
    segment.size = offset;
    if (m_dirty.empty() || m_dirty.back() != segment.file) m_dirty.push_back(segment.file);
    if (segment.size >= segmentLimit()) m_activeOpen = false;
    return true;
}

bool Journal::ensureActive(std::uint64_t first)
{
    if (m_activeOpen) return true;
    auto file = SegmentFile::create(segmentPath(first));
    const SegmentHead head;
    if (file) {
        const std::string_view bytes(reinterpret_cast<const char*>(&head), sizeof head);
        if (const int error = (*file)->write(0, bytes); error != 0) {
            (*file)->remove();
            file = wire::failure("io", wire::systemMessage(error));
        }
    }
    if (!file) {
        if (m_lostFrom == 0)
            m_options.warn(std::format("cannot write the journal {}: {}", m_folder, file.error().message));
        return false;
    }
    m_segments.push_back({std::move(*file), first, sizeof head, SegmentLevel::Whole, {}});
    m_activeOpen = true;
    return true;
}

void Journal::lost(std::uint64_t from, std::uint64_t to, std::uint64_t outputs)
{
    if (m_lostFrom == 0) m_lostFrom = from;
    m_lostTo = to;
    m_lostOutputs += outputs;
}

void Journal::remember(HotRecord record)
{
    m_hotBytes += record.bytes.size() + sizeof record;
    m_hot.push_back(std::move(record));
    const std::size_t limit = m_lostFrom == 0 ? hotLimit : hotLimitUnsaved;
    while (m_hotBytes > limit && m_hot.size() > 1) {
        m_hotBytes -= m_hot.front().bytes.size() + sizeof record;
        m_hot.pop_front();
    }
}

std::uint64_t Journal::bytesOnDisk() const
{
    std::uint64_t total = 0;
    for (const Segment& segment : m_segments)
        total += segment.size;
    return total;
}

std::vector<std::shared_ptr<const SegmentFile>> Journal::takeDirty()
{
    return std::exchange(m_dirty, {});
}

} // namespace cahier::host
