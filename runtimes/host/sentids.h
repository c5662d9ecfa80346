// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace cahier::host {

/// The msg_ids of requests that were sent, with their journal numbers: the newest hundred thousand.
class SentIds {
public:
    [[nodiscard]] std::optional<std::uint64_t> find(const std::string& msgId) const
    {
        const auto found = m_numbers.find(msgId);
        return found == m_numbers.end() ? std::nullopt : std::optional(found->second);
    }
    void add(const std::string& msgId, std::uint64_t seq)
    {
        const auto [place, isNew] = m_numbers.try_emplace(msgId, seq);
        if (!isNew) return;
        m_order.push_back(&place->first); // keys stay where they are
        if (m_order.size() <= limit) return;
        m_numbers.erase(m_numbers.find(*m_order.front()));
        m_order.pop_front();
    }

private:
    static constexpr std::size_t limit = 100000;
    std::unordered_map<std::string, std::uint64_t> m_numbers;
    std::deque<const std::string*> m_order;
};

} // namespace cahier::host
