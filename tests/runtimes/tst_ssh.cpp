// SPDX-License-Identifier: GPL-3.0-or-later
// Getting to the far host with a real ssh program and a real sshd: questions, keys, the copied host program.
#include <tests/support/sshstage.h>

#include <runtimes/ssh/hostbundle.h>
#include <runtimes/ssh/sshhosts.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <nlohmann/json.hpp>

#include <csignal>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using Kind = AuthenticationQuestion::Kind;
using Phase = ConnectionState::Phase;

class TestSsh : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void connect_firstTime_copiesTheHost();
    void connect_laterTime_copiesNothing();
    void connect_damagedCopy_isReplaced();
    void connect_cutCopy_startsAgain();
    void connect_olderCopy_isRemovedWhenUnused();
    void connect_noisyShell_isRead();
    void connect_otherSystem_isClearError();
    void connect_noSpace_isClearError();
    void connect_unwritableFolder_isClearError();

    void hostKey_unknown_asksWithFingerprint();
    void hostKey_refused_isCancelledAndStays();
    void hostKey_changed_asksAndReplaces();
    void hostKey_changedAndRefused_keepsTheOld();
    void question_nobodyListens_isRefused();

    void passphrase_wrongThenRight_connects();
    void key_wrong_isPermissionDenied();
    void password_wrongThenRight_connects();
    void password_refused_isCancelled();
    void secondFactor_afterTheKey_isAsked();
    void jump_twoMachines_asksForBothKeys();

    void hosts_resolve_asksSsh();
    void port_closed_isRefused();
    void name_unknown_isNotFound();
    void program_missing_isClearError();
    void bundle_missing_isClearError();
    void silence_takesNoLongerThanAllowed();

private:
    /// A copy of the bundle whose description is changed.
    [[nodiscard]] QString bundleWith(const char* name, const nlohmann::json& value) const;
    [[nodiscard]] QStringList versions() const;
    void ready(SshClient& client) const;

    std::unique_ptr<SshdFixture> m_far;
};

void TestSsh::initTestCase()
{
    qRegisterMetaType<AuthenticationQuestion>();
}

void TestSsh::init()
{
    m_far = std::make_unique<SshdFixture>();
    const QString problem = m_far->start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    const QByteArray test(QTest::currentTestFunction());
    if (!test.startsWith("hostKey_unknown") && !test.startsWith("hostKey_refused") &&
        !test.startsWith("question_") && !test.startsWith("jump_"))
        m_far->trust();
}

void TestSsh::cleanup()
{
    if (QTest::currentTestFailed()) qWarning("%s", qPrintable(m_far->log()));
    m_far.reset();
}

QString TestSsh::bundleWith(const char* name, const nlohmann::json& value) const
{
    const Result<runtimes::HostBundle> bundle = runtimes::HostBundle::find();
    const QString folder = m_far->folder(u"bundle"_s);
    QDir().mkpath(folder);
    QFile::copy(bundle->archive, folder + u"/host-bundle.tar.gz"_s);
    QFile file(QFileInfo(bundle->archive).path() + u"/host-bundle.json"_s);
    if (!file.open(QIODevice::ReadOnly)) return {};
    nlohmann::json json = nlohmann::json::parse(file.readAll().toStdString());
    json[name] = value;
    QFile changed(folder + u"/host-bundle.json"_s);
    if (!changed.open(QIODevice::WriteOnly)) return {};
    changed.write(QByteArray::fromStdString(json.dump()));
    return folder;
}

QStringList TestSsh::versions() const
{
    return QDir(m_far->far(u"cache/cahier/host"_s))
        .entryList(QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot);
}

void TestSsh::ready(SshClient& client) const
{
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY2(specs, qPrintable(specs ? QString() : specs.error().text()));
    QCOMPARE(client.runtime->connectionState().phase, Phase::Connected);
}

void TestSsh::connect_firstTime_copiesTheHost()
{
    SshClient client(*m_far);
    ready(client);
    QVERIFY(client.questions.empty());
    QVERIFY(client.was(Phase::Installing));
    qint64 before = -1;
    for (const ConnectionState& state : client.states) {
        if (state.phase != Phase::Installing) continue;
        QVERIFY(state.done >= before && state.done <= state.total && state.total > 100000);
        before = state.done;
    }
    const Result<runtimes::HostBundle> bundle = runtimes::HostBundle::find();
    QVERIFY(bundle);
    QCOMPARE(before, bundle->size);
    QCOMPARE(versions(), QStringList{bundle->version});
    const qint64 host = m_far->hostPid();
    QVERIFY(host != 0);
    const QString program = QFile::symLinkTarget(u"/proc/%1/exe"_s.arg(host));
    QCOMPARE(program, m_far->far(u"cache/cahier/host/%1/lib/%2"_s.arg(bundle->version, bundle->loader)));
    // Nothing of this machine's libraries is used there.
    QFile maps(u"/proc/%1/maps"_s.arg(host));
    QVERIFY(maps.open(QIODevice::ReadOnly));
    for (const QByteArray& line : maps.readAll().split('\n'))
        QVERIFY2(!line.contains(".so") || line.contains("/cahier/host/"), line.constData());
}

