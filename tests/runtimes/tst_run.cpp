// SPDX-License-Identifier: GPL-3.0-or-later
// Programs on a runtime's machine: this one's through a local host, and a far one's across a real sshd.
#include <tests/support/cuttingproxy.h>
#include <tests/support/hostfixture.h>
#include <tests/support/sshstage.h>

#include <QCryptographicHash>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <fstream>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;

namespace {

/// A run, what it printed and how it ended.
struct Outcome {
    explicit Outcome(std::unique_ptr<Process> started) : process(std::move(started))
    {
        QObject::connect(process.get(), &Process::outputArrived, process.get(),
                         [this](const QByteArray& bytes) {
                             size += bytes.size();
                             hash.addData(bytes);
                             if (keeps) output += bytes;
                             if (arrived) arrived();
                         });
        QObject::connect(process.get(), &Process::exited, process.get(), [this](int code) {
            status = code;
            ++ends;
        });
        QObject::connect(process.get(), &Process::failed, process.get(), [this](const Error& why) {
            error = why;
            ++ends;
        });
        QObject::connect(process.get(), &Process::stalled, process.get(), [this](bool waiting) {
            if (waiting) ++stalls;
        });
    }
    [[nodiscard]] bool wait() const
    {
        return LocalStage::waitUntil([this] { return ends > 0; });
    }

    std::unique_ptr<Process> process;
    QByteArray output;
    qint64 size = 0;
    QCryptographicHash hash{QCryptographicHash::Sha256};
    bool keeps = true;
    std::function<void()> arrived;
    std::optional<int> status;
    std::optional<Error> error;
    int ends = 0, stalls = 0;
};

Command shell(const QString& script)
{
    return {{u"sh"_s, u"-c"_s, script}};
}

/// The numbers that a program printed, one a line.
QList<qint64> pidsIn(const QByteArray& output)
{
    QList<qint64> pids;
    for (const QByteArray& line : output.split('\n'))
        if (const qint64 pid = line.trimmed().toLongLong(); pid > 0) pids << pid;
    return pids;
}

bool allGone(const QList<qint64>& pids)
{
    return std::ranges::none_of(pids, processLives);
}

long memoryKb(qint64 pid, const std::string& figure)
{
    std::ifstream stream(std::format("/proc/{}/status", pid));
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with(figure + ":")) return std::stol(line.substr(figure.size() + 1));
    return 0;
}

/// A program of 64 MB of numbered lines, and the hash of what it prints.
constexpr auto numbers = "seq 1 8000000"_L1;

QByteArray hashOfNumbers()
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    QByteArray piece;
    for (int number = 1; number <= 8'000'000; ++number) {
        piece += QByteArray::number(number) + '\n';
        if (piece.size() < 1 << 20) continue;
        hash.addData(piece);
        piece.clear();
    }
    hash.addData(piece);
    return hash.result();
}

} // namespace

class TestRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void output_bothStreams_keepTheirOrder();
    void output_beforeTheEnd_comesAtOnce();
    void output_huge_isWholeInFlatMemory();
    void output_ofWhatIsLeftBehind_doesNotHoldTheEnd();
    void input_isEmpty();
    void exit_codes_arrive_data();
    void exit_codes_arrive();
    void environment_changes_areMade();
    void folder_givenOrHome_isEntered();
    void program_besideTheFolder_isFound();
    void start_missingProgram_saysWhereItWasLooked();
    void start_missingFolder_isError();
    void start_noProgramFile_isError();
    void cancel_beforeItStarts_startsNothing();
    void cancel_treeThatIgnoresIt_isKilled();
    void cancel_program_canTidyUp();
    void destroy_running_endsIt();
    void lostConnection_anywhere_losesNothing();
    void lostConnection_cancelled_saysSo();
    void host_killed_isSaid();

    void ssh_cutOften_losesNothing();

private:
    [[nodiscard]] std::unique_ptr<Outcome> run(const Command& command) const
    {
        return std::make_unique<Outcome>(m_runtime->run(command));
    }

    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_runtime;
};

