// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/sshdfixture.h>

#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <csignal>

#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cahier::test {

using namespace Qt::StringLiterals;

namespace {

constexpr auto serverProgram = "/usr/sbin/sshd";

void write(const QString& path, const QString& text, QIODevice::OpenMode mode = QIODevice::WriteOnly)
{
    QFile file(path);
    QVERIFY2(file.open(mode), qPrintable(path));
    file.write(text.toUtf8());
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
}

QString read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString outputOf(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    process.waitForFinished(30000);
    return QString::fromUtf8(process.readAllStandardOutput());
}

void makeKey(const QString& path, const QString& phrase = {})
{
    QFile::remove(path);
    outputOf(u"ssh-keygen"_s,
             {u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, phrase, u"-C"_s, u"test"_s, u"-f"_s, path});
    QVERIFY2(QFile::exists(path), qPrintable(path));
}

int freePort()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(fd);
    return bound ? ntohs(address.sin_port) : 0;
}

bool answers(int port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
}

QString userName()
{
    const passwd* const entry = ::getpwuid(::getuid());
    return entry ? QString::fromLocal8Bit(entry->pw_name) : u"root"_s;
}

/// Whether this process may have mounts of its own.
bool canMount()
{
    QProcess process;
    process.start(u"unshare"_s, {u"--mount"_s, u"true"_s});
    return ::getuid() == 0 && process.waitForFinished(10000) && process.exitCode() == 0;
}

} // namespace

SshdFixture::SshdFixture() : m_port(freePort()), m_ownAccounts(canMount())
{
    for (const QString& name : {u"far"_s, u"far/work"_s, u"h"_s, u"run"_s})
        QDir(m_folder.path()).mkdir(name);
    QFile::setPermissions(folder(u"h"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    makeKeys();
    writeServerConfig();
    writeClientConfig();
    if (m_ownAccounts) writeAccounts();
}

SshdFixture::~SshdFixture()
{
    const qint64 host = hostPid();
    stop();
    if (host == 0) return;
    ::kill(static_cast<pid_t>(host), SIGTERM);
    if (!waitUntil([host] { return !processLives(host); })) qWarning("the far host did not end");
}

void SshdFixture::makeKeys()
{
    makeKey(folder(u"hostkey"_s));
    makeKey(folder(u"key"_s));
    makeKey(folder(u"wrongkey"_s));
    makeKey(folder(u"phrasekey"_s), QString::fromLatin1(passphrase));
    write(folder(u"authorized"_s), read(folder(u"key.pub"_s)) + read(folder(u"phrasekey.pub"_s)));
}

void SshdFixture::writeServerConfig() const
{
    const QStringList environment{u"HOME="_s + far(),
                                  u"XDG_STATE_HOME="_s + far(u"state"_s),
                                  u"XDG_CACHE_HOME="_s + far(u"cache"_s),
                                  u"IPYTHONDIR="_s + far(u"ipython"_s),
                                  u"CAHIER_HOST_DIR="_s + folder(u"h"_s),
                                  u"PATH="_s + qEnvironmentVariable("PATH")};
    QString text =
        u"Port %1\nListenAddress 127.0.0.1\nHostKey %2\nAuthorizedKeysFile %3\nPidFile none\n"
        "UsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication yes\n"
        "KbdInteractiveAuthentication no\nMaxStartups 100\nPerSourcePenalties no\nLogLevel VERBOSE\n"
        "PrintMotd no\nSubsystem sftp internal-sftp\nSetEnv %4\n"_s;
    text = text.arg(m_port).arg(folder(u"hostkey"_s), folder(u"authorized"_s), environment.join(u' '));
    write(folder(u"sshd_config"_s), text);
}

void SshdFixture::writeClientConfig() const
{
    const auto host = [&](const QString& name, const QString& key, const QString& rest = {}) {
        return u"Host %1\n  HostName 127.0.0.1\n  Port %2\n  IdentityFile %3\n%4\n"_s.arg(name)
            .arg(m_port)
            .arg(folder(key), rest);
    };
    QString text = host(u"far"_s, u"key"_s) + host(u"phrase"_s, u"phrasekey"_s) +
                   host(u"wrong"_s, u"wrongkey"_s, u"  PasswordAuthentication no\n"_s) +
                   host(u"password"_s, u"key"_s, u"  PubkeyAuthentication no\n"_s);
    text += u"Host closed\n  HostName 127.0.0.1\n  Port 1\n"_s;
    text += u"Host *\n  User %1\n  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile %2\n"
            "  GlobalKnownHostsFile /dev/null\n  UpdateHostKeys no\n"_s.arg(userName(), knownHosts());
    write(clientConfig(), text);
}

void SshdFixture::writeAccounts() const
{
    QString accounts;
    for (const QString& line : read(u"/etc/passwd"_s).split(u'\n', Qt::SkipEmptyParts))
        if (!line.startsWith("sshd:"_L1)) accounts += line + u'\n';
    write(folder(u"passwd"_s), accounts + u"sshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n"_s);
    QFile::setPermissions(folder(u"passwd"_s), QFile::Permissions(0x6444));
    // Of the password above.
    write(
        folder(u"shadow"_s),
        u"%1:$6$cahiertest$TV/3negweW20hHqEzXrzE/JL982uD3jICh901A/Ovk3wZDdymXNQbrVCiuL5c2stAcXraeCrHX3aenCiM0fLD1:19000:0:99999:7:::\n"_s
            .arg(userName()));
}

QStringList SshdFixture::command() const
{
    const QStringList server{QString::fromLatin1(serverProgram), u"-D"_s, u"-e"_s, u"-f"_s,
                             folder(u"sshd_config"_s)};
    if (!m_ownAccounts) return server;
    const QString script =
        u"mount --bind %1/passwd /etc/passwd && mount --bind %1/shadow /etc/shadow && "
        "mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && "
        "{ [ ! -e %1/pam ] || mount --bind %1/pam /etc/pam.d/sshd; } && exec \"$@\""_s.arg(m_folder.path());
    return QStringList{u"unshare"_s, u"--mount"_s, u"sh"_s, u"-c"_s, script, u"sh"_s} + server;
}

QString SshdFixture::start()
{
    if (!QFile::exists(QString::fromLatin1(serverProgram))) return u"there is no sshd"_s;
    m_process.setStandardErrorFile(folder(u"log"_s), QIODevice::Append);
    m_process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGTERM); });
    QStringList arguments = command();
    m_process.start(arguments.takeFirst(), arguments);
    const bool up = m_process.waitForStarted() &&
                    waitUntil([this] { return m_process.state() != QProcess::Running || answers(m_port); }) &&
                    m_process.state() == QProcess::Running;
    return up ? QString() : u"sshd did not start: "_s + log();
}

