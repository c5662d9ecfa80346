// SPDX-License-Identifier: GPL-3.0-or-later
// What the host makes of the Pythons that it finds, without running any.
#include <runtimes/host/pythonenvironments.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace cahier::host;

namespace {

constexpr const char* answer =
    "Warning: noise\nhello\n@cahier {\"version\": \"3.13.5\", \"prefix\": \"/real/prefix\", \"venv\": false, "
    "\"packages\": {\"numpy\": \"2.2.4\", \"odd\": null}, \"can_make\": true, \"managed\": true}\nbye\n";

PythonProbe::Said said(const std::string& output)
{
    return {true, true, output};
}

PythonEnvironment environmentAt(const char* interpreter, const char* prefix, const char* version)
{
    PythonEnvironment environment;
    environment.interpreter = interpreter;
    environment.paths = {interpreter};
    environment.prefix = prefix;
    environment.version = version;
    return environment;
}

} // namespace

class TestHostEnvironments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void candidates_versions_newestFirst();
    void candidates_shims_areLeftToTheirPlaces();
    void answer_amongNoise_isRead();
    void answer_malformed_isAProblem_data();
    void answer_malformed_isAProblem();
    void kind_ofPrefix_data();
    void kind_ofPrefix();
    void name_ofVenv_isItsProject();
    void merge_sameOnes_keepEveryPath();
    void merge_twoVersionsInOneFolder_stayApart();
    void uv_whereItsInstallerPutsIt_isFound();
    void code_names_areEscaped();

private:
    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder->filePath(QString::fromLatin1(name)).toStdString();
    }
    void makeProgram(const char* name) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestHostEnvironments::makeProgram(const char* name) const
{
    const QString file = QString::fromStdString(path(name));
    QVERIFY(QDir().mkpath(QFileInfo(file).path()));
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestHostEnvironments::candidates_versions_newestFirst()
{
    for (const char* const name :
         {"bin/python3", "bin/python3.9", "bin/python3.13", "bin/python3-config", "bin/python3.13-config"})
        makeProgram(name);
    std::vector<std::string> found;
    for (const PythonCandidate& candidate : pythonCandidates({{"PATH", path("bin")}}, {}))
        if (candidate.interpreter.starts_with(path(""))) found.push_back(candidate.interpreter);
    QCOMPARE(found,
             (std::vector<std::string>{path("bin/python3"), path("bin/python3.13"), path("bin/python3.9")}));
}

void TestHostEnvironments::candidates_shims_areLeftToTheirPlaces()
{
    makeProgram(".pyenv/shims/python3.12");
    makeProgram(".pyenv/versions/3.12.1/bin/python");
    std::vector<std::string> found;
    for (const PythonCandidate& candidate :
         pythonCandidates({{"PATH", path(".pyenv/shims")}, {"HOME", path("")}}, {}))
        if (candidate.interpreter.starts_with(path(""))) found.push_back(candidate.interpreter);
    QCOMPARE(found.size(), 1u);
    QVERIFY(found.front().ends_with("/.pyenv/versions/3.12.1/bin/python"));
}

void TestHostEnvironments::answer_amongNoise_isRead()
{
    const PythonEnvironment environment = environmentOf({"/usr/bin/python3"}, said(answer));
    QCOMPARE(environment.version, std::string("3.13.5"));
    QCOMPARE(environment.prefix, std::string("/real/prefix"));
    QCOMPARE(environment.packages, (std::map<std::string, std::string>{{"numpy", "2.2.4"}}));
    QVERIFY(environment.canMake && environment.managed && environment.problem.empty());
}

void TestHostEnvironments::answer_malformed_isAProblem_data()
{
    QTest::addColumn<bool>("succeeded");
    QTest::addColumn<bool>("inTime");
    QTest::addColumn<QString>("output");
    QTest::newRow("nothing") << true << true << QString();
    QTest::newRow("cut off") << true << true << QStringLiteral("@cahier {\"version\": ");
    QTest::newRow("no object") << true << true << QStringLiteral("@cahier [1]");
    QTest::newRow("failed") << false << true << QString::fromLatin1(answer);
    QTest::newRow("late") << true << false << QString::fromLatin1(answer);
}

void TestHostEnvironments::answer_malformed_isAProblem()
{
    QFETCH(const bool, succeeded);
    QFETCH(const bool, inTime);
    QFETCH(const QString, output);
    const PythonEnvironment environment =
        environmentOf({"/opt/x/bin/python3"}, {succeeded, inTime, output.toStdString()});
    QVERIFY(environment.problem.contains("/opt/x/bin/python3"));
    QVERIFY(environment.version.empty());
    QCOMPARE(environment.prefix, std::string("/opt/x"));
    QVERIFY(!toJson(environment).contains("version"));
}

void TestHostEnvironments::kind_ofPrefix_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<bool>("venv");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("name");
    const auto row = [](const char* title, const char* prefix, bool venv, const char* kind,
                        const char* name) {
        QTest::newRow(title) << QString::fromLatin1(prefix) << venv << QString::fromLatin1(kind)
                             << QString::fromLatin1(name);
    };
    row("system", "/usr", false, "system", "");
    row("venv", "/home/me/work/.venv", true, "venv", "work");
    row("named venv", "/srv/env", true, "venv", "env");
    row("pyenv", "/home/me/.pyenv/versions/3.12.1", false, "pyenv", "3.12.1");
    row("uv", "/home/me/.local/share/uv/python/cpython-3.13", false, "uv", "cpython-3.13");
}

