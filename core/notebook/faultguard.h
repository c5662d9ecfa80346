// SPDX-License-Identifier: GPL-3.0-or-later
// A mapped file that another program makes shorter raises SIGBUS where it is read. Guarded ranges read as
// zeroes instead and are marked as damaged.
#pragma once

#include <atomic>
#include <cstddef>

namespace cahier::notebook {

/// Guards [address, address + size) for as long as it lives. The process's SIGBUS handler is installed with
/// the first guard and stays; faults at other addresses go to the handler that was there before.
class FaultGuard {
public:
    FaultGuard() = default;
    ~FaultGuard();
    FaultGuard(const FaultGuard&) = delete;
    FaultGuard& operator=(const FaultGuard&) = delete;

    /// False where no more ranges can be guarded; the caller must not rely on the mapping then.
    [[nodiscard]] bool protect(void* address, size_t size);
    [[nodiscard]] bool isDamaged() const { return m_damaged.load(std::memory_order_relaxed); }
    void setDamaged() { m_damaged.store(true, std::memory_order_relaxed); }

private:
    std::atomic<bool> m_damaged = false;
    int m_slot = -1;
};

} // namespace cahier::notebook
