// SPDX-License-Identifier: GPL-3.0-or-later
// The Pythons of this machine, and environments that are really made, without a network: what is installed
// comes from wheels that the test writes.
#include <core/runtime/environmentcreation.h>
#include <core/runtime/frameworkcheck.h>
#include <tests/support/hostfixture.h>
#include <tests/support/localstage.h>
#include <tests/support/pythonwheel.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;

class TestEnvironments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();

    void list_system_isDescribed();
    void list_venvBesideTheNotebook_isFound();
    void list_conda_isRecognised();
    void list_broken_saysWhy();
    void list_hanging_holdsNothingUpForLong();
    void list_packageThatPrints_isRead();
    void spec_ofVenv_startsItsPython();
    void create_offline_becomesAKernel();
    void create_uv_becomesAKernel();
    void create_existingFolder_isLeftAlone();
    void create_noNetwork_saysSoAndTidiesUp();
    void create_withoutVenvModule_namesThePackage();
    void create_cancelled_removesOnlyItsOwn();
    void frameworks_fake_areAsked();
    void frameworks_destroyed_endsTheCheck();

private:
    [[nodiscard]] Environments list() const
    {
        return LocalStage::wait(m_runtime->environments(m_folder->path())).value_or(Environments());
    }
    [[nodiscard]] std::optional<Environment> at(const QString& prefix) const;
    /// A venv of the system's Python with its packages, without pip.
    void makePlainVenv(const QString& prefix) const;
    void writeScript(const QString& path, const QByteArray& text) const;
    [[nodiscard]] Result<void> carryOut(const EnvironmentPlan& plan, QByteArray* output = nullptr) const;
    [[nodiscard]] QString path(const QString& name) const { return m_folder->filePath(name); }

    QString m_maker; ///< a Python that can make environments; empty where there is none
    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<runtimes::LocalRuntime> m_runtime;
    std::unique_ptr<QTemporaryDir> m_folder; ///< the notebook's
};

void TestEnvironments::initTestCase()
{
    m_maker = findVenvMaker();
    m_stage = std::make_unique<LocalStage>();
    m_runtime = m_stage->makeRuntime();
}

void TestEnvironments::cleanupTestCase()
{
    m_runtime.reset();
    m_stage.reset();
}

void TestEnvironments::init()
{
    m_folder = std::make_unique<QTemporaryDir>(m_stage->folder(u"work-XXXXXX"_s));
    m_runtime->setWorkingFolder(m_folder->path());
}

std::optional<Environment> TestEnvironments::at(const QString& prefix) const
{
    for (const Environment& environment : list().found)
        if (environment.prefix == prefix) return environment;
    return std::nullopt;
}

void TestEnvironments::makePlainVenv(const QString& prefix) const
{
    QCOMPARE(QProcess::execute(u"python3"_s,
                               {u"-m"_s, u"venv"_s, u"--without-pip"_s, u"--system-site-packages"_s, prefix}),
             0);
}

