// SPDX-License-Identifier: Apache-2.0
// The bytes of a kernel's journal.
//
// A journal is a folder of segment files named after the number of their first record (20 digits, ".seg").
// A segment is a SegmentHead and records one after another; all integers little-endian:
//
//     RecordHead
//     u32 length[parts]
//     bytes             the parts, one after another
//
// The parts of a message are its header, parent, metadata, content and buffers; of a state, one JSON object
// (the state event of hostprotocol.h without op, kernel, seq and time); of a gap, one GapBody.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cahier::host {

enum class RecordKind : std::uint8_t { Message = 1, State = 2, Gap = 3 };
enum class Channel : std::uint8_t { None = 0, IoPub = 1, Shell = 2, Control = 3, Stdin = 4 };

inline constexpr std::uint16_t flagSent = 1;   ///< a client's request
inline constexpr std::uint16_t flagOutput = 2; ///< goes first when the journal is over its bound

/// How much of a segment is left.
enum class SegmentLevel : std::uint32_t { Whole = 0, WithoutOutputs = 1, GapOnly = 2 };

struct SegmentHead {
    char magic[8] = {'C', 'A', 'H', 'I', 'E', 'R', 'J', '1'};
    std::uint32_t level = 0;
    std::uint32_t reserved = 0;
};
static_assert(sizeof(SegmentHead) == 16);

struct RecordHead {
    std::uint32_t length = 0; ///< of everything after this field
    std::uint32_t crc = 0;    ///< CRC-32C of everything after this field
    std::uint64_t seq = 0;    ///< for a gap its first number
    std::int64_t time = 0;    ///< ms since 1970
    RecordKind kind = RecordKind::Message;
    Channel channel = Channel::None;
    std::uint16_t flags = 0;
    std::uint32_t parts = 0;

    /// Bytes of the whole record.
    [[nodiscard]] std::uint64_t size() const { return sizeof length + length; }
};
static_assert(sizeof(RecordHead) == 32);

struct GapBody {
    std::uint64_t to = 0;
    std::uint64_t outputs = 0; ///< how many of the numbers were outputs
};
static_assert(sizeof(GapBody) == 16);

/// The record's bytes before its parts' own: head (with length and checksum set) and lengths.
[[nodiscard]] std::string encodeRecordHead(RecordHead head, std::span<const std::string_view> parts);

/// Appends a whole record.
void appendRecord(std::string& out, const RecordHead& head, std::span<const std::string_view> parts);

/// Appends the record of a gap.
void appendGap(std::string& out, std::uint64_t from, const GapBody& body, std::int64_t time);

/// Whether a head read from disk can be one: sizes that fit each other and `available` bytes, a known kind.
[[nodiscard]] bool plausible(const RecordHead& head, std::uint64_t available);

/// Whether a whole record's bytes match its checksum.
[[nodiscard]] bool intact(std::string_view record);

/// Why a message goes first or last: stream, display_data, update_display_data, execute_result.
[[nodiscard]] bool isOutputType(std::string_view msgType);

} // namespace cahier::host
