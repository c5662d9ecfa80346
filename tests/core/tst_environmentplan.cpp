// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/environmentplan.h>
#include <core/runtime/frameworkcheck.h>
#include <core/runtime/runtime.h>

#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace Qt::StringLiterals;

namespace {

QStringList commandsOf(const EnvironmentPlan& plan)
{
    QStringList commands;
    for (const EnvironmentStep& step : plan.steps)
        commands << shellText(step.command);
    return commands;
}

Environment environmentAt(const QString& prefix)
{
    Environment environment;
    environment.kind = Environment::Kind::Venv;
    environment.prefix = prefix;
    environment.interpreter = prefix + u"/bin/python"_s;
    environment.paths = {environment.interpreter};
    environment.name = prefix.section(u'/', -1);
    environment.version = u"3.13.5"_s;
    return environment;
}

KernelSpec specOf(const QString& name, const QString& python, const QString& folder = {})
{
    return {name, name, u"python"_s, {python, u"-m"_s, u"ipykernel_launcher"_s}, folder};
}

} // namespace

class TestEnvironmentPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plan_pip_hasTheCommands();
    void plan_uv_hasTheCommands();
    void plan_onlyTheSecondFolder_isOurs();
    void ipykernel_pipThere_usesIt();
    void ipykernel_noPip_takesUv();
    void ipykernel_nothingToInstallWith_isRefused();
    void ipykernel_managed_isRefused();
    void registration_name_fitsASpec();
    void packages_text_isSplit_data();
    void packages_text_isSplit();
    void packages_option_isRefused();
    void name_checked_data();
    void name_checked();
    void shellText_quotes_whatNeedsIt();
    void stepError_output_isUnderstood_data();
    void stepError_output_isUnderstood();
    void stepError_venvMissing_namesThePackage();
    void specFor_finds_data();
    void specFor_finds();
    void frameworks_ofPackages();
    void frameworkState_line_isRead();
};

void TestEnvironmentPlan::plan_pip_hasTheCommands()
{
    const EnvironmentPlan plan = planOf({.folder = u"/home/me/.virtualenvs/ml"_s,
                                         .python = u"/usr/bin/python3"_s,
                                         .packages = {u"numpy"_s, u"torch==2.9"_s, u"ipykernel"_s}});
    QCOMPARE(
        commandsOf(plan),
        (QStringList{u"mkdir -p -- /home/me/.virtualenvs"_s, u"mkdir -- /home/me/.virtualenvs/ml"_s,
                     u"/usr/bin/python3 -m venv /home/me/.virtualenvs/ml"_s,
                     u"/home/me/.virtualenvs/ml/bin/python -m pip install ipykernel numpy torch==2.9"_s}));
    QCOMPARE(plan.python, u"/home/me/.virtualenvs/ml/bin/python"_s);
}

void TestEnvironmentPlan::plan_uv_hasTheCommands()
{
    const EnvironmentPlan plan = planOf({.folder = u"/a/b"_s,
                                         .python = u"/usr/bin/python3"_s,
                                         .uv = u"/home/me/.local/bin/uv"_s,
                                         .systemPackages = true});
    QCOMPARE(
        commandsOf(plan).sliced(2),
        (QStringList{u"/home/me/.local/bin/uv venv --python /usr/bin/python3 --system-site-packages /a/b"_s,
                     u"/home/me/.local/bin/uv pip install --python /a/b/bin/python ipykernel"_s}));
}

void TestEnvironmentPlan::plan_onlyTheSecondFolder_isOurs()
{
    const EnvironmentPlan plan = planOf({.folder = u"/top"_s, .python = u"python3"_s});
    QCOMPARE(plan.folder, u"/top"_s);
    for (std::size_t at = 0; at < plan.steps.size(); ++at)
        QCOMPARE(plan.steps[at].makesFolder, at == 1);
    QCOMPARE(commandsOf(plan).first(), u"mkdir -p -- /"_s);
}

void TestEnvironmentPlan::ipykernel_pipThere_usesIt()
{
    Environment environment = environmentAt(u"/e"_s);
    environment.packages.insert(u"pip"_s, u"25.1"_s);
    const auto plan = ipykernelPlan(environment, u"/bin/uv"_s);
    QVERIFY(plan);
    QCOMPARE(commandsOf(*plan), QStringList{u"/e/bin/python -m pip install ipykernel"_s});
    QVERIFY(plan->folder.isEmpty());
}

void TestEnvironmentPlan::ipykernel_noPip_takesUv()
{
    const auto plan = ipykernelPlan(environmentAt(u"/e"_s), u"/bin/uv"_s);
    QVERIFY(plan);
    QCOMPARE(commandsOf(*plan), QStringList{u"/bin/uv pip install --python /e/bin/python ipykernel"_s});
}