void TestEnvironments::writeScript(const QString& file, const QByteArray& text) const
{
    QVERIFY(QDir().mkpath(QFileInfo(file).path()));
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(text);
    out.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

Result<void> TestEnvironments::carryOut(const EnvironmentPlan& plan, QByteArray* output) const
{
    EnvironmentCreation creation(*m_runtime, plan);
    std::optional<Result<void>> result;
    connect(&creation, &EnvironmentCreation::succeeded, &creation, [&] { result = Result<void>(); });
    connect(&creation, &EnvironmentCreation::failed, &creation,
            [&](const Error& error) { result = std::unexpected(error); });
    connect(&creation, &EnvironmentCreation::outputArrived, &creation, [&](const QByteArray& bytes) {
        if (output) *output += bytes;
    });
    creation.start();
    if (!LocalStage::waitUntil([&] { return result.has_value(); }))
        return failure(ErrorCode::Timeout, u"it did not end"_s);
    return *result;
}

void TestEnvironments::list_system_isDescribed()
{
    QElapsedTimer timer;
    timer.start();
    const auto environments = LocalStage::wait(m_runtime->environments({}));
    qInfo("listing took %lld ms", timer.elapsed());
    QVERIFY(environments);
    QCOMPARE(environments->home, m_stage->folder({}));
    const QString python = QStandardPaths::findExecutable(u"python3"_s);
    const auto found = std::ranges::find_if(
        environments->found, [&](const Environment& each) { return each.paths.contains(python); });
    QVERIFY(found != environments->found.end());
    QProcess process;
    process.start(python, {u"-c"_s, u"import platform, ipykernel, numpy; print(platform.python_version(), "
                                    "ipykernel.__version__, numpy.__version__)"_s});
    QVERIFY(process.waitForFinished());
    const QStringList facts = QString::fromUtf8(process.readAll()).split(u' ');
    QCOMPARE(facts.size(), 3);
    QCOMPARE(found->version, facts[0]);
    QCOMPARE(found->packages[u"ipykernel"_s], facts[1]);
    QCOMPARE(found->packages[u"numpy"_s], facts[2].trimmed());
    QVERIFY(found->problem.isEmpty());
    // Each once, however many names it has.
    QStringList keys;
    for (const Environment& each : environments->found)
        if (each.works()) keys << each.prefix + each.version;
    QCOMPARE(keys.removeDuplicates(), 0);
}

void TestEnvironments::list_venvBesideTheNotebook_isFound()
{
    makePlainVenv(path(u".venv"_s));
    const auto venv = at(path(u".venv"_s));
    QVERIFY(venv);
    QCOMPARE(venv->kind, Environment::Kind::Venv);
    QCOMPARE(venv->name, QFileInfo(m_folder->path()).fileName());
    QVERIFY(venv->hasIpykernel());
    QVERIFY(!venv->managed);
}

void TestEnvironments::list_conda_isRecognised()
{
    const QString prefix = m_stage->folder(u"miniconda3/envs/ml"_s);
    QVERIFY(QDir().mkpath(prefix + u"/conda-meta"_s) && QDir().mkpath(prefix + u"/bin"_s));
    QVERIFY(QFile::link(QStandardPaths::findExecutable(u"python3"_s), prefix + u"/bin/python"_s));
    const auto conda = at(prefix);
    QVERIFY(conda);
    QCOMPARE(conda->kind, Environment::Kind::Conda);
    QCOMPARE(conda->name, u"ml"_s);
    QVERIFY(!conda->version.isEmpty());
}

void TestEnvironments::list_broken_saysWhy()
{
    writeScript(path(u".venv/bin/python"_s),
                "#!/bin/sh\necho 'libpython3.9.so: no such file' >&2\nexit 127\n");
    writeScript(path(u"venv/bin/python"_s), "#!/no/such/program\n");
    const auto failing = at(path(u".venv"_s)), missing = at(path(u"venv"_s));
    QVERIFY(failing && missing);
    QVERIFY2(failing->problem.contains(u"libpython3.9.so: no such file"_s), qPrintable(failing->problem));
    QVERIFY(failing->version.isEmpty() && !failing->works());
    QVERIFY2(missing->problem.contains(path(u"venv/bin/python"_s)), qPrintable(missing->problem));
}

void TestEnvironments::list_hanging_holdsNothingUpForLong()
{
    for (const auto* const name : {".venv", "venv"})
        writeScript(path(QString::fromLatin1(name) + u"/bin/python"_s), "#!/bin/sh\nexec sleep 300\n");
    QElapsedTimer timer;
    timer.start();
    const Environments environments = list();
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(std::ranges::any_of(environments.found, &Environment::works));
    const auto slow = std::ranges::find(environments.found, path(u".venv"_s), &Environment::prefix);
    QVERIFY(slow != environments.found.end());
    QVERIFY2(slow->problem.contains(u"in time"_s), qPrintable(slow->problem));
}

/// Some environments print when Python starts, and their warnings come with the answer.
void TestEnvironments::list_packageThatPrints_isRead()
{
    makePlainVenv(path(u".venv"_s));
    const QDir lib(path(u".venv/lib"_s));
    const QString folder = lib.filePath(lib.entryList({u"python3*"_s}).value(0)) + u"/site-packages"_s;
    writeScript(folder + u"/noisy.pth"_s,
                "import sys; sys.stderr.write('warning: {\"noise\"\\n'); print('hello', end='')\n");
    const auto venv = at(path(u".venv"_s));
    QVERIFY(venv);
    QVERIFY2(venv->works(), qPrintable(venv->problem));
    QVERIFY(venv->hasIpykernel());
}

void TestEnvironments::spec_ofVenv_startsItsPython()
{
    makePlainVenv(path(u".venv"_s));
    const auto venv = at(path(u".venv"_s));
    QVERIFY(venv);
    const auto specs = LocalStage::wait(m_runtime->kernelSpecs());
    QVERIFY(specs);
    const KernelSpec* const spec = specFor(*specs, *venv);
    QVERIFY(spec);
    LocalSession session;
    const auto started =
        session.start(*m_runtime, StartOptions{.spec = spec->name, .workingDirectory = m_folder->path()});
    QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
    QCOMPARE(session.run("import sys; print(sys.prefix)").trimmed(), path(u".venv"_s));
}

void TestEnvironments::create_offline_becomesAKernel()
{
    if (m_maker.isEmpty()) QSKIP("no Python here has venv and ensurepip (Debian's package python3-venv)");
    const QString wheels = path(u"wheels"_s);
    QVERIFY(writeWheel(wheels, u"ipykernel"_s, u"99.1"_s) && writeWheel(wheels, u"tiny"_s, u"1.2"_s));
    const QString folder = m_stage->folder(u".virtualenvs/made"_s);
    QByteArray output;
    const EnvironmentPlan plan = planOf({.folder = folder,
                                         .python = m_maker,
                                         .packages = {u"tiny"_s},
                                         .installOptions = {u"--no-index"_s, u"--find-links"_s, wheels}});
    const auto made = carryOut(plan, &output);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().text()));
    QVERIFY2(output.contains("Successfully installed"), output.constData());
    const auto found = at(folder);
    QVERIFY(found);
    QCOMPARE(found->packages[u"ipykernel"_s], u"99.1"_s);
    QCOMPARE(QProcess::execute(plan.python, {u"-c"_s, u"import tiny"_s}), 0);
    const auto specs = LocalStage::wait(m_runtime->kernelSpecs());
    QVERIFY(specs);
    const KernelSpec* const spec = specFor(*specs, *found);
    QVERIFY(spec);
    QCOMPARE(spec->name, u"python-venv-made"_s);
}

