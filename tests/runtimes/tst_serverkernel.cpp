// SPDX-License-Identifier: GPL-3.0-or-later
// What is a Jupyter Server's own: its framings, limits, restarts and culling, and broken ways to it.
#include <tests/support/cuttingproxy.h>
#include <tests/support/jupyterserver.h>
#include <tests/support/notebooksession.h>

#include <runtimes/server/serverkernel.h>
#include <runtimes/server/serverruntime.h>

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

class TestServerKernel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();

    void legacyFraming_streamsAndBuffers_work();
    void start_withLabel_isSeenByOthers();
    void start_runningNotebook_joinsOrRefuses();
    void start_withEnvironment_isRefused();
    void flood_defaultLimits_lossIsLabelled();
    void cut_everywhere_nothingTwice_data();
    void cut_everywhere_nothingTwice();
    void swallowed_request_isNotSentAgain();
    void silentServer_isNoticedAndLeft();
    void refusedForAWhile_comesBack();
    void serverDown_isAskedSeldom();
    void slowConnection_works();
    void sameSession_isReplayed();
    void attach_busyKernel_isBusyThenIdle();
    void culledWhileAway_saysSo();
    void deletedByAnother_isNoticed();
    void serverKilled_kernelIsGone();
    void lifetimeClient_clientLeaves_kernelEnds();

private:
    JupyterServer m_server{JupyterServer::Unlimited};
};

void TestServerKernel::initTestCase()
{
    m_server.arguments.append(u"--MappingKernelManager.kernel_info_timeout=20"_s);
    QVERIFY(m_server.start());
}

void TestServerKernel::legacyFraming_streamsAndBuffers_work()
{
    JupyterServer server(JupyterServer::Legacy | JupyterServer::Unlimited);
    QVERIFY(server.start());
    ServerRuntime runtime(server.client());
    NotebookSession session;
    QVERIFY(session.start(runtime));
    QCOMPARE(session.run("for i in range(20000): print(i)"), numberLines(20000));
    std::vector<QByteArray> heard;
    Comm* comm = nullptr;
    session.session.comms().registerTarget(u"t"_s, [&](Comm& opened, const Message&) {
        comm = &opened;
        connect(comm, &Comm::messageArrived, this,
                [&](const json&, const std::vector<QByteArray>& buffers) { heard = buffers; });
    });
    QCOMPARE(session.run("from comm import create_comm\nc = create_comm(target_name='t')\n"
                         "c.on_msg(lambda m: c.send({}, buffers=m['buffers']))"),
             QString());
    QVERIFY(comm);
    const std::vector<QByteArray> sent{QByteArray("\0\xff", 2), QByteArray(70000, 'y')};
    comm->send({{"n", 1}}, sent);
    QTRY_COMPARE_WITH_TIMEOUT(heard, sent, 20000);
}

void TestServerKernel::start_withLabel_isSeenByOthers()
{
    ServerRuntime runtime(m_server.client());
    NotebookSession session;
    QVERIFY(session.start(runtime, StartOptions{.spec = u"python3"_s, .label = u"dir/seen.ipynb"_s}));
    ServerRuntime other(m_server.client());
    const auto kernels = resultOf(other.kernels());
    QVERIFY(kernels);
    const auto found = std::ranges::find(*kernels, session.session.kernelId(), &KernelInfo::id);
    QVERIFY(found != kernels->end());
    QCOMPARE(found->label, u"dir/seen.ipynb"_s);
    QVERIFY(std::abs(found->lastActivityAt - QDateTime::currentMSecsSinceEpoch()) < 60000);
    QVERIFY(resultOf(session.session.shutdown()));
    const auto sessions = resultOf(other.client()->requestJson({.path = u"api/sessions"_s}));
    QVERIFY(sessions);
    QVERIFY(std::ranges::none_of(*sessions,
                                 [](const json& entry) { return entry.at("path") == "dir/seen.ipynb"; }));
}

