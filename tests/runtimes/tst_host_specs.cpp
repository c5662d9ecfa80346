// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/host/environment.h>
#include <runtimes/host/kernelspecs.h>
#include <runtimes/host/oomcounter.h>
#include <runtimes/host/pythonplaces.h>

#include <runtimes/wire/hostprotocol.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace cahier::host;
using cahier::wire::errorCodeNoKernel;

class TestHostSpecs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void folders_followJupytersRules_data();
    void folders_followJupytersRules();
    void find_sameNameTwice_firstWins();
    void find_badSpecs_areProblems();
    void find_namesAreLowerCase();
    void resolve_placeholders_areReplaced();
    void resolve_barePython_isTheEnvironmentsOwn();
    void resolve_missingProgram_saysArgvAndPath();
    void interpreters_activeEnvironmentFirst_eachOnce();
    void places_ofEveryTool_areFoundOnce();
    void places_known_areLeftOut();
    void place_ipykernel_isSeenByItsFolders();
    void place_spec_namesItAndSetsItUp();
    void noPython_message_namesInterpreterAndCommand();
    void noPython_atAll_saysSo();
    void expandVariables_values_data();
    void expandVariables_values();
    void oomCount_versionTwo_isRead();
    void oomCount_versionOne_isRead();
    void oomCount_absent_isNothing();

