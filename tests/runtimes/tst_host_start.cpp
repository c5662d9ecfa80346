// SPDX-License-Identifier: GPL-3.0-or-later
// Kernels that cannot be started, and with what environment they are.
#include <tests/support/hostfixture.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include <unistd.h>

using namespace cahier;
using namespace cahier::test;
using nlohmann::json;

class TestHostStart : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void environ_ofARequest_replacesTheHosts();
    void environ_ofSpecs_isWhereTheyAreLookedFor();
    void start_noPython_saysWhatToDo();
    void start_pythonWithoutIpykernel_namesItAndTheCommand();
    void start_pythonFoundByProbing_isOffered();
    void start_unknownSpec_listsInstalled();
    void start_badArgv_saysProgramAndPath();
    void start_specWithMissingModule_saysTheCommand();

private:
    static void writeSpec(const HostFixture& host, const QString& name, const json& spec);
};

void TestHostStart::writeSpec(const HostFixture& host, const QString& name, const json& spec)
{
    const QString folder = host.folder(QStringLiteral(".local/share/jupyter/kernels/") + name);
    QVERIFY(QDir().mkpath(folder));
    QFile file(folder + QStringLiteral("/kernel.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray::fromStdString(spec.dump()));
}

void TestHostStart::environ_ofARequest_replacesTheHosts()
{
    HostFixture host;
    host.environment.insert(QStringLiteral("CAHIER_TEST_HOST"), QStringLiteral("host"));
    QVERIFY(host.start());
    HostClient client = host.connect();
    const QString script = host.folder(QStringLiteral("wrapper"));
    writeScript(script, "#!/bin/sh\nenv >&2\nexit 5\n");
    const auto environmentOf = [&](json start) {
        start["op"] = "start";
        start["argv"] = {script.toStdString()};
        client.request({{"op", "attach"}, {"kernel", client.request(start)["kernel"]}, {"after", 0}});
        return "\n" + client.waitForState("dead").envelope["stderr"].get<std::string>();
    };
    const std::string path = qgetenv("PATH").toStdString();
    const std::string replaced = environmentOf({{"environ",
                                                 {{"PATH", path},
                                                  {"CAHIER_TEST_OWN", "mine"},
                                                  {"CAHIER_TEST_OVER", "below"},
                                                  {"JPY_PARENT_PID", "1"}}},
                                                {"env", {{"CAHIER_TEST_OVER", "above"}}}});
    QVERIFY(replaced.contains("\nCAHIER_TEST_OWN=mine\n"));
    QVERIFY(replaced.contains("\nCAHIER_TEST_OVER=above\n"));
    QVERIFY(!replaced.contains("CAHIER_TEST_HOST"));
    QVERIFY(!replaced.contains("JPY_PARENT_PID"));
    QVERIFY(environmentOf({}).contains("\nCAHIER_TEST_HOST=host\n"));
}

void TestHostStart::environ_ofSpecs_isWhereTheyAreLookedFor()
{
    HostFixture host;
    QVERIFY(host.start());
    HostClient client = host.connect();
    const QString folder = host.folder(QStringLiteral("mine/special"));
    QVERIFY(QDir().mkpath(folder));
    QFile file(folder + QStringLiteral("/kernel.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(R"({"argv":["/bin/true"],"display_name":"Special","language":"python"})");
    file.close();
    const json variables = {{"CAHIER_KERNEL_PATH", host.folder(QStringLiteral("mine")).toStdString()}};
    const json specs = client.request({{"op", "specs"}, {"environ", variables}})["specs"];
    QCOMPARE(specs.size(), std::size_t{1});
    QCOMPARE(specs[0]["name"].get<std::string>(), std::string("special"));
    QVERIFY(!client.request({{"op", "specs"}})["specs"].dump().contains("special"));
    QVERIFY(
        client.request({{"op", "start"}, {"spec", "special"}, {"environ", variables}}).value("ok", false));
}

void TestHostStart::start_noPython_saysWhatToDo()
{
    HostFixture host;
    host.environment.insert(QStringLiteral("CAHIER_KERNEL_PATH"), host.folder(QStringLiteral("none")));
    host.environment.insert(QStringLiteral("PATH"), host.folder(QStringLiteral("empty")));
    QVERIFY(host.start());
    HostClient client = host.connect();
    QVERIFY(client.hello()["problems"].dump().contains("No Python was found"));
    const json answer = client.request({{"op", "start"}, {"spec", "python3"}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(answer["message"].get<std::string>().contains("No Python was found"));
    QVERIFY(answer["detail"].get<std::string>().contains(host.folder(QStringLiteral("empty")).toStdString()));
}

void TestHostStart::start_pythonWithoutIpykernel_namesItAndTheCommand()
{
    HostFixture host;
    const QString bin = host.folder(QStringLiteral("bin"));
    QVERIFY(QDir().mkpath(bin));
    writeScript(bin + QStringLiteral("/python3"),
                "#!/bin/sh\necho \"No module named ipykernel\" >&2\nexit 1\n");
    host.environment.insert(QStringLiteral("CAHIER_KERNEL_PATH"), host.folder(QStringLiteral("none")));
    host.environment.insert(QStringLiteral("PATH"), bin);
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json answer = client.request({{"op", "start"}, {"spec", "python3"}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    const std::string python = bin.toStdString() + "/python3";
    QCOMPARE(answer["message"].get<std::string>(),
             python + " has no ipykernel. Install it with: " + python + " -m pip install ipykernel");
    QVERIFY(answer["detail"].get<std::string>().contains("No module named ipykernel"));
}

void TestHostStart::start_pythonFoundByProbing_isOffered()
{
    HostFixture host;
    const QString bin = host.folder(QStringLiteral("bin"));
    QVERIFY(QDir().mkpath(bin));
    writeScript(bin + QStringLiteral("/python3"), "#!/bin/sh\nexit 1\n"); // the first on PATH has none
    host.environment.insert(QStringLiteral("CAHIER_KERNEL_PATH"), host.folder(QStringLiteral("none")));
    host.environment.insert(QStringLiteral("PATH"), bin + QStringLiteral(":/usr/bin:/bin"));
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json specs = client.hello()["specs"];
    QCOMPARE(specs.size(), std::size_t{1});
    QCOMPARE(specs[0]["name"].get<std::string>(), std::string("python3"));
    QCOMPARE(specs[0]["resource_dir"].get<std::string>(), std::string());
    const std::string kernel = client.startKernel({{"spec", "python3"}});
    QVERIFY(!kernel.empty());
    QVERIFY(client.request({{"op", "shutdown"}, {"kernel", kernel}}).value("ok", false));
}

void TestHostStart::start_unknownSpec_listsInstalled()
{
    HostFixture host;
    writeSpec(host, QStringLiteral("MyKernel"),
              {{"argv", {"/bin/true"}}, {"display_name", "Mine"}, {"language", "x"}});
    QVERIFY(QDir().mkpath(host.folder(QStringLiteral(".local/share/jupyter/kernels/broken"))));
    QFile broken(host.folder(QStringLiteral(".local/share/jupyter/kernels/broken/kernel.json")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("{");
    broken.close();
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json hello = client.hello();
    QVERIFY(hello["problems"].dump().contains("broken"));
    const json answer = client.request({{"op", "start"}, {"spec", "julia"}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(answer["message"].get<std::string>().contains("“julia”"));
    QVERIFY(answer["message"].get<std::string>().contains("mykernel"));
    QVERIFY(answer["detail"].get<std::string>().contains("jupyter/kernels"));
}

void TestHostStart::start_badArgv_saysProgramAndPath()
{
    HostFixture host;
    const QString script = host.folder(QStringLiteral("no-interpreter"));
    writeScript(script, "#!/does/not/exist\n");
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json missing = client.request({{"op", "start"}, {"argv", {"no-such-program-at-all"}}});
    QCOMPARE(missing["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(missing["message"].get<std::string>().contains("no-such-program-at-all"));
    QVERIFY(missing["detail"].get<std::string>().contains("PATH: "));
    const json broken = client.request({{"op", "start"}, {"argv", {script.toStdString()}}});
    QCOMPARE(broken["code"].get<std::string>(), std::string(wire::errorCodeNoKernel));
    QVERIFY(broken["message"].get<std::string>().contains("No such file"));
    QVERIFY(client.request({{"op", "list"}})["kernels"].empty());
}

void TestHostStart::start_specWithMissingModule_saysTheCommand()
{
    HostFixture host;
    writeSpec(
        host, QStringLiteral("nomodule"),
        {{"argv", {"python3", "-S", "-c", "import sys; sys.exit('No module named ipykernel_launcher')"}},
         {"language", "python"}});
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json answer = client.request({{"op", "start"}, {"spec", "nomodule"}});
    client.request({{"op", "attach"}, {"kernel", answer["kernel"]}, {"after", 0}});
    const HostEvent dead = client.waitForState("dead");
    QVERIFY(dead.envelope["reason"].get<std::string>().contains("has no ipykernel. Install it with: "));
    QCOMPARE(dead.envelope["exit"].get<int>(), 1);
}

QTEST_GUILESS_MAIN(TestHostStart)
#include "tst_host_start.moc"