void TestSsh::connect_laterTime_copiesNothing()
{
    {
        SshClient first(*m_far);
        ready(first);
    }
    const qint64 host = m_far->hostPid();
    SshClient client(*m_far);
    ready(client);
    QVERIFY(!client.was(Phase::Installing));
    QCOMPARE(m_far->hostPid(), host);
}

void TestSsh::connect_damagedCopy_isReplaced()
{
    {
        SshClient first(*m_far);
        ready(first);
    }
    const QString program = m_far->far(u"cache/cahier/host/%1/cahier-host"_s.arg(versions().value(0)));
    QFile file(program);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray whole = file.readAll();
    file.close();
    QVERIFY(QFile::remove(program)); // it may be running
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(whole.first(whole.size() / 2));
    file.close();
    SshClient client(*m_far);
    ready(client);
    QVERIFY(client.was(Phase::Installing));
    QCOMPARE(versions().size(), 1);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), whole);
}

void TestSsh::connect_cutCopy_startsAgain()
{
    SshClient client(*m_far);
    bool cut = false;
    connect(client.runtime.get(), &Runtime::connectionChanged, this, [&](const ConnectionState& state) {
        if (cut || state.phase != Phase::Installing || state.done == 0) return;
        cut = true;
        for (const qint64 pid : sshChildren())
            ::kill(static_cast<pid_t>(pid), SIGKILL);
    });
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(cut);
    if (specs) QSKIP("the copy was through before it could be cut");
    QCOMPARE(specs.error().code, ErrorCode::Disconnected);
    ready(client);
    QVERIFY(LocalStage::waitUntil([this] { return versions().size() == 1; })); // what was cut is cleared away
}

void TestSsh::connect_olderCopy_isRemovedWhenUnused()
{
    const QString old = m_far->far(u"cache/cahier/host/%1"_s.arg(QString(64, u'a')));
    const QString used = m_far->far(u"cache/cahier/host/%1"_s.arg(QString(64, u'b')));
    for (const QString& folder : {old, used})
        QVERIFY(QDir().mkpath(folder));
    QVERIFY(QFile::copy(u"/usr/bin/sleep"_s, used + u"/sleep"_s));
    QProcess sleeper;
    sleeper.start(used + u"/sleep"_s, {u"600"_s});
    QVERIFY(sleeper.waitForStarted());
    SshClient client(*m_far);
    ready(client);
    sleeper.kill();
    sleeper.waitForFinished();
    QVERIFY(!QFile::exists(old));
    QVERIFY(QFile::exists(used));
}

void TestSsh::connect_noisyShell_isRead()
{
    QFile start(m_far->far(u".bashrc"_s));
    QVERIFY(start.open(QIODevice::WriteOnly));
    start.write("echo Welcome; printf 'no line break, CAHIER-HOST'; echo on stderr >&2\n");
    start.close();
    SshClient client(*m_far);
    ready(client);
}

void TestSsh::connect_otherSystem_isClearError()
{
    runtimes::SshOptions options = m_far->options();
    options.bundleFolder = bundleWith("system", "Linux m68k");
    SshClient client({u"far"_s, {}, 0}, options);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Unsupported);
    QVERIFY2(specs.error().message.contains("Linux m68k"_L1), qPrintable(specs.error().text()));
}

void TestSsh::connect_noSpace_isClearError()
{
    runtimes::SshOptions options = m_far->options();
    options.bundleFolder = bundleWith("unpacked", qint64(1) << 60);
    SshClient client({u"far"_s, {}, 0}, options);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::NoSpace);
    QVERIFY(versions().isEmpty());
}

void TestSsh::connect_unwritableFolder_isClearError()
{
    QFile inTheWay(m_far->far(u"cache"_s));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    SshClient client(*m_far);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::PermissionDenied);
    QVERIFY(specs.error().message.contains(m_far->far(u"cache/cahier/host"_s)));
}

