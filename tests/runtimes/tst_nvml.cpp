// SPDX-License-Identifier: GPL-3.0-or-later
// NVIDIA's GPUs, as a fake libnvidia-ml.so.1 tells of them.
#include <runtimes/accelerators/nvml.h>
#include <tests/support/fakenvml.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace cahier::accelerators;
using namespace cahier::test;
using nlohmann::json;

class TestNvml : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void describe_noLibrary_isNone();
    void describe_noLibraryButGpu_saysDriver();
    void describe_libraryIsNoLibrary_isBroken();
    void describe_twoGpus_haveEverything();
    void describe_failedInit_saysWhatToDo_data();
    void describe_failedInit_saysWhatToDo();
    void describe_noGpus_isBroken();
    void describe_afterTheDriverWasLoaded_works();
    void describe_lostFromTheStart_isKept();
    void describe_memoryNotSupported_isUsable();
    void sample_twoGpus_haveWhatTheDriverSays();
    void sample_lostWhileRunning_saysSo();
    void sample_lostThenDescribed_keepsItsName();
    void sample_failingFigures_areLeftOut();
    void sample_processTableGrows_isReadWhole();
    void sample_processTableKeepsGrowing_isGivenUp();
    void sample_memoryNotAvailable_isUnknown();
    void sample_slicesMadeAnew_areFound();
    void sample_driverUnloaded_startsAgain();
    void close_afterUse_startsAnew();
    void oldDriver_plainNames_areUsed();

private:
    [[nodiscard]] Nvml open(const QString& folder = fakeNvmlFolder()) const
    {
        return Nvml(m_roots, (folder + QStringLiteral("/libnvidia-ml.so.1")).toStdString());
    }
    [[nodiscard]] static Hardware describe(Nvml& nvml)
    {
        Hardware hardware;
        nvml.describe(hardware);
        return hardware;
    }
    static bool has(const std::string& text, const char* part) { return text.contains(part); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeNvmlWorld> m_world;
    Roots m_roots;
};

void TestNvml::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_world = std::make_unique<FakeNvmlWorld>(m_folder->filePath(QStringLiteral("world.json")));
    m_world->json = twoGpus();
    m_world->write();
    qputenv("CAHIER_FAKE_NVML", m_world->path().toLocal8Bit());
    m_roots.sys = m_folder->filePath(QStringLiteral("sys")).toStdString();
}

void TestNvml::describe_noLibrary_isNone()
{
    Nvml nvml(m_roots, "libcahier-no-such-library.so.1");
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::None);
    QVERIFY(has(hardware.gpuStatus.message, "no NVIDIA GPU"));
    QVERIFY(hardware.gpus.empty());
    QVERIFY(nvml.sample().empty());
}

void TestNvml::describe_noLibraryButGpu_saysDriver()
{
    const QString device = m_folder->filePath(QStringLiteral("sys/bus/pci/devices/0000:01:00.0"));
    QVERIFY(QDir().mkpath(device));
    const auto write = [&](const char* name, const char* text) {
        QFile file(device + u'/' + QString::fromLatin1(name));
        return file.open(QIODevice::WriteOnly) && file.write(text) > 0;
    };
    QVERIFY(write("vendor", "0x10de\n") && write("device", "0x2330\n") && write("class", "0x030200\n"));
    Nvml nvml(m_roots, "libcahier-no-such-library.so.1");
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::Broken);
    QVERIFY(has(hardware.gpuStatus.message, "Install NVIDIA's driver"));
    // The sound controller of a graphics card is no GPU.
    QVERIFY(write("class", "0x040300\n"));
    QCOMPARE(describe(nvml).gpuStatus.state, DeviceState::None);
}

void TestNvml::describe_libraryIsNoLibrary_isBroken()
{
    Nvml nvml(m_roots, m_world->path().toStdString());
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::Broken);
    QVERIFY(has(hardware.gpuStatus.message, "cannot be loaded"));
    QVERIFY(!hardware.gpuStatus.detail.empty());
}

void TestNvml::describe_twoGpus_haveEverything()
{
    Nvml nvml = open();
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::Usable);
    QCOMPARE(hardware.gpuStatus.message, std::string("2 NVIDIA GPUs can be used."));
    QCOMPARE(hardware.driverVersion, std::string("580.65.06"));
    QCOMPARE(hardware.cudaVersion, std::string("13.0"));
    QCOMPARE(hardware.gpus.size(), 2u);
    const Gpu& first = hardware.gpus[0];
    QCOMPARE(first.uuid, std::string("GPU-11111111-2222"));
    QCOMPARE(first.name, std::string("NVIDIA H100 80GB HBM3"));
    QVERIFY(first.memoryTotal == 80ull << 30);
    QVERIFY(!first.migEnabled && first.slices.empty());
    const Gpu& second = hardware.gpus[1];
    QCOMPARE(second.index, 1);
    QVERIFY(second.migEnabled);
    QCOMPARE(second.slices.size(), 2u);
    QCOMPARE(second.slices[1].uuid, std::string("MIG-22222222-bbbb"));
    QCOMPARE(second.slices[1].profile, std::string("2g.10gb"));
    QVERIFY(second.slices[1].memoryTotal == 10ull << 30);
}

