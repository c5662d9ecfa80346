// SPDX-License-Identifier: GPL-3.0-or-later
// A list of runtimes that does what a test says, for the dialogs that show one.
#pragma once

#include <core/runtime/runtimelist.h>

#include <algorithm>
#include <map>

namespace cahier::test {

/// Stands for any machine: only how the way to it stands is of interest.
class StandingRuntime : public runtime::Runtime {
public:
    [[nodiscard]] QString displayName() const override { return QStringLiteral("A machine"); }
    [[nodiscard]] QFuture<Result<runtime::KernelSpecs>> kernelSpecs() override { return {}; }
    [[nodiscard]] QFuture<Result<std::vector<runtime::KernelInfo>>> kernels() override { return {}; }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>>
    start(const runtime::StartOptions&) override
    {
        return {};
    }
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>> attach(const QString&,
                                                                                     quint64) override
    {
        return {};
    }
    [[nodiscard]] QFuture<Result<void>> forget(const QString&) override { return {}; }
    [[nodiscard]] runtime::ConnectionState connectionState() const override { return m_state; }

    void setState(const runtime::ConnectionState& state)
    {
        m_state = state;
        Q_EMIT connectionChanged(state);
    }

private:
    runtime::ConnectionState m_state;
};

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
