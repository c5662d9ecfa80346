// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <atomic>
#include <memory>

namespace cahier::notebook {

/// A value that is made on first use, by whichever thread comes first.
template <typename T> class Lazy {
public:
    Lazy() = default;
    /// A copy starts without the value.
    Lazy(const Lazy&) {}
    Lazy& operator=(const Lazy&) = delete;
    ~Lazy() { delete m_value.load(std::memory_order_relaxed); }

    template <typename Make> const T& get(Make make) const
    {
        if (const T* ready = m_value.load(std::memory_order_acquire)) return *ready;
        auto made = std::make_unique<const T>(make());
        const T* expected = nullptr;
        if (m_value.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel))
            return *made.release();
        return *expected;
    }
    [[nodiscard]] const T* peek() const { return m_value.load(std::memory_order_acquire); }
    /// Only while no other thread can see it.
    void reset() { delete m_value.exchange(nullptr, std::memory_order_relaxed); }

private:
    mutable std::atomic<const T*> m_value = nullptr;
};

} // namespace cahier::notebook