void TestNvml::describe_failedInit_saysWhatToDo_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("not loaded") << 9 << QByteArray("not loaded");
    QTest::newRow("driver updated") << 18 << QByteArray("restart the machine");
    QTest::newRow("no permission") << 4 << QByteArray("ask for access");
    QTest::newRow("no device") << 6 << QByteArray("finds no GPU");
    QTest::newRow("unknown") << 999 << QByteArray("error 999");
}

void TestNvml::describe_failedInit_saysWhatToDo()
{
    QFETCH(const int, code);
    QFETCH(const QByteArray, says);
    m_world->json["errors"]["nvmlInit"] = code;
    m_world->write();
    Nvml nvml = open();
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::Broken);
    QVERIFY2(has(hardware.gpuStatus.message, says.constData()), hardware.gpuStatus.message.c_str());
    QVERIFY(has(hardware.gpuStatus.detail, "NVML: "));
    QVERIFY(hardware.gpus.empty());
}

void TestNvml::describe_noGpus_isBroken()
{
    m_world->json["gpus"] = json::array();
    m_world->write();
    Nvml nvml = open();
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::Broken);
    QVERIFY(has(hardware.gpuStatus.message, "finds no GPU"));
}

void TestNvml::describe_afterTheDriverWasLoaded_works()
{
    m_world->json["errors"]["nvmlInit"] = 9;
    m_world->write();
    Nvml nvml = open();
    QCOMPARE(describe(nvml).gpuStatus.state, DeviceState::Broken);
    m_world->json.erase("errors");
    m_world->write();
    QCOMPARE(describe(nvml).gpuStatus.state, DeviceState::Usable);
}

void TestNvml::describe_lostFromTheStart_isKept()
{
    m_world->json["gpus"][0]["lost_after"] = 0;
    m_world->write();
    Nvml nvml = open();
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpus.size(), 2u);
    QCOMPARE(hardware.gpus[0].status.state, DeviceState::Lost);
    QVERIFY(hardware.gpus[0].uuid.empty());
    QCOMPARE(hardware.gpus[1].status.state, DeviceState::Usable);
    QCOMPARE(hardware.gpuStatus.message, std::string("1 of 2 NVIDIA GPUs can be used."));
    QCOMPARE(nvml.sample()[0].status.state, DeviceState::Lost);
}

void TestNvml::describe_memoryNotSupported_isUsable()
{
    m_world->json["gpus"][0]["errors"] = {{"nvmlDeviceGetMemoryInfo", 3}, {"nvmlDeviceGetMemoryInfo_v2", 3}};
    m_world->write();
    Nvml nvml = open();
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpus[0].status.state, DeviceState::Usable);
    QVERIFY(!hardware.gpus[0].memoryTotal);
    QVERIFY(!nvml.sample()[0].memoryUsed);
}

void TestNvml::sample_twoGpus_haveWhatTheDriverSays()
{
    Nvml nvml = open();
    const std::vector<GpuSample> samples = nvml.sample();
    QCOMPARE(samples.size(), 2u);
    QVERIFY(samples[0].memoryUsed == 3ull << 30);
    QVERIFY(samples[0].memoryTotal == 80ull << 30);
    QVERIFY(samples[0].utilisation == 87);
    QVERIFY(samples[0].temperature == 61);
    QVERIFY(samples[0].power == 412.5);
    QCOMPARE(samples[0].processes.size(), 1u);
    QCOMPARE(samples[0].processes[0].pid, 4000000);
    QVERIFY(!samples[1].utilisation); // not under MIG
    QCOMPARE(samples[1].slices.size(), 2u);
    QVERIFY(samples[1].slices[0].memoryUsed == 1ull << 30);
    QVERIFY(samples[1].processes.empty());
}

void TestNvml::sample_lostWhileRunning_saysSo()
{
    m_world->json["gpus"][0]["lost_after"] = 30;
    m_world->write();
    Nvml nvml = open();
    QCOMPARE(nvml.sample()[0].status.state, DeviceState::Usable);
    std::vector<GpuSample> samples;
    for (int i = 0; i < 10; ++i)
        samples = nvml.sample();
    QCOMPARE(samples[0].status.state, DeviceState::Lost);
    QVERIFY(has(samples[0].status.message, "NVIDIA H100 80GB HBM3 (GPU 0) does not answer any more"));
    QCOMPARE(samples[0].uuid, std::string("GPU-11111111-2222"));
    QVERIFY(!samples[0].memoryUsed && !samples[0].utilisation);
    QCOMPARE(samples[1].status.state, DeviceState::Usable);
}

