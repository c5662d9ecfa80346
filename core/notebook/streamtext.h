// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace cahier::notebook {

/// UTF-8 text that grows at its end at a cost in proportion to what is added. A value: a copy keeps seeing
/// what it saw, and may be read on another thread while the newest one grows, since bytes once written never
/// move or change.
class StreamText {
public:
    StreamText() = default;
    [[nodiscard]] StreamText appended(std::string_view utf8) const;
    [[nodiscard]] size_t size() const { return m_size; }
    [[nodiscard]] QByteArray join() const;
    /// Whether this text is `other` with something appended, by appended(). False may also mean unknown.
    [[nodiscard]] bool startsLike(const StreamText& other) const;
    /// What keeps the bytes; the same for every text that this one grew into. Null for an empty text.
    [[nodiscard]] std::shared_ptr<const void> owner() const { return m_first; }
    /// What follows the first `from` bytes.
    [[nodiscard]] std::string tail(size_t from) const;

    /// Calls visit(std::string_view) for the pieces in order.
    template <typename Visit> void forEachPiece(Visit visit) const
    {
        const Chunk* chunk = m_first.get();
        for (size_t left = m_size; left > 0;) {
            const size_t here = std::min(left, chunk->capacity);
            visit(std::string_view(chunk->bytes.get(), here));
            left -= here;
            // What follows this text's last chunk belongs to whoever grows it, maybe on another thread.
            if (left > 0) chunk = chunk->next.get();
        }
    }

private:
    struct Chunk {
        explicit Chunk(size_t size) : capacity(size), bytes(new char[size]) {}
        ~Chunk();
        size_t capacity;
        size_t filled = 0; ///< read and written by the newest copy's thread alone
        std::unique_ptr<char[]> bytes;
        std::shared_ptr<Chunk> next;
    };

    std::shared_ptr<Chunk> m_first;
    std::shared_ptr<Chunk> m_last;
    size_t m_size = 0;
    size_t m_lastUsed = 0; ///< bytes of m_last that belong to this text
};

} // namespace cahier::notebook
