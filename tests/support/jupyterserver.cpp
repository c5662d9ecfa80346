// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/jupyterserver.h>

#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUuid>

#include <sys/prctl.h>

#include <csignal>

namespace cahier::test {

using namespace Qt::StringLiterals;

namespace {

quint16 freePort()
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost) ? probe.serverPort() : quint16(0);
}

bool isListening(quint16 port)
{
    QTcpSocket probe;
    probe.connectToHost(u"127.0.0.1"_s, port);
    return probe.waitForConnected(500);
}

/// jupyter_server's own form of a password: what it is given is no secret of anyone.
QString hashOf(const QString& password)
{
    QProcess python;
    python.start(u"python3"_s, {u"-c"_s,
                                u"import sys; from jupyter_server.auth import passwd; "
                                "print(passwd(sys.argv[1], 'sha1'))"_s,
                                password});
    return python.waitForFinished(30000) ? QString::fromUtf8(python.readAllStandardOutput()).trimmed()
                                         : QString();
}

} // namespace

JupyterServer::JupyterServer(int options, QString basePath)
    : m_options(options), m_basePath(std::move(basePath)),
      m_token(options & Password ? QString() : QUuid::createUuid().toString(QUuid::WithoutBraces))
{
    for (const QString& child : {u"root"_s, u"home"_s, u"runtime"_s, u"data"_s, u"config"_s, u"ipython"_s})
        QDir(m_folder.path()).mkdir(child);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& name : environment.keys()) {
        if (name.startsWith("JUPYTER"_L1)) environment.remove(name);
    }
    environment.insert(u"HOME"_s, m_folder.filePath(u"home"_s));
    environment.insert(u"JUPYTER_RUNTIME_DIR"_s, m_folder.filePath(u"runtime"_s));
    environment.insert(u"JUPYTER_DATA_DIR"_s, m_folder.filePath(u"data"_s));
    environment.insert(u"JUPYTER_CONFIG_DIR"_s, m_folder.filePath(u"config"_s));
    environment.insert(u"IPYTHONDIR"_s, m_folder.filePath(u"ipython"_s));
    if (!m_token.isEmpty()) environment.insert(u"JUPYTER_TOKEN"_s, m_token);
    m_process.setProcessEnvironment(environment);
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_folder.filePath(u"log"_s));
    m_process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGTERM); });
}

JupyterServer::~JupyterServer()
{
    stop();
}

QStringList JupyterServer::commandLine() const
{
    const QString connection = u"--ZMQChannelsWebsocketConnection."_s;
    QStringList line{u"-m"_s,
                     u"jupyter_server"_s,
                     u"--no-browser"_s,
                     u"--allow-root"_s,
                     u"--ServerApp.ip=127.0.0.1"_s,
                     u"--ServerApp.port=%1"_s.arg(m_port),
                     u"--ServerApp.port_retries=0"_s,
                     u"--ServerApp.base_url="_s + m_basePath,
                     u"--ServerApp.root_dir="_s + m_folder.filePath(u"root"_s)};
    if (m_options & Unlimited)
        line += {connection + u"iopub_msg_rate_limit=0"_s, connection + u"iopub_data_rate_limit=0"_s};
    if (m_options & Legacy) line += connection + u"kernel_ws_protocol="_s;
    if (m_options & Password)
        line += u"--PasswordIdentityProvider.hashed_password="_s + hashOf(QLatin1StringView(password));
    if (m_options & Tls) {
        line += {u"--ServerApp.certfile="_s + m_folder.filePath(u"cert.pem"_s),
                 u"--ServerApp.keyfile="_s + m_folder.filePath(u"key.pem"_s)};
    }
    return line + arguments;
}

bool JupyterServer::makeCertificate()
{
    return QProcess::execute(u"openssl"_s,
                             {u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s,
                              u"2"_s, u"-subj"_s, u"/CN=cahier test"_s, u"-addext"_s,
                              u"subjectAltName=IP:127.0.0.1"_s, u"-keyout"_s, m_folder.filePath(u"key.pem"_s),
                              u"-out"_s, m_folder.filePath(u"cert.pem"_s), u"-quiet"_s}) == 0;
}

bool JupyterServer::start()
{
    if ((m_options & Tls) && !makeCertificate()) return false;
    // The server cannot say which port the system gave it, so that one that is free now is tried.
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (m_port == 0 || attempt > 0) m_port = freePort();
        m_process.start(u"python3"_s, commandLine());
        const bool answered =
            m_process.waitForStarted() &&
            QTest::qWaitFor(
                [this] { return m_process.state() == QProcess::NotRunning || isListening(m_port); }, 60000);
        if (answered && m_process.state() == QProcess::Running) return true;
        stop();
    }
    qWarning("%s", qPrintable(log()));
    return false;
}

void JupyterServer::stop()
{
    if (m_process.state() == QProcess::NotRunning) return;
    m_process.terminate();
    if (QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, 15000)) return;
    kill();
}

void JupyterServer::kill()
{
    m_process.kill();
    m_process.waitForFinished();
}

QString JupyterServer::log() const
{
    QFile file(m_folder.filePath(u"log"_s));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

runtime::ServerAddress JupyterServer::address(quint16 port) const
{
    const QString scheme = m_options & Tls ? u"https"_s : u"http"_s;
    const QString text = u"%1://127.0.0.1:%2%3?token=%4"_s.arg(
        scheme, QString::number(port == 0 ? m_port : port), m_basePath, m_token);
    return runtime::ServerAddress::parse(text).value();
}

std::shared_ptr<runtimes::ServerClient> JupyterServer::client(quint16 port) const
{
    return std::make_shared<runtimes::ServerClient>(address(port));
}

} // namespace cahier::test
