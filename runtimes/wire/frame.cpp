// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/hostprotocol.h>

#include <bit>
#include <cstring>
#include <format>

namespace cahier::wire {

namespace {

static_assert(std::endian::native == std::endian::little, "the wire format is little-endian");

constexpr std::size_t wordSize = sizeof(std::uint32_t);

std::uint32_t readWord(const char* at)
{
    std::uint32_t value = 0;
    std::memcpy(&value, at, wordSize);
    return value;
}

void appendWord(std::string& out, std::size_t value)
{
    const auto word = static_cast<std::uint32_t>(value);
    out.append(reinterpret_cast<const char*>(&word), wordSize);
}

} // namespace

void appendFrameHead(std::string& out, std::span<const std::uint32_t> lengths)
{
    std::size_t size = wordSize * (1 + lengths.size());
    for (const std::uint32_t length : lengths)
        size += length;
    appendWord(out, size);
    appendWord(out, lengths.size());
    out.append(reinterpret_cast<const char*>(lengths.data()), lengths.size_bytes());
}

std::string encodeFrame(std::string_view envelope, std::span<const std::string_view> rest)
{
    std::vector<std::uint32_t> lengths;
    lengths.reserve(rest.size() + 1);
    lengths.push_back(static_cast<std::uint32_t>(envelope.size()));
    std::size_t total = envelope.size();
    for (const std::string_view part : rest) {
        lengths.push_back(static_cast<std::uint32_t>(part.size()));
        total += part.size();
    }
    std::string out;
    out.reserve(total + wordSize * (lengths.size() + 2));
    appendFrameHead(out, lengths);
    out.append(envelope);
    for (const std::string_view part : rest)
        out.append(part);
    return out;
}

bool fitsFrame(std::size_t envelopeSize, std::span<const std::string_view> rest)
{
    if (rest.size() + 1 > maxParts) return false;
    std::size_t total = wordSize * (rest.size() + 2) + envelopeSize;
    for (const std::string_view part : rest)
        total += part.size();
    return total <= maxFrameSize;
}

void FrameReader::append(std::string_view bytes)
{
    if (!m_broken.empty()) return;
    if (m_begin > 0 && m_begin >= m_buffer.size() - m_begin) {
        m_buffer.erase(0, m_begin);
        m_begin = 0;
    }
    m_buffer.append(bytes);
}

std::expected<Parts, std::string> FrameReader::next()
{
    if (!m_broken.empty()) return std::unexpected(m_broken);
    const auto refuse = [this](std::string why) {
        m_broken = std::move(why);
        m_buffer = {};
        m_begin = 0;
        return std::unexpected(m_broken);
    };
    const std::size_t available = m_buffer.size() - m_begin;
    if (available < wordSize) return Parts{};
    const char* frame = m_buffer.data() + m_begin;
    const std::size_t size = readWord(frame);
    if (size > maxFrameSize)
        return refuse(std::format("a frame claims {} bytes; {} are allowed", size, maxFrameSize));
    if (size < 2 * wordSize)
        return refuse(std::format("a frame of {} bytes is too short to hold a part", size));
    if (available < 2 * wordSize) return Parts{};
    const std::size_t count = readWord(frame + wordSize);
    if (count == 0 || count > maxParts)
        return refuse(std::format("a frame claims {} parts; 1 to {} are allowed", count, maxParts));
    const std::size_t head = wordSize * (1 + count);
    if (head > size) return refuse(std::format("a frame of {} bytes cannot hold {} parts", size, count));
    if (available < wordSize + head) return Parts{};
    std::size_t total = head;
    for (std::size_t i = 0; i < count; ++i)
        total += readWord(frame + wordSize * (2 + i));
    if (total != size)
        return refuse(std::format("a frame's parts add up to {} bytes, its size says {}", total, size));
    if (available < wordSize + size) return Parts{};

    Parts parts;
    parts.reserve(count);
    const char* bytes = frame + wordSize + head;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t length = readWord(frame + wordSize * (2 + i));
        parts.emplace_back(bytes, length);
        bytes += length;
    }
    m_begin += wordSize + size;
    if (m_begin == m_buffer.size()) {
        m_begin = 0;
        // The chunk of a file that is copied, and the room that its arrival needed.
        constexpr std::size_t keep = 4u << 20;
        if (m_buffer.capacity() > keep)
            m_buffer = {};
        else
            m_buffer.clear();
    }
    return parts;
}

} // namespace cahier::wire
