// SPDX-License-Identifier: GPL-3.0-or-later
// LocalRuntime and Session with a real cahier-host, a real ipykernel and the scripted kernel: what goes
// beyond the suite that every runtime passes (conformance/).
#include <tests/support/localstage.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <algorithm>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

class TestLocal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void specs_installed_areListed();
    void start_variableOfTheClient_reachesTheKernel();
    void start_missingProgram_saysSo();
    void hostProgram_missing_isClearError();

    void execute_cell_givesOutputs();
    void execute_invalidText_isKept();
    void input_notAllowed_isError();
    void comm_ofTheKernel_talksAndStaysWithItsClient();
    void kernels_running_areListed();
    void hardware_ofThisMachine_isTold();
    void samples_ofThisMachine_come();
    void accelerator_none_isChosenAndListed();
    void twoSessions_ownKernels_areApart();

    void scripted_aborts_areAborted();
    void scripted_noIdle_isDone();
    void scripted_nullReply_isSurvived();

private:
    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_runtime;
    std::unique_ptr<LocalSession> m_python; ///< shared by tests that leave the kernel as it was
};

void TestLocal::initTestCase()
{
    m_stage = std::make_unique<LocalStage>();
    m_runtime = m_stage->makeRuntime();
    QCOMPARE(m_stage->hostPid(), 0); // nothing runs: the runtime starts it
    m_python = std::make_unique<LocalSession>();
    const Result<void> started = m_python->start(*m_runtime);
    QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
    QVERIFY(m_stage->hostPid() != 0);
}

void TestLocal::cleanupTestCase()
{
    m_python.reset();
    m_runtime.reset();
    m_stage.reset();
}

void TestLocal::specs_installed_areListed()
{
    const Result<KernelSpecs> specs = LocalStage::wait(m_runtime->kernelSpecs());
    QVERIFY(specs);
    QStringList names;
    for (const KernelSpec& spec : specs->specs)
        names.append(spec.name);
    QVERIFY(names.contains(u"python3"_s));
    QVERIFY(names.contains(u"scripted"_s));
    QVERIFY(specs->searched.contains(m_stage->folder(u"jupyter/kernels"_s)));
}

