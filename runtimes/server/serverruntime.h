// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>
#include <runtimes/server/serverclient.h>

#include <QHash>

namespace cahier::runtimes {

/// The kernels of a Jupyter Server, a JupyterHub user's among them. What ServerKernel says of event numbers
/// holds here. A server passes kernels no environment: start() with one fails with Unsupported.
class ServerRuntime : public runtime::Runtime {
    Q_OBJECT
public:
    explicit ServerRuntime(std::shared_ptr<ServerClient> client);

    [[nodiscard]] QString displayName() const override { return m_client->displayName(); }
    [[nodiscard]] QFuture<Result<runtime::KernelSpecs>> kernelSpecs() override;
    /// With the notebook's path on the server as the label.
    [[nodiscard]] QFuture<Result<std::vector<runtime::KernelInfo>>> kernels() override;
    /// With a label (the notebook's path, relative to the server's root folder) other clients see the
    /// notebook run; where it runs already with this kernel spec, that kernel is joined, and IllegalState
    /// says so where it runs with another one. Without a label the kernel belongs to no notebook.
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>>
    start(const runtime::StartOptions& options) override;
    [[nodiscard]] QFuture<Result<std::shared_ptr<runtime::KernelConnection>>> attach(const QString& kernelId,
                                                                                     quint64 after) override;
    /// A kernel that ended is not the server's any more; one that died and is still listed is taken off.
    [[nodiscard]] QFuture<Result<void>> forget(const QString& kernelId) override;
    /// Unsupported, with the reason why there is no accelerator to choose.
    [[nodiscard]] QFuture<Result<runtime::Hardware>> hardware() override;

    /// The session ids (ServerKernel::session()) of an earlier run of the program, by kernel id: attaching to
    /// such a kernel makes the server replay what it kept for us.
    void setKnownSessions(QHash<QString, QString> sessions) { m_sessions = std::move(sessions); }
    [[nodiscard]] const QHash<QString, QString>& knownSessions() const { return m_sessions; }

    [[nodiscard]] const std::shared_ptr<ServerClient>& client() const { return m_client; }

Q_SIGNALS:
    void knownSessionsChanged();

private:
    using Connection = std::shared_ptr<runtime::KernelConnection>;
    using Promise = std::shared_ptr<QPromise<Result<Connection>>>;

    void startAlone(const runtime::StartOptions& options, const Promise& promise);
    void startForNotebook(const runtime::StartOptions& options, const Promise& promise);
    void createSession(const runtime::StartOptions& options, const Promise& promise);
    void explain(const Error& error, const QString& spec, const Promise& promise);
    void join(const nlohmann::json& session, const runtime::StartOptions& options, const Promise& promise);
    [[nodiscard]] Connection connectTo(const QString& kernelId, const QString& restSession, quint64 after,
                                       runtime::Lifetime lifetime);

    std::shared_ptr<ServerClient> m_client;
    QHash<QString, QString> m_sessions;
};

} // namespace cahier::runtimes
