// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/streamtext.h>

#include <algorithm>
#include <cstring>

namespace cahier::notebook {

namespace {
constexpr size_t smallestChunk = 256;
constexpr size_t largestChunk = 256 * 1024;
} // namespace

/// A long chain must not be destroyed by recursion.
StreamText::Chunk::~Chunk()
{
    std::shared_ptr<Chunk> chunk = std::move(next);
    while (chunk && chunk.use_count() == 1)
        chunk = std::exchange(chunk->next, nullptr);
}

StreamText StreamText::appended(std::string_view utf8) const
{
    StreamText result = *this;
    if (utf8.empty()) return result;
    // Another text already grew from this one: this one's bytes are copied, the other keeps the chain.
    if (m_last && (m_last->filled != m_lastUsed || m_last->next)) {
        const QByteArray all = join();
        return StreamText().appended({all.constData(), size_t(all.size())}).appended(utf8);
    }
    while (!utf8.empty()) {
        if (!result.m_last || result.m_last->filled == result.m_last->capacity) {
            const size_t wanted = std::clamp(result.m_size, smallestChunk, largestChunk);
            const auto chunk = std::make_shared<Chunk>(std::max(wanted, utf8.size()));
            (result.m_last ? result.m_last->next : result.m_first) = chunk;
            result.m_last = chunk;
        }
        Chunk& last = *result.m_last;
        const size_t part = std::min(utf8.size(), last.capacity - last.filled);
        std::memcpy(last.bytes.get() + last.filled, utf8.data(), part);
        last.filled += part;
        result.m_size += part;
        result.m_lastUsed = last.filled;
        utf8.remove_prefix(part);
    }
    return result;
}

QByteArray StreamText::join() const
{
    QByteArray text;
    text.reserve(qsizetype(m_size));
    forEachPiece([&](std::string_view piece) { text.append(piece.data(), qsizetype(piece.size())); });
    return text;
}

bool StreamText::startsLike(const StreamText& other) const
{
    return other.m_first && m_first == other.m_first && m_size >= other.m_size;
}

std::string StreamText::tail(size_t from) const
{
    std::string text;
    size_t at = 0;
    forEachPiece([&](std::string_view piece) {
        if (at + piece.size() > from) text += piece.substr(from > at ? from - at : 0);
        at += piece.size();
    });
    return text;
}

} // namespace cahier::notebook