void TestHostEnvironments::kind_ofPrefix()
{
    QFETCH(const QString, prefix);
    QFETCH(const bool, venv);
    QFETCH(const QString, kind);
    QFETCH(const QString, name);
    const std::string text = "\n@cahier {\"version\":\"3\",\"prefix\":\"" + prefix.toStdString() +
                             "\",\"venv\":" + (venv ? "true" : "false") + "}";
    const PythonEnvironment environment = environmentOf({"/some/bin/python3"}, said(text));
    QCOMPARE(environment.kind, kind.toStdString());
    QCOMPARE(environment.name, name.toStdString());
}

void TestHostEnvironments::name_ofVenv_isItsProject()
{
    makeProgram("project/.venv/bin/python");
    const auto candidates = pythonCandidates({{"PATH", ""}, {"HOME", path("home")}}, path("project"));
    const auto found =
        std::ranges::find(candidates, path("project/.venv/bin/python"), &PythonCandidate::interpreter);
    QVERIFY(found != candidates.end());
    const PythonEnvironment environment = environmentOf(*found, said(answer));
    QCOMPARE(environment.name, std::string("project"));
    QCOMPARE(environment.kind, std::string("venv"));
    QCOMPARE(environment.prefix, path("project/.venv")); // as it was found, wherever links lead
}

void TestHostEnvironments::merge_sameOnes_keepEveryPath()
{
    PythonEnvironment broken = environmentAt("/a/python", "/usr", "");
    broken.problem = "It cannot be run.";
    const auto merged = mergeSame({environmentAt("/usr/bin/python3", "/usr", "3.13.5"),
                                   environmentAt("/usr/bin/python3.13", "/usr", "3.13.5"), broken});
    QCOMPARE(merged.size(), 2u);
    QCOMPARE(merged[0].interpreter, std::string("/usr/bin/python3"));
    QCOMPARE(merged[0].paths, (std::vector<std::string>{"/usr/bin/python3", "/usr/bin/python3.13"}));
    QVERIFY(!merged[1].problem.empty());
}

void TestHostEnvironments::merge_twoVersionsInOneFolder_stayApart()
{
    QCOMPARE(mergeSame({environmentAt("/usr/bin/python3", "/usr", "3.13.5"),
                        environmentAt("/usr/bin/python3.12", "/usr", "3.12.9")})
                 .size(),
             2u);
}

void TestHostEnvironments::uv_whereItsInstallerPutsIt_isFound()
{
    const Environment environment = {{"PATH", path("bin")}, {"HOME", path("home")}};
    QCOMPARE(findUv(environment), std::string());
    makeProgram("home/.local/bin/uv");
    QCOMPARE(findUv(environment), path("home/.local/bin/uv"));
    makeProgram("bin/uv");
    QCOMPARE(findUv(environment), path("bin/uv"));
}

void TestHostEnvironments::code_names_areEscaped()
{
    const std::string expected = "names = [\"a\\\"]; import os #\",\"\\u00fc\"]\n";
    QVERIFY(describeCode({"a\"]; import os #", "ü"}).starts_with(expected));
}

QTEST_GUILESS_MAIN(TestHostEnvironments)
#include "tst_host_environments.moc"
