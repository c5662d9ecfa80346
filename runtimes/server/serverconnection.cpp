// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverconnection.h>

namespace cahier::runtimes {

ServerConnection::ServerConnection(const runtime::ServerAddress& address,
                                   const std::vector<runtime::TrustedCertificate>& trusted)
    : m_client(std::make_shared<ServerClient>(address, trusted)),
      m_runtime(std::make_shared<ServerRuntime>(m_client)), m_contents(m_client)
{
    connect(m_client.get(), &ServerClient::credentialsRefused, this, &ServerConnection::credentialsRefused);
    connect(m_client.get(), &ServerClient::certificateQuestioned, this,
            &ServerConnection::certificateQuestioned);
    connect(m_client.get(), &ServerClient::credentialsChanged, this, &ServerConnection::credentialsChanged);
    connect(m_runtime.get(), &ServerRuntime::knownSessionsChanged, this,
            &ServerConnection::knownSessionsChanged);
}

} // namespace cahier::runtimes
