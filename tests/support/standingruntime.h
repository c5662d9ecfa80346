// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>

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
    void reconnect() override { ++reconnects; }

    void setState(const runtime::ConnectionState& state)
    {
        m_state = state;
        Q_EMIT connectionChanged(state);
    }
    int reconnects = 0;

private:
    runtime::ConnectionState m_state;
};

} // namespace cahier::test
