// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/runtimes/conformance/runtimeconformance.h>

#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

namespace cahier::test {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

void RuntimeConformance::initTestCase()
{
    m_runtime = m_stage.makeRuntime();
    m_python = std::make_unique<NotebookSession>();
    const Result<void> started = m_python->start(*m_runtime);
    QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
}

void RuntimeConformance::cleanupTestCase()
{
    m_python.reset();
    m_runtime.reset();
}

void RuntimeConformance::specs_python_isListed()
{
    const Result<KernelSpecs> specs = resultOf(m_runtime->kernelSpecs());
    QVERIFY(specs);
    const auto python = std::ranges::find(specs->specs, u"python3"_s, &KernelSpec::name);
    QVERIFY(python != specs->specs.end());
    QCOMPARE(python->language, u"python"_s);
    QVERIFY(!python->displayName.isEmpty());
    QVERIFY(!python->argv.isEmpty());
    QVERIFY(!specs->searched.isEmpty());
}

void RuntimeConformance::start_unknownSpec_isNamed()
{
    const auto kernel = resultOf(m_runtime->start({.spec = u"cobol"_s}));
    QVERIFY(!kernel);
    QVERIFY2(kernel.error().code == ErrorCode::NoKernel || kernel.error().code == ErrorCode::NotFound,
             qPrintable(kernel.error().text()));
    QVERIFY2(kernel.error().text().contains("cobol"_L1), qPrintable(kernel.error().text()));
}

void RuntimeConformance::kernels_started_isListed()
{
    const auto kernels = resultOf(m_runtime->kernels());
    QVERIFY(kernels);
    const auto found = std::ranges::find(*kernels, m_python->session.kernelId(), &KernelInfo::id);
    QVERIFY(found != kernels->end());
    QCOMPARE(found->state, KernelState::Ready);
    QCOMPARE(found->spec, u"python3"_s);
}

void RuntimeConformance::execute_streamsAndResult_arrive()
{
    NotebookSession& python = *m_python;
    const CellKey cell = python.begin("import sys\nprint('out é😀')\nprint('err', file=sys.stderr)\n6 * 7");
    QVERIFY(python.finish());
    QCOMPARE(python.outcome(cell), RunOutcome::Ok);
    QCOMPARE(python.target.text(cell), u"out é😀\n"_s);
    QCOMPARE(python.target.text(cell, "stderr"), u"err\n"_s);
    const json& result = python.target.cell(cell).outputs.back();
    QCOMPARE(result.at("data").at("text/plain"), json("42"));
    QCOMPARE(python.target.cell(cell).count, result.at("execution_count").get<qint64>());
    QTRY_COMPARE(python.target.languageInfo.value("name", ""), "python");
}

void RuntimeConformance::execute_error_stopsQueue()
{
    NotebookSession& python = *m_python;
    const CellKey bad = python.begin("1 / 0");
    const CellKey next = python.begin("print('not reached')");
    QVERIFY(python.finish());
    QCOMPARE(python.outcome(bad), RunOutcome::Error);
    QCOMPARE(python.session.cellRun(bad).errorName, u"ZeroDivisionError"_s);
    QCOMPARE(python.target.outputTypes(bad), QStringList{u"error"_s});
    QCOMPARE(python.outcome(next), RunOutcome::Cancelled);
    QCOMPARE(python.run("print('goes on')"), u"goes on\n"_s);
}

void RuntimeConformance::execute_richOutputs_areWhole()
{
    NotebookSession& python = *m_python;
    const CellKey cell =
        python.begin("from IPython.display import display\n"
                     "display({'text/html': '<b>é</b>', 'application/json': {'n': [1, None]},\n"
                     "         'image/png': 'A' * 4000000}, raw=True,\n"
                     "        metadata={'image/png': {'width': 7}})");
    QVERIFY(python.finish());
    QCOMPARE(python.target.outputTypes(cell), QStringList{u"display_data"_s});
    const json& output = python.target.cell(cell).outputs[0];
    QCOMPARE(output.at("data").at("text/html"), json("<b>é</b>"));
    QCOMPARE(output.at("data").at("application/json"), json::parse(R"({"n":[1,null]})"));
    QCOMPARE(output.at("data").at("image/png").get<std::string>().size(), 4000000u);
    QCOMPARE(output.at("metadata").at("image/png").at("width"), json(7));
}

void RuntimeConformance::execute_displayUpdates_replace()
{
    NotebookSession& python = *m_python;
    const CellKey cell = python.begin("from IPython.display import display, clear_output\n"
                                      "print('gone'); clear_output(wait=True)\n"
                                      "handle = display('first', display_id=True)\n"
                                      "for step in range(20): handle.update(f'step {step}')");
    QVERIFY(python.finish());
    QCOMPARE(python.target.outputTypes(cell), QStringList{u"display_data"_s});
    QCOMPARE(python.target.cell(cell).outputs[0].at("data").at("text/plain"), json("'step 19'"));
}

void RuntimeConformance::execute_flood_keepsEveryLine()
{
    const QString text = m_python->run("for line in range(200000): print(line)");
    QCOMPARE(text.size(), numberLines(200000).size());
    QCOMPARE(text, numberLines(200000));
}

void RuntimeConformance::stdin_answered_goesOn()
{
    NotebookSession& python = *m_python;
    const auto asked =
        connect(&python.session, &Session::inputRequested, this, [&](const QString& prompt, bool password) {
            QCOMPARE(prompt, u"Name? "_s);
            QVERIFY(!password);
            QVERIFY(python.session.replyInput(u"Ada"_s));
        });
    QCOMPARE(python.run("print('Hello ' + input('Name? '))"), u"Hello Ada\n"_s);
    disconnect(asked);
}

void RuntimeConformance::interrupt_sleeping_raises()
{
    NotebookSession& python = *m_python;
    const CellKey cell = python.begin("import time\nprint('asleep', flush=True)\ntime.sleep(600)");
    QTRY_COMPARE_WITH_TIMEOUT(python.target.text(cell), u"asleep\n"_s, 20000);
    const Result<void> interrupted = resultOf(python.session.interrupt());
    QVERIFY2(interrupted, qPrintable(interrupted ? QString() : interrupted.error().text()));
    QVERIFY(python.finish());
    QCOMPARE(python.session.cellRun(cell).errorName, u"KeyboardInterrupt"_s);
    QCOMPARE(python.run("print('alive')"), u"alive\n"_s);
}

void RuntimeConformance::complete_andInspect_answer()
{
    const QString code = u"'😀'.upp"_s;
    const auto completions = resultOf(m_python->session.requests().complete(code, code.size()));
    QVERIFY(completions);
    QCOMPARE(completions->matches.size(), 1u);
    QVERIFY(completions->matches[0].text.endsWith("upper"_L1));
    QCOMPARE(completions->end, code.size());
    QVERIFY((code.left(completions->start) + completions->matches[0].text).endsWith(u"'😀'.upper"_s));
    const auto inspection = resultOf(m_python->session.requests().inspect(u"print"_s, 5, 0));
    QVERIFY(inspection);
    QVERIFY(inspection->found);
    QVERIFY(inspection->data.contains("text/plain"));
    const auto completeness = resultOf(m_python->session.requests().isComplete(u"for x in y:"_s));
    QVERIFY(completeness);
    QCOMPARE(completeness->status, Completeness::Status::Incomplete);
}

void RuntimeConformance::comm_withBuffers_goesBothWays()
{
    NotebookSession& python = *m_python;
    json heard;
    std::vector<QByteArray> buffers;
    Comm* comm = nullptr;
    python.session.comms().registerTarget(u"cahier.test"_s, [&](Comm& opened, const Message&) {
        comm = &opened;
        connect(comm, &Comm::messageArrived, this,
                [&](const json& data, const std::vector<QByteArray>& sent) {
                    heard = data;
                    buffers = sent;
                });
    });
    QCOMPARE(python.run("from comm import create_comm\n"
                        "mine = create_comm(target_name='cahier.test', data={'n': 1})\n"
                        "def answer(message):\n"
                        "    data = message['content']['data']\n"
                        "    mine.send({'n': data['n'] + 1}, buffers=message['buffers'])\n"
                        "mine.on_msg(answer)"),
             QString());
    QVERIFY(comm);
    const std::vector<QByteArray> sent{QByteArray("\0b\xff", 3), QByteArray(), QByteArray(300000, 'x')};
    comm->send({{"n", 41}}, sent);
    QTRY_COMPARE_WITH_TIMEOUT(heard, json({{"n", 42}}), 20000);
    QCOMPARE(buffers, sent);
    python.session.comms().unregisterTarget(u"cahier.test"_s);
}

void RuntimeConformance::attach_secondClient_sharesTheKernel()
{
    QCOMPARE(m_python->run("shared = 'both'"), QString());
    const std::shared_ptr<Runtime> otherRuntime = m_stage.makeRuntime();
    NotebookSession other;
    QVERIFY(other.attach(*otherRuntime, m_python->session.kernelId()));
    QTRY_COMPARE_WITH_TIMEOUT(other.session.state(), SessionState::Idle, 20000);
    QCOMPARE(other.run("print(shared)"), u"both\n"_s);
    QCOMPARE(m_python->run("print(shared)"), u"both\n"_s);
}

void RuntimeConformance::restart_running_isFreshKernel()
{
    NotebookSession& python = *m_python;
    QCOMPARE(python.run("kept = 1"), QString());
    const CellKey cell = python.begin("import time\nprint('on', flush=True)\ntime.sleep(600)");
    QTRY_COMPARE_WITH_TIMEOUT(python.target.text(cell), u"on\n"_s, 20000);
    const QFuture<Result<void>> restarted = python.session.restart();
    QCOMPARE(python.outcome(cell), RunOutcome::Killed);
    const CellKey after = python.begin("print('kept' in globals())");
    QVERIFY(resultOf(restarted));
    QVERIFY(python.finish());
    QCOMPARE(python.target.text(after), u"False\n"_s);
    QCOMPARE(python.target.cell(after).count, 1);
}

void RuntimeConformance::kill_running_failsTheCellOnly()
{
    NotebookSession python;
    QVERIFY(python.start(*m_runtime));
    QSignalSpy died(&python.session, &Session::kernelDied);
    const CellKey cell = python.begin("import os, time\nprint('before', flush=True)\ntime.sleep(0.3)\n"
                                      "os.kill(os.getpid(), 9)");
    const CellKey next = python.begin("print('never')");
    QVERIFY(python.finish());
    QCOMPARE(python.outcome(cell), RunOutcome::Killed);
    QVERIFY(!python.session.cellRun(cell).errorValue.isEmpty());
    QCOMPARE(python.target.text(cell), u"before\n"_s);
    QCOMPARE(python.target.outputTypes(cell), (QStringList{u"stream"_s, u"error"_s}));
    QCOMPARE(python.outcome(next), RunOutcome::Cancelled);
    QTRY_COMPARE_WITH_TIMEOUT(died.count(), 1, 20000);
    // Some places start a new kernel by themselves; elsewhere the user does.
    QVERIFY2(waitFor([&] {
                 return python.session.state() == SessionState::Dead ||
                        python.session.state() == SessionState::Idle;
             }),
             qPrintable(sessionStateName(python.session.state())));
    if (python.session.state() == SessionState::Dead) QVERIFY(resultOf(python.session.restart()));
    QCOMPARE(python.run("print('again')"), u"again\n"_s);
    QVERIFY(resultOf(python.session.shutdown()));
}

void RuntimeConformance::reconnect_idle_runsOn()
{
    NotebookSession& python = *m_python;
    QCOMPARE(python.run("kept = 'still here'"), QString());
    QSignalSpy states(&python.session, &Session::stateChanged);
    QSignalSpy gaps(&python.session, &Session::outputLost);
    m_stage.cutConnections(*m_runtime);
    QTRY_VERIFY_WITH_TIMEOUT(!states.isEmpty(), 20000);
    QCOMPARE(states.first().at(0).value<SessionState>(), SessionState::Reconnecting);
    const CellKey queued = python.begin("print(kept)"); // while there is no way to the kernel
    QVERIFY(python.finish());
    QCOMPARE(python.target.text(queued), u"still here\n"_s);
    QCOMPARE(gaps.count(), 0);
}

void RuntimeConformance::reconnect_printing_nothingTwice()
{
    NotebookSession& python = *m_python;
    QSignalSpy gaps(&python.session, &Session::outputLost);
    const CellKey cell = python.begin("import time\nfor i in range(400):\n    print(i, flush=True)\n"
                                      "    time.sleep(0.005)");
    const CellKey next = python.begin("print('next')");
    QTRY_VERIFY_WITH_TIMEOUT(python.target.text(cell).startsWith(numberLines(50)), 20000);
    QSignalSpy states(&python.session, &Session::stateChanged);
    m_stage.cutConnections(*m_runtime);
    QTRY_VERIFY_WITH_TIMEOUT(!states.isEmpty(), 20000);
    QVERIFY(python.finish());
    QStringList lines = python.target.text(cell).split(u'\n', Qt::SkipEmptyParts);
    if (m_stage.keepsJournal()) {
        QCOMPARE(python.target.text(cell), numberLines(400));
        QCOMPARE(gaps.count(), 0);
    } else {
        QCOMPARE(gaps.count(), 1);
        QVERIFY(python.target.text(cell, "stderr").contains("may be missing"_L1));
    }
    QCOMPARE(QSet<QString>(lines.begin(), lines.end()).size(), lines.size());
    QVERIFY(std::ranges::is_sorted(lines, {}, [](const QString& line) { return line.toInt(); }));
    if (python.outcome(cell) == RunOutcome::Ok) {
        QCOMPARE(python.target.text(next), u"next\n"_s);
    } else {
        QVERIFY(!m_stage.keepsJournal()); // its end was among what is missing
        QCOMPARE(python.outcome(next), RunOutcome::Cancelled);
    }
}

void RuntimeConformance::reconnect_sending_neverTwice()
{
    NotebookSession& python = *m_python;
    QCOMPARE(python.run("count = 0\nseen = []"), QString());
    constexpr int rounds = 12;
    int certain = 0;
    for (int round = 0; round < rounds; ++round) {
        const QByteArray code = QByteArray("count += 1; seen.append(") + QByteArray::number(round) + ")";
        const CellKey cell = python.begin(code.constData());
        for (int turn = 0; turn < round % 4; ++turn)
            QCoreApplication::processEvents();
        m_stage.cutConnections(*m_runtime);
        QVERIFY(python.finish());
        if (python.outcome(cell) == RunOutcome::Ok) ++certain;
        if (m_stage.keepsJournal()) QCOMPARE(python.outcome(cell), RunOutcome::Ok);
    }
    QCOMPARE(python.run("print(len(seen) == len(set(seen)))"), u"True\n"_s);
    const int count = python.run("print(count)").trimmed().toInt();
    QVERIFY2(count >= certain && count <= rounds,
             qPrintable(u"%1 ran, %2 were said to have run"_s.arg(count).arg(certain)));
}

void RuntimeConformance::shutdown_kernel_isGone()
{
    NotebookSession python;
    QVERIFY(python.start(*m_runtime));
    const QString id = python.session.kernelId();
    QVERIFY(resultOf(python.session.shutdown()));
    QCOMPARE(python.session.state(), SessionState::NoKernel);
    QVERIFY(waitFor([&] {
        const auto kernels = resultOf(m_runtime->kernels());
        return kernels && std::ranges::none_of(*kernels, [&](const KernelInfo& info) {
                   return info.id == id && info.state != KernelState::Dead;
               });
    }));
}

} // namespace cahier::test