void TestEnvironments::create_uv_becomesAKernel()
{
    const QString uv = list().uv;
    if (uv.isEmpty()) QSKIP("uv is not installed");
    const QString wheels = path(u"wheels"_s), folder = m_stage->folder(u".virtualenvs/by-uv"_s);
    QVERIFY(writeWheel(wheels, u"ipykernel"_s, u"99.1"_s));
    const auto made = carryOut(planOf({.folder = folder,
                                       .python = QStandardPaths::findExecutable(u"python3"_s),
                                       .uv = uv,
                                       .installOptions = {u"--no-index"_s, u"--find-links"_s, wheels}}));
    QVERIFY2(made, qPrintable(made ? QString() : made.error().text()));
    const auto found = at(folder);
    QVERIFY(found && found->hasIpykernel());
}

void TestEnvironments::create_existingFolder_isLeftAlone()
{
    writeScript(path(u".venv/precious"_s), "mine");
    const auto made = carryOut(planOf({.folder = path(u".venv"_s), .python = u"python3"_s}));
    QVERIFY(!made);
    QCOMPARE(made.error().code, ErrorCode::IllegalState);
    QVERIFY2(made.error().message.contains(path(u".venv"_s)), qPrintable(made.error().message));
    QVERIFY(QFile::exists(path(u".venv/precious"_s)));
}

void TestEnvironments::create_noNetwork_saysSoAndTidiesUp()
{
    if (m_maker.isEmpty()) QSKIP("no Python here has venv and ensurepip (Debian's package python3-venv)");
    // A port of this machine where nobody listens.
    const auto made =
        carryOut(planOf({.folder = path(u".venv"_s),
                         .python = m_maker,
                         .installOptions = {u"--isolated"_s, u"--retries"_s, u"1"_s, u"--index-url"_s,
                                            u"http://127.0.0.1:1/simple"_s}}));
    QVERIFY(!made);
    QVERIFY2(made.error().code == ErrorCode::Disconnected, qPrintable(made.error().text()));
    QVERIFY(!QFile::exists(path(u".venv"_s)));
}

void TestEnvironments::create_withoutVenvModule_namesThePackage()
{
    // A Python whose venv says what Debian's says without its package python3-venv.
    const QString python = path(u"bin/python3"_s);
    writeScript(python,
                "#!/bin/sh\nmkdir -p \"$3/bin\"\n"
                "printf 'The virtual environment was not created successfully because ensurepip is not\\n"
                "available.  On Debian/Ubuntu systems, you need to install the python3-venv\\n"
                "package using the following command.\\n\\n    apt install python3.13-venv\\n'\nexit 1\n");
    const auto made = carryOut(planOf({.folder = path(u".venv"_s), .python = python}));
    QVERIFY(!made);
    QVERIFY2(made.error().message.contains(u"python3.13-venv"_s), qPrintable(made.error().message));
    QVERIFY(!QFile::exists(path(u".venv"_s)));
}