void TestEnvironmentPlan::ipykernel_nothingToInstallWith_isRefused()
{
    const auto plan = ipykernelPlan(environmentAt(u"/e"_s), {});
    QVERIFY(!plan);
    QVERIFY(plan.error().message.contains(u"/e/bin/python has no pip"_s));
}

void TestEnvironmentPlan::ipykernel_managed_isRefused()
{
    Environment environment = environmentAt(u"/usr"_s);
    environment.packages.insert(u"pip"_s, u"25.1"_s);
    environment.managed = true;
    const auto plan = ipykernelPlan(environment, u"/bin/uv"_s);
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, ErrorCode::Unsupported);
}

void TestEnvironmentPlan::registration_name_fitsASpec()
{
    Environment environment = environmentAt(u"/home/me/My Project (é)"_s);
    QCOMPARE(commandsOf(registrationPlan(environment)),
             QStringList{u"'/home/me/My Project (é)/bin/python' -m ipykernel install --user "
                         "--name python-my-project---- --display-name 'Python 3.13.5 (My Project (é))'"_s});
    environment.name.clear();
    QVERIFY(registrationPlan(environment).steps[0].command.argv.contains(u"python-3.13.5"_s));
}

void TestEnvironmentPlan::packages_text_isSplit_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("packages");
    QTest::newRow("nothing") << u" \n"_s << QStringList();
    QTest::newRow("blanks") << u"numpy  pandas\nscipy"_s << QStringList{u"numpy"_s, u"pandas"_s, u"scipy"_s};
    QTest::newRow("commas") << u"numpy, pandas,"_s << QStringList{u"numpy"_s, u"pandas"_s};
    QTest::newRow("versions") << u"torch>=2,<3 jax[cuda12]"_s
                              << QStringList{u"torch>=2,<3"_s, u"jax[cuda12]"_s};
    QTest::newRow("twice") << u"numpy numpy"_s << QStringList{u"numpy"_s};
}

void TestEnvironmentPlan::packages_text_isSplit()
{
    QFETCH(const QString, text);
    QFETCH(const QStringList, packages);
    const auto found = packagesIn(text);
    QVERIFY(found);
    QCOMPARE(*found, packages);
}

void TestEnvironmentPlan::packages_option_isRefused()
{
    const auto found = packagesIn(u"numpy --index-url=http://example.org"_s);
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::InvalidFormat);
}

void TestEnvironmentPlan::name_checked_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("fits");
    QTest::newRow("plain") << u"ml"_s << true;
    QTest::newRow("all") << u"My_env-3.13"_s << true;
    QTest::newRow("empty") << u""_s << false;
    QTest::newRow("parent") << u".."_s << false;
    QTest::newRow("hidden") << u".hidden"_s << false;
    QTest::newRow("slash") << u"a/b"_s << false;
    QTest::newRow("option") << u"-rf"_s << false;
    QTest::newRow("blank") << u"a b"_s << false;
    QTest::newRow("line") << u"a\n"_s << false;
}

void TestEnvironmentPlan::name_checked()
{
    QFETCH(const QString, name);
    QFETCH(const bool, fits);
    QCOMPARE(checkEnvironmentName(name).has_value(), fits);
}

void TestEnvironmentPlan::shellText_quotes_whatNeedsIt()
{
    QCOMPARE(shellText({{u"a"_s, u"--b=c"_s, u"d e"_s, u"it's"_s, u""_s, u"~/x"_s, u"$HOME"_s}}),
             uR"(a --b=c 'd e' 'it'\''s' '' '~/x' '$HOME')"_s);
}

void TestEnvironmentPlan::stepError_output_isUnderstood_data()
{
    QTest::addColumn<QString>("output");
    QTest::addColumn<ErrorCode>("code");
    QTest::newRow("no space")
        << u"ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"_s
        << ErrorCode::NoSpace;
    QTest::newRow("no network")
        << u"WARNING: Retrying after connection broken by 'NewConnectionError(... Failed to establish a new "
           u"connection: "
           "[Errno -2] Name or service not known')\nERROR: Could not find a version that satisfies the "
           "requirement "
           "numpy (from versions: none)\nERROR: No matching distribution found for numpy"_s
        << ErrorCode::Disconnected;
    QTest::newRow("uv, no network")
        << u"error: Failed to fetch: `https://pypi.org/simple/numpy/`\n  Caused by: dns error"_s
        << ErrorCode::Disconnected;
    QTest::newRow("managed")
        << u"error: externally-managed-environment\n× This environment is externally managed"_s
        << ErrorCode::Unsupported;
    QTest::newRow("no such package") << u"ERROR: No matching distribution found for nmupy"_s
                                     << ErrorCode::NotFound;
    QTest::newRow("uv, no such package")
        << u"  × No solution found when resolving dependencies:\n  ╰─▶ Because nmupy was not found"_s
        << ErrorCode::NotFound;
    QTest::newRow("may not") << u"ERROR: [Errno 13] Permission denied: '/usr/lib/python3'"_s
                             << ErrorCode::PermissionDenied;
    QTest::newRow("anything else") << u"Segmentation fault"_s << ErrorCode::Io;
}

