// SPDX-License-Identifier: GPL-3.0-or-later
// The choice of an accelerator, and the environment that it stands for.
#include <runtimes/accelerators/hardwarejson.h>
#include <runtimes/wire/hostprotocol.h>

#include <QTest>

using namespace cahier::accelerators;
using nlohmann::json;
namespace wire = cahier::wire;

class TestSelection : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void select_choice_data();
    void select_choice();
    void select_unusable_saysWhatThereIs_data();
    void select_unusable_saysWhatThereIs();
    void parseChoice_malformed_isRefused_data();
    void parseChoice_malformed_isRefused();
    void parseChoice_written_isReadAgain();
    void json_absentFigures_areLeftOut();

private:
    [[nodiscard]] static Hardware hardware();
};

Hardware TestSelection::hardware()
{
    Hardware hardware;
    const Status works{DeviceState::Usable, "works", {}};
    hardware.gpuStatus = hardware.tpuStatus = works;
    Gpu whole{0, "GPU-1", "H100", 80, false, {}, works};
    Gpu divided{1, "GPU-2", "A100", 40, true, {{"MIG-1", "A100 MIG 1g.5gb", "1g.5gb", 5}}, works};
    Gpu lost{2, "GPU-3", "T4", 16, false, {}, {DeviceState::Lost, "T4 does not answer", {}}};
    hardware.gpus = {whole, divided, lost};
    for (int chip = 0; chip < 8; ++chip)
        hardware.tpus.push_back({chip, "TPU v5e", {}, "/dev/vfio/0"});
    return hardware;
}

void TestSelection::select_choice_data()
{
    QTest::addColumn<QByteArray>("choice");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("variables"); // null: removed
    QTest::newRow("none") << QByteArray(R"({"kind":"none"})") << QByteArray("CPU only")
                          << QByteArray(R"({"CUDA_VISIBLE_DEVICES":"-1","JAX_PLATFORMS":"cpu",
                                            "PJRT_DEVICE":"CPU","TPU_VISIBLE_CHIPS":null})");
    QTest::newRow("gpu") << QByteArray(R"({"kind":"gpu","devices":["GPU-1"]})") << QByteArray("H100")
                         << QByteArray(R"({"CUDA_VISIBLE_DEVICES":"GPU-1","JAX_PLATFORMS":"cuda,cpu",
                                           "PJRT_DEVICE":null,"TPU_VISIBLE_CHIPS":null})");
    QTest::newRow("mig") << QByteArray(R"({"kind":"mig","devices":["MIG-1"]})")
                         << QByteArray("A100 MIG 1g.5gb")
                         << QByteArray(R"({"CUDA_VISIBLE_DEVICES":"MIG-1","JAX_PLATFORMS":"cuda,cpu",
                                           "PJRT_DEVICE":null,"TPU_VISIBLE_CHIPS":null})");
    QTest::newRow("all chips")
        << QByteArray(R"({"kind":"tpu"})") << QByteArray("TPU v5e (8 chips)")
        << QByteArray(R"({"JAX_PLATFORMS":"tpu,cpu","PJRT_DEVICE":"TPU","CUDA_VISIBLE_DEVICES":"-1",
                          "TPU_VISIBLE_CHIPS":"0,1,2,3,4,5,6,7","TPU_CHIPS_PER_PROCESS_BOUNDS":null,
                          "TPU_PROCESS_BOUNDS":null})");
    QTest::newRow("one chip")
        << QByteArray(R"({"kind":"tpu","devices":["2"]})") << QByteArray("TPU v5e")
        << QByteArray(R"({"JAX_PLATFORMS":"tpu,cpu","PJRT_DEVICE":"TPU","CUDA_VISIBLE_DEVICES":"-1",
                          "TPU_VISIBLE_CHIPS":"2","TPU_CHIPS_PER_PROCESS_BOUNDS":"1,1,1",
                          "TPU_PROCESS_BOUNDS":"1,1,1"})");
}

void TestSelection::select_choice()
{
    QFETCH(const QByteArray, choice);
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, variables);
    const auto parsed = parseChoice(json::parse(choice.toStdString()));
    QVERIFY(parsed);
    const auto selected = select(*parsed, hardware());
    QVERIFY2(selected, selected ? "" : selected.error().message.c_str());
    QCOMPARE(selected->name, name.toStdString());
    json found = json::object();
    for (const auto& [variable, value] : selected->variables)
        found[variable] = value ? json(*value) : json();
    QCOMPARE(found, json::parse(variables.toStdString()));
}

