// SPDX-License-Identifier: GPL-3.0-or-later
// A list of runtimes that does what a test says, for the dialogs that show one.
#pragma once

#include <core/runtime/runtimelist.h>
#include <tests/support/standingruntime.h>

#include <algorithm>
#include <map>

namespace cahier::test {

class DialogRuntimeList : public runtime::RuntimeList {
public:
    DialogRuntimeList()
    {
        m_entries.push_back({QString::fromLatin1(localId), runtime::RuntimeEntry::Kind::Local,
                             QStringLiteral("This machine")});
    }
    [[nodiscard]] std::vector<runtime::RuntimeEntry> entries() const override { return m_entries; }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::Runtime>>> open(const QString& id) override
    {
        const std::shared_ptr<runtime::Runtime> runtime = connectTo(id);
        return QtFuture::makeReadyValueFuture(Result<std::shared_ptr<runtime::Runtime>>(runtime));
    }
    [[nodiscard]] std::shared_ptr<runtime::Runtime> opened(const QString& id) const override
    {
        const auto found = m_opened.find(id);
        return found == m_opened.end() ? nullptr : found->second;
    }

    void add(const runtime::RuntimeEntry& entry)
    {
        m_entries.push_back(entry);
        Q_EMIT entriesChanged();
    }
    void remove(const QString& id)
    {
        std::erase_if(m_entries, [&](const runtime::RuntimeEntry& entry) { return entry.id == id; });
        m_opened.erase(id);
        Q_EMIT entriesChanged();
    }
    std::shared_ptr<StandingRuntime> connectTo(const QString& id)
    {
        auto& runtime = m_opened[id];
        if (!runtime) runtime = std::make_shared<StandingRuntime>();
        Q_EMIT openedChanged(id);
        return runtime;
    }
    void drop(const QString& id)
    {
        m_opened.erase(id);
        Q_EMIT openedChanged(id);
    }

private:
    std::vector<runtime::RuntimeEntry> m_entries;
    std::map<QString, std::shared_ptr<StandingRuntime>> m_opened;
};

} // namespace cahier::test
