// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of a real Jupyter Server, through a proxy that can cut the connection.
#include <tests/runtimes/conformance/runtimeconformance.h>
#include <tests/support/cuttingproxy.h>
#include <tests/support/jupyterserver.h>

#include <runtimes/server/serverruntime.h>

#include <QTest>

using namespace cahier;
using namespace cahier::test;

namespace {

/// Each runtime has a proxy of its own.
class ProxiedRuntime : public runtimes::ServerRuntime {
public:
    explicit ProxiedRuntime(const JupyterServer& server)
        : ProxiedRuntime(server, std::make_unique<CuttingProxy>(QStringLiteral("127.0.0.1"), server.port()))
    {
    }
    [[nodiscard]] CuttingProxy& proxy() { return *m_proxy; }

private:
    ProxiedRuntime(const JupyterServer& server, std::unique_ptr<CuttingProxy> proxy)
        : ServerRuntime(server.client(proxy->port())), m_proxy(std::move(proxy))
    {
    }
    std::unique_ptr<CuttingProxy> m_proxy;
};

class ServerRuntimeStage : public RuntimeStage {
public:
    [[nodiscard]] bool start() { return m_server.start(); }
    [[nodiscard]] std::unique_ptr<runtime::Runtime> makeRuntime() override
    {
        return std::make_unique<ProxiedRuntime>(m_server);
    }
    void cutConnections(runtime::Runtime& runtime) override
    {
        static_cast<ProxiedRuntime&>(runtime).proxy().cut();
    }
    [[nodiscard]] bool keepsJournal() const override { return false; }

private:
    JupyterServer m_server{JupyterServer::Unlimited};
};

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    ServerRuntimeStage stage;
    if (!stage.start()) qFatal("the Jupyter Server did not start");
    RuntimeConformance suite(stage);
    return QTest::qExec(&suite, argc, argv);
}