private:
    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder->filePath(QString::fromLatin1(name)).toStdString();
    }
    void write(const std::string& file, const QByteArray& text, bool executable = false) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestHostSpecs::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestHostSpecs::write(const std::string& file, const QByteArray& text, bool executable) const
{
    const QString name = QString::fromStdString(file);
    QVERIFY(QDir().mkpath(QFileInfo(name).path()));
    QFile out(name);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(text);
    if (executable) out.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestHostSpecs::folders_followJupytersRules_data()
{
    QTest::addColumn<QStringList>("variables");
    QTest::addColumn<QStringList>("folders");
    const auto folders = [](const QStringList& first) {
        QStringList all;
        for (const QString& each : first)
            all << each + QStringLiteral("/kernels");
        return all << QStringLiteral("/usr/local/share/jupyter/kernels")
                   << QStringLiteral("/usr/share/jupyter/kernels");
    };
    const auto row = [&](const char* name, const QStringList& variables, const QStringList& first) {
        QTest::newRow(name) << variables << folders(first);
    };
    const QString user = QStringLiteral("/home/u/.local/share/jupyter");
    row("plain", {}, {user});
    row("XDG_DATA_HOME", {QStringLiteral("XDG_DATA_HOME=/data")}, {QStringLiteral("/data/jupyter")});
    row("JUPYTER_DATA_DIR", {QStringLiteral("JUPYTER_DATA_DIR=/jd"), QStringLiteral("XDG_DATA_HOME=/data")},
        {QStringLiteral("/jd")});
    row("JUPYTER_PATH", {QStringLiteral("JUPYTER_PATH=/a:/b")},
        {QStringLiteral("/a"), QStringLiteral("/b"), user});
    row("virtual environment", {QStringLiteral("VIRTUAL_ENV=/venv")},
        {QStringLiteral("/venv/share/jupyter"), user});
    row("user preferred", {QStringLiteral("VIRTUAL_ENV=/venv"), QStringLiteral("JUPYTER_PREFER_ENV_PATH=0")},
        {user, QStringLiteral("/venv/share/jupyter")});
    QTest::newRow("replaced") << QStringList{QStringLiteral("CAHIER_KERNEL_PATH=/x:/y"),
                                             QStringLiteral("JUPYTER_PATH=/a")}
                              << QStringList{QStringLiteral("/x"), QStringLiteral("/y")};
    row("conda base", {QStringLiteral("CONDA_PREFIX=/conda"), QStringLiteral("CONDA_DEFAULT_ENV=base")},
        {user, QStringLiteral("/conda/share/jupyter")});
    row("conda environment", {QStringLiteral("CONDA_PREFIX=/conda"), QStringLiteral("CONDA_DEFAULT_ENV=ml")},
        {QStringLiteral("/conda/share/jupyter"), user});
}

void TestHostSpecs::folders_followJupytersRules()
{
    QFETCH(const QStringList, variables);
    QFETCH(const QStringList, folders);
    Environment environment{{"HOME", "/home/u"}};
    for (const QString& each : variables)
        environment[each.section(QLatin1Char('='), 0, 0).toStdString()] =
            each.section(QLatin1Char('='), 1).toStdString();
    QStringList found;
    for (const std::string& folder : kernelSpecFolders(environment))
        found << QString::fromStdString(folder);
    QCOMPARE(found, folders);
}

void TestHostSpecs::find_sameNameTwice_firstWins()
{
    write(path("a/kernels/one/kernel.json"), R"({"argv":["first"],"display_name":"First","language":"x"})");
    write(path("b/kernels/one/kernel.json"), R"({"argv":["second"],"display_name":"Second"})");
    write(path("b/kernels/two/kernel.json"),
          R"({"argv":["two"],"interrupt_mode":"message","env":{"A":"${B}"},"metadata":{}})");
    const SpecSearch search = findKernelSpecs({{"JUPYTER_PATH", path("a") + ":" + path("b")}});
    QVERIFY(search.find("one"));
    QCOMPARE(search.find("one")->displayName, std::string("First"));
    QVERIFY(search.find("TWO"));
    QVERIFY(search.find("two")->messageInterrupts);
    QCOMPARE(search.find("two")->displayName, std::string("two"));
    QCOMPARE(search.find("two")->environment.at("A"), std::string("${B}"));
    QVERIFY(!search.find("three"));
    QCOMPARE(toJson(*search.find("two"))["interrupt_mode"].get<std::string>(), std::string("message"));
}

void TestHostSpecs::find_badSpecs_areProblems()
{
    write(path("j/kernels/empty/kernel.json"), "");
    write(path("j/kernels/text/kernel.json"), "text");
    write(path("j/kernels/array/kernel.json"), "[]");
    write(path("j/kernels/noargv/kernel.json"), R"({"display_name":"x"})");
    write(path("j/kernels/numbers/kernel.json"), R"({"argv":[1]})");
    write(path("j/kernels/bad name/kernel.json"), R"({"argv":["x"]})");
    QVERIFY(QDir().mkpath(m_folder->filePath(QStringLiteral("j/kernels/nothing"))));
    const SpecSearch search = findKernelSpecs({{"JUPYTER_PATH", path("j")}});
    const auto about = [&](const std::string& name) {
        return std::ranges::any_of(search.problems,
                                   [&](const std::string& text) { return text.contains(name); });
    };
    for (const char* const name : {"empty", "text", "array", "noargv", "numbers", "bad name"})
        QVERIFY2(about(name), name);
    QVERIFY(!about("nothing"));
    QVERIFY(!search.find("noargv"));
}

void TestHostSpecs::find_namesAreLowerCase()
{
    write(path("j/kernels/Python.X_1-a/kernel.json"), R"({"argv":["x"]})");
    const SpecSearch search = findKernelSpecs({{"JUPYTER_PATH", path("j")}});
    QVERIFY(search.find("python.x_1-a"));
}

void TestHostSpecs::resolve_placeholders_areReplaced()
{
    KernelSpec spec;
    spec.argv = {"/bin/true", "--x={resource_dir}/a", "{connection_file}",
                 "{connection_file}{connection_file}"};
    spec.resourceDir = "/r";
    const auto command = resolveCommand(spec, {}, "/c.json");
    QVERIFY(command);
    QCOMPARE(command->program, std::string("/bin/true"));
    QCOMPARE(command->argv, (std::vector<std::string>{"/bin/true", "--x=/r/a", "/c.json", "/c.json/c.json"}));
}

void TestHostSpecs::resolve_barePython_isTheEnvironmentsOwn()
{
    write(path("venv/bin/python3"), "", true);
    write(path("active/bin/python3"), "", true);
    write(path("bin/python3"), "", true);
    KernelSpec spec;
    spec.argv = {"python3"};
    spec.resourceDir = path("venv/share/jupyter/kernels/python3");
    Environment environment{{"VIRTUAL_ENV", path("active")}, {"PATH", path("bin")}};
    QCOMPARE(resolveCommand(spec, environment, {})->program, path("venv/bin/python3"));
    spec.resourceDir = path("elsewhere/python3");
    QCOMPARE(resolveCommand(spec, environment, {})->program, path("active/bin/python3"));
    environment.erase("VIRTUAL_ENV");
    QCOMPARE(resolveCommand(spec, environment, {})->program, path("bin/python3"));
    spec.argv = {"python"}; // only python3 is there
    QCOMPARE(resolveCommand(spec, environment, {})->program, path("bin/python3"));
}

void TestHostSpecs::resolve_missingProgram_saysArgvAndPath()
{
    KernelSpec spec;
    spec.name = "mine";
    spec.argv = {"no-such-kernel"};
    const auto command = resolveCommand(spec, {{"PATH", "/p1:/p2"}}, {});
    QVERIFY(!command);
    QCOMPARE(command.error().code, std::string(errorCodeNoKernel));
    QVERIFY(command.error().message.contains("“mine”"));
    QVERIFY(command.error().message.contains("no-such-kernel"));
    QVERIFY(command.error().detail.contains("/p1:/p2"));
}

void TestHostSpecs::interpreters_activeEnvironmentFirst_eachOnce()
{
    write(path("venv/bin/python3"), "", true);
    write(path("bin/python3"), "", true);
    write(path("bin/python"), "", true);
    write(path("other/python3"), "not executable");
    QVERIFY(QFile::link(m_folder->filePath(QStringLiteral("bin")),
                        m_folder->filePath(QStringLiteral("samebin"))));
    const Environment environment{
        {"VIRTUAL_ENV", path("venv")},
        {"PATH", path("venv/bin") + ":" + path("other") + ":" + path("bin") + ":" + path("samebin")}};
    QCOMPARE(pythonInterpreters(environment),
             (std::vector<std::string>{path("venv/bin/python3"), path("bin/python3"), path("bin/python")}));
}

void TestHostSpecs::places_ofEveryTool_areFoundOnce()
{
    for (const char* const prefix :
         {"miniconda3", "miniconda3/envs/ml", "elsewhere/listed", "venvs/one", ".virtualenvs/two", ".venv",
          "project/.venv", ".pyenv/versions/3.12.1", ".local/share/uv/python/cpython-3.13"})
        write(path(prefix) + "/bin/python", "", true);
    write(path("venvs/no-python/file"), "");
    write(path(".conda/environments.txt"),
          QByteArray::fromStdString(path("miniconda3/envs/ml") + "\n" + path("elsewhere/listed") +
                                    "\nnonsense\n"));
    QStringList found;
    for (const PythonPlace& place : findPythonPlaces({{"HOME", path("")}}, path("project"))) {
        if (!place.prefix.starts_with(path(""))) continue; // what this machine has in /opt
        found << QString::fromStdString(specOf(place).name);
    }
    QCOMPARE(found, (QStringList{QStringLiteral("python-venv-project"), QStringLiteral("python-conda-ml"),
                                 QStringLiteral("python-conda-listed"), QStringLiteral("python-conda-base"),
                                 QStringLiteral("python-venv-two"), QStringLiteral("python-venv-one"),
                                 QStringLiteral("python-venv-.venv"), QStringLiteral("python-pyenv-3.12.1"),
                                 QStringLiteral("python-uv-cpython-3.13")}));
}

void TestHostSpecs::places_known_areLeftOut()
{
    for (const char* const prefix : {"venvs/active", "venvs/on-path", "venvs/other"})
        write(path(prefix) + "/bin/python", "", true);
    const Environment environment{
        {"HOME", path("")}, {"VIRTUAL_ENV", path("venvs/active")}, {"PATH", path("venvs/on-path/bin")}};
    std::vector<std::string> names;
    for (const PythonPlace& place : findPythonPlaces(environment))
        if (place.kind == PythonPlace::Kind::Venv) names.push_back(place.name);
    QCOMPARE(names, std::vector<std::string>{"other"});
    QVERIFY(findPythonPlaces({{"HOME", path("")}, {kernelPathVariable, path("x")}}).empty());
}

void TestHostSpecs::place_ipykernel_isSeenByItsFolders()
{
    const PythonPlace place{PythonPlace::Kind::Venv, path("venv"), "venv"};
    write(path("venv/bin/python"), "", true);
    QVERIFY(!mayHaveIpykernel(place));
    write(path("venv/pyvenv.cfg"), "home = /usr/bin\ninclude-system-site-packages = false\n");
    QVERIFY(!mayHaveIpykernel(place));
    write(path("venv/lib/python3.13/site-packages/ipykernel/__init__.py"), "");
    QVERIFY(mayHaveIpykernel(place));
    write(path("other/pyvenv.cfg"), "Include-System-Site-Packages=true\n");
    QVERIFY(mayHaveIpykernel({PythonPlace::Kind::Venv, path("other"), "other"}));
}

void TestHostSpecs::place_spec_namesItAndSetsItUp()
{
    const KernelSpec spec = specOf({PythonPlace::Kind::Conda, "/c/envs/Deep Learning", "Deep Learning"});
    QCOMPARE(spec.name, std::string("python-conda-deep-learning"));
    QCOMPARE(spec.displayName, std::string("Python (conda: Deep Learning)"));
    QCOMPARE(spec.argv.front(), std::string("/c/envs/Deep Learning/bin/python"));
    QCOMPARE(spec.environment.at("CONDA_PREFIX"), std::string("/c/envs/Deep Learning"));
    QCOMPARE(expandVariables(spec.environment.at("PATH"), {{"PATH", "/bin"}}),
             std::string("/c/envs/Deep Learning/bin:/bin"));
}

void TestHostSpecs::noPython_message_namesInterpreterAndCommand()
{
    const auto error = noPythonError({"/opt/py/bin/python3", "/usr/bin/python3"}, {{"PATH", "/opt/py/bin"}},
                                     "ModuleNotFoundError: No module named 'ipykernel'\n");
    QCOMPARE(error.code, std::string(errorCodeNoKernel));
    QCOMPARE(error.message, std::string("/opt/py/bin/python3 has no ipykernel. Install it with: "
                                        "/opt/py/bin/python3 -m pip install ipykernel"));
    QVERIFY(error.detail.contains("PATH: /opt/py/bin"));
    QVERIFY(error.detail.contains("ModuleNotFoundError"));
    if (QFile::exists(QStringLiteral("/etc/debian_version")))
        QCOMPARE(installCommand("/usr/bin/python3"), std::string("sudo apt install python3-ipykernel"));
}

void TestHostSpecs::noPython_atAll_saysSo()
{
    const auto error = noPythonError({}, {{"PATH", "/empty"}}, {});
    QVERIFY(error.message.starts_with("No Python was found"));
    QVERIFY(error.detail.contains("/empty"));
}

void TestHostSpecs::expandVariables_values_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("plain") << QByteArray("plain") << QByteArray("plain");
    QTest::newRow("one") << QByteArray("a${A}b") << QByteArray("a1b");
    QTest::newRow("two") << QByteArray("${A}${B}") << QByteArray("12");
    QTest::newRow("unknown stays") << QByteArray("${C}:${A}") << QByteArray("${C}:1");
    QTest::newRow("unclosed") << QByteArray("x${A") << QByteArray("x${A");
    QTest::newRow("empty") << QByteArray("") << QByteArray("");
}