void TestSelection::select_unusable_saysWhatThereIs_data()
{
    QTest::addColumn<QByteArray>("choice");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const char* choice, const char* says) {
        QTest::newRow(name) << QByteArray(choice) << QByteArray(says);
    };
    row("unknown GPU", R"({"kind":"gpu","devices":["GPU-9"]})", "There are: H100 (GPU-1)");
    row("one of two unknown", R"({"kind":"gpu","devices":["GPU-1","GPU-9"]})", "no GPU GPU-9");
    row("a lost GPU", R"({"kind":"gpu","devices":["GPU-3"]})", "T4 does not answer");
    row("a divided GPU", R"({"kind":"gpu","devices":["GPU-2"]})", "choose one of them");
    row("unknown slice", R"({"kind":"mig","devices":["MIG-9"]})", "A100 MIG 1g.5gb (MIG-1)");
    row("unknown chip", R"({"kind":"tpu","devices":["8"]})", "There are 8: 0 to 7");
    row("no chip's number", R"({"kind":"tpu","devices":["x"]})", "no TPU chip x");
    row("three chips", R"({"kind":"tpu","devices":["0","1","2"]})", "choose 1, 2, 4 or all 8");
}

void TestSelection::select_unusable_saysWhatThereIs()
{
    QFETCH(const QByteArray, choice);
    QFETCH(const QByteArray, says);
    const auto selected = select(*parseChoice(json::parse(choice.toStdString())), hardware());
    QVERIFY(!selected);
    QVERIFY2(selected.error().message.contains(says.toStdString()), selected.error().message.c_str());
}

void TestSelection::parseChoice_malformed_isRefused_data()
{
    QTest::addColumn<QByteArray>("choice");
    const auto row = [](const char* name, const QByteArray& choice) { QTest::newRow(name) << choice; };
    row("null", "null");
    row("a text", "\"gpu\"");
    row("no kind", "{}");
    row("kind of a wrong type", R"({"kind":1})");
    row("unknown kind", R"({"kind":"npu"})");
    row("none with devices", R"({"kind":"none","devices":["GPU-1"]})");
    row("gpu without devices", R"({"kind":"gpu"})");
    row("gpu with null devices", R"({"kind":"gpu","devices":null})");
    row("two slices", R"({"kind":"mig","devices":["MIG-1","MIG-2"]})");
    row("devices as an object", R"({"kind":"gpu","devices":{"a":1}})");
    row("devices of numbers", R"({"kind":"tpu","devices":[1]})");
    row("a comma", R"({"kind":"gpu","devices":["GPU-1,GPU-2"]})");
    row("a NUL", R"({"kind":"gpu","devices":["GPU-1\u0000"]})");
    row("an empty device", R"({"kind":"gpu","devices":[""]})");
    row("a long device", R"({"kind":"gpu","devices":[")" + QByteArray(300, 'x') + R"("]})");
    row("many devices", R"({"kind":"gpu","devices":[)" + QByteArray(R"("a",)").repeated(300) + R"("a"]})");
}

void TestSelection::parseChoice_malformed_isRefused()
{
    QFETCH(const QByteArray, choice);
    const auto parsed = parseChoice(json::parse(choice.toStdString()));
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, std::string(wire::errorCodeBadRequest));
    QVERIFY(!parsed.error().message.empty());
}

void TestSelection::parseChoice_written_isReadAgain()
{
    const Choice choice{Kind::MigSlice, {"MIG-GPU-1/2/3"}};
    const auto parsed = parseChoice(toJson(choice));
    QVERIFY(parsed);
    QVERIFY(parsed->kind == choice.kind);
    QCOMPARE(parsed->devices, choice.devices);
}

void TestSelection::json_absentFigures_areLeftOut()
{
    Sample sample;
    sample.gpus.resize(1);
    const json written = toJson(sample);
    const json& gpu = written["gpus"][0];
    for (const char* const name : {"memory_used", "memory_total", "utilisation", "temperature", "power"})
        QVERIFY(!gpu.contains(name));
    QCOMPARE(gpu["status"]["state"].get<std::string>(), std::string("none"));
    QVERIFY(!toJson(hardware()).contains("libtpu"));
    QVERIFY(!toJson(hardware())["memory"].contains("limit"));
}

QTEST_GUILESS_MAIN(TestSelection)
#include "tst_selection.moc"