void TestRun::initTestCase()
{
    m_stage = std::make_unique<LocalStage>();
    m_runtime = m_stage->makeRuntime();
}

void TestRun::cleanupTestCase()
{
    m_runtime.reset();
    m_stage.reset();
}

void TestRun::output_bothStreams_keepTheirOrder()
{
    const auto outcome =
        run(shell(u"for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done; printf last"_s));
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->status, 0);
    QByteArray expected;
    for (const char digit : {'1', '2', '3', '4', '5'})
        expected += QByteArray("out ") + digit + "\nerr " + digit + '\n';
    QCOMPARE(outcome->output, expected + "last");
}

void TestRun::output_beforeTheEnd_comesAtOnce()
{
    const QString gate = m_stage->folder(u"gate"_s);
    const auto outcome =
        run(shell(u"echo first; until [ -e '%1' ]; do sleep 0.02; done; echo second"_s.arg(gate)));
    QVERIFY(LocalStage::waitUntil([&] { return outcome->output == "first\n"; }));
    QCOMPARE(outcome->ends, 0);
    QFile file(gate);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->output, QByteArray("first\nsecond\n"));
}

void TestRun::output_huge_isWholeInFlatMemory()
{
    QVERIFY(LocalStage::wait(m_runtime->kernels())); // the host runs
    const qint64 host = m_stage->hostPid();
    const long before = memoryKb(getpid(), "VmRSS");
    const auto outcome = run(shell(u"head -c 100000000 /dev/zero"_s));
    outcome->keeps = false;
    long most = 0;
    outcome->arrived = [&] { most = std::max(most, memoryKb(getpid(), "VmRSS")); };
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->status, 0);
    QCOMPARE(outcome->size, 100'000'000);
    if (sanitized) return;
    QVERIFY2(memoryKb(host, "VmHWM") < 60'000, "the host kept it");
    QVERIFY2(most - before < 40'000, "the program kept it");
}

/// A helper that went to a session of its own and holds the pipe is not waited for.
void TestRun::output_ofWhatIsLeftBehind_doesNotHoldTheEnd()
{
    const auto outcome = run(shell(u"setsid sleep 300 & echo $!; sleep 300 & echo $!; exit 3"_s));
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->status, 3);
    const QList<qint64> pids = pidsIn(outcome->output);
    QCOMPARE(pids.size(), 2);
    QTRY_VERIFY(!processLives(pids[1]));
    ::kill(static_cast<pid_t>(pids[0]), SIGKILL);
}

void TestRun::input_isEmpty()
{
    const auto outcome = run(shell(u"cat; echo end"_s));
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->output, QByteArray("end\n"));
}

void TestRun::exit_codes_arrive_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("status");
    QTest::newRow("success") << u"true"_s << 0;
    QTest::newRow("one") << u"exit 1"_s << 1;
    QTest::newRow("largest") << u"exit 255"_s << 255;
    QTest::newRow("killed") << u"kill -9 $$"_s << 137;
    QTest::newRow("terminated") << u"kill -TERM $$"_s << 143;
    QTest::newRow("segmentation fault") << u"kill -SEGV $$"_s << 139;
}

void TestRun::exit_codes_arrive()
{
    QFETCH(const QString, script);
    QFETCH(const int, status);
    const auto outcome = run(shell(script));
    QVERIFY(outcome->wait());
    QVERIFY2(!outcome->error, qPrintable(outcome->error ? outcome->error->text() : QString()));
    QCOMPARE(outcome->status, status);
}

void TestRun::environment_changes_areMade()
{
    qputenv("CAHIER_TEST_KEPT", "kept");
    qputenv("CAHIER_TEST_GONE", "gone");
    Command command = shell(u"echo $CAHIER_TEST_KEPT,$CAHIER_TEST_GONE,$CAHIER_TEST_NEW"_s);
    command.environment = {{u"CAHIER_TEST_GONE"_s, std::nullopt}, {u"CAHIER_TEST_NEW"_s, u"ñew"_s}};
    const auto outcome = run(command);
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->output, QByteArray("kept,,ñew\n"));
}