void TestSsh::hostKey_unknown_asksWithFingerprint()
{
    SshClient client(*m_far);
    client.answer = [](const auto&) { return u"yes"_s; };
    ready(client);
    QCOMPARE(client.questions.size(), std::size_t(1));
    const AuthenticationQuestion& question = client.questions[0];
    QCOMPARE(question.kind, Kind::HostKey);
    QCOMPARE(question.fingerprint, m_far->fingerprint());
    QCOMPARE(question.keyType, u"ED25519"_s);
    QVERIFY2(question.host.contains("127.0.0.1"_L1), qPrintable(question.host));
    SshClient again(*m_far);
    ready(again);
    QVERIFY(again.questions.empty());
}

void TestSsh::hostKey_refused_isCancelledAndStays()
{
    SshClient client(*m_far);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Cancelled);
    QCOMPARE(client.questions.size(), std::size_t(1));
    QVERIFY(!QFile::exists(m_far->knownHosts()));
    QCOMPARE(client.runtime->connectionState().phase, Phase::Idle);
    client.answer = [](const auto&) { return u"yes"_s; };
    ready(client); // the next wish asks anew
}

void TestSsh::hostKey_changed_asksAndReplaces()
{
    m_far->stop();
    m_far->changeHostKey();
    QCOMPARE(m_far->start(), QString());
    SshClient client(*m_far);
    client.answer = [](const auto&) { return u"yes"_s; };
    ready(client);
    QCOMPARE(client.questions.size(), std::size_t(1));
    QCOMPARE(client.questions[0].kind, Kind::ChangedHostKey);
    QCOMPARE(client.questions[0].fingerprint, m_far->fingerprint());
    SshClient again(*m_far);
    ready(again);
    QVERIFY(again.questions.empty());
}

void TestSsh::hostKey_changedAndRefused_keepsTheOld()
{
    QFile known(m_far->knownHosts());
    QVERIFY(known.open(QIODevice::ReadOnly));
    const QByteArray before = known.readAll();
    known.close();
    m_far->stop();
    m_far->changeHostKey();
    QCOMPARE(m_far->start(), QString());
    SshClient client(*m_far);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Cancelled);
    QVERIFY(known.open(QIODevice::ReadOnly));
    QCOMPARE(known.readAll(), before);
}

void TestSsh::question_nobodyListens_isRefused()
{
    runtimes::SshRuntime runtime({u"far"_s, {}, 0}, m_far->options());
    const Result<KernelSpecs> specs = LocalStage::wait(runtime.kernelSpecs());
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Cancelled);
}

void TestSsh::passphrase_wrongThenRight_connects()
{
    SshClient client(*m_far, u"phrase"_s);
    client.answer = [](const AuthenticationQuestion& question) {
        return question.again ? QString::fromLatin1(SshdFixture::passphrase) : u"wrong"_s;
    };
    ready(client);
    QCOMPARE(client.questions.size(), std::size_t(2));
    QCOMPARE(client.questions[0].kind, Kind::Passphrase);
    QCOMPARE(client.questions[0].keyFile, m_far->folder(u"phrasekey"_s));
    QVERIFY(!client.questions[0].echo);
}

void TestSsh::key_wrong_isPermissionDenied()
{
    SshClient client(*m_far, u"wrong"_s);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::PermissionDenied);
    QVERIFY(specs.error().message.startsWith("wrong did not let you in"_L1));
    QVERIFY(client.questions.empty());
}

void TestSsh::password_wrongThenRight_connects()
{
    if (!m_far->canTakePasswords()) QSKIP("needs root and mount namespaces, for a shadow file of our own");
    SshClient client(*m_far, u"password"_s);
    client.answer = [](const AuthenticationQuestion& question) {
        return question.again ? QString::fromLatin1(SshdFixture::password) : u"guess"_s;
    };
    ready(client);
    QCOMPARE(client.questions.size(), std::size_t(2));
    QCOMPARE(client.questions[0].kind, Kind::Password);
    QVERIFY(!client.questions[0].echo);
    QVERIFY(client.questions[0].host.contains("127.0.0.1"_L1));
}

void TestSsh::password_refused_isCancelled()
{
    if (!m_far->canTakePasswords()) QSKIP("needs root and mount namespaces, for a shadow file of our own");
    SshClient client(*m_far, u"password"_s);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Cancelled);
}

