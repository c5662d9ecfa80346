// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/serverconnection.h>
#include <runtimes/server/servercontents.h>
#include <runtimes/server/serverruntime.h>

namespace cahier::runtimes {

/// A server's client, runtime and contents as one.
class ServerConnection : public runtime::ServerConnection {
public:
    ServerConnection(const runtime::ServerAddress& address,
                     const std::vector<runtime::TrustedCertificate>& trusted);

    [[nodiscard]] runtime::ServerAddress address() const override { return m_client->address(); }
    [[nodiscard]] std::shared_ptr<runtime::Runtime> runtime() const override { return m_runtime; }
    [[nodiscard]] runtime::Contents& contents() override { return m_contents; }

    void setToken(const QString& token) override { m_client->setToken(token); }
    [[nodiscard]] QFuture<Result<void>> logIn(const QString& password) override
    {
        return m_client->logIn(password);
    }
    void trust(const runtime::TrustedCertificate& certificate) override { m_client->trust(certificate); }
    [[nodiscard]] std::vector<runtime::TrustedCertificate> trusted() const override
    {
        return m_client->trusted();
    }
    [[nodiscard]] QHash<QString, QString> knownSessions() const override
    {
        return m_runtime->knownSessions();
    }
    void setKnownSessions(const QHash<QString, QString>& sessions) override
    {
        m_runtime->setKnownSessions(sessions);
    }

private:
    std::shared_ptr<ServerClient> m_client;
    std::shared_ptr<ServerRuntime> m_runtime;
    ServerContents m_contents;
};

/// See runtime::ServerConnector.
class ServerConnector : public runtime::ServerConnector {
public:
    [[nodiscard]] std::unique_ptr<runtime::ServerConnection>
    connectTo(const runtime::ServerAddress& address,
              const std::vector<runtime::TrustedCertificate>& trusted) const override
    {
        return std::make_unique<ServerConnection>(address, trusted);
    }
};

} // namespace cahier::runtimes