void TestRun::folder_givenOrHome_isEntered()
{
    Command command{{u"pwd"_s, u"-P"_s}};
    const auto home = run(command);
    command.workingDirectory = u"/usr"_s;
    const auto given = run(command);
    QVERIFY(home->wait() && given->wait());
    QCOMPARE(home->output.trimmed(), QFile::encodeName(QFileInfo(m_stage->folder({})).canonicalFilePath()));
    QCOMPARE(given->output, QByteArray("/usr\n"));
}

void TestRun::program_besideTheFolder_isFound()
{
    Command command{{u"bin/env"_s}};
    command.workingDirectory = u"/usr"_s;
    const auto outcome = run(command);
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->status, 0);
}

void TestRun::start_missingProgram_saysWhereItWasLooked()
{
    const auto outcome = run({{u"no-such-program"_s}});
    QVERIFY(outcome->wait());
    QVERIFY(outcome->error);
    QCOMPARE(outcome->error->code, ErrorCode::NotFound);
    QVERIFY2(outcome->error->message.contains(u"no-such-program"_s), qPrintable(outcome->error->message));
    QVERIFY2(outcome->error->detail.contains(qEnvironmentVariable("PATH")),
             qPrintable(outcome->error->detail));
}

void TestRun::start_missingFolder_isError()
{
    Command command{{u"true"_s}};
    command.workingDirectory = u"/no/such/folder"_s;
    const auto outcome = run(command);
    QVERIFY(outcome->wait());
    QVERIFY(outcome->error);
    QVERIFY2(outcome->error->message.contains(command.workingDirectory), qPrintable(outcome->error->message));
}

void TestRun::start_noProgramFile_isError()
{
    const QString path = m_stage->folder(u"text"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/no/such/interpreter\n");
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const auto outcome = run({{path}});
    QVERIFY(outcome->wait());
    QVERIFY(outcome->error);
    QVERIFY2(outcome->error->message.contains(path), qPrintable(outcome->error->message));
}

void TestRun::cancel_beforeItStarts_startsNothing()
{
    const QString mark = m_stage->folder(u"mark"_s);
    const auto outcome = run({{u"touch"_s, mark}});
    outcome->process->cancel();
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->error->code, ErrorCode::Cancelled);
    const auto after = run({{u"true"_s}});
    QVERIFY(after->wait());
    QVERIFY(!QFile::exists(mark));
}

void TestRun::cancel_treeThatIgnoresIt_isKilled()
{
    const auto outcome = run(shell(u"trap '' TERM INT HUP\n"
                                   "echo $$\n"
                                   "sleep 300 & echo $!\n"
                                   "setsid sh -c 'echo $$; sleep 300' &\n"
                                   "while :; do sleep 1; done"_s));
    QVERIFY(LocalStage::waitUntil([&] { return pidsIn(outcome->output).size() == 3; }));
    const QList<qint64> pids = pidsIn(outcome->output);
    QVERIFY(std::ranges::all_of(pids, processLives));
    outcome->process->cancel();
    outcome->process->cancel(); // once is enough
    QVERIFY(outcome->wait());
    QVERIFY(outcome->error);
    QCOMPARE(outcome->error->code, ErrorCode::Cancelled);
    QCOMPARE(outcome->ends, 1);
    QTRY_VERIFY(allGone(pids));
}

void TestRun::cancel_program_canTidyUp()
{
    const auto outcome = run(shell(u"trap 'echo tidied; exit 0' TERM\n"
                                   "echo ready\n"
                                   "while :; do sleep 0.05; done"_s));
    QVERIFY(LocalStage::waitUntil([&] { return outcome->output == "ready\n"; }));
    outcome->process->cancel();
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->error->code, ErrorCode::Cancelled);
    QVERIFY2(outcome->output.endsWith("tidied\n"), outcome->output.constData());
}

