// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>
#include <runtimes/local/hostclient.h>
#include <runtimes/local/hostfiles.h>

#include <QProcessEnvironment>

#include <optional>

namespace cahier::runtimes {

/// The kernels of one cahier-host, here or across ssh.
class HostRuntime : public runtime::Runtime {
    Q_OBJECT
public:
    HostRuntime(QString displayName, std::unique_ptr<HostConnector> connector);

    [[nodiscard]] QString displayName() const override { return m_displayName; }
    [[nodiscard]] QFuture<Result<runtime::KernelSpecs>> kernelSpecs() override;
    [[nodiscard]] QFuture<Result<std::vector<runtime::KernelInfo>>> kernels() override;
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>>
    start(const runtime::StartOptions& options) override;
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>> attach(const QString& kernelId,
                                                                                     quint64 after) override;
    [[nodiscard]] QFuture<Result<void>> forget(const QString& kernelId) override;
    [[nodiscard]] QFuture<Result<runtime::Hardware>> hardware() override;
    [[nodiscard]] QFuture<Result<runtime::Environments>> environments(const QString& folder) override;
    [[nodiscard]] QFuture<Result<std::vector<runtime::ResourceSample>>> subscribeSamples() override;
    void unsubscribeSamples() override;

    [[nodiscard]] runtime::ConnectionState connectionState() const override
    {
        return m_client->connectionState();
    }
    [[nodiscard]] runtime::Files* files() override { return &m_files; }
    [[nodiscard]] std::unique_ptr<runtime::Process> run(const runtime::Command& command) override;
    void reconnect() override { m_client->reconnect(); }

    /// Whose environments kernelSpecs() looks at too: a folder on the runtime's machine.
    void setWorkingFolder(const QString& folder) { m_workingFolder = folder; }

    [[nodiscard]] HostClient& client() { return *m_client; }

protected:
    /// What kernels start from, and are looked for with, in place of the host's own environment. Nothing
    /// where that is the right one: on another machine.
    [[nodiscard]] virtual std::optional<QProcessEnvironment> clientEnvironment() const
    {
        return std::nullopt;
    }

private:
    [[nodiscard]] nlohmann::json withEnvironment(nlohmann::json request) const;

    QString m_displayName;
    QString m_workingFolder;
    std::shared_ptr<HostClient> m_client;
    HostFiles m_files{m_client};
};

} // namespace cahier::runtimes
