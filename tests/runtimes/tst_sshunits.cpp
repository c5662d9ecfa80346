// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of ssh that need no connection.
#include <runtimes/ssh/hostbundle.h>
#include <runtimes/ssh/ssherror.h>
#include <runtimes/ssh/sshhosts.h>
#include <runtimes/ssh/sshprompt.h>
#include <runtimes/ssh/sshtarget.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace cahier;
using namespace cahier::runtimes;
using namespace Qt::StringLiterals;
using Question = runtime::AuthenticationQuestion;
using Kind = Question::Kind;

class TestSshUnits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void target_typed_isRead_data();
    void target_typed_isRead();
    void target_unsafe_isRefused_data();
    void target_unsafe_isRefused();
    void target_arguments_endOptions();
    void hosts_config_givesNames();
    void hosts_includeLoop_ends();
    void resolved_output_isRead();
    void prompt_texts_areTyped_data();
    void prompt_texts_areTyped();
    void prompt_hostKey_givesFingerprint();
    void error_texts_areTyped_data();
    void error_texts_areTyped();
    void changedKey_warning_isRead();
    void bootstrap_command_survivesEveryShell();
};

void TestSshUnits::target_typed_isRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("user");
    QTest::addColumn<int>("port");
    QTest::newRow("alias") << u"gpu"_s << u"gpu"_s << QString() << 0;
    QTest::newRow("user") << u" ada@gpu.example "_s << u"gpu.example"_s << u"ada"_s << 0;
    QTest::newRow("port") << u"ada@gpu:2222"_s << u"gpu"_s << u"ada"_s << 2222;
    QTest::newRow("address") << u"10.0.0.7:22"_s << u"10.0.0.7"_s << QString() << 22;
    QTest::newRow("v6") << u"fe80::1%eth0"_s << u"fe80::1%eth0"_s << QString() << 0;
    QTest::newRow("v6 and port") << u"ada@[2001:db8::1]:22"_s << u"2001:db8::1"_s << u"ada"_s << 22;
    QTest::newRow("v6 in brackets") << u"[2001:db8::1]"_s << u"2001:db8::1"_s << QString() << 0;
    QTest::newRow("address of a site") << u"ssh://ada@gpu:23/"_s << u"gpu"_s << u"ada"_s << 23;
}

void TestSshUnits::target_typed_isRead()
{
    QFETCH(const QString, text);
    QFETCH(const QString, host);
    QFETCH(const QString, user);
    QFETCH(const int, port);
    const Result<SshTarget> target = SshTarget::parse(text);
    QVERIFY2(target, qPrintable(target ? QString() : target.error().text()));
    QCOMPARE(*target, (SshTarget{host, user, port}));
    QCOMPARE(SshTarget::parse(target->text()).value(), *target);
}

void TestSshUnits::target_unsafe_isRefused_data()
{
    QTest::addColumn<QString>("text");
    for (const char* const text : {"",        "  ",         "@host",  "user@", "-oProxyCommand=x",
                                   "user@-x", "-l@host",    "a b",    "$(id)", "a;b",
                                   "a|b",     "a`b`",       "a&b",    "a\nb",  "'a'",
                                   "host:0",  "host:65536", "host:x", "host:", "a/b",
                                   "*",       "!a"})
        QTest::newRow(*text ? text : "empty") << QString::fromLatin1(text);
}

void TestSshUnits::target_unsafe_isRefused()
{
    QFETCH(const QString, text);
    const Result<SshTarget> target = SshTarget::parse(text);
    QVERIFY(!target);
    QCOMPARE(target.error().code, ErrorCode::InvalidFormat);
}

void TestSshUnits::target_arguments_endOptions()
{
    QCOMPARE((SshTarget{u"gpu"_s, {}, 0}.arguments()), (QStringList{u"--"_s, u"gpu"_s}));
    QCOMPARE((SshTarget{u"gpu"_s, u"ada"_s, 23}.arguments()),
             (QStringList{u"-l"_s, u"ada"_s, u"-p"_s, u"23"_s, u"--"_s, u"gpu"_s}));
}

