// SPDX-License-Identifier: GPL-3.0-or-later
// Kernels across ssh: they outlive every way of losing the connection, and nothing they print is lost.
#include <tests/support/sshstage.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>

#include <csignal>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using Phase = ConnectionState::Phase;

class TestSshKernel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void start_farFolder_isWhereTheKernelRuns();
    void start_farFolderMissing_isClearError();
    void specs_environmentOfTheFarSide_isFoundAndRuns();
    void sshd_stoppedDuringCell_replaysEverything();
    void sshd_gone_showsWhenItTriesAgain();
    void ssh_killedDuringFlood_losesAndDoublesNothing();
    void ssh_frozen_isNoticed();
    void program_restarted_findsItsKernel();
    void forget_deadKernel_goes();

private:
    static void killSsh();
    void makeEnvironment(const QString& prefix) const;

    std::unique_ptr<SshdFixture> m_far;
    std::unique_ptr<SshClient> m_client;
};

void TestSshKernel::init()
{
    m_far = std::make_unique<SshdFixture>();
    const QString problem = m_far->start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_far->trust();
    m_client = std::make_unique<SshClient>(*m_far);
}

void TestSshKernel::cleanup()
{
    if (QTest::currentTestFailed()) qWarning("%s", qPrintable(m_far->log()));
    m_client.reset();
    m_far.reset();
}

void TestSshKernel::killSsh()
{
    for (const qint64 pid : sshChildren())
        ::kill(static_cast<pid_t>(pid), SIGKILL);
}

