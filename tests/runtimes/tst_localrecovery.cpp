// SPDX-License-Identifier: GPL-3.0-or-later
// What is left when the kernel, the host or the way to it dies: nothing twice, nothing missing.
#include <tests/support/localstage.h>

#include <QFile>
#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

class TestLocalRecovery : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void kernelKilled_running_failsCell();
    void kernelKilled_restart_worksAgain();
    void kernelDiesAtStart_isDead();
    void hostKilled_running_isDeadAndOutputsStay();
    void hostKilled_restart_newKernelRuns();
    void connectionLost_whilePrinting_nothingTwiceNothingMissing();
    void connectionLost_whileSending_runsOnce();
    void clientGone_outputsAreReplayed();
    void secondClient_sameKernel_followsTheRun();
    void lifetimeClient_lastClientLeaves_kernelEnds();

private:
    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_runtime;
};

void TestLocalRecovery::init()
{
    m_stage = std::make_unique<LocalStage>();
    m_runtime = m_stage->makeRuntime();
}

void TestLocalRecovery::cleanup()
{
    m_runtime.reset();
    m_stage.reset();
}

namespace {

QString numbers(int count)
{
    QString text;
    for (int number = 0; number < count; ++number)
        text += QString::number(number) + u'\n';
    return text;
}

} // namespace

void TestLocalRecovery::kernelKilled_running_failsCell()
{
    LocalSession python;
    QVERIFY(python.start(*m_runtime));
    const CellKey cell = python.add("import os, time\nprint('before', flush=True)\ntime.sleep(0.3)\n"
                                    "os.kill(os.getpid(), 9)");
    const CellKey next = python.add("print('never')");
    QSignalSpy died(&python.session, &Session::kernelDied);
    QVERIFY(python.session.enqueue(std::vector{cell, next}));
    QVERIFY(python.finish());
    QCOMPARE(python.session.state(), SessionState::Dead);
    QCOMPARE(died.count(), 1);
    QCOMPARE(python.outcome(cell), RunOutcome::Killed);
    QVERIFY2(python.session.cellRun(cell).errorValue.contains("signal 9"_L1),
             qPrintable(python.session.cellRun(cell).errorValue));
    QCOMPARE(python.target.outputTypes(cell), (QStringList{u"stream"_s, u"error"_s}));
    QCOMPARE(python.target.text(cell), u"before\n"_s);
    QCOMPARE(python.outcome(next), RunOutcome::Cancelled);
}

void TestLocalRecovery::kernelKilled_restart_worksAgain()
{
    LocalSession python;
    QVERIFY(python.start(*m_runtime));
    python.run("import os; os.kill(os.getpid(), 9)");
    QCOMPARE(python.session.state(), SessionState::Dead);
    const QFuture<Result<void>> restarted = python.session.restart();
    QCOMPARE(python.run("print('again')"), u"again\n"_s);
    QVERIFY(LocalStage::wait(restarted));
}

void TestLocalRecovery::kernelDiesAtStart_isDead()
{
    LocalSession python;
    auto connection = LocalStage::wait(m_runtime->start({.spec = u"scripted"_s}));
    QVERIFY(connection);
    QVERIFY(python.session.attach(*connection));
    const CellKey cell = python.add("exit 3");
    QVERIFY(python.session.enqueue(std::vector{cell})); // before it is ready
    QVERIFY(python.finish());
    QTRY_COMPARE_WITH_TIMEOUT(python.session.state(), SessionState::Dead, 20000);
    QVERIFY2(python.session.death().reason.contains(u'3'), qPrintable(python.session.death().reason));
    QCOMPARE(python.outcome(cell), RunOutcome::Killed);
}

void TestLocalRecovery::hostKilled_running_isDeadAndOutputsStay()
{
    LocalSession python;
    QVERIFY(python.start(*m_runtime));
    const CellKey cell = python.add("import time\nprint('kept', flush=True)\ntime.sleep(600)");
    QVERIFY(python.session.enqueue(std::vector{cell}));
    QTRY_COMPARE_WITH_TIMEOUT(python.target.text(cell), u"kept\n"_s, 20000);
    QSignalSpy states(&python.session, &Session::stateChanged);
    m_stage->killHost();
    QTRY_COMPARE_WITH_TIMEOUT(python.session.state(), SessionState::Dead, 30000);
    QCOMPARE(states.first().at(0).value<SessionState>(), SessionState::Reconnecting);
    QCOMPARE(python.outcome(cell), RunOutcome::Killed);
    QCOMPARE(python.target.outputTypes(cell), (QStringList{u"stream"_s, u"error"_s}));
    QCOMPARE(python.target.text(cell), u"kept\n"_s);
    QVERIFY(!python.session.death().reason.isEmpty());
}

void TestLocalRecovery::hostKilled_restart_newKernelRuns()
{
    LocalSession python;
    QVERIFY(python.start(*m_runtime));
    m_stage->killHost();
    QTRY_COMPARE_WITH_TIMEOUT(python.session.state(), SessionState::Dead, 30000);
    python.session.detach();
    QVERIFY(python.start(*m_runtime)); // by a new host
    QCOMPARE(python.run("print('new')"), u"new\n"_s);
}

