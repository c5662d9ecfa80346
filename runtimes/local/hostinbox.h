// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/local/hostcodec.h>

#include <deque>
#include <functional>
#include <mutex>

namespace cahier::runtimes {

struct HostConnected {};
/// The stream ended, or could not be made. wasConnected tells which.
struct HostLost {
    Error error;
    bool wasConnected = false;
};

using InboxItem =
    std::variant<HostReply, HostEvent, HostGoodbye, runtime::ResourceSample, HostConnected, HostLost>;

/// What the I/O thread hands to the owner's thread. Neighbouring stream texts of one name and request become
/// one while they wait, so that a flood costs the owner little; what waits is bounded by isFull(), on which
/// the I/O thread stops reading (the host then keeps the rest on disk).
class HostInbox {
public:
    static constexpr std::size_t fullAt = 64u << 20;      ///< bytes
    static constexpr std::size_t roomAgainAt = 32u << 20; ///< bytes
    static constexpr std::size_t mergeLimit = 1u << 20;   ///< bytes of one merged stream text
    static constexpr std::size_t batchLimit = 4u << 20;   ///< bytes that one take() gives, at least one item

    /// Called when the owner should call take(): at most once between two takes. In the thread of put().
    explicit HostInbox(std::function<void()> wake) : m_wake(std::move(wake)) {}

    /// bytes: what the item came in.
    void put(InboxItem item, std::size_t bytes);
    struct Batch {
        std::vector<InboxItem> items;
        bool more = false;     ///< take again, soon
        bool madeRoom = false; ///< it was full and is no more: reading may go on
    };
    [[nodiscard]] Batch take();
    [[nodiscard]] bool isFull() const;

private:
    struct Entry {
        InboxItem item;
        std::size_t bytes = 0;
    };
    [[nodiscard]] bool merge(InboxItem& item, std::size_t bytes);

    std::function<void()> m_wake;
    mutable std::mutex m_mutex;
    std::deque<Entry> m_entries;
    std::size_t m_bytes = 0;
    bool m_full = false;
    bool m_woken = false;
};

} // namespace cahier::runtimes