/// A virtual environment that takes the packages of the system's Python.
void TestSshKernel::makeEnvironment(const QString& prefix) const
{
    QVERIFY(QDir().mkpath(prefix + u"/bin"_s));
    QVERIFY(QFile::link(u"/usr/bin/python3"_s, prefix + u"/bin/python"_s));
    QFile file(prefix + u"/pyvenv.cfg"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("home = /usr/bin\ninclude-system-site-packages = true\n");
}

void TestSshKernel::start_farFolder_isWhereTheKernelRuns()
{
    LocalSession session;
    auto kernel = LocalStage::wait(
        m_client->runtime->start({.spec = u"python3"_s, .workingDirectory = m_far->far(u"work"_s)}));
    QVERIFY2(kernel, qPrintable(kernel ? QString() : kernel.error().text()));
    QVERIFY(session.session.attach(*kernel));
    QCOMPARE(session.run("import os; print(os.getcwd())"), m_far->far(u"work"_s) + u'\n');
    QCOMPARE(session.run("print(os.environ['HOME'], 'JPY_PARENT_PID' in os.environ, "
                         "'LD_LIBRARY_PATH' in os.environ)"),
             m_far->far() + u" False False\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestSshKernel::start_farFolderMissing_isClearError()
{
    const auto kernel = LocalStage::wait(
        m_client->runtime->start({.spec = u"python3"_s, .workingDirectory = m_far->far(u"nowhere"_s)}));
    QVERIFY(!kernel);
    QVERIFY2(kernel.error().text().contains(m_far->far(u"nowhere"_s)), qPrintable(kernel.error().text()));
}

void TestSshKernel::specs_environmentOfTheFarSide_isFoundAndRuns()
{
    makeEnvironment(m_far->far(u"venvs/deep"_s));
    const Result<KernelSpecs> specs = m_client->specs();
    QVERIFY(specs);
    const auto found = std::ranges::find(specs->specs, u"python-venv-deep"_s, &KernelSpec::name);
    QVERIFY(found != specs->specs.end());
    QCOMPARE(found->displayName, u"Python (venv: deep)"_s);
    LocalSession session;
    const Result<void> started = session.start(*m_client->runtime, found->name);
    QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
    QCOMPARE(session.run("import sys; print(sys.prefix)"), m_far->far(u"venvs/deep"_s) + u'\n');
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestSshKernel::sshd_stoppedDuringCell_replaysEverything()
{
    LocalSession session;
    QVERIFY(session.start(*m_client->runtime));
    const CellKey cell = session.add("import time\n"
                                     "for line in range(3000):\n"
                                     "    print(line, flush=True)\n"
                                     "    time.sleep(0.001)\n"
                                     "'the end'");
    QVERIFY(session.session.enqueue(std::vector{cell}));
    QVERIFY(LocalStage::waitUntil([&] { return session.target.text(cell).count(u'\n') > 100; }));
    m_far->stop();
    QVERIFY(LocalStage::waitUntil([&] { return session.session.state() == SessionState::Reconnecting; }));
    QVERIFY(session.session.hasWork());
    QTest::qWait(1500); // it prints on, with nobody there
    QCOMPARE(m_far->start(), QString());
    m_client->runtime->reconnect();
    QVERIFY(session.finish());
    QString expected;
    for (int line = 0; line < 3000; ++line)
        expected += QString::number(line) + u'\n';
    QCOMPARE(session.target.text(cell), expected);
    QCOMPARE(session.outcome(cell), RunOutcome::Ok);
    QCOMPARE(session.target.cell(cell).outputs.back().at("data").at("text/plain"),
             nlohmann::json("'the end'"));
    QCOMPARE(session.run("print('and on')"), u"and on\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestSshKernel::sshd_gone_showsWhenItTriesAgain()
{
    LocalSession session;
    QVERIFY(session.start(*m_client->runtime));
    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    m_client->states.clear();
    m_far->stop();
    QVERIFY(LocalStage::waitUntil(
        [&] { return std::ranges::count(m_client->states, Phase::Waiting, &ConnectionState::phase) >= 4; }));
    qint64 last = 0;
    std::vector<qint64> pauses;
    for (const ConnectionState& state : m_client->states) {
        if (state.phase != Phase::Waiting) continue;
        QVERIFY(state.lostAt >= before && state.lostAt <= QDateTime::currentMSecsSinceEpoch());
        QVERIFY(state.error && !state.error->message.isEmpty());
        QVERIFY(state.nextAttempt > last);
        pauses.push_back(state.nextAttempt - last);
        last = state.nextAttempt;
    }
    QVERIFY2(pauses[3] > pauses[1], "the pauses do not grow");
    QCOMPARE(m_far->start(), QString());
    QVERIFY(LocalStage::waitUntil(
        [&] { return m_client->runtime->connectionState().phase == Phase::Connected; }));
    QCOMPARE(m_client->runtime->connectionState().lostAt, 0);
    QVERIFY(LocalStage::waitUntil([&] { return session.session.state() == SessionState::Idle; }));
    QCOMPARE(session.run("print('alive')"), u"alive\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestSshKernel::ssh_killedDuringFlood_losesAndDoublesNothing()
{
    const int cuts = std::max(1, qEnvironmentVariableIntValue("CAHIER_SSH_CUTS"));
    const int wanted = qEnvironmentVariableIsSet("CAHIER_SSH_CUTS") ? cuts : 20;
    constexpr int lines = 100000;
    LocalSession session;
    QVERIFY(session.start(*m_client->runtime));
    int done = 0;
    QElapsedTimer timer;
    while (done < wanted) {
        const CellKey cell = session.add("for line in range(100000): print(line)");
        QVERIFY(session.session.enqueue(std::vector{cell}));
        while (done < wanted && session.session.hasWork()) {
            // At random moments of connecting, replaying and printing.
            QTest::qWait(QRandomGenerator::global()->bounded(1, 250));
            if (sshChildren().isEmpty()) {
                m_client->runtime->reconnect();
                continue;
            }
            killSsh();
            ++done;
            m_client->runtime->reconnect();
        }
        QVERIFY(session.finish());
        const QStringList found = session.target.text(cell).split(u'\n');
        QCOMPARE(found.size(), lines + 1);
        for (int line = 0; line < lines; ++line)
            if (found[line] != QString::number(line))
                QFAIL(qPrintable(u"line %1 is %2"_s.arg(line).arg(found[line])));
        QCOMPARE(session.outcome(cell), RunOutcome::Ok);
        timer.restart();
    }
    qInfo("%d cuts", done);
    // The last cut may have come after the last line: who asks for something notices it, and asks again.
    Result<void> ended = LocalStage::wait(session.session.shutdown());
    while (!ended && ended.error().code == ErrorCode::Disconnected) {
        QVERIFY(LocalStage::waitUntil([&] { return session.session.state() != SessionState::Reconnecting; }));
        if (session.session.state() == SessionState::Dead) break; // it had arrived
        ended = LocalStage::wait(session.session.shutdown());
    }
    QVERIFY(ended || session.session.state() == SessionState::Dead);
}

void TestSshKernel::ssh_frozen_isNoticed()
{
    runtimes::SshOptions options = m_far->options();
    options.aliveInterval = 1;
    options.aliveCount = 2;
    SshClient client({u"far"_s, {}, 0}, options);
    LocalSession session;
    QVERIFY(session.start(*client.runtime));
    // A network that swallows everything: the far end of the connection stands still.
    const QList<qint64> sessions = descendants(m_far->serverPid());
    QVERIFY(!sessions.isEmpty());
    for (const qint64 pid : sessions)
        ::kill(static_cast<pid_t>(pid), SIGSTOP);
    QVERIFY(LocalStage::waitUntil([&] { return session.session.state() == SessionState::Reconnecting; }));
    QVERIFY(LocalStage::waitUntil([&] { return session.session.state() == SessionState::Idle; }));
    for (const qint64 pid : sessions)
        ::kill(static_cast<pid_t>(pid), SIGKILL);
    QCOMPARE(session.run("print('alive')"), u"alive\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestSshKernel::program_restarted_findsItsKernel()
{
    QString kernelId;
    quint64 last = 0;
    {
        LocalSession session;
        QVERIFY(session.start(*m_client->runtime));
        QCOMPARE(session.run("value = 42"), QString());
        kernelId = session.session.kernelId();
        session.session.detach();
    }
    m_client = std::make_unique<SshClient>(*m_far);
    const auto kernels = LocalStage::wait(m_client->runtime->kernels());
    QVERIFY(kernels);
    QCOMPARE(kernels->size(), std::size_t(1));
    QCOMPARE(kernels->front().id, kernelId);
    last = kernels->front().lastSeq;
    LocalSession session;
    QVERIFY(session.attach(*m_client->runtime, kernelId, last));
    QVERIFY(LocalStage::waitUntil([&] { return session.session.state() == SessionState::Idle; }));
    QCOMPARE(session.run("print(value)"), u"42\n"_s);
    QVERIFY(LocalStage::wait(session.session.shutdown()));
}

void TestSshKernel::forget_deadKernel_goes()
{
    LocalSession session;
    QVERIFY(session.start(*m_client->runtime));
    const QString kernelId = session.session.kernelId();
    const auto kernels = LocalStage::wait(m_client->runtime->kernels());
    QVERIFY(kernels && kernels->size() == 1);
    ::kill(static_cast<pid_t>(kernels->front().pid), SIGKILL);
    QVERIFY(LocalStage::waitUntil([&] { return session.session.state() == SessionState::Dead; }));
    QVERIFY(LocalStage::wait(m_client->runtime->forget(kernelId)));
    const auto left = LocalStage::wait(m_client->runtime->kernels());
    QVERIFY(left && left->empty());
}

QTEST_GUILESS_MAIN(TestSshKernel)
#include "tst_sshkernel.moc"