void TestServerKernel::start_runningNotebook_joinsOrRefuses()
{
    ServerRuntime runtime(m_server.client());
    const StartOptions options{.spec = u"python3"_s, .label = u"joined.ipynb"_s};
    NotebookSession first, second;
    QVERIFY(first.start(runtime, options));
    ServerRuntime other(m_server.client());
    QVERIFY(second.start(other, options));
    QCOMPARE(second.session.kernelId(), first.session.kernelId());
    const auto refused = resultOf(other.start({.spec = u"cobol"_s, .label = u"joined.ipynb"_s}));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::IllegalState);
    QVERIFY(refused.error().message.contains("python3"_L1));
    const auto unknown = resultOf(other.start({.spec = u"cobol"_s, .label = u"unknown.ipynb"_s})); // 501
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, ErrorCode::NoKernel);
    QVERIFY(unknown.error().message.contains("cobol"_L1));
    QVERIFY(resultOf(first.session.shutdown()));
}

void TestServerKernel::start_withEnvironment_isRefused()
{
    ServerRuntime runtime(m_server.client());
    const auto kernel =
        resultOf(runtime.start({.spec = u"python3"_s, .environment = {{u"CUDA_VISIBLE_DEVICES"_s, u"0"_s}}}));
    QVERIFY(!kernel);
    QCOMPARE(kernel.error().code, ErrorCode::Unsupported);
}

void TestServerKernel::flood_defaultLimits_lossIsLabelled()
{
    JupyterServer server;
    QVERIFY(server.start());
    ServerRuntime runtime(server.client());
    NotebookSession session;
    QVERIFY(session.start(runtime));
    QSignalSpy lost(&session.session, &Session::outputLost);
    const CellKey cell = session.begin("for i in range(100000): print('x' * 100)");
    QVERIFY(session.finish());
    QCOMPARE(session.outcome(cell), RunOutcome::Ok);
    QVERIFY(session.target.text(cell).size() < 100000 * 101);
    const QString told = session.target.text(cell, "stderr");
    QVERIFY2(told.contains("output lost: the Jupyter Server drops"_L1), qPrintable(told));
    QVERIFY2(told.contains("ServerApp.iopub_data_rate_limit"_L1), qPrintable(told));
    QVERIFY(!told.contains("IOPub data rate exceeded"_L1));
    QVERIFY(lost.count() > 0);
    QCOMPARE(session.run("print('next')"), u"next\n"_s);
    QCOMPARE(session.session.state(),
             SessionState::Idle); // no other session than the kernel's was taken for it
}

void TestServerKernel::cut_everywhere_nothingTwice_data()
{
    QTest::addColumn<int>("bytes");
    QTest::addColumn<bool>("toServer");
    for (const int bytes : {1, 100, 700, 1500, 4000, 20000})
        QTest::addRow("%d to us", bytes) << bytes << false;
    for (const int bytes : {1, 50, 300, 600, 1000})
        QTest::addRow("%d to the server", bytes) << bytes << true;
}

/// The connection breaks at a chosen byte while a cell is sent, runs and prints.
void TestServerKernel::cut_everywhere_nothingTwice()
{
    QFETCH(int, bytes);
    QFETCH(bool, toServer);
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    ServerRuntime runtime(m_server.client(proxy.port()));
    NotebookSession session;
    QVERIFY(session.start(runtime));
    QCOMPARE(session.run("runs = 0"), QString());
    proxy.cutAfter(toServer ? CuttingProxy::ToServer : CuttingProxy::ToClient, bytes);
    const CellKey cell = session.begin("runs += 1\nfor i in range(200): print(i, flush=True)");
    QVERIFY(session.finish());
    proxy.heal();
    const QStringList lines = session.target.text(cell).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(QSet<QString>(lines.begin(), lines.end()).size(), lines.size());
    const bool whole = session.target.text(cell) == numberLines(200);
    QVERIFY2(whole || session.outcome(cell) != RunOutcome::Ok ||
                 session.target.text(cell, "stderr").contains("may be missing"_L1),
             qPrintable(session.target.text(cell)));
    const QString runs = session.run("print(runs)");
    QVERIFY2(runs == "1\n"_L1 || (runs == "0\n"_L1 && session.outcome(cell) == RunOutcome::Error),
             qPrintable(runs + session.session.cellRun(cell).errorValue));
    QVERIFY(resultOf(session.session.shutdown()));
}

/// The network takes the request and it never arrives.
void TestServerKernel::swallowed_request_isNotSentAgain()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    ServerRuntime runtime(m_server.client(proxy.port()));
    NotebookSession session;
    QVERIFY(session.start(runtime));
    QCOMPARE(session.run("runs = 0"), QString());
    proxy.swallowAfter(CuttingProxy::ToServer, 0);
    const CellKey cell = session.begin("runs += 1");
    QTest::qWait(200);
    QCOMPARE(session.session.cellRun(cell).phase, RunPhase::Running);
    proxy.heal();
    proxy.cut();
    QVERIFY(session.finish());
    QCOMPARE(session.outcome(cell), RunOutcome::Error);
    QVERIFY2(!session.session.cellRun(cell).errorValue.isEmpty(), "it says why");
    QCOMPARE(session.run("print(runs)"), u"0\n"_s);
}