void TestHostSpecs::expandVariables_values()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, expected);
    QCOMPARE(expandVariables(text.toStdString(), {{"A", "1"}, {"B", "2"}}), expected.toStdString());
}

void TestHostSpecs::oomCount_versionTwo_isRead()
{
    write(path("cg/user.slice/a/memory.events"),
          "low 0\nhigh 0\nmax 3\noom 2\noom_kill 2\noom_group_kill 0\n");
    const std::string file = oomCountFile("0::/user.slice/a\n", path("cg"));
    QCOMPARE(file, path("cg/user.slice/a/memory.events"));
    QCOMPARE(oomCount(file), std::optional<std::uint64_t>(2));
}

void TestHostSpecs::oomCount_versionOne_isRead()
{
    write(path("cg/memory/b/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");
    const std::string file = oomCountFile("12:cpu,cpuacct:/b\n9:memory:/b\n0::/\n", path("cg"));
    QCOMPARE(oomCount(file), std::optional<std::uint64_t>(7));
}

void TestHostSpecs::oomCount_absent_isNothing()
{
    QVERIFY(oomCountFile("0::/nowhere\n", path("cg")).empty());
    QVERIFY(oomCountFile("garbage", path("cg")).empty());
    QCOMPARE(oomCount(path("missing")), std::nullopt);
}

QTEST_GUILESS_MAIN(TestHostSpecs)
#include "tst_host_specs.moc"
