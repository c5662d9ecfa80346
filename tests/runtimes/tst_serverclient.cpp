// SPDX-License-Identifier: GPL-3.0-or-later
// Who we are to a real Jupyter Server: token, password, certificate, base path; and what its refusals become.
#include <tests/support/cuttingproxy.h>
#include <tests/support/jupyterserver.h>
#include <tests/support/notebooksession.h>

#include <runtimes/server/serverruntime.h>

#include <QFile>
#include <QLoggingCategory>
#include <QMutex>
#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QMutex logMutex;
QString logged; ///< everything that Qt or we log, of every category

void keepLog(QtMsgType, const QMessageLogContext&, const QString& text)
{
    const QMutexLocker lock(&logMutex);
    logged += text + u'\n';
}

/// Starts a kernel and runs something on it.
QString runOn(const std::shared_ptr<ServerClient>& client)
{
    ServerRuntime runtime(client);
    NotebookSession session;
    const Result<void> started = session.start(runtime);
    if (!started) return started.error().text();
    QString text = session.run("print(6 * 7)");
    const Result<void> ended = resultOf(session.session.shutdown());
    return ended ? text : ended.error().text();
}

} // namespace

class TestServerClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();

    void token_right_runs();
    void token_wrong_isAskedFor();
    void token_changed_waitingKernelGoesOn();
    void token_ofAnything_isInNoLogOrArgument();
    void password_login_runs();
    void password_wrong_isRefused();
    void basePath_likeAHubUser_runs();
    void certificate_selfSigned_isAskedAndRemembered();
    void certificate_other_isSaidToHaveChanged();
    void reply_missing_isNotFound();
    void request_noAnswer_timesOut();
    void request_cancelled_ends();
    void request_noServer_isDisconnected();
    void errorOf_status_isSentence_data();
    void errorOf_status_isSentence();

private:
    JupyterServer m_server;
};

void TestServerClient::initTestCase()
{
    QVERIFY(m_server.start());
}

void TestServerClient::token_right_runs()
{
    QCOMPARE(runOn(m_server.client()), u"42\n"_s);
}

void TestServerClient::token_wrong_isAskedFor()
{
    const auto client = m_server.client();
    const QString right = client->address().token;
    client->setToken(u"wrong-SECRET"_s);
    QSignalSpy refused(client.get(), &ServerClient::credentialsRefused);
    const auto reply = resultOf(client->requestJson({.path = u"api/kernels"_s}));
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::PermissionDenied);
    QVERIFY2(reply.error().message.contains("token"_L1), qPrintable(reply.error().text()));
    QVERIFY(!reply.error().text().contains("SECRET"_L1));
    QCOMPARE(refused.count(), 1);
    client->setToken(right);
    QVERIFY(resultOf(client->requestJson({.path = u"api/kernels"_s})));
}

void TestServerClient::token_changed_waitingKernelGoesOn()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    const auto client = m_server.client(proxy.port());
    const QString right = client->address().token;
    ServerRuntime runtime(client);
    NotebookSession session;
    QVERIFY(session.start(runtime));
    client->setToken(u"wrong"_s);
    QSignalSpy refused(client.get(), &ServerClient::credentialsRefused);
    proxy.cut();
    QTRY_VERIFY_WITH_TIMEOUT(refused.count() > 0, 20000);
    QCOMPARE(session.session.state(), SessionState::Reconnecting);
    const CellKey queued = session.begin("print('kept in the queue')");
    client->setToken(right);
    QVERIFY(session.finish());
    QCOMPARE(session.target.text(queued), u"kept in the queue\n"_s);
    QVERIFY(resultOf(session.session.shutdown()));
}