void TestServerKernel::silentServer_isNoticedAndLeft()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    ServerRuntime runtime(m_server.client(proxy.port()));
    NotebookSession session;
    QVERIFY(session.start(runtime));
    proxy.swallowAfter(CuttingProxy::ToClient, 0); // as a sleeping laptop or a dropped route does
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Reconnecting, 60000);
    proxy.heal();
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Idle, 60000);
    QCOMPARE(session.run("print('back')"), u"back\n"_s);
}

void TestServerKernel::refusedForAWhile_comesBack()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    ServerRuntime runtime(m_server.client(proxy.port()));
    NotebookSession session;
    QVERIFY(session.start(runtime));
    proxy.setRefusing(true);
    proxy.cut();
    const int before = proxy.accepted();
    QTRY_VERIFY_WITH_TIMEOUT(proxy.accepted() >= before + 3, 30000);
    QCOMPARE(session.session.state(), SessionState::Reconnecting);
    proxy.heal();
    QCOMPARE(session.run("print('back')"), u"back\n"_s);
}

/// 503, as a proxy or JupyterHub answers for a server that is not up.
void TestServerKernel::serverDown_isAskedSeldom()
{
    QTcpServer down;
    QVERIFY(down.listen(QHostAddress::LocalHost));
    int requests = 0;
    connect(&down, &QTcpServer::newConnection, this, [&] {
        QTcpSocket* socket = down.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, &requests] {
            if (!socket->readAll().contains("\r\n\r\n")) return;
            ++requests;
            socket->write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        });
    });
    const auto client = m_server.client(down.serverPort());
    ServerKernel kernel(client, {.kernelId = u"k"_s, .session = u"s"_s});
    QSignalSpy failed(&kernel, &ServerKernel::connectionFailed);
    QTRY_COMPARE(failed.count(), 1);
    QCOMPARE(failed.first().first().value<Error>().code, ErrorCode::Disconnected);
    QCOMPARE(failed.first().first().value<Error>().retry, Retry::Later);
    QTest::qWait(3000); // long enough for the retries of a lost connection
    QCOMPARE(requests, 1);
    QVERIFY(kernel.state() != KernelState::Dead);
    QTRY_COMPARE_WITH_TIMEOUT(requests, 2, 31000);
}

void TestServerKernel::slowConnection_works()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    ServerRuntime runtime(m_server.client(proxy.port()));
    proxy.setDelay(300);
    NotebookSession session;
    QVERIFY(session.start(runtime));
    QCOMPARE(session.run("for i in range(1000): print(i)"), numberLines(1000));
    QVERIFY(resultOf(session.session.shutdown()));
}

/// The server buffers for the last client that left, and replays for the same session id alone.
void TestServerKernel::sameSession_isReplayed()
{
    QString kernel;
    QHash<QString, QString> known;
    quint64 last = 0;
    {
        ServerRuntime runtime(m_server.client());
        NotebookSession session;
        QVERIFY(session.start(runtime));
        session.begin(
            "import time\nprint('first', flush=True)\ntime.sleep(1.5)\nprint('while away', flush=True)");
        QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Busy, 20000);
        QTest::qWait(300);
        kernel = session.session.kernelId();
        known = runtime.knownSessions();
        last = session.session.lastSeq();
    }
    QTest::qWait(2500);
    ServerRuntime runtime(m_server.client());
    runtime.setKnownSessions(known);
    auto connection = resultOf(runtime.attach(kernel, last));
    QVERIFY(connection);
    QString text;
    int gaps = 0;
    bool caughtUp = false;
    connect(connection->get(), &KernelConnection::eventsArrived, this,
            [&](const std::vector<KernelEvent>& events) {
                for (const KernelEvent& event : events) {
                    QVERIFY(event.seq == 0 || event.seq >= last);
                    if (const auto* message = std::get_if<Message>(&event.what);
                        message && message->type == "stream"_L1)
                        text += QString::fromStdString(message->content.at("text").get<std::string>());
                    gaps += std::holds_alternative<KernelEvent::Gap>(event.what);
                    caughtUp = caughtUp || std::holds_alternative<KernelEvent::CaughtUp>(event.what);
                }
            });
    (*connection)->open();
    QTRY_VERIFY_WITH_TIMEOUT(caughtUp, 20000);
    QVERIFY2(text.contains("while away"_L1), qPrintable(text));
    QCOMPARE(gaps, 1); // it cannot know that this was all
    QVERIFY(resultOf((*connection)->shutdown()));
}

