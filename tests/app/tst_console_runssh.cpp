// SPDX-License-Identifier: GPL-3.0-or-later
// `cahier run --runtime ssh:…` with a real ssh and sshd, and a terminal where it asks.
#include "farnotebook.h"
#include "terminal.h"

#include <tests/support/sshdfixture.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <csignal>

using namespace cahier::test;
using namespace Qt::StringLiterals;

class TestConsoleRunSsh : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void usage_badPlace_exit2_data();
    void usage_badPlace_exit2();
    void run_far_equalsALocalRun();
    void run_folder_isTheFarOne();
    void run_folderMissing_exit1NamesIt();
    void run_unreachable_exit1NamesIt_data();
    void run_unreachable_exit1NamesIt();
    void run_acceleratorNone_hidesTheGpus();
    void run_acceleratorMissing_exit1ListsWhatThereIs();
    void run_unknownKeyNoTerminal_exit1NamesTheKey();
    void run_unknownKey_askedAndAccepted();
    void run_unknownKeyRefused_exit1();
    void run_passphrase_askedHiddenUntilRight();
    void run_firstTime_showsTheCopying();
    void run_sshKilled_losesNothingAndSaysSo();
    void run_ctrlC_endsTheFarKernel();

private:
    [[nodiscard]] QStringList arguments(const QString& host, const QStringList& more = {}) const;
    [[nodiscard]] static QList<qint64> sshOf(const QProcess& process);
    [[nodiscard]] bool farIsIdle() const;

    std::unique_ptr<ConsoleFixture> m_console;
    std::unique_ptr<SshdFixture> m_far;
};

void TestConsoleRunSsh::init()
{
    m_console = std::make_unique<ConsoleFixture>();
    m_far = std::make_unique<SshdFixture>();
    const QString problem = m_far->start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    // The ssh program reads the configuration of the user's real home folder.
    m_console->write(u"ssh"_s, "#!/bin/sh\nexec /usr/bin/ssh -F '" + m_far->clientConfig().toLocal8Bit() +
                                   "' \"$@\"\n");
    QFile::setPermissions(m_console->path(u"ssh"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    m_console->setEnvironment(u"PATH"_s, m_console->path({}) + u':' + qEnvironmentVariable("PATH"));
    m_console->writeNotebook(u"a.ipynb"_s, farCells());
}

void TestConsoleRunSsh::cleanup()
{
    if (QTest::currentTestFailed()) qWarning("%s", qPrintable(m_far->log()));
    m_console.reset();
    m_far.reset();
}

QStringList TestConsoleRunSsh::arguments(const QString& host, const QStringList& more) const
{
    return QStringList{u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"--runtime"_s, u"ssh:"_s + host} +
           more;
}

QList<qint64> TestConsoleRunSsh::sshOf(const QProcess& process)
{
    const auto read = [](const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
    };
    QList<qint64> found;
    const QDir tasks(u"/proc/%1/task"_s.arg(process.processId()));
    for (const QString& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        for (const QByteArray& child : read(tasks.filePath(task + u"/children"_s)).split(' '))
            if (read(u"/proc/%1/comm"_s.arg(QString::fromLatin1(child))) == "ssh")
                found << child.toLongLong();
    }
    return found;
}

/// No kernel is left of a run.
bool TestConsoleRunSsh::farIsIdle() const
{
    const qint64 host = m_far->hostPid();
    return host == 0 || descendants(host).isEmpty();
}

void TestConsoleRunSsh::usage_badPlace_exit2_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("said");
    QTest::newRow("word") << QStringList{u"--runtime"_s, u"somewhere"_s} << u"ssh:HOST"_s;
    QTest::newRow("option as a host")
        << QStringList{u"--runtime"_s, u"ssh:-oProxyCommand=x"_s} << u"machine"_s;
    QTest::newRow("no server") << QStringList{u"--runtime"_s, u"http://"_s} << u"address"_s;
    QTest::newRow("accelerator") << QStringList{u"--accelerator"_s, u"quantum"_s} << u"cpu, gpu"_s;
    QTest::newRow("accelerator without its number")
        << QStringList{u"--accelerator"_s, u"gpu:"_s} << u"gpu:"_s;
}

void TestConsoleRunSsh::usage_badPlace_exit2()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, said);
    const ConsoleResult result = m_console->run(QStringList{u"run"_s, u"a.ipynb"_s} + arguments);
    QCOMPARE(result.status, 2);
    QVERIFY2(result.err.contains(said), qPrintable(result.err));
}