void TestNvml::sample_lostThenDescribed_keepsItsName()
{
    Nvml nvml = open();
    QCOMPARE(describe(nvml).gpus[0].status.state, DeviceState::Usable);
    m_world->json["gpus"][0]["lost_after"] = 0;
    m_world->write();
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpus[0].status.state, DeviceState::Lost);
    QCOMPARE(hardware.gpus[0].uuid, std::string("GPU-11111111-2222"));
    QCOMPARE(hardware.gpus[0].name, std::string("NVIDIA H100 80GB HBM3"));
}

void TestNvml::sample_failingFigures_areLeftOut()
{
    m_world->json["gpus"][0]["errors"] = {{"nvmlDeviceGetUtilizationRates", 3},
                                          {"nvmlDeviceGetTemperature", 999},
                                          {"nvmlDeviceGetPowerUsage", 3},
                                          {"nvmlDeviceGetComputeRunningProcesses", 4}};
    m_world->write();
    Nvml nvml = open();
    const GpuSample sample = nvml.sample()[0];
    QCOMPARE(sample.status.state, DeviceState::Usable);
    QVERIFY(sample.memoryUsed == 3ull << 30);
    QVERIFY(!sample.utilisation && !sample.temperature && !sample.power);
    QVERIFY(sample.processes.empty());
}

void TestNvml::sample_processTableGrows_isReadWhole()
{
    json& gpu = m_world->json["gpus"][0];
    gpu["growing"] = 3;
    gpu["processes"] = json::array();
    for (int pid = 1; pid <= 100; ++pid)
        gpu["processes"].push_back({{"pid", pid}, {"memory", pid}});
    m_world->write();
    Nvml nvml = open();
    const std::vector<GpuProcess> processes = nvml.sample()[0].processes;
    QCOMPARE(processes.size(), 100u);
    QCOMPARE(processes.back().pid, 100);
    QVERIFY(processes.back().memory == 100u);
}

void TestNvml::sample_processTableKeepsGrowing_isGivenUp()
{
    m_world->json["gpus"][0]["growing"] = 1000000;
    m_world->write();
    Nvml nvml = open();
    const GpuSample sample = nvml.sample()[0];
    QVERIFY(sample.processes.empty());
    QVERIFY(sample.memoryUsed == 3ull << 30);
}

void TestNvml::sample_memoryNotAvailable_isUnknown()
{
    m_world->json["gpus"][0]["used"] = nullptr;
    m_world->json["gpus"][0]["processes"] = {{{"pid", 7}, {"memory", nullptr}}};
    m_world->write();
    Nvml nvml = open();
    const GpuSample sample = nvml.sample()[0];
    QVERIFY(!sample.memoryUsed);
    QVERIFY(sample.memoryTotal == 80ull << 30);
    QCOMPARE(sample.processes.size(), 1u);
    QVERIFY(!sample.processes[0].memory);
}

void TestNvml::sample_slicesMadeAnew_areFound()
{
    Nvml nvml = open();
    QCOMPARE(nvml.sample()[1].slices.size(), 2u);
    json& slices = m_world->json["gpus"][1]["slices"];
    slices.erase(1); // the handle of the second is not valid any more
    slices[0]["uuid"] = "MIG-99999999-cccc";
    m_world->write();
    (void)nvml.sample(); // notices
    const GpuSample sample = nvml.sample()[1];
    QCOMPARE(sample.slices.size(), 1u);
    QCOMPARE(sample.slices[0].uuid, std::string("MIG-99999999-cccc"));
}

void TestNvml::sample_driverUnloaded_startsAgain()
{
    Nvml nvml = open();
    QCOMPARE(nvml.sample()[0].status.state, DeviceState::Usable);
    m_world->json["errors"] = {{"nvmlDeviceGetMemoryInfo", 1}, {"nvmlDeviceGetMemoryInfo_v2", 1}};
    m_world->write();
    QCOMPARE(nvml.sample()[0].status.state, DeviceState::Broken);
    m_world->json["errors"] = {{"nvmlInit", 9}};
    m_world->write();
    QVERIFY(nvml.sample().empty());
    QVERIFY(has(nvml.status().message, "not loaded"));
}

void TestNvml::close_afterUse_startsAnew()
{
    Nvml nvml = open();
    QCOMPARE(nvml.sample().size(), 2u);
    nvml.close();
    m_world->json["gpus"].erase(1);
    m_world->write();
    QCOMPARE(nvml.sample().size(), 1u);
}

void TestNvml::oldDriver_plainNames_areUsed()
{
    Nvml nvml = open(oldFakeNvmlFolder());
    const Hardware hardware = describe(nvml);
    QCOMPARE(hardware.gpus.size(), 2u);
    QCOMPARE(hardware.cudaVersion, std::string("13.0"));
    QVERIFY(!hardware.gpus[1].migEnabled); // it cannot say
    const std::vector<GpuSample> samples = nvml.sample();
    QVERIFY(samples[0].memoryUsed == 3ull << 30);
    QCOMPARE(samples[0].processes.size(), 1u);
    QVERIFY(samples[0].processes[0].memory == 2ull << 30);
}

QTEST_GUILESS_MAIN(TestNvml)
#include "tst_nvml.moc"
