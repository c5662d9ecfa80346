// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace cahier::wire {

/// The signatures of the last messages, so that one that comes a second time is known: at least the last
/// `remembered`, at most twice as many, in memory that does not grow (half a megabyte once the first came).
class SeenSignatures {
public:
    static constexpr std::size_t remembered = 16384;

    /// False when it was there already. An empty signature (a connection without a key) never is.
    [[nodiscard]] bool add(std::string_view signature)
    {
        if (signature.empty()) return true;
        const std::uint64_t hash = std::hash<std::string_view>()(signature) | 1; // 0 is a free slot
        if (!m_now) m_now = std::make_unique<Table>();
        if (m_before && m_before->at(slotOf(*m_before, hash)) == hash) return false;
        std::uint64_t& slot = m_now->at(slotOf(*m_now, hash));
        if (slot == hash) return false;
        slot = hash;
        if (++m_count == remembered) {
            m_before = std::exchange(m_now, nullptr);
            m_count = 0;
        }
        return true;
    }

private:
    static constexpr std::size_t slots = 2 * remembered;
    using Table = std::array<std::uint64_t, slots>;

    /// Where it is, or would be: never more than half of a table is taken.
    static std::size_t slotOf(const Table& table, std::uint64_t hash)
    {
        std::size_t slot = (hash >> 1) % slots;
        while (table[slot] != 0 && table[slot] != hash)
            slot = (slot + 1) % slots;
        return slot;
    }

    std::unique_ptr<Table> m_now, m_before;
    std::size_t m_count = 0; ///< of m_now
};

} // namespace cahier::wire
