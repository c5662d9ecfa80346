// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/journal.h>

#include <algorithm>
#include <cstring>

namespace cahier::host {

namespace {

constexpr std::uint64_t longBody = 256u << 10; // left on disk for the client's socket to take in pieces

JournalItem itemOf(const RecordHead& head, std::string_view record)
{
    JournalItem item;
    item.kind = head.kind;
    item.channel = head.channel;
    item.sent = (head.flags & flagSent) != 0;
    item.seq = head.seq;
    item.to = head.seq;
    item.time = head.time;
    item.lengths.resize(head.parts);
    const std::size_t lengthBytes = head.parts * sizeof(std::uint32_t);
    std::memcpy(item.lengths.data(), record.data() + sizeof head, lengthBytes);
    item.body = record.substr(sizeof head + lengthBytes);
    item.bodySize = head.size() - sizeof head - lengthBytes;
    return item;
}

JournalItem gapItem(std::uint64_t from, std::uint64_t to, std::uint64_t outputs)
{
    JournalItem item;
    item.kind = RecordKind::Gap;
    item.seq = from;
    item.to = to;
    item.outputs = std::min(outputs, to - from + 1);
    return item;
}

/// The item of a record whose bytes are all here.
JournalItem wholeItem(std::string_view record, std::uint64_t from)
{
    RecordHead head;
    std::memcpy(static_cast<void*>(&head), record.data(), sizeof head);
    if (head.kind != RecordKind::Gap) return itemOf(head, record);
    const GapBody body = gapBody(head, record);
    return gapItem(std::max(from, head.seq), body.to, body.outputs);
}

bool lengthsFit(const JournalItem& item)
{
    std::uint64_t total = 0;
    for (const std::uint32_t length : item.lengths)
        total += length;
    return total == item.bodySize;
}

} // namespace

std::uint64_t Journal::first() const
{
    const std::uint64_t inMemory = m_hot.empty() ? 0 : m_hot.front().seq;
    if (m_segments.empty()) return inMemory;
    const Segment& oldest = m_segments.front();
    return oldest.level == SegmentLevel::GapOnly ? endOf(0) : oldest.first;
}

std::optional<JournalItem> Journal::read(JournalCursor& cursor)
{
    if (cursor.m_next > m_committed) return std::nullopt;
    JournalItem item;
    const bool hot = !m_hot.empty() && cursor.m_next >= m_hot.front().seq;
    if (hot) {
        const auto record = std::ranges::lower_bound(m_hot, cursor.m_next, {}, &HotRecord::to);
        if (record->bytes.empty()) {
            item = readDisk(cursor, record->to + 1);
        } else {
            cursor.m_disk.reset();
            item = wholeItem(record->bytes, cursor.m_next);
        }
    } else {
        item = readDisk(cursor, m_hot.empty() ? m_committed + 1 : m_hot.front().seq);
    }
    cursor.m_next = item.to + 1;
    return item;
}

JournalItem Journal::readDisk(JournalCursor& cursor, std::uint64_t before)
{
    if (segmentOf(cursor) == m_segments.size()) seek(cursor);
    while (cursor.m_disk) {
        const Segment& segment = m_segments[segmentOf(cursor)];
        SegmentReader& disk = *cursor.m_disk;
        const std::optional<RecordHead> head = disk.head(segment.size);
        if (!head) {
            if (!nextSegment(cursor)) break;
            continue;
        }
        const std::uint64_t frontSize = sizeof(RecordHead) + head->parts * sizeof(std::uint32_t);
        const bool isLong = head->kind == RecordKind::Message && head->size() > longBody;
        const std::string_view record = disk.bytes(isLong ? frontSize : head->size());
        const GapBody body = gapBody(*head, record);
        if (body.to < cursor.m_next) {
            disk.skip(*head);
            continue;
        }
        if (head->seq > cursor.m_next) {
            if (head->seq >= before) break;
            return gapItem(cursor.m_next, head->seq - 1, head->seq);
        }
        JournalItem item = itemOf(*head, record);
        if (isLong) {
            item.file = disk.file();
            item.offset = disk.offset() + frontSize;
            item.body = {};
        }
        if (!lengthsFit(item) || (!isLong && !intact(record))) {
            m_options.warn("a journal record cannot be read: " + segment.file->path());
            if (!nextSegment(cursor)) break;
            continue;
        }
        disk.skip(*head);
        return head->kind == RecordKind::Gap ? gapItem(cursor.m_next, body.to, body.outputs) : item;
    }
    cursor.m_disk.reset();
    return gapItem(cursor.m_next, before - 1, before);
}

std::size_t Journal::segmentOf(const JournalCursor& cursor) const
{
    if (!cursor.m_disk) return m_segments.size();
    const auto found = std::ranges::find(m_segments, cursor.m_disk->file(), &Segment::file);
    return static_cast<std::size_t>(found - m_segments.begin());
}

std::size_t Journal::segmentAt(std::uint64_t seq) const
{
    const auto after = std::ranges::upper_bound(m_segments, seq, {}, &Segment::first);
    return after == m_segments.begin() ? 0 : static_cast<std::size_t>(after - m_segments.begin() - 1);
}

void Journal::seek(JournalCursor& cursor) const
{
    cursor.m_disk.reset();
    if (m_segments.empty()) return;
    const Segment& segment = m_segments[segmentAt(cursor.m_next)];
    std::uint64_t offset = sizeof(SegmentHead);
    for (const auto& [seq, at] : segment.index) {
        if (seq > cursor.m_next) break;
        offset = at;
    }
    cursor.m_disk.emplace(segment.file, offset);
}

bool Journal::nextSegment(JournalCursor& cursor) const
{
    const std::size_t next = segmentOf(cursor) + 1;
    if (next >= m_segments.size()) return false;
    cursor.m_disk.emplace(m_segments[next].file);
    return true;
}

} // namespace cahier::host
