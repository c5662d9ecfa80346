// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of another machine, through a real ssh and sshd and a proxy that can cut the connection.
#include <tests/runtimes/conformance/runtimeconformance.h>
#include <tests/support/cuttingproxy.h>
#include <tests/support/sshdfixture.h>

#include <runtimes/ssh/sshruntime.h>

#include <QTest>

using namespace cahier;
using namespace cahier::test;
using namespace Qt::StringLiterals;

namespace {

/// The way to the fixture's machine leads through the proxy's port.
runtimes::SshOptions optionsThrough(const SshdFixture& far, const CuttingProxy& proxy)
{
    runtimes::SshOptions options = far.options();
    options.arguments +=
        {u"-o"_s, u"Port=%1"_s.arg(proxy.port()), u"-o"_s, u"HostKeyAlias=[127.0.0.1]:%1"_s.arg(far.port())};
    return options;
}

/// Each runtime has a proxy of its own.
class ProxiedRuntime : public runtimes::SshRuntime {
public:
    explicit ProxiedRuntime(const SshdFixture& far)
        : ProxiedRuntime(far,
                         std::make_unique<CuttingProxy>(u"127.0.0.1"_s, static_cast<quint16>(far.port())))
    {
    }
    [[nodiscard]] CuttingProxy& proxy() { return *m_proxy; }

private:
    ProxiedRuntime(const SshdFixture& far, std::unique_ptr<CuttingProxy> proxy)
        : SshRuntime({u"far"_s, {}, 0}, optionsThrough(far, *proxy)), m_proxy(std::move(proxy))
    {
    }
    std::unique_ptr<CuttingProxy> m_proxy;
};

class SshRuntimeStage : public RuntimeStage {
public:
    /// What is wrong; empty on success.
    [[nodiscard]] QString start()
    {
        const QString problem = m_far.start();
        if (problem.isEmpty()) m_far.trust();
        return problem;
    }
    [[nodiscard]] std::shared_ptr<runtime::Runtime> makeRuntime() override
    {
        return std::make_shared<ProxiedRuntime>(m_far);
    }
    void cutConnections(runtime::Runtime& runtime) override
    {
        static_cast<ProxiedRuntime&>(runtime).proxy().cut();
    }
    [[nodiscard]] bool keepsJournal() const override { return true; }

private:
    SshdFixture m_far;
};

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    SshRuntimeStage stage;
    if (const QString problem = stage.start(); !problem.isEmpty()) qFatal("%s", qPrintable(problem));
    RuntimeConformance suite(stage);
    return QTest::qExec(&suite, argc, argv);
}
