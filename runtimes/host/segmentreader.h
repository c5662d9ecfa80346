// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/journalrecord.h>
#include <runtimes/host/segmentfile.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cahier::host {

/// Reads the records of one segment in order, in blocks.
class SegmentReader {
public:
    explicit SegmentReader(std::shared_ptr<const SegmentFile> file,
                           std::uint64_t offset = sizeof(SegmentHead))
        : m_file(std::move(file)), m_offset(offset)
    {
    }

    /// The head of the record at the present place, given the segment's size. Nothing at the end, or where
    /// the bytes cannot be a record.
    [[nodiscard]] std::optional<RecordHead> head(std::uint64_t end);
    /// Bytes of the present record from its beginning; valid until the next call.
    [[nodiscard]] std::string_view bytes(std::uint64_t size);
    void skip(const RecordHead& head) { m_offset += head.size(); }

    [[nodiscard]] std::uint64_t offset() const { return m_offset; }
    [[nodiscard]] const std::shared_ptr<const SegmentFile>& file() const { return m_file; }

private:
    static constexpr std::size_t blockSize = 64u << 10;

    std::shared_ptr<const SegmentFile> m_file;
    std::uint64_t m_offset;
    std::string m_block;
    std::uint64_t m_blockStart = 0;
};

/// The numbers that a record covers: a gap's last one, else its own.
[[nodiscard]] GapBody gapBody(const RecordHead& head, std::string_view record);

} // namespace cahier::host