void TestLocal::start_variableOfTheClient_reachesTheKernel()
{
    QVERIFY(m_stage->hostPid() != 0); // it was started without the variable
    qputenv("CAHIER_TEST_VALUE", "from the client");
    LocalSession session;
    const Result<void> started = session.start(*m_runtime);
    qunsetenv("CAHIER_TEST_VALUE");
    QVERIFY(started);
    QCOMPARE(session.run("import os; print(os.environ.get('CAHIER_TEST_VALUE'))"), u"from the client\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestLocal::start_missingProgram_saysSo()
{
    LocalSession session;
    const Result<void> started = session.start(*m_runtime, u"missing"_s);
    QVERIFY(!started);
    QVERIFY2(started.error().text().contains("/no/such/python"_L1), qPrintable(started.error().text()));
}

void TestLocal::hostProgram_missing_isClearError()
{
    qputenv("CAHIER_HOST_DIR", m_stage->folder(u"elsewhere"_s).toLocal8Bit());
    runtimes::LocalRuntime runtime(u"/no/such/cahier-host"_s);
    const Result<KernelSpecs> specs = LocalStage::wait(runtime.kernelSpecs());
    qputenv("CAHIER_HOST_DIR", m_stage->folder(u"h"_s).toLocal8Bit());
    QVERIFY(!specs);
    QVERIFY2(specs.error().text().contains("/no/such/cahier-host"_L1), qPrintable(specs.error().text()));
}

void TestLocal::execute_cell_givesOutputs()
{
    LocalSession& python = *m_python;
    const CellKey cell = python.add("import sys\nprint('out')\nprint('err', file=sys.stderr)\n6 * 7");
    QVERIFY(python.session.enqueue(std::vector{cell}));
    QVERIFY(python.finish());
    QCOMPARE(python.outcome(cell), RunOutcome::Ok);
    QCOMPARE(python.target.text(cell), u"out\n"_s);
    QCOMPARE(python.target.text(cell, "stderr"), u"err\n"_s);
    const json& result = python.target.cell(cell).outputs.back();
    QCOMPARE(result.at("data").at("text/plain"), json("42"));
    QCOMPARE(python.target.cell(cell).count, result.at("execution_count").get<qint64>());
    const CellRun run = python.session.cellRun(cell);
    QVERIFY(run.startedAt > 0 && run.endedAt >= run.startedAt);
    QTRY_COMPARE(python.target.languageInfo.value("name", ""), "python");
}

void TestLocal::execute_invalidText_isKept()
{
    QCOMPARE(m_python->run("print('a\\udc80z')"), u"a\ufffdz\n"_s);
}

void TestLocal::input_notAllowed_isError()
{
    LocalSession& python = *m_python;
    const CellKey cell = python.add("input('?')");
    QVERIFY(python.session.enqueue(std::vector{cell}, {.allowStdin = false}));
    QVERIFY(python.finish());
    QCOMPARE(python.session.cellRun(cell).errorName, u"StdinNotImplementedError"_s);
}

void TestLocal::comm_ofTheKernel_talksAndStaysWithItsClient()
{
    LocalSession& python = *m_python;
    LocalSession other; // another window, which knows nothing of the target
    const std::unique_ptr<runtimes::LocalRuntime> otherRuntime = m_stage->makeRuntime();
    QVERIFY(other.attach(*otherRuntime, python.session.kernelId()));
    QTRY_COMPARE_WITH_TIMEOUT(other.session.state(), SessionState::Idle, 20000);
    json heard, opening;
    std::vector<QByteArray> heardBuffers;
    Comm* comm = nullptr;
    python.session.comms().registerTarget(u"cahier.test"_s, [&](Comm& opened, const Message& message) {
        comm = &opened;
        opening = message.content;
        connect(comm, &Comm::messageArrived, this,
                [&](const json& data, const std::vector<QByteArray>& buffers) {
                    heard = data;
                    heardBuffers = buffers;
                });
    });
    QCOMPARE(python.run("from comm import create_comm\n"
                        "mine = create_comm(target_name='cahier.test', data={'n': 1})\n"
                        "def answer(message):\n"
                        "    data = message['content']['data']\n"
                        "    mine.send({'n': data['n'] + 1}, buffers=message['buffers'])\n"
                        "mine.on_msg(answer)\n"
                        "nobodys = create_comm(target_name='nobody')"),
             QString());
    QVERIFY(comm);
    QCOMPARE(opening.at("data").at("n"), json(1));
    comm->send({{"n", 41}}, {QByteArray("\0b", 2)});
    QTRY_COMPARE_WITH_TIMEOUT(heard, json({{"n", 42}}), 20000);
    QCOMPARE(heardBuffers, std::vector{QByteArray("\0b", 2)});
    QTRY_COMPARE_WITH_TIMEOUT(other.session.state(), SessionState::Idle, 20000);
    // What nobody here knows was closed by us; what is known was closed by none of the two.
    QCOMPARE(python.run("print(nobodys._closed, mine._closed)"), u"True False\n"_s);
    QSignalSpy closed(comm, &Comm::closed);
    QCOMPARE(python.run("mine.close()"), QString());
    QCOMPARE(closed.count(), 1);
    python.session.comms().unregisterTarget(u"cahier.test"_s);
}

void TestLocal::kernels_running_areListed()
{
    const auto kernels = LocalStage::wait(m_runtime->kernels());
    QVERIFY(kernels);
    const auto found = std::ranges::find(*kernels, m_python->session.kernelId(), &KernelInfo::id);
    QVERIFY(found != kernels->end());
    QCOMPARE(found->state, KernelState::Ready);
    QCOMPARE(found->spec, u"python3"_s);
    QVERIFY(found->pid > 0);
    QVERIFY(found->lastSeq >= m_python->session.lastSeq());
}

void TestLocal::hardware_ofThisMachine_isTold()
{
    const Result<Hardware> hardware = LocalStage::wait(m_runtime->hardware());
    QVERIFY2(hardware, hardware ? "" : qPrintable(hardware.error().text()));
    QVERIFY(hardware->cpu.logicalCores >= hardware->cpu.physicalCores && hardware->cpu.physicalCores > 0);
    QCOMPARE(hardware->cpu.allowedCores, QThread::idealThreadCount());
    QVERIFY(hardware->memoryTotal > 0);
    QVERIFY(hardware->disk.total > hardware->disk.available);
    QVERIFY(!hardware->gpuStatus.message.isEmpty());
    QVERIFY(!hardware->tpuStatus.message.isEmpty());
}

void TestLocal::samples_ofThisMachine_come()
{
    QSignalSpy sampled(m_runtime.get(), &Runtime::sampled);
    QVERIFY(LocalStage::wait(m_runtime->subscribeSamples()));
    QTRY_VERIFY_WITH_TIMEOUT(sampled.count() >= 2, 10000);
    m_runtime->unsubscribeSamples();
    const auto sample = sampled.last().at(0).value<ResourceSample>();
    QVERIFY(sample.memoryUsed > 0 && sample.memoryUsed <= sample.memoryTotal);
    QVERIFY(sample.cpuCores > 0 && sample.cpuBusyCores <= sample.cpuCores);
    QVERIFY(!sample.kernels.empty());
    QVERIFY(sample.kernels[0].memory > 0 && sample.kernels[0].processes > 0);
}

void TestLocal::accelerator_none_isChosenAndListed()
{
    const AcceleratorChoice none{AcceleratorKind::None, {}};
    auto connection = LocalStage::wait(m_runtime->start({.spec = u"python3"_s, .accelerator = none}));
    QVERIFY(connection);
    const QString id = (*connection)->kernelId();
    LocalSession session;
    QVERIFY(session.session.attach(*connection));
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Idle, 60000);
    QCOMPARE(session.run("import os; print(os.environ['CUDA_VISIBLE_DEVICES'])"), u"-1\n"_s);
    const auto kernels = LocalStage::wait(m_runtime->kernels());
    QVERIFY(kernels);
    const auto info = std::ranges::find(*kernels, id, &KernelInfo::id);
    QVERIFY(info != kernels->end());
    QVERIFY(info->accelerator == none);
    QCOMPARE(info->acceleratorName, u"CPU only"_s);
    // A restart that asks for what is not there is refused, and the kernel is as it was.
    QVERIFY(session.run("x = 1").isEmpty());
    const AcceleratorChoice missing{AcceleratorKind::Gpu, {u"GPU-0"_s}};
    const Result<void> refused = LocalStage::wait(session.session.restart(missing));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::NotFound);
    QTRY_COMPARE(session.session.state(), SessionState::Idle);
    QCOMPARE(session.run("print(x)"), u"1\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestLocal::twoSessions_ownKernels_areApart()
{
    LocalSession other;
    QVERIFY(other.start(*m_runtime));
    QCOMPARE(m_python->run("who = 'first'"), QString());
    QCOMPARE(other.run("who = 'second'"), QString());
    const CellKey mine = m_python->add("print(who)");
    const CellKey others = other.add("print(who)");
    QVERIFY(m_python->session.enqueue(std::vector{mine}));
    QVERIFY(other.session.enqueue(std::vector{others}));
    QVERIFY(m_python->finish() && other.finish());
    QCOMPARE(m_python->target.text(mine), u"first\n"_s);
    QCOMPARE(other.target.text(others), u"second\n"_s);
    const QString id = other.session.kernelId();
    QVERIFY(LocalStage::wait(other.session.shutdown()));
    QCOMPARE(other.session.state(), SessionState::NoKernel);
    QVERIFY(m_python->session.kernelId() != id);
}

void TestLocal::scripted_aborts_areAborted()
{
    LocalSession scripted;
    QVERIFY(scripted.start(*m_runtime, u"scripted"_s));
    for (const char* script : {"busy\naborted\nidle", "busy\nbare-error"}) {
        const CellKey cell = scripted.add(script);
        QVERIFY(scripted.session.enqueue(std::vector{cell}));
        QVERIFY(scripted.finish());
        QCOMPARE(scripted.outcome(cell), RunOutcome::Aborted);
        QVERIFY(scripted.target.cell(cell).outputs.empty());
    }
    QVERIFY(LocalStage::wait(scripted.session.shutdown()));
}

void TestLocal::scripted_noIdle_isDone()
{
    LocalSession scripted;
    scripted.session.setLimits(
        {std::chrono::milliseconds(1000), std::chrono::milliseconds(100), std::chrono::milliseconds(1000)});
    QVERIFY(scripted.start(*m_runtime, u"scripted"_s));
    for (const char* script : {"busy\ninput\nstream one\nreply", "stream one\nidle\nflush\nreply"})
        QCOMPARE(scripted.run(script), u"one\n"_s);
    QCOMPARE(scripted.run("busy\nstream one\nidle"), u"NoReply: the kernel's reply did not arrive"_s);
    QCOMPARE(scripted.session.state(), SessionState::Idle);
    QVERIFY(LocalStage::wait(scripted.session.shutdown()));
}

void TestLocal::scripted_nullReply_isSurvived()
{
    LocalSession scripted;
    QVERIFY(scripted.start(*m_runtime, u"scripted"_s));
    QCOMPARE(scripted.run(
                 "busy\nnull-status\nbad-signature\nbad-json\ntruncated\ngarbage\nno-parent\nforeign-parent\n"
                 "stream one\nnull-reply\nidle"),
             u"one\n"_s);
    QCOMPARE(scripted.run("busy\nstream two\nreply\nidle"), u"two\n"_s);
    QVERIFY(LocalStage::wait(scripted.session.shutdown()));
}

QTEST_GUILESS_MAIN(TestLocal)
#include "tst_local.moc"
