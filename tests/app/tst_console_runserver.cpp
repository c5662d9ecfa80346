// SPDX-License-Identifier: GPL-3.0-or-later
// `cahier run --runtime http…` with a real Jupyter Server, and a terminal where it asks.
#include "farnotebook.h"
#include "terminal.h"

#include <tests/support/cuttingproxy.h>
#include <tests/support/jupyterserver.h>
#include <tests/support/notebooksession.h>

#include <QFile>
#include <QTest>

using namespace cahier::test;
using namespace Qt::StringLiterals;

class TestConsoleRunServer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void run_tokenInTheEnvironment_equalsALocalRun();
    void run_tokenInTheAddress_isNotSeenByOthers();
    void run_wrongToken_exit1AndNoSecretIsShown();
    void run_noToken_exit1NamesTheVariable();
    void run_noToken_askedHiddenUntilRight();
    void run_password_isTakenToo();
    void run_unknownCertificate_exit1NamesTheFingerprint();
    void run_unknownCertificate_askedAndTrusted();
    void run_accelerator_exit1SaysWhyNot_data();
    void run_accelerator_exit1SaysWhyNot();
    void run_unreachable_exit1NamesIt();
    void run_connectionCut_goesOnAndSaysSo();

private:
    [[nodiscard]] static QString urlOf(const JupyterServer& server, quint16 port = 0);
    [[nodiscard]] static QStringList arguments(const QString& url, const QStringList& more = {});
    [[nodiscard]] bool serverIsIdle() const;

    std::unique_ptr<ConsoleFixture> m_console;
    JupyterServer m_server{JupyterServer::Unlimited};
};

void TestConsoleRunServer::initTestCase()
{
    QVERIFY(m_server.start());
}

void TestConsoleRunServer::init()
{
    m_console = std::make_unique<ConsoleFixture>();
    m_console->writeNotebook(u"a.ipynb"_s, farCells());
}

/// Without its token.
QString TestConsoleRunServer::urlOf(const JupyterServer& server, quint16 port)
{
    return server.address(port).id();
}

QStringList TestConsoleRunServer::arguments(const QString& url, const QStringList& more)
{
    return QStringList{u"run"_s, u"a.ipynb"_s, u"-o"_s, u"out.ipynb"_s, u"--runtime"_s, url} + more;
}

/// No kernel is left of a run.
bool TestConsoleRunServer::serverIsIdle() const
{
    const auto client = m_server.client();
    const auto kernels = resultOf(client->requestJson({.path = u"api/kernels"_s}));
    return kernels && kernels->is_array() && kernels->empty();
}

void TestConsoleRunServer::run_tokenInTheEnvironment_equalsALocalRun()
{
    m_console->setEnvironment(u"JUPYTER_TOKEN"_s, m_server.token());
    const ConsoleResult far = m_console->run(arguments(urlOf(m_server)));
    QVERIFY2(far.status == 0, qPrintable(far.err));
    const ConsoleResult here = m_console->run({u"run"_s, u"a.ipynb"_s, u"-o"_s, u"here.ipynb"_s});
    QVERIFY2(here.status == 0, qPrintable(here.err));
    QCOMPARE(m_console->json(u"out.ipynb"_s), m_console->json(u"here.ipynb"_s));
    QVERIFY(serverIsIdle());
}

void TestConsoleRunServer::run_tokenInTheAddress_isNotSeenByOthers()
{
    m_console->writeNotebook(u"a.ipynb"_s, {u"print('mark')\nimport time; time.sleep(2)"_s});
    const auto process =
        m_console->start(arguments(urlOf(m_server) + u"?token="_s + m_server.token(), {u"--log-json"_s}));
    QString log;
    QVERIFY(QTest::qWaitFor(
        [&] {
            log += QString::fromUtf8(process->readAllStandardOutput());
            return log.contains(u"cell_started"_s);
        },
        60000));
    QFile line(u"/proc/%1/cmdline"_s.arg(process->processId()));
    QVERIFY(line.open(QIODevice::ReadOnly));
    const QByteArray shown = line.readAll();
    QVERIFY(shown.contains("?token=xxx") && !shown.contains(m_server.token().toUtf8()));
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY(!(log + result.out + result.err).contains(m_server.token()));
    QVERIFY(!m_console->read(u"out.ipynb"_s).contains(m_server.token().toUtf8()));
}

void TestConsoleRunServer::run_wrongToken_exit1AndNoSecretIsShown()
{
    m_console->setEnvironment(u"JUPYTER_TOKEN"_s, u"wrong-and-secret"_s);
    const ConsoleResult result = m_console->run(arguments(urlOf(m_server)));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"refused the token"_s) && result.err.contains(u"127.0.0.1"_s),
             qPrintable(result.err));
    QVERIFY(!(result.out + result.err).contains(u"wrong-and-secret"_s));
    QVERIFY(!QFile::exists(m_console->path(u"out.ipynb"_s)));
}