void TestServerClient::token_ofAnything_isInNoLogOrArgument()
{
    logged.clear();
    QLoggingCategory::setFilterRules(u"*=true\nqt.core.*=false"_s);
    const QtMessageHandler before = qInstallMessageHandler(keepLog);
    qInfo("the log is kept");
    QCOMPARE(runOn(m_server.client()), u"42\n"_s);
    const ServerAddress nowhere =
        ServerAddress::parse(u"http://127.0.0.1:1/?token="_s + m_server.token()).value();
    ServerClient unreachable(nowhere);
    const auto reply = resultOf(unreachable.requestJson({.path = u"api"_s}));
    qInstallMessageHandler(before);
    QLoggingCategory::setFilterRules({});
    QVERIFY(!reply);
    QVERIFY(!reply.error().text().contains(m_server.token()));
    const QMutexLocker lock(&logMutex);
    QVERIFY(logged.contains("the log is kept"_L1));
    QVERIFY(!logged.contains(m_server.token()));
    QFile arguments(u"/proc/self/cmdline"_s);
    QVERIFY(arguments.open(QIODevice::ReadOnly));
    QVERIFY(!arguments.readAll().contains(m_server.token().toUtf8()));
}

void TestServerClient::password_login_runs()
{
    JupyterServer server(JupyterServer::Password);
    QVERIFY(server.start());
    const auto client = server.client();
    QVERIFY(!resultOf(client->requestJson({.path = u"api/kernels"_s})));
    const Result<void> login = resultOf(client->logIn(QString::fromUtf8(JupyterServer::password)));
    QVERIFY2(login, qPrintable(login ? QString() : login.error().text()));
    QCOMPARE(runOn(client), u"42\n"_s);
}

void TestServerClient::password_wrong_isRefused()
{
    JupyterServer server(JupyterServer::Password);
    QVERIFY(server.start());
    const auto client = server.client();
    const Result<void> login = resultOf(client->logIn(u"wrong-SECRET"_s));
    QVERIFY(!login);
    QCOMPARE(login.error().code, ErrorCode::PermissionDenied);
    QVERIFY(!login.error().text().contains("SECRET"_L1));
    QVERIFY(!resultOf(client->requestJson({.path = u"api/kernels"_s})));
}

void TestServerClient::basePath_likeAHubUser_runs()
{
    JupyterServer server(JupyterServer::Plain, u"/user/ada@b.c/"_s);
    QVERIFY(server.start());
    const auto pasted = ServerAddress::parse(
        u"http://127.0.0.1:%1/user/ada@b.c/lab/tree/x.ipynb?token=%2"_s.arg(server.port())
            .arg(server.token()));
    QVERIFY(pasted);
    QCOMPARE(pasted->document, u"x.ipynb"_s);
    QCOMPARE(runOn(std::make_shared<ServerClient>(*pasted)), u"42\n"_s);
}

void TestServerClient::certificate_selfSigned_isAskedAndRemembered()
{
    JupyterServer server(JupyterServer::Tls);
    QVERIFY(server.start());
    const auto client = server.client();
    QSignalSpy asked(client.get(), &ServerClient::certificateQuestioned);
    const auto refused = resultOf(client->requestJson({.path = u"api/kernels"_s}));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::PermissionDenied);
    QVERIFY2(refused.error().message.contains("certificate"_L1), qPrintable(refused.error().text()));
    QTRY_COMPARE(asked.count(), 1);
    const auto question = asked.first().first().value<CertificateQuestion>();
    QCOMPARE(question.subject, u"cahier test"_s);
    QCOMPARE(question.certificate.fingerprint.size(), 32);
    QCOMPARE(question.fingerprintText().size(), 32 * 3 - 1);
    QVERIFY(!question.reasons.isEmpty());
    QVERIFY(!question.changed);
    client->trust(question.certificate);
    QCOMPARE(runOn(client), u"42\n"_s); // over https and wss

    const auto later = std::make_shared<ServerClient>(server.address(), client->trusted());
    QSignalSpy askedAgain(later.get(), &ServerClient::certificateQuestioned);
    QCOMPARE(runOn(later), u"42\n"_s);
    QCOMPARE(askedAgain.count(), 0);
}

void TestServerClient::certificate_other_isSaidToHaveChanged()
{
    JupyterServer server(JupyterServer::Tls);
    QVERIFY(server.start());
    const TrustedCertificate known{u"127.0.0.1"_s, server.port(), QByteArray(32, 'x')};
    ServerClient client(server.address(), {known});
    QSignalSpy asked(&client, &ServerClient::certificateQuestioned);
    QVERIFY(!resultOf(client.requestJson({.path = u"api/kernels"_s})));
    QTRY_COMPARE(asked.count(), 1);
    QVERIFY(asked.first().first().value<CertificateQuestion>().changed);
    QCOMPARE(client.trusted(), std::vector{known}); // asking alone trusts nothing
}