void TestRun::destroy_running_endsIt()
{
    auto outcome = run(shell(u"echo $$; exec sleep 300"_s));
    QVERIFY(LocalStage::waitUntil([&] { return outcome->output.endsWith('\n'); }));
    const QList<qint64> pids = pidsIn(outcome->output);
    outcome.reset();
    QTRY_VERIFY_WITH_TIMEOUT(allGone(pids), 20000);
}

void TestRun::lostConnection_anywhere_losesNothing()
{
    runtimes::LocalRuntime runtime;
    Outcome outcome(runtime.run(shell(numbers)));
    outcome.keeps = false;
    int cuts = 0;
    qint64 next = 0;
    outcome.arrived = [&] {
        if (outcome.size < next) return;
        next = outcome.size + 10'000'000;
        ++cuts;
        runtime.reconnect();
    };
    // It may be lost before the host was asked, while it is, and once there is an answer.
    runtime.reconnect();
    QVERIFY(outcome.wait());
    QVERIFY2(!outcome.error, qPrintable(outcome.error ? outcome.error->text() : QString()));
    QCOMPARE(outcome.status, 0);
    QVERIFY(cuts >= 5);
    QVERIFY(outcome.stalls >= 5);
    QCOMPARE(outcome.hash.result(), hashOfNumbers());
}

void TestRun::lostConnection_cancelled_saysSo()
{
    const auto outcome = run(shell(u"echo $$; exec sleep 300"_s));
    QVERIFY(LocalStage::waitUntil([&] { return outcome->output.endsWith('\n'); }));
    bool cancelled = false;
    connect(outcome->process.get(), &Process::stalled, this, [&](bool waiting) {
        if (waiting && !std::exchange(cancelled, true)) outcome->process->cancel();
    });
    m_runtime->reconnect();
    QVERIFY(outcome->wait());
    QCOMPARE(outcome->error->code, ErrorCode::Cancelled);
    QVERIFY(!outcome->error->detail.isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(allGone(pidsIn(outcome->output)), 20000);
}

void TestRun::host_killed_isSaid()
{
    const auto outcome = run(shell(u"echo $$; exec sleep 300"_s));
    QVERIFY(LocalStage::waitUntil([&] { return outcome->output.endsWith('\n'); }));
    m_stage->killHost();
    QVERIFY(outcome->wait());
    QVERIFY(outcome->error);
    QCOMPARE(outcome->error->code, ErrorCode::Disconnected);
    QVERIFY(allGone(pidsIn(outcome->output)));
}

void TestRun::ssh_cutOften_losesNothing()
{
    SshdFixture far;
    const QString problem = far.start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    far.trust();
    CuttingProxy proxy(u"127.0.0.1"_s, static_cast<quint16>(far.port()));
    far.configure(
        u"Host cut\n  HostName 127.0.0.1\n  Port %1\n  HostKeyAlias [127.0.0.1]:%2\n  IdentityFile %3\n"_s
            .arg(proxy.port())
            .arg(far.port())
            .arg(far.folder(u"key"_s)));
    SshClient client(far, u"cut"_s);
    QVERIFY(client.specs());
    Outcome outcome(client.runtime->run(shell(numbers)));
    outcome.keeps = false;
    int cuts = 0;
    qint64 next = 1;
    outcome.arrived = [&] {
        if (outcome.size < next) return;
        next = outcome.size + 15'000'000;
        ++cuts;
        // In the middle of what comes next, and once on the way there.
        proxy.cutAfter(cuts == 2 ? CuttingProxy::ToServer : CuttingProxy::ToClient, cuts == 2 ? 40 : 100'000);
    };
    QVERIFY(outcome.wait());
    QVERIFY2(!outcome.error, qPrintable(outcome.error ? outcome.error->text() : QString()));
    QCOMPARE(outcome.status, 0);
    QVERIFY(cuts >= 4);
    QVERIFY(outcome.stalls >= 3);
    QCOMPARE(outcome.hash.result(), hashOfNumbers());
}

QTEST_GUILESS_MAIN(TestRun)
#include "tst_run.moc"
