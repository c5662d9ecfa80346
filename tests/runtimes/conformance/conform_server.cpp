// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of a real Jupyter Server, as the program has them: from the module. Through a proxy that can
// cut the connection.
#include <tests/runtimes/conformance/runtimeconformance.h>
#include <tests/support/cuttingproxy.h>
#include <tests/support/jupyterserver.h>

#include <core/modules/module.h>
#include <core/runtime/serverconnection.h>

#include <QTest>

#include <map>

using namespace cahier;
using namespace cahier::test;
using namespace Qt::StringLiterals;

namespace {

class ServerRuntimeStage : public RuntimeStage {
public:
    /// What is wrong; empty on success.
    [[nodiscard]] QString start()
    {
        auto connector = makeFromModule<runtime::ServerConnector>(QLatin1StringView(runtime::serverModule),
                                                                  runtime::serverConnectorFunction);
        if (!connector) return connector.error().text();
        m_connector = std::move(*connector);
        return m_server.start() ? QString() : u"the Jupyter Server did not start"_s;
    }
    [[nodiscard]] std::shared_ptr<runtime::Runtime> makeRuntime() override
    {
        auto proxy = std::make_unique<CuttingProxy>(u"127.0.0.1"_s, m_server.port());
        auto connection = m_connector->connectTo(m_server.address(proxy->port()), {});
        std::shared_ptr<runtime::Runtime> runtime = connection->runtime();
        m_ways.emplace(runtime.get(), Way{std::move(proxy), std::move(connection)});
        return runtime;
    }
    void cutConnections(runtime::Runtime& runtime) override { m_ways.at(&runtime).proxy->cut(); }
    [[nodiscard]] bool keepsJournal() const override { return false; }

private:
    struct Way {
        std::unique_ptr<CuttingProxy> proxy;
        std::unique_ptr<runtime::ServerConnection> connection;
    };
    JupyterServer m_server{JupyterServer::Unlimited};
    std::unique_ptr<runtime::ServerConnector> m_connector;
    std::map<const runtime::Runtime*, Way> m_ways;
};

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    ServerRuntimeStage stage;
    if (const QString problem = stage.start(); !problem.isEmpty()) qFatal("%s", qPrintable(problem));
    RuntimeConformance suite(stage);
    return QTest::qExec(&suite, argc, argv);
}