void TestServerClient::reply_missing_isNotFound()
{
    const auto client = m_server.client();
    ServerRuntime runtime(client);
    const auto kernel = resultOf(runtime.attach(u"00000000-0000-0000-0000-000000000000"_s, 0));
    QVERIFY(!kernel);
    QCOMPARE(kernel.error().code, ErrorCode::NotFound);
}

void TestServerClient::request_noAnswer_timesOut()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    proxy.swallowAfter(CuttingProxy::ToClient, 10);
    const auto client = m_server.client(proxy.port());
    const auto reply = resultOf(client->request({.path = u"api/kernels"_s, .limit = 300ms}));
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::Timeout);
    QCOMPARE(reply.error().retry, Retry::Later);
    proxy.heal();
    proxy.cut();
    QVERIFY(resultOf(client->requestOk({.path = u"api/kernels"_s})));
}

void TestServerClient::request_cancelled_ends()
{
    CuttingProxy proxy(u"127.0.0.1"_s, m_server.port());
    proxy.swallowAfter(CuttingProxy::ToClient, 0);
    const auto client = m_server.client(proxy.port());
    QFuture<Result<nlohmann::json>> reply = client->requestJson({.path = u"api/kernels"_s});
    QTRY_COMPARE(proxy.connections(), 1);
    reply.cancel();
    QTRY_COMPARE(proxy.connections(), 0); // the request itself ended
    QVERIFY(reply.isCanceled());
    QCOMPARE(reply.resultCount(), 0);
}

void TestServerClient::request_noServer_isDisconnected()
{
    ServerClient client(ServerAddress::parse(u"http://127.0.0.1:1/?token=SECRET"_s).value());
    const auto reply = resultOf(client.requestJson({.path = u"api/kernels"_s}));
    QVERIFY(!reply);
    QCOMPARE(reply.error().code, ErrorCode::Disconnected);
    QCOMPARE(reply.error().retry, Retry::Later);
    QVERIFY(reply.error().message.contains("127.0.0.1:1"_L1));
}

void TestServerClient::errorOf_status_isSentence_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("location");
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<Retry>("retry");
    const auto row = [](int status, ErrorCode code, Retry retry = Retry::No, const QString& location = {}) {
        QTest::addRow("%d %s", status, qPrintable(location)) << status << location << code << retry;
    };
    row(401, ErrorCode::PermissionDenied);
    row(403, ErrorCode::PermissionDenied);
    row(302, ErrorCode::PermissionDenied, Retry::No, u"/base/login?next=%2Fapi"_s);
    row(302, ErrorCode::PermissionDenied, Retry::No, u"/hub/api/oauth2/authorize?x=1"_s);
    row(302, ErrorCode::Unsupported, Retry::No, u"https://elsewhere.org/"_s);
    row(404, ErrorCode::NotFound);
    row(409, ErrorCode::IllegalState);
    row(413, ErrorCode::NoSpace);
    row(424, ErrorCode::Disconnected, Retry::Later);
    row(502, ErrorCode::Disconnected, Retry::Later);
    row(503, ErrorCode::Disconnected, Retry::Later);
    row(504, ErrorCode::Disconnected, Retry::Later);
    row(501, ErrorCode::NoKernel);
    row(500, ErrorCode::Io);
    row(400, ErrorCode::Unsupported);
}

void TestServerClient::errorOf_status_isSentence()
{
    QFETCH(int, status);
    QFETCH(QString, location);
    const Error error =
        errorOf({status, R"({"message":"no: s/cret and s%2Fcret"})", location}, u"host:1"_s, u"s/cret"_s);
    QTEST(error.code, "code");
    QTEST(error.retry, "retry");
    QVERIFY(error.message.contains("host:1"_L1));
    QVERIFY(error.message.endsWith(u'.'));
    QCOMPARE(error.detail, u"HTTP %1: no: … and …"_s.arg(status));
}

QTEST_GUILESS_MAIN(TestServerClient)
#include "tst_serverclient.moc"