void TestEnvironmentPlan::stepError_output_isUnderstood()
{
    QFETCH(const QString, output);
    QFETCH(const ErrorCode, code);
    const EnvironmentStep step{u"Install packages"_s, {{u"/e/bin/python"_s}}};
    const Error error = stepError(step, 1, output);
    QCOMPARE(error.code, code);
    QVERIFY(!error.message.isEmpty() && !error.detail.isEmpty());
}

void TestEnvironmentPlan::stepError_venvMissing_namesThePackage()
{
    const EnvironmentStep step{u"Make the environment"_s,
                               {{u"/usr/bin/python3"_s, u"-m"_s, u"venv"_s, u"/e"_s}}};
    const Error debian = stepError(
        step, 1,
        u"The virtual environment was not created successfully because ensurepip is not\navailable.  On "
        "Debian/Ubuntu systems\n\n    apt install python3.13-venv\n"_s);
    QVERIFY2(debian.message.contains(u"sudo apt install python3.13-venv"_s), qPrintable(debian.message));
    const Error other = stepError(step, 1, u"/usr/bin/python3: No module named venv"_s);
    QVERIFY2(other.message.contains(u"python3-venv"_s), qPrintable(other.message));
}

void TestEnvironmentPlan::specFor_finds_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("spec");
    QTest::newRow("place") << u"/home/me/.virtualenvs/ml"_s << u"python-venv-ml"_s;
    QTest::newRow("bare name, in its own folder") << u"/opt/conda"_s << u"conda"_s;
    QTest::newRow("registered elsewhere") << u"/srv/env"_s << u"registered"_s;
    QTest::newRow("none") << u"/srv/other"_s << QString();
    QTest::newRow("not ipykernel") << u"/srv/script"_s << QString();
}

void TestEnvironmentPlan::specFor_finds()
{
    QFETCH(const QString, prefix);
    QFETCH(const QString, spec);
    KernelSpecs specs;
    specs.specs = {specOf(u"registered"_s, u"/srv/env/bin/python3"_s,
                          u"/home/me/.local/share/jupyter/kernels/registered"_s),
                   specOf(u"conda"_s, u"python"_s, u"/opt/conda/share/jupyter/kernels/conda"_s),
                   {u"script"_s, u"script"_s, u"x"_s, {u"/srv/script/bin/python"_s, u"kernel.py"_s}, {}},
                   specOf(u"python-venv-ml"_s, u"/home/me/.virtualenvs/ml/bin/python"_s)};
    const KernelSpec* const found = specFor(specs, environmentAt(prefix));
    QCOMPARE(found ? found->name : QString(), spec);
}

void TestEnvironmentPlan::frameworks_ofPackages()
{
    Environment environment = environmentAt(u"/e"_s);
    QVERIFY(FrameworkCheck::frameworksOf(environment).isEmpty());
    environment.packages = {{u"jax"_s, u"0.8"_s}, {u"tensorflow-cpu"_s, u"2.20"_s}, {u"numpy"_s, u"2"_s}};
    QCOMPARE(FrameworkCheck::frameworksOf(environment), (QStringList{u"tensorflow"_s, u"jax"_s}));
}

void TestEnvironmentPlan::frameworkState_line_isRead()
{
    QVERIFY(!frameworkStateIn("2026-01-01 I tensorflow/core"));
    QVERIFY(!frameworkStateIn("@cahier nonsense"));
    const auto state = frameworkStateIn(
        R"(@cahier {"name":"torch","version":"2.9.0","devices":["NVIDIA H100"],"built":true})");
    QVERIFY(state);
    QCOMPARE(state->name, u"torch"_s);
    QCOMPARE(state->devices, QStringList{u"NVIDIA H100"_s});
    QVERIFY(state->builtForGpu);
}

QTEST_GUILESS_MAIN(TestEnvironmentPlan)
#include "tst_environmentplan.moc"
