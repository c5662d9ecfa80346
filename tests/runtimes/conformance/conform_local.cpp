// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of this machine, through a cahier-host.
#include <tests/runtimes/conformance/runtimeconformance.h>
#include <tests/support/localstage.h>

#include <QTest>

using namespace cahier;
using namespace cahier::test;

namespace {

class LocalRuntimeStage : public RuntimeStage {
public:
    [[nodiscard]] std::shared_ptr<runtime::Runtime> makeRuntime() override { return m_stage.makeRuntime(); }
    void cutConnections(runtime::Runtime& runtime) override
    {
        static_cast<runtimes::LocalRuntime&>(runtime).client().reconnect();
    }
    [[nodiscard]] bool keepsJournal() const override { return true; }

private:
    LocalStage m_stage;
};

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    LocalRuntimeStage stage;
    RuntimeConformance suite(stage);
    return QTest::qExec(&suite, argc, argv);
}
