// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtimelist.h>

#include <algorithm>

namespace cahier::test {

/// A list of runtimes that the test made, all of them opened.
class OpenedRuntimes : public runtime::RuntimeList {
public:
    void add(const QString& id, std::shared_ptr<runtime::Runtime> runtime)
    {
        m_entries.push_back({.id = id, .name = runtime->displayName()});
        m_runtimes.push_back(std::move(runtime));
        Q_EMIT entriesChanged();
        Q_EMIT openedChanged(id);
    }
    void remove(const QString& id)
    {
        const auto at = std::ranges::find(m_entries, id, &runtime::RuntimeEntry::id) - m_entries.begin();
        m_entries.erase(m_entries.begin() + at);
        m_runtimes.erase(m_runtimes.begin() + at);
        Q_EMIT entriesChanged();
    }

    [[nodiscard]] std::vector<runtime::RuntimeEntry> entries() const override { return m_entries; }
    [[nodiscard]] std::shared_ptr<runtime::Runtime> opened(const QString& id) const override
    {
        const auto found = std::ranges::find(m_entries, id, &runtime::RuntimeEntry::id);
        return found == m_entries.end() ? nullptr
                                        : m_runtimes[static_cast<std::size_t>(found - m_entries.begin())];
    }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::Runtime>>> open(const QString& id) override
    {
        std::shared_ptr<runtime::Runtime> runtime = opened(id);
        return QtFuture::makeReadyValueFuture<Result<std::shared_ptr<runtime::Runtime>>>(std::move(runtime));
    }

private:
    std::vector<runtime::RuntimeEntry> m_entries;
    std::vector<std::shared_ptr<runtime::Runtime>> m_runtimes; ///< of the entries
};

} // namespace cahier::test
