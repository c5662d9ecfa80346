// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/kernelconnection.h>
#include <runtimes/local/hostclient.h>

namespace cahier::runtimes {

/// A kernel of a cahier-host, attached through a HostClient, which it keeps alive.
class HostKernel : public runtime::KernelConnection, private HostListener {
    Q_OBJECT
public:
    /// after: number of the last event that is known already. Call attach() next.
    HostKernel(std::shared_ptr<HostClient> client, QString kernelId, quint64 after);
    ~HostKernel() override;

    void attach(HostClient::Callback done);

    [[nodiscard]] QString kernelId() const override { return m_id; }
    [[nodiscard]] runtime::KernelState state() const override { return m_state; }
    void open() override;
    [[nodiscard]] QFuture<Result<void>> send(runtime::Message message) override;
    [[nodiscard]] QFuture<Result<void>> interrupt() override;
    [[nodiscard]] QFuture<Result<void>>
    restart(const std::optional<runtime::AcceleratorChoice>& accelerator) override;
    [[nodiscard]] QFuture<Result<void>> shutdown() override;

private:
    [[nodiscard]] quint64 lastSeq() const override { return m_lastSeq; }
    void takeEvents(std::vector<runtime::KernelEvent> events) override;
    void attached(const nlohmann::json& reply) override;
    void attachFailed(const Error& error) override;
    void connectionLost() override;

    [[nodiscard]] QFuture<Result<void>> request(const QString& op, nlohmann::json fields,
                                                const wire::Parts& parts = {});
    void noteState(const runtime::KernelEvent& event);
    void endReplay(std::vector<runtime::KernelEvent>& events);
    void pass(std::vector<runtime::KernelEvent> events);

    std::shared_ptr<HostClient> m_client;
    QString m_id;
    quint64 m_lastSeq;
    bool m_attached = false;
    bool m_open = false;
    bool m_replaying = false;
    quint64 m_replayUntil = 0;
    runtime::KernelState m_state = runtime::KernelState::Starting;   ///< Reconnecting while not attached
    runtime::KernelState m_process = runtime::KernelState::Starting; ///< what the last event said
    runtime::KernelEvent::CaughtUp m_standing;                       ///< as the host said when it attached us
    std::vector<runtime::KernelEvent> m_kept;                        ///< until open()
};

} // namespace cahier::runtimes