void TestSshUnits::hosts_config_givesNames()
{
    const QTemporaryDir home;
    QVERIFY(QDir(home.path()).mkpath(u".ssh/config.d"_s));
    const auto write = [&](const QString& name, const char* text) {
        QFile file(home.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    write(u".ssh/config"_s, "# Host commented\nHost first second *.example !not\n  HostName 10.0.0.1\n"
                            "Include config.d/*.conf\nhost=third\nHOST \"quoted\" first # more\n"
                            "Match host matched\nHost -bad gpu?\nHost\n");
    write(u".ssh/config.d/b.conf"_s, "Host from-b\n");
    write(u".ssh/config.d/a.conf"_s, "Host from-a\nInclude ~/more\n");
    write(u".ssh/config.d/c.txt"_s, "Host not-included\n");
    write(u"more"_s, "Host from-home");
    QCOMPARE(SshHosts::read(home.filePath(u".ssh/config"_s), home.path()),
             (QStringList{u"first"_s, u"second"_s, u"from-a"_s, u"from-home"_s, u"from-b"_s, u"third"_s,
                          u"quoted"_s}));
    QVERIFY(SshHosts::read(home.filePath(u"none"_s), home.path()).isEmpty());
}

void TestSshUnits::hosts_includeLoop_ends()
{
    const QTemporaryDir home;
    QFile file(home.filePath(u"config"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("Host one\nInclude " + file.fileName().toUtf8() + "\nHost two\n");
    file.close();
    QCOMPARE(SshHosts::read(file.fileName(), home.path()), (QStringList{u"one"_s, u"two"_s}));
}

void TestSshUnits::resolved_output_isRead()
{
    const ResolvedSshHost host = SshHosts::parseResolved(
        "user ada\nhostname 10.0.0.7\nport 2222\nidentityfile ~/.ssh/a\nidentityfile ~/.ssh/b c\n"
        "proxyjump gate\n");
    QCOMPARE(host.user, u"ada"_s);
    QCOMPARE(host.hostName, u"10.0.0.7"_s);
    QCOMPARE(host.port, 2222);
    QCOMPARE(host.identityFiles, (QStringList{u"~/.ssh/a"_s, u"~/.ssh/b c"_s}));
    QCOMPARE(host.proxyJump, u"gate"_s);
}

void TestSshUnits::prompt_texts_areTyped_data()
{
    QTest::addColumn<QString>("prompt");
    QTest::addColumn<QByteArray>("hint");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QString>("host");
    const auto row = [](const char* name, const char* prompt, Kind kind, const char* host,
                        const char* hint = "") {
        QTest::newRow(name) << QString::fromUtf8(prompt) << QByteArray(hint) << kind
                            << QString::fromLatin1(host);
    };
    row("password", "ada@gpu's password: ", Kind::Password, "gpu");
    row("the far side's password", "(ada@gpu) Password: ", Kind::Password, "gpu");
    row("code", "(ada@gpu) Verification code: ", Kind::Code, "gpu");
    row("one-time password", "(ada@gpu) One-time password (OATH) for `ada': ", Kind::Code, "gpu");
    row("new password", "(ada@gpu) New password: ", Kind::Code, "gpu");
    row("passphrase", "Enter passphrase for key '/home/ada/.ssh/id_ed25519': ", Kind::Passphrase, "");
    row("passphrase of an older ssh", "Enter passphrase for /home/ada/.ssh/id_rsa: ", Kind::Passphrase, "");
    row("agent", "Allow use of key x?", Kind::Confirm, "", "confirm");
    row("touch", "Confirm user presence for key ED25519-SK SHA256:x", Kind::Notice, "", "none");
    row("pin", "Enter PIN for ED25519-SK key /home/ada/.ssh/id_sk: ", Kind::Code, "");
    row("nothing known", "?", Kind::Code, "");
}

void TestSshUnits::prompt_texts_areTyped()
{
    QFETCH(const QString, prompt);
    QFETCH(const QByteArray, hint);
    QFETCH(const Kind, kind);
    QFETCH(const QString, host);
    const Question question = questionOf(prompt, hint);
    QCOMPARE(question.kind, kind);
    QCOMPARE(question.host, host);
    QCOMPARE(question.prompt, prompt);
    QVERIFY(!question.echo);
}

void TestSshUnits::prompt_hostKey_givesFingerprint()
{
    const Question question =
        questionOf(u"The authenticity of host '[gpu.example]:2222 ([10.0.0.7]:2222)' can't be established.\n"
                   "ED25519 key fingerprint is SHA256:ThIsIs/A+Fingerprint0.\nThis key is not known by any "
                   "other names.\n"
                   "Are you sure you want to continue connecting (yes/no/[fingerprint])? "_s,
                   {});
    QCOMPARE(question.kind, Kind::HostKey);
    QCOMPARE(question.host, u"[gpu.example]:2222"_s);
    QCOMPARE(question.fingerprint, u"SHA256:ThIsIs/A+Fingerprint0"_s);
    QCOMPARE(question.keyType, u"ED25519"_s);
    QVERIFY(question.isYesOrNo());
}

void TestSshUnits::error_texts_areTyped_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<Retry>("retry");
    const auto row = [](const char* said, ErrorCode code, Retry retry) {
        QTest::newRow(said) << QByteArray(said) << code << retry;
    };
    row("ssh: connect to host gpu port 22: Connection refused", ErrorCode::Disconnected, Retry::Later);
    row("ssh: connect to host gpu port 22: Connection timed out", ErrorCode::Timeout, Retry::Later);
    row("ssh: connect to host gpu port 22: No route to host", ErrorCode::Disconnected, Retry::Later);
    row("ssh: Could not resolve hostname gpu: Name or service not known", ErrorCode::NotFound, Retry::Later);
    row("ada@gpu: Permission denied (publickey).", ErrorCode::PermissionDenied, Retry::No);
    row("Host key verification failed.", ErrorCode::PermissionDenied, Retry::No);
    row("kex_exchange_identification: read: Connection reset by peer", ErrorCode::Disconnected, Retry::Later);
    row("/home/ada/.ssh/config: line 3: Bad configuration option: x", ErrorCode::Unsupported, Retry::No);
    row("Connection closed by 10.0.0.7 port 22", ErrorCode::Disconnected, Retry::Later);
    row("something new", ErrorCode::Disconnected, Retry::Later);
}

void TestSshUnits::error_texts_areTyped()
{
    QFETCH(const QByteArray, said);
    QFETCH(const ErrorCode, code);
    QFETCH(const Retry, retry);
    const Error error = sshError(said, u"gpu"_s);
    QCOMPARE(error.code, code);
    QCOMPARE(error.retry, retry);
    QCOMPARE(error.detail, QString::fromUtf8(said));
    QVERIFY(error.message.contains("gpu"_L1));
}

void TestSshUnits::changedKey_warning_isRead()
{
    const QByteArray said =
        "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
        "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
        "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
        "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n"
        "The fingerprint for the ED25519 key sent by the remote host is\nSHA256:New/Finger+Print.\n"
        "Please contact your system administrator.\n"
        "Add correct host key in /home/ada/.ssh/known_hosts to get rid of this message.\n"
        "Offending ED25519 key in /home/ada/.ssh/known_hosts:7\n  remove with:\n"
        "  ssh-keygen -f '/home/ada/.ssh/known_hosts' -R '[gpu]:23'\n"
        "Host key for [gpu]:23 has changed and you have requested strict checking.\n"
        "Host key verification failed.\n";
    const ChangedHostKey key = changedHostKey(said);
    QCOMPARE(key.host, u"[gpu]:23"_s);
    QCOMPARE(key.keyType, u"ED25519"_s);
    QCOMPARE(key.fingerprint, u"SHA256:New/Finger+Print"_s);
    QCOMPARE(key.knownHostsFile, u"/home/ada/.ssh/known_hosts"_s);
    QVERIFY(changedHostKey("Host key verification failed.").host.isEmpty());
    QCOMPARE(sshError(said, u"gpu"_s).code, ErrorCode::PermissionDenied);
}

void TestSshUnits::bootstrap_command_survivesEveryShell()
{
    HostBundle bundle;
    bundle.version = QString(64, u'a');
    bundle.size = 1234;
    bundle.system = u"Linux x86_64"_s;
    bundle.loader = u"ld-linux-x86-64.so.2"_s;
    bundle.unpackedSize = 5000;
    const QString command = bootstrapCommand(bundle);
    QVERIFY(command.startsWith("exec sh -c '"_L1) && command.endsWith(u'\''));
    const QString inner = command.sliced(12, command.size() - 13);
    for (const QChar c : u"'!\\\n%"_s)
        QVERIFY2(!inner.contains(c), qPrintable(QString(c)));
    QVERIFY(inner.contains("n=1234;"_L1));
}

QTEST_GUILESS_MAIN(TestSshUnits)
#include "tst_sshunits.moc"