void TestConsoleRunSsh::run_far_equalsALocalRun()
{
    m_far->trust();
    const ConsoleResult far = m_console->run(arguments(u"far"_s));
    QVERIFY2(far.status == 0, qPrintable(far.err));
    const nlohmann::json farResult = m_console->json(u"out.ipynb"_s);
    const ConsoleResult here =
        m_console->run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"here.ipynb"_s, u"--runtime"_s, u"local"_s});
    QVERIFY2(here.status == 0, qPrintable(here.err));
    QCOMPARE(farResult, m_console->json(u"here.ipynb"_s));
    QVERIFY(streamText(farResult["cells"][2]).endsWith(u"\n19999\n"_s));
    QTRY_VERIFY_WITH_TIMEOUT(farIsIdle(), 30000);
}

void TestConsoleRunSsh::run_folder_isTheFarOne()
{
    m_far->trust();
    m_console->writeNotebook(u"a.ipynb"_s, {u"import os; print(os.getcwd())"_s});
    for (const QString& folder : {u"work"_s, u"~/work"_s, m_far->far(u"work"_s)}) {
        const ConsoleResult result = m_console->run(arguments(u"far"_s, {u"--folder"_s, folder}));
        QVERIFY2(result.status == 0, qPrintable(result.err));
        QCOMPARE(streamText(m_console->json(u"out.ipynb"_s)["cells"][0]), m_far->far(u"work"_s) + u'\n');
    }
    QVERIFY(m_console->run(arguments(u"far"_s)).status == 0);
    QCOMPARE(streamText(m_console->json(u"out.ipynb"_s)["cells"][0]), m_far->far() + u'\n');
}

void TestConsoleRunSsh::run_folderMissing_exit1NamesIt()
{
    m_far->trust();
    for (const QString& folder : {u"nowhere"_s, m_far->far(u"nowhere"_s)}) {
        const ConsoleResult result = m_console->run(arguments(u"far"_s, {u"--folder"_s, folder}));
        QCOMPARE(result.status, 1);
        QVERIFY2(result.err.contains(m_far->far(u"nowhere"_s)), qPrintable(result.err));
    }
}

void TestConsoleRunSsh::run_unreachable_exit1NamesIt_data()
{
    QTest::addColumn<QString>("host");
    QTest::newRow("nothing listens") << u"closed"_s;
    QTest::newRow("no such name") << u"unknown.invalid"_s;
    QTest::newRow("key refused") << u"wrong"_s;
}

void TestConsoleRunSsh::run_unreachable_exit1NamesIt()
{
    QFETCH(const QString, host);
    m_far->trust();
    const ConsoleResult result = m_console->run(arguments(host));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(host), qPrintable(result.err));
    QVERIFY(!QFile::exists(m_console->path(u"out.ipynb"_s)));
}

void TestConsoleRunSsh::run_acceleratorNone_hidesTheGpus()
{
    m_far->trust();
    m_console->writeNotebook(u"a.ipynb"_s, {u"import os; print(os.environ['CUDA_VISIBLE_DEVICES'])"_s});
    const ConsoleResult result =
        m_console->run(arguments(u"far"_s, {u"--accelerator"_s, u"cpu"_s, u"--log-json"_s}));
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QCOMPARE(streamText(m_console->json(u"out.ipynb"_s)["cells"][0]), u"-1\n"_s);
    QVERIFY2(result.out.contains(u"\"accelerator\":\"the CPU alone\""_s), qPrintable(result.out));
}

void TestConsoleRunSsh::run_acceleratorMissing_exit1ListsWhatThereIs()
{
    m_far->trust();
    for (const QString& missing : {u"gpu:77"_s, u"mig:MIG-0"_s, u"gpu:GPU-0"_s, u"tpu:77"_s}) {
        const ConsoleResult result = m_console->run(arguments(u"far"_s, {u"--accelerator"_s, missing}));
        QCOMPARE(result.status, 1);
        QVERIFY2(result.err.contains(u"There is:\n  cpu"_s), qPrintable(result.err));
    }
    QVERIFY(farIsIdle());
}

void TestConsoleRunSsh::run_unknownKeyNoTerminal_exit1NamesTheKey()
{
    const ConsoleResult result = m_console->run(arguments(u"far"_s));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(m_far->fingerprint()) && result.err.contains(u"no terminal"_s),
             qPrintable(result.err));
    QVERIFY(!QFile::exists(m_far->knownHosts()));
}

void TestConsoleRunSsh::run_unknownKey_askedAndAccepted()
{
    Terminal terminal;
    const auto process =
        m_console->start(arguments(u"far"_s), [&](QProcess& program) { terminal.attach(program); });
    QVERIFY(terminal.shows(m_far->fingerprint()));
    QVERIFY(terminal.shows(u"(yes/no"_s));
    QVERIFY(terminal.echoes());
    terminal.type(u"perhaps"_s); // asked once more
    QVERIFY(terminal.shows(u"(yes/no"_s));
    terminal.type(u"yes"_s);
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY(QFile::exists(m_far->knownHosts()));
}

void TestConsoleRunSsh::run_unknownKeyRefused_exit1()
{
    Terminal terminal;
    const auto process =
        m_console->start(arguments(u"far"_s), [&](QProcess& program) { terminal.attach(program); });
    QVERIFY(terminal.shows(u"(yes/no"_s));
    terminal.type(u"no"_s);
    const ConsoleResult result = finished(*process);
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"given up"_s), qPrintable(result.err));
}