void TestEnvironments::create_cancelled_removesOnlyItsOwn()
{
    // A Python that takes for ever in the middle.
    const QString python = path(u"bin/python3"_s);
    writeScript(python,
                "#!/bin/sh\nmkdir -p \"$3/bin\"\ntouch \"$3/half\"\necho half made\nexec sleep 300\n");
    writeScript(path(u"envs/other/precious"_s), "mine");
    EnvironmentCreation creation(*m_runtime, planOf({.folder = path(u"envs/new"_s), .python = python}));
    QSignalSpy steps(&creation, &EnvironmentCreation::stepStarted);
    QSignalSpy failures(&creation, &EnvironmentCreation::failed);
    QSignalSpy outputs(&creation, &EnvironmentCreation::outputArrived);
    creation.start();
    QTRY_VERIFY_WITH_TIMEOUT(!outputs.isEmpty(), 30000);
    QCOMPARE(steps.size(), 3);
    QVERIFY(QFile::exists(path(u"envs/new/half"_s)));
    creation.cancel();
    QVERIFY(creation.isRunning());
    QTRY_COMPARE_WITH_TIMEOUT(failures.size(), 1, 30000);
    QCOMPARE(failures[0][0].value<Error>().code, ErrorCode::Cancelled);
    QVERIFY(!creation.isRunning());
    QVERIFY(!QFile::exists(path(u"envs/new"_s)));
    QVERIFY(QFile::exists(path(u"envs/other/precious"_s)));
}

/// The frameworks themselves are too large for a test: modules of the same names answer in their place.
void TestEnvironments::frameworks_fake_areAsked()
{
    makePlainVenv(path(u".venv"_s));
    auto venv = at(path(u".venv"_s));
    QVERIFY(venv);
    const QDir lib(path(u".venv/lib"_s));
    const QString folder = lib.filePath(lib.entryList({u"python3*"_s}).value(0)) + u"/site-packages/"_s;
    writeScript(folder + u"torch.py"_s, "__version__ = '2.9.0'\n"
                                        "class cuda:\n"
                                        "    is_available = staticmethod(lambda: True)\n"
                                        "    device_count = staticmethod(lambda: 2)\n"
                                        "    get_device_name = staticmethod(lambda i: f'Device {i}')\n"
                                        "class version:\n    cuda = '13.0'\n"
                                        "print('a banner', flush=True)\n");
    writeScript(folder + u"jax.py"_s, "import os; os.abort()\n");
    venv->packages.insert(u"torch"_s, u"2.9.0"_s);
    venv->packages.insert(u"jax"_s, u"0.8"_s);
    FrameworkCheck check(*m_runtime, *venv);
    std::vector<FrameworkState> states;
    bool finished = false;
    connect(&check, &FrameworkCheck::found, this,
            [&](const FrameworkState& state) { states.push_back(state); });
    connect(&check, &FrameworkCheck::finished, this, [&] { finished = true; });
    QVERIFY(LocalStage::waitUntil([&] { return finished; }));
    QCOMPARE(states.size(), 2u);
    QCOMPARE(states[0].devices, (QStringList{u"Device 0"_s, u"Device 1"_s}));
    QCOMPARE(states[0].version, u"2.9.0"_s);
    QVERIFY(states[0].builtForGpu);
    QCOMPARE(states[1].name, u"jax"_s);
    QVERIFY(!states[1].problem.isEmpty()); // it crashed, alone
}

void TestEnvironments::frameworks_destroyed_endsTheCheck()
{
    const QString python = path(u"bin/python3"_s), note = path(u"pid"_s);
    writeScript(python, "#!/bin/sh\necho $$ > '" + note.toLocal8Bit() + "'\nexec sleep 300\n");
    Environment environment;
    environment.interpreter = python;
    environment.packages.insert(u"torch"_s, u"1"_s);
    auto check = std::make_unique<FrameworkCheck>(*m_runtime, environment);
    const auto pid = [&] {
        QFile file(note);
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toLongLong() : 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(pid() > 0, 30000);
    check.reset();
    QTRY_VERIFY_WITH_TIMEOUT(!processLives(pid()), 20000);
}

QTEST_GUILESS_MAIN(TestEnvironments)
#include "tst_environments.moc"