void TestSsh::secondFactor_afterTheKey_isAsked()
{
    if (!m_far->canTakePasswords()) QSKIP("needs root and mount namespaces, for PAM settings of our own");
    m_far->stop();
    m_far->requireSecondFactor();
    QCOMPARE(m_far->start(), QString());
    SshClient client(*m_far);
    client.answer = [](const AuthenticationQuestion& question) {
        return question.again ? QString::fromLatin1(SshdFixture::password) : u"guess"_s;
    };
    ready(client);
    QCOMPARE(client.questions.size(), std::size_t(2));
    QVERIFY2(client.questions[0].prompt.startsWith(u'('), qPrintable(client.questions[0].prompt));
    QCOMPARE(client.questions[0].kind, Kind::Password);
    QVERIFY(client.questions[0].host.contains("127.0.0.1"_L1));
    QVERIFY(m_far->log().contains("keyboard-interactive"_L1));
}

void TestSsh::jump_twoMachines_asksForBothKeys()
{
    SshdFixture jump;
    const QString problem = jump.start();
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_far->configure(
        u"Host jump\n  HostName 127.0.0.1\n  Port %1\n  IdentityFile %2\nHost behind\n"
        "  HostName 127.0.0.1\n  Port %3\n  IdentityFile %4\n  ProxyJump jump\n"_s.arg(jump.port())
            .arg(jump.folder(u"key"_s))
            .arg(m_far->port())
            .arg(m_far->folder(u"key"_s)));
    SshClient client(*m_far, u"behind"_s);
    client.answer = [](const auto&) { return u"yes"_s; };
    ready(client);
    QCOMPARE(client.questions.size(), std::size_t(2));
    QCOMPARE(client.questions[0].fingerprint, jump.fingerprint());
    QCOMPARE(client.questions[1].fingerprint, m_far->fingerprint());
    QVERIFY(m_far->hostPid() != 0);
    QCOMPARE(jump.hostPid(), 0);
}

void TestSsh::hosts_resolve_asksSsh()
{
    const QStringList arguments = m_far->options().arguments;
    const auto host = LocalStage::wait(runtimes::SshHosts::resolve(u"far"_s, arguments));
    QVERIFY2(host, qPrintable(host ? QString() : host.error().text()));
    QCOMPARE(host->hostName, u"127.0.0.1"_s);
    QCOMPARE(host->port, m_far->port());
    QCOMPARE(host->identityFiles, QStringList{m_far->folder(u"key"_s)});
    m_far->configure(u"NoSuchOption yes\n"_s);
    const auto broken = LocalStage::wait(runtimes::SshHosts::resolve(u"far"_s, arguments));
    QVERIFY(!broken);
    QVERIFY(broken.error().detail.contains("NoSuchOption"_L1, Qt::CaseInsensitive));
    QVERIFY(!LocalStage::wait(runtimes::SshHosts::resolve(u"-oProxyCommand=x"_s)));
}

void TestSsh::port_closed_isRefused()
{
    SshClient client(*m_far, u"closed"_s);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Disconnected);
    QVERIFY2(specs.error().message.contains("refused"_L1), qPrintable(specs.error().text()));
    QCOMPARE(specs.error().retry, Retry::Later);
}

void TestSsh::name_unknown_isNotFound()
{
    SshClient client(*m_far, u"unknown.invalid"_s);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::NotFound);
}

void TestSsh::program_missing_isClearError()
{
    runtimes::SshOptions options = m_far->options();
    options.program = u"/no/such/ssh"_s;
    SshClient client({u"far"_s, {}, 0}, options);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::NotFound);
    QVERIFY(specs.error().message.contains("/no/such/ssh"_L1));
}

void TestSsh::bundle_missing_isClearError()
{
    runtimes::SshOptions options = m_far->options();
    options.bundleFolder = u"/no/such/folder"_s;
    SshClient client({u"far"_s, {}, 0}, options);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::NotFound);
}

void TestSsh::silence_takesNoLongerThanAllowed()
{
    // A shell that never gets to run anything.
    QFile start(m_far->far(u".bashrc"_s));
    QVERIFY(start.open(QIODevice::WriteOnly));
    start.write("exec sleep 20\n");
    start.close();
    runtimes::SshOptions options = m_far->options();
    options.patience = std::chrono::seconds(3);
    SshClient client({u"far"_s, {}, 0}, options);
    const Result<KernelSpecs> specs = client.specs();
    QVERIFY(!specs);
    QCOMPARE(specs.error().code, ErrorCode::Timeout);
    QVERIFY(LocalStage::waitUntil([] { return sshChildren().isEmpty(); }));
}

QTEST_GUILESS_MAIN(TestSsh)
#include "tst_ssh.moc"