void TestConsoleRunSsh::run_passphrase_askedHiddenUntilRight()
{
    m_far->trust();
    Terminal terminal;
    const auto process =
        m_console->start(arguments(u"phrase"_s), [&](QProcess& program) { terminal.attach(program); });
    QVERIFY(terminal.shows(u"passphrase"_s));
    QTRY_VERIFY(!terminal.echoes());
    terminal.type(u"not this one"_s);
    QVERIFY(terminal.shows(u"not right"_s));
    QTRY_VERIFY(!terminal.echoes());
    terminal.type(QLatin1StringView(SshdFixture::passphrase));
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY(terminal.echoes());
    QVERIFY(!terminal.shown().contains(u"not this one"_s));
    QVERIFY(!terminal.shown().contains(QLatin1StringView(SshdFixture::passphrase)));

    const ConsoleResult alone = m_console->run(arguments(u"phrase"_s));
    QCOMPARE(alone.status, 1);
    QVERIFY2(alone.err.contains(u"passphrase of the key"_s) && alone.err.contains(u"no terminal"_s),
             qPrintable(alone.err));
}

void TestConsoleRunSsh::run_firstTime_showsTheCopying()
{
    m_far->trust();
    Terminal terminal;
    const auto process =
        m_console->start(arguments(u"far"_s), [&](QProcess& program) { terminal.attach(program, true); });
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(terminal.shown()));
    QVERIFY(terminal.shows(u"connecting to far"_s));
    QVERIFY(terminal.shows(u"copying the kernel host to far: 0 %"_s));
    QVERIFY(terminal.shows(u"100 %"_s));
    QVERIFY(terminal.shows(u"starting kernel python3 on far"_s));
}

void TestConsoleRunSsh::run_sshKilled_losesNothingAndSaysSo()
{
    m_far->trust();
    m_console->writeNotebook(u"a.ipynb"_s, {u"import time\nfor i in range(3000):\n    print(i, flush=True)\n"
                                            "    time.sleep(0.001)\n"
                                            "'the end'"_s,
                                            u"print('next')"_s});
    const auto process = m_console->start(arguments(u"far"_s, {u"--log-json"_s}));
    QString log;
    QVERIFY(QTest::qWaitFor(
        [&] {
            log += QString::fromUtf8(process->readAllStandardOutput());
            return log.contains(u"cell_started"_s);
        },
        60000));
    for (int time = 1; time <= 3; ++time) {
        QTRY_VERIFY_WITH_TIMEOUT(!sshOf(*process).isEmpty(), 20000);
        ::kill(static_cast<pid_t>(sshOf(*process).first()), SIGKILL);
        QVERIFY(QTest::qWaitFor(
            [&] {
                log += QString::fromUtf8(process->readAllStandardOutput());
                return eventsIn(log).count(u"reconnected"_s) == time;
            },
            60000));
    }
    const ConsoleResult result = finished(*process);
    log += result.out;
    QVERIFY2(result.status == 0, qPrintable(result.err + log));
    QString expected;
    for (int line = 0; line < 3000; ++line)
        expected += QString::number(line) + u'\n';
    const nlohmann::json out = m_console->json(u"out.ipynb"_s);
    QCOMPARE(streamText(out["cells"][0]), expected);
    QCOMPARE(out["cells"][0]["outputs"].back()["data"]["text/plain"][0], "'the end'");
    QCOMPARE(streamText(out["cells"][1]), u"next\n"_s);
    QCOMPARE(eventsIn(log).count(u"reconnecting"_s), 3);
    QTRY_VERIFY_WITH_TIMEOUT(farIsIdle(), 30000);
}

void TestConsoleRunSsh::run_ctrlC_endsTheFarKernel()
{
    m_far->trust();
    m_console->writeNotebook(u"a.ipynb"_s, {u"print('done')"_s, u"import time; time.sleep(600)"_s});
    const auto process = m_console->start(arguments(u"far"_s, {u"--log-json"_s}));
    QString log;
    QVERIFY(QTest::qWaitFor(
        [&] {
            log += QString::fromUtf8(process->readAllStandardOutput());
            return eventsIn(log).count(u"cell_started"_s) == 2;
        },
        60000));
    ::kill(static_cast<pid_t>(process->processId()), SIGINT);
    const ConsoleResult result = finished(*process);
    QCOMPARE(result.status, 130);
    QCOMPARE(streamText(m_console->json(u"out.ipynb"_s)["cells"][0]), u"done\n"_s);
    QTRY_VERIFY_WITH_TIMEOUT(farIsIdle(), 30000);
}

QTEST_GUILESS_MAIN(TestConsoleRunSsh)
#include "tst_console_runssh.moc"
