// SPDX-License-Identifier: GPL-3.0-or-later
// A Jupyter Server through the module that the program loads, and nothing of ours beside its interface.
#include <tests/support/jupyterserver.h>
#include <tests/support/notebooksession.h>

#include <core/modules/module.h>
#include <core/runtime/serverconnection.h>

#include <QFile>
#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;

class TestServerConnection : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();

    void module_missing_isClearError();
    void runtime_token_runsCells();
    void runtime_accelerator_isUnsupportedWithTheReason();
    void token_wrong_isAskedForAndRight();
    void password_loggedIn_opensTheServer();
    void certificate_ownOne_isAskedAboutAndTrusted();
    void knownSessions_started_isTold();
    void contents_readAndSaved_keepsBytesAndSeesConflicts();

private:
    std::unique_ptr<ServerConnector> m_connector;
    JupyterServer m_server;
};

void TestServerConnection::initTestCase()
{
    auto connector =
        makeFromModule<ServerConnector>(QLatin1StringView(serverModule), serverConnectorFunction);
    QVERIFY2(connector, qPrintable(connector ? QString() : connector.error().text()));
    m_connector = std::move(*connector);
    QVERIFY(m_server.start());
}

void TestServerConnection::module_missing_isClearError()
{
    const auto missing = moduleFunction(u"cahier-nothing"_s, serverConnectorFunction);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
    QVERIFY(missing.error().message.contains("cahier-nothing"_L1));
}

void TestServerConnection::runtime_token_runsCells()
{
    NotebookSession python;
    {
        const auto server = m_connector->connectTo(m_server.address(), {});
        QVERIFY(!server->runtime()->displayName().contains(m_server.token()));
        const Result<void> started = python.start(*server->runtime());
        QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
    }
    QCOMPARE(python.run("print('without its connection')"), u"without its connection\n"_s);
    QVERIFY(resultOf(python.session.shutdown()));
}

void TestServerConnection::runtime_accelerator_isUnsupportedWithTheReason()
{
    const auto server = m_connector->connectTo(m_server.address(), {});
    const auto kernel =
        resultOf(server->runtime()->start({.spec = u"python3"_s, .accelerator = AcceleratorChoice{}}));
    QVERIFY(!kernel);
    QCOMPARE(kernel.error().code, ErrorCode::Unsupported);
    QVERIFY(kernel.error().message.contains("accelerator"_L1));
}

void TestServerConnection::token_wrong_isAskedForAndRight()
{
    ServerAddress address = m_server.address();
    address.token = u"wrong-and-secret"_s;
    const auto server = m_connector->connectTo(address, {});
    QSignalSpy refused(server.get(), &ServerConnection::credentialsRefused);
    QSignalSpy changed(server.get(), &ServerConnection::credentialsChanged);
    const auto specs = resultOf(server->runtime()->kernelSpecs());
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::PermissionDenied);
    QVERIFY(!specs.error().text().contains("wrong-and-secret"_L1));
    QTRY_COMPARE(refused.count(), 1);
    server->setToken(m_server.token());
    QCOMPARE(changed.count(), 1);
    QCOMPARE(server->address().token, m_server.token());
    QVERIFY(resultOf(server->runtime()->kernelSpecs()));
    QCOMPARE(refused.count(), 1);
}

void TestServerConnection::password_loggedIn_opensTheServer()
{
    JupyterServer own(JupyterServer::Password);
    QVERIFY(own.start());
    const auto server = m_connector->connectTo(own.address(), {});
    QVERIFY(!resultOf(server->contents().list({})));
    const Result<void> wrong = resultOf(server->logIn(u"not this"_s));
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().code, ErrorCode::PermissionDenied);
    QVERIFY(resultOf(server->logIn(QLatin1StringView(JupyterServer::password))));
    QVERIFY(resultOf(server->contents().list({})));
    NotebookSession python;
    QVERIFY(python.start(*server->runtime()));
    QCOMPARE(python.run("print('let in')"), u"let in\n"_s);
    QVERIFY(resultOf(python.session.shutdown()));
}

void TestServerConnection::certificate_ownOne_isAskedAboutAndTrusted()
{
    JupyterServer own(JupyterServer::Tls);
    QVERIFY(own.start());
    const auto server = m_connector->connectTo(own.address(), {});
    QSignalSpy questioned(server.get(), &ServerConnection::certificateQuestioned);
    const auto refused = resultOf(server->runtime()->kernelSpecs());
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::PermissionDenied);
    QTRY_COMPARE(questioned.count(), 1);
    const auto question = questioned[0][0].value<CertificateQuestion>();
    QCOMPARE(question.subject, u"cahier test"_s);
    QCOMPARE(question.fingerprintText().size(), 32 * 3 - 1);
    QVERIFY(!question.changed && !question.reasons.isEmpty());
    server->trust(question.certificate);
    QVERIFY(resultOf(server->runtime()->kernelSpecs()));
    // What was kept of it opens the server again.
    const auto again = m_connector->connectTo(own.address(), server->trusted());
    QVERIFY(resultOf(again->runtime()->kernelSpecs()));
}

void TestServerConnection::knownSessions_started_isTold()
{
    const auto server = m_connector->connectTo(m_server.address(), {});
    QSignalSpy changed(server.get(), &ServerConnection::knownSessionsChanged);
    NotebookSession python;
    QVERIFY(python.start(*server->runtime()));
    QCOMPARE(changed.count(), 1);
    const QString id = python.session.kernelId();
    QVERIFY(!server->knownSessions().value(id).isEmpty());
    const auto later = m_connector->connectTo(m_server.address(), {});
    later->setKnownSessions(server->knownSessions());
    QCOMPARE(later->knownSessions(), server->knownSessions());
    QVERIFY(resultOf(python.session.shutdown()));
    QVERIFY(resultOf(later->runtime()->forget(id)));
    QVERIFY(!later->knownSessions().contains(id));
}

void TestServerConnection::contents_readAndSaved_keepsBytesAndSeesConflicts()
{
    const QByteArray bytes = "{\"nbformat\":4,   \"nbformat_minor\":5,\"metadata\":{},\"cells\":[]}\n";
    QFile file(m_server.path(u"odd é.ipynb"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    file.close();
    const auto server = m_connector->connectTo(m_server.address(), {});
    auto document = resultOf(server->contents().read(u"odd é.ipynb"_s));
    QVERIFY(document);
    QCOMPARE(document->bytes, bytes);
    QVERIFY(!document->reformatted && !document->file.version.isEmpty());
    document->bytes += ' ';
    const auto saved = resultOf(server->contents().save(*document));
    QVERIFY(saved);
    QVERIFY(std::holds_alternative<ServerFile>(*saved));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), bytes + ' ');
    // The version that was read first is not the server's any more.
    const auto conflict = resultOf(server->contents().save(*document));
    QVERIFY(conflict);
    QVERIFY(std::holds_alternative<SaveConflict>(*conflict));
}

QTEST_GUILESS_MAIN(TestServerConnection)
#include "tst_serverconnection.moc"
