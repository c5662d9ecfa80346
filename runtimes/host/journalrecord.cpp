// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/journalrecord.h>

#include <runtimes/wire/crc32c.h>
#include <runtimes/wire/hostprotocol.h>

#include <cstring>

namespace cahier::host {

namespace {

constexpr std::size_t uncheckedBytes = offsetof(RecordHead, seq); // length and crc
constexpr std::size_t fixedBytes = sizeof(RecordHead) - sizeof(RecordHead::length);

} // namespace

std::string encodeRecordHead(RecordHead head, std::span<const std::string_view> parts)
{
    head.parts = static_cast<std::uint32_t>(parts.size());
    std::string lengths;
    lengths.reserve(parts.size() * sizeof(std::uint32_t));
    std::size_t total = fixedBytes + parts.size() * sizeof(std::uint32_t);
    for (const std::string_view part : parts) {
        const auto length = static_cast<std::uint32_t>(part.size());
        lengths.append(reinterpret_cast<const char*>(&length), sizeof length);
        total += part.size();
    }
    head.length = static_cast<std::uint32_t>(total);
    std::string out(reinterpret_cast<const char*>(&head), sizeof head);
    out += lengths;
    std::uint32_t crc = wire::crc32c(std::string_view(out).substr(uncheckedBytes));
    for (const std::string_view part : parts)
        crc = wire::crc32c(part, crc);
    std::memcpy(out.data() + offsetof(RecordHead, crc), &crc, sizeof crc);
    return out;
}

void appendRecord(std::string& out, const RecordHead& head, std::span<const std::string_view> parts)
{
    out += encodeRecordHead(head, parts);
    for (const std::string_view part : parts)
        out += part;
}

void appendGap(std::string& out, std::uint64_t from, const GapBody& body, std::int64_t time)
{
    RecordHead head;
    head.seq = from;
    head.time = time;
    head.kind = RecordKind::Gap;
    const std::string_view part(reinterpret_cast<const char*>(&body), sizeof body);
    appendRecord(out, head, {&part, 1});
}

bool plausible(const RecordHead& head, std::uint64_t available)
{
    const bool known =
        head.kind == RecordKind::Message || head.kind == RecordKind::State || head.kind == RecordKind::Gap;
    const std::uint64_t lengths = std::uint64_t{head.parts} * sizeof(std::uint32_t);
    return known && head.parts >= 1 && head.parts <= wire::maxParts && head.length >= fixedBytes + lengths &&
           head.size() <= available && head.channel <= Channel::Stdin && head.seq > 0;
}

bool intact(std::string_view record)
{
    RecordHead head;
    std::memcpy(&head, record.data(), sizeof head);
    return wire::crc32c(record.substr(uncheckedBytes)) == head.crc;
}

bool isOutputType(std::string_view msgType)
{
    return msgType == "stream" || msgType == "display_data" || msgType == "update_display_data" ||
           msgType == "execute_result";
}

} // namespace cahier::host
