// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/segmentreader.h>

#include <algorithm>
#include <cstring>

namespace cahier::host {

std::string_view SegmentReader::bytes(std::uint64_t size)
{
    if (m_offset < m_blockStart || m_offset + size > m_blockStart + m_block.size()) {
        m_block.resize(std::max<std::size_t>(blockSize, size));
        m_block.resize(m_file->read(m_offset, m_block.data(), m_block.size()));
        m_blockStart = m_offset;
        if (m_block.size() <= blockSize && m_block.capacity() > 8 * blockSize) m_block.shrink_to_fit();
    }
    return std::string_view(m_block).substr(m_offset - m_blockStart, size);
}

std::optional<RecordHead> SegmentReader::head(std::uint64_t end)
{
    if (m_offset + sizeof(RecordHead) > end) return std::nullopt;
    const std::string_view raw = bytes(sizeof(RecordHead));
    if (raw.size() < sizeof(RecordHead)) return std::nullopt;
    RecordHead head;
    std::memcpy(static_cast<void*>(&head), raw.data(), sizeof head);
    if (!plausible(head, end - m_offset)) return std::nullopt;
    return head;
}

GapBody gapBody(const RecordHead& head, std::string_view record)
{
    GapBody body{head.seq, 0};
    if (head.kind == RecordKind::Gap && record.size() >= sizeof body)
        std::memcpy(&body, record.data() + record.size() - sizeof body, sizeof body);
    return body;
}

} // namespace cahier::host