void TestServerKernel::attach_busyKernel_isBusyThenIdle()
{
    ServerRuntime runtime(m_server.client());
    NotebookSession first;
    QVERIFY(first.start(runtime));
    const CellKey cell = first.begin("import time\nprint('on', flush=True)\ntime.sleep(6)");
    QTRY_COMPARE_WITH_TIMEOUT(first.target.text(cell), u"on\n"_s, 20000);
    ServerRuntime other(m_server.client());
    NotebookSession second;
    QVERIFY(second.attach(other, first.session.kernelId()));
    QTRY_COMPARE_WITH_TIMEOUT(second.session.state(), SessionState::Busy, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(second.session.state(), SessionState::Idle, 20000);
    QCOMPARE(second.run("print('mine')"), u"mine\n"_s);
    QVERIFY(resultOf(first.session.shutdown()));
}

void TestServerKernel::culledWhileAway_saysSo()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    ServerRuntime runtime(m_server.client(proxy.port()));
    NotebookSession session;
    QVERIFY(session.start(runtime));
    QCOMPARE(session.run("print('kept')"), u"kept\n"_s);
    proxy.setRefusing(true);
    proxy.cut();
    const auto other = m_server.client();
    const ServerRequest end{.method = "DELETE", .path = u"api/kernels/"_s + session.session.kernelId()};
    QVERIFY(resultOf(other->requestOk(end)));
    proxy.heal();
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Dead, 30000);
    QCOMPARE(session.session.death().reason, u"the kernel ended on the server (culled?)"_s);
    const Result<void> restarted = resultOf(session.session.restart());
    QVERIFY(!restarted);
    QVERIFY(restarted.error().message.contains("start a new one"_L1));
    session.session.detach();
    QVERIFY(session.start(runtime));
    QCOMPARE(session.run("print('new')"), u"new\n"_s);
}

void TestServerKernel::deletedByAnother_isNoticed()
{
    ServerRuntime runtime(m_server.client());
    NotebookSession session;
    QVERIFY(session.start(runtime));
    const auto other = m_server.client();
    const ServerRequest end{.method = "DELETE", .path = u"api/kernels/"_s + session.session.kernelId()};
    QVERIFY(resultOf(other->requestOk(end)));
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Dead, 20000);
    QVERIFY(session.session.death().reason.contains("culled?"_L1));
}

void TestServerKernel::serverKilled_kernelIsGone()
{
    JupyterServer server;
    QVERIFY(server.start());
    ServerRuntime runtime(server.client());
    NotebookSession session;
    QVERIFY(session.start(runtime));
    const CellKey cell = session.begin("import time\nprint('on', flush=True)\ntime.sleep(600)");
    QTRY_COMPARE_WITH_TIMEOUT(session.target.text(cell), u"on\n"_s, 20000);
    server.kill();
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Reconnecting, 20000);
    QVERIFY(server.start()); // on the same port, without the kernel
    QTRY_COMPARE_WITH_TIMEOUT(session.session.state(), SessionState::Dead, 60000);
    QCOMPARE(session.outcome(cell), RunOutcome::Killed);
    QCOMPARE(session.target.text(cell), u"on\n"_s);
}

void TestServerKernel::lifetimeClient_clientLeaves_kernelEnds()
{
    ServerRuntime runtime(m_server.client());
    QString id;
    {
        NotebookSession session;
        QVERIFY(session.start(runtime, StartOptions{.spec = u"python3"_s, .lifetime = Lifetime::Client}));
        id = session.session.kernelId();
    }
    QVERIFY(waitFor([&] {
        const auto kernels = resultOf(runtime.kernels());
        return kernels &&
               std::ranges::none_of(*kernels, [&](const KernelInfo& info) { return info.id == id; });
    }));
}

QTEST_GUILESS_MAIN(TestServerKernel)
#include "tst_serverkernel.moc"