void TestConsoleRunServer::run_noToken_exit1NamesTheVariable()
{
    const ConsoleResult result = m_console->run(arguments(urlOf(m_server)));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"JUPYTER_TOKEN"_s) && result.err.contains(u"no terminal"_s),
             qPrintable(result.err));
}

void TestConsoleRunServer::run_noToken_askedHiddenUntilRight()
{
    Terminal terminal;
    const auto process =
        m_console->start(arguments(urlOf(m_server)), [&](QProcess& program) { terminal.attach(program); });
    QVERIFY(terminal.shows(u"Token or password"_s));
    QTRY_VERIFY(!terminal.echoes());
    terminal.type(u"not this one"_s);
    QVERIFY(terminal.shows(u"not right"_s));
    QTRY_VERIFY(!terminal.echoes());
    terminal.type(m_server.token());
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(result.err));
    QVERIFY(terminal.echoes());
    QVERIFY(!terminal.shown().contains(m_server.token()));
    QVERIFY(serverIsIdle());
}

void TestConsoleRunServer::run_password_isTakenToo()
{
    JupyterServer own(JupyterServer::Password);
    QVERIFY(own.start());
    Terminal terminal;
    const auto process =
        m_console->start(arguments(urlOf(own)), [&](QProcess& program) { terminal.attach(program); });
    QVERIFY(terminal.shows(u"Token or password"_s));
    terminal.type(QLatin1StringView(JupyterServer::password));
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(result.err));
}

void TestConsoleRunServer::run_unknownCertificate_exit1NamesTheFingerprint()
{
    JupyterServer own(JupyterServer::Tls);
    QVERIFY(own.start());
    m_console->setEnvironment(u"JUPYTER_TOKEN"_s, own.token());
    const ConsoleResult result = m_console->run(arguments(urlOf(own)));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"certificate"_s) && result.err.contains(u"SHA-256"_s),
             qPrintable(result.err));
}

void TestConsoleRunServer::run_unknownCertificate_askedAndTrusted()
{
    JupyterServer own(JupyterServer::Tls);
    QVERIFY(own.start());
    m_console->setEnvironment(u"JUPYTER_TOKEN"_s, own.token());
    for (const bool yes : {false, true}) {
        Terminal terminal;
        const auto process =
            m_console->start(arguments(urlOf(own)), [&](QProcess& program) { terminal.attach(program); });
        QVERIFY(terminal.shows(u"cahier test"_s));
        QVERIFY(terminal.shows(u"SHA-256 fingerprint"_s));
        QVERIFY(terminal.shows(u"(yes/no)"_s));
        terminal.type(yes ? u"yes"_s : u"no"_s);
        const ConsoleResult result = finished(*process);
        QVERIFY2(result.status == (yes ? 0 : 1), qPrintable(result.err));
    }
}

void TestConsoleRunServer::run_accelerator_exit1SaysWhyNot_data()
{
    QTest::addColumn<QString>("accelerator");
    for (const char* const name : {"cpu", "gpu", "gpu:1", "tpu"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestConsoleRunServer::run_accelerator_exit1SaysWhyNot()
{
    QFETCH(const QString, accelerator);
    m_console->setEnvironment(u"JUPYTER_TOKEN"_s, m_server.token());
    const ConsoleResult result =
        m_console->run(arguments(urlOf(m_server), {u"--accelerator"_s, accelerator}));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"with its own environment"_s), qPrintable(result.err));
    QVERIFY(serverIsIdle());
}

void TestConsoleRunServer::run_unreachable_exit1NamesIt()
{
    const ConsoleResult result = m_console->run(arguments(u"http://127.0.0.1:1/"_s));
    QCOMPARE(result.status, 1);
    QVERIFY2(result.err.contains(u"127.0.0.1:1 cannot be reached"_s), qPrintable(result.err));
}

void TestConsoleRunServer::run_connectionCut_goesOnAndSaysSo()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    m_console->setEnvironment(u"JUPYTER_TOKEN"_s, m_server.token());
    // Well after the kernel said that it took the cell up.
    m_console->writeNotebook(u"a.ipynb"_s, {u"import time; time.sleep(1); open('begun', 'w').close()\n"
                                            "time.sleep(4); print('after the cut')"_s,
                                            u"print('next')"_s});
    const auto process = m_console->start(arguments(urlOf(m_server, proxy.port()), {u"--log-json"_s}));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_server.path(u"begun"_s)), 60000);
    proxy.cut();
    const ConsoleResult result = finished(*process);
    QVERIFY2(result.status == 0, qPrintable(result.err + result.out));
    const QStringList events = eventsIn(result.out);
    QVERIFY(events.contains(u"reconnecting"_s) && events.contains(u"reconnected"_s));
    const nlohmann::json out = m_console->json(u"out.ipynb"_s);
    QVERIFY(streamText(out["cells"][0]).contains(u"after the cut\n"_s));
    QCOMPARE(streamText(out["cells"][1]), u"next\n"_s);
}

QTEST_GUILESS_MAIN(TestConsoleRunServer)
#include "tst_console_runserver.moc"