void SshdFixture::stop()
{
    if (m_process.state() != QProcess::Running) return;
    // The far host left their session long ago, and is not among them.
    const QList<qint64> sessions = descendants(m_process.processId());
    m_process.kill();
    m_process.waitForFinished(30000);
    for (const qint64 pid : sessions)
        ::kill(static_cast<pid_t>(pid), SIGKILL);
}

void SshdFixture::requireSecondFactor() const
{
    // The first value of a setting counts.
    const QString config = read(folder(u"sshd_config"_s));
    write(folder(u"sshd_config"_s), u"UsePAM yes\nKbdInteractiveAuthentication yes\n"
                                    "AuthenticationMethods publickey,keyboard-interactive\n"_s +
                                        config);
    write(folder(u"pam"_s), u"auth required pam_unix.so nodelay\naccount required pam_permit.so\n"
                            "session required pam_permit.so\n"_s);
}

void SshdFixture::changeHostKey()
{
    makeKey(folder(u"hostkey"_s));
}

QString SshdFixture::far(const QString& name) const
{
    return folder(name.isEmpty() ? u"far"_s : u"far/"_s + name);
}

QString SshdFixture::log() const
{
    return read(folder(u"log"_s));
}

QString SshdFixture::fingerprint() const
{
    return outputOf(u"ssh-keygen"_s, {u"-l"_s, u"-f"_s, folder(u"hostkey.pub"_s)}).section(u' ', 1, 1);
}

qint64 SshdFixture::hostPid() const
{
    HostClient client(folder(u"h/host.sock"_s).toStdString());
    const nlohmann::json hello = client.isOpen() ? client.hello() : nlohmann::json();
    return hello.is_object() ? hello.value("pid", qint64(0)) : 0;
}

runtimes::SshOptions SshdFixture::options() const
{
    runtimes::SshOptions options;
    options.arguments = {u"-F"_s, clientConfig()};
    return options;
}

void SshdFixture::trust() const
{
    const QString key = read(folder(u"hostkey.pub"_s)).section(u' ', 0, 1).trimmed();
    write(knownHosts(), u"[127.0.0.1]:%1 %2\n"_s.arg(m_port).arg(key), QIODevice::Append);
}

void SshdFixture::configure(const QString& lines) const
{
    // Before the rest: the first value counts.
    write(clientConfig(), lines + read(clientConfig()));
}

QList<qint64> descendants(qint64 pid)
{
    QList<qint64> found{pid};
    for (qsizetype at = 0; at < found.size(); ++at) {
        const QString children = read(u"/proc/%1/task/%1/children"_s.arg(found[at]));
        for (const QString& child : children.split(u' ', Qt::SkipEmptyParts))
            found << child.toLongLong();
    }
    return found.sliced(1);
}

QList<qint64> sshChildren()
{
    QList<qint64> found;
    const QDir tasks(u"/proc/self/task"_s);
    for (const QString& task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString children = read(tasks.filePath(task + u"/children"_s));
        for (const QString& child : children.split(u' ', Qt::SkipEmptyParts))
            if (read(u"/proc/%1/comm"_s.arg(child)).trimmed() == "ssh"_L1) found << child.toLongLong();
    }
    return found;
}

} // namespace cahier::test