void TestLocalRecovery::connectionLost_whilePrinting_nothingTwiceNothingMissing()
{
    LocalSession python;
    QVERIFY(python.start(*m_runtime));
    // Prints 500 lines, waits for a file, prints the next 500…
    const CellKey cell = python.target.add(u"import os, time\n"
                                           "for i in range(3000):\n"
                                           "    print(i, flush=True)\n"
                                           "    while i % 500 == 499 and not os.path.exists(f'%1{i}'):\n"
                                           "        time.sleep(0.002)"_s.arg(m_stage->folder(u"go"_s)));
    const CellKey next = python.add("print('next')");
    QSignalSpy lost(&m_runtime->client(), &runtimes::HostClient::connectionLost);
    QVERIFY(python.session.enqueue(std::vector{cell, next}));
    for (int block = 0; block < 6; ++block) {
        // Each time one of them came, the connection breaks.
        const QString first = numbers(500 * block + 1);
        QVERIFY(LocalStage::waitUntil([&] { return python.target.text(cell).startsWith(first); }));
        m_runtime->client().reconnect();
        QTRY_COMPARE_WITH_TIMEOUT(lost.count(), block + 1, 20000);
        QFile go(m_stage->folder(u"go%1"_s.arg(500 * block + 499)));
        QVERIFY(go.open(QIODevice::WriteOnly));
    }
    QVERIFY(python.finish());
    QCOMPARE(python.target.text(cell), numbers(3000));
    QCOMPARE(python.target.text(next), u"next\n"_s);
    QCOMPARE(python.outcome(cell), RunOutcome::Ok);
}

void TestLocalRecovery::connectionLost_whileSending_runsOnce()
{
    LocalSession python;
    QVERIFY(python.start(*m_runtime));
    QCOMPARE(python.run("count = 0"), QString());
    for (int round = 0; round < 30; ++round) {
        const CellKey cell = python.add("count += 1");
        QVERIFY(python.session.enqueue(std::vector{cell}));
        for (int wait = 0; wait < round % 4; ++wait)
            QCoreApplication::processEvents();
        m_runtime->client().reconnect();
        QVERIFY(python.finish());
        QCOMPARE(python.outcome(cell), RunOutcome::Ok);
    }
    QCOMPARE(python.run("print(count)"), u"30\n"_s);
}

void TestLocalRecovery::clientGone_outputsAreReplayed()
{
    QString kernel;
    {
        LocalSession python;
        QVERIFY(python.start(*m_runtime));
        kernel = python.session.kernelId();
        const CellKey cell = python.add("import time\nfor i in range(300):\n    print(i, flush=True)\n    "
                                        "time.sleep(0.003)",
                                        u"cell-1"_s);
        QVERIFY(python.session.enqueue(std::vector{cell}));
        QTRY_VERIFY_WITH_TIMEOUT(python.target.text(cell).size() > 20, 20000);
    }
    m_runtime = m_stage->makeRuntime(); // the window closed and another one opens the notebook

    LocalSession reopened;
    const CellKey cell = reopened.add("…", u"cell-1"_s);
    QVERIFY(reopened.attach(*m_runtime, kernel));
    QTRY_COMPARE_WITH_TIMEOUT(reopened.session.state(), SessionState::Idle, 30000);
    QCOMPARE(reopened.target.text(cell), numbers(300));
    QCOMPARE(reopened.outcome(cell), RunOutcome::Ok);
    QCOMPARE(reopened.run("print(i)"), u"299\n"_s);
}

void TestLocalRecovery::secondClient_sameKernel_followsTheRun()
{
    LocalSession first;
    QVERIFY(first.start(*m_runtime));
    const std::unique_ptr<runtimes::LocalRuntime> otherRuntime = m_stage->makeRuntime();
    LocalSession second;
    const CellKey theirs = second.add("…", u"shared"_s);
    QVERIFY(second.attach(*otherRuntime, first.session.kernelId()));
    QTRY_COMPARE_WITH_TIMEOUT(second.session.state(), SessionState::Idle, 20000);

    const CellKey cell = first.add("print('both see this')", u"shared"_s);
    QVERIFY(first.session.enqueue(std::vector{cell}));
    QVERIFY(first.finish());
    QTRY_COMPARE(second.target.text(theirs), u"both see this\n"_s);
    QTRY_COMPARE(second.session.state(), SessionState::Idle);
    QCOMPARE(second.target.cell(theirs).count, first.target.cell(cell).count);
    QCOMPARE(second.run("print('mine')"), u"mine\n"_s);
}

void TestLocalRecovery::lifetimeClient_lastClientLeaves_kernelEnds()
{
    LocalSession python;
    const auto options = StartOptions{.spec = u"python3"_s, .lifetime = Lifetime::Client};
    QVERIFY(python.session.attach(LocalStage::wait(m_runtime->start(options)).value_or(nullptr)));
    const QString id = python.session.kernelId();
    const std::unique_ptr<runtimes::LocalRuntime> watcher = m_stage->makeRuntime();
    const auto stateOf = [&] {
        const auto kernels = LocalStage::wait(watcher->kernels());
        if (!kernels) return KernelState::Reconnecting;
        const auto found = std::ranges::find(*kernels, id, &KernelInfo::id);
        return found == kernels->end() ? KernelState::Dead : found->state;
    };
    QVERIFY(stateOf() != KernelState::Dead);
    python.session.detach();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(), KernelState::Dead, 30000);
}

QTEST_GUILESS_MAIN(TestLocalRecovery)
#include "tst_localrecovery.moc"
