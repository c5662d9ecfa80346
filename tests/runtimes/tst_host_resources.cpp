// SPDX-License-Identifier: GPL-3.0-or-later
// What cahier-host tells of the machine, with NVIDIA's library played by a fake and a real ipykernel.
#include <runtimes/host/kernel.h>
#include <runtimes/host/resourcemonitor.h>
#include <tests/support/fakenvml.h>
#include <tests/support/hostfixture.h>

#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <algorithm>

using namespace cahier;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

constexpr const char* shownVariables =
    "import os, json\n"
    "print(json.dumps({name: os.environ.get(name) for name in ('CUDA_VISIBLE_DEVICES', 'JAX_PLATFORMS', "
    "'PJRT_DEVICE')}))";

std::string streamText(const std::vector<HostEvent>& events)
{
    std::string text;
    for (const HostEvent& event : events)
        if (event.type() == "stream") text += event.content()["text"];
    return text;
}

const json* kernelIn(const json& sample, const std::string& kernel)
{
    for (const json& each : sample["kernels"])
        if (each["kernel"] == kernel) return &each;
    return nullptr;
}

} // namespace

class TestHostResources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void hardware_twoGpus_areListed();
    void hardware_driverMismatch_saysRestart();
    void hardware_noLibrary_isNone();
    void start_gpuByUuid_isInTheEnvironment();
    void start_none_hidesTheGpus();
    void start_chosenAccelerator_winsOverEnv();
    void start_unknownUuid_saysWhatThereIs();
    void start_malformedAccelerator_isRefused();
    void restart_otherAccelerator_isApplied();
    void restart_unknownAccelerator_leavesTheKernel();
    void record_ofKilledHost_keepsTheAccelerator();
    void samples_subscribed_comeEachSecond();
    void samples_kernelAllocates_memoryGrows();
    void samples_gpuLost_isSaid();
    void samples_subscribedLater_haveHistory();
    void driverHangs_othersAreServed();
    void driverHangs_hostEnds();
    void driverHangs_detectionTimesOut();
    void samples_malformedRequest_isRefused_data();
    void samples_malformedRequest_isRefused();

private:
    /// Makes the driver hang until release().
    void hang();
    void release() { QVERIFY(QFile::remove(m_host->folder(u"hang"_s))); }
    std::string start(const json& accelerator, const json& env = json::object());
    json run(const std::string& kernel, const std::string& code);
    json nextSample()
    {
        return waitForSample([](const json&) { return true; });
    }
    json waitForSample(const std::function<bool(const json&)>& fits);
    json kernelInfo(const std::string& kernel);

    std::unique_ptr<HostFixture> m_host;
    std::unique_ptr<FakeNvmlWorld> m_world;
    HostClient m_client;
    int m_runs = 0;
};

void TestHostResources::init()
{
    m_host = std::make_unique<HostFixture>();
    m_world = std::make_unique<FakeNvmlWorld>(m_host->folder(u"world.json"_s));
    m_world->json = twoGpus();
    m_world->write();
    m_host->environment.insert(u"LD_LIBRARY_PATH"_s, fakeNvmlFolder());
    m_host->environment.insert(u"CAHIER_FAKE_NVML"_s, m_world->path());
    QVERIFY(m_host->start());
    m_client = m_host->connect();
    QVERIFY(m_client.isOpen());
}

void TestHostResources::cleanup()
{
    m_client.close();
    m_host.reset();
}

std::string TestHostResources::start(const json& accelerator, const json& env)
{
    return m_client.startKernel({{"spec", "python3"}, {"accelerator", accelerator}, {"env", env}});
}

json TestHostResources::run(const std::string& kernel, const std::string& code)
{
    const std::string id = "run-" + std::to_string(++m_runs);
    m_client.execute(kernel, id, code);
    return json::parse(streamText(m_client.collect(id)), nullptr, false);
}

json TestHostResources::waitForSample(const std::function<bool(const json&)>& fits)
{
    const HostEvent event = m_client.waitFor(
        [&](const HostEvent& each) { return each.op() == "sample" && fits(each.envelope["sample"]); });
    return event.op().empty() ? json() : event.envelope["sample"];
}

json TestHostResources::kernelInfo(const std::string& kernel)
{
    const json answer = m_client.request({{"op", "list"}});
    for (const json& each : answer["kernels"])
        if (each["kernel"] == kernel) return each;
    return {};
}

void TestHostResources::hardware_twoGpus_areListed()
{
    const json answer = m_client.request({{"op", "hardware"}});
    QVERIFY(answer.value("ok", false));
    const json& hardware = answer["hardware"];
    QCOMPARE(hardware["gpu_status"]["state"].get<std::string>(), std::string("usable"));
    QCOMPARE(hardware["gpus"].size(), 2u);
    QCOMPARE(hardware["gpus"][0]["uuid"].get<std::string>(), std::string("GPU-11111111-2222"));
    QCOMPARE(hardware["gpus"][1]["slices"].size(), 2u);
    QCOMPARE(hardware["driver"].get<std::string>(), std::string("580.65.06"));
    QCOMPARE(hardware["cuda"].get<std::string>(), std::string("13.0"));
    QVERIFY(hardware["cpu"]["logical_cores"] > 0);
    QVERIFY(hardware["memory"]["total"] > 0);
    QCOMPARE(hardware["disk"]["folder"].get<std::string>(), m_host->folder().toStdString());
    QVERIFY(!hardware["tpu_status"]["message"].get<std::string>().empty());
}

void TestHostResources::hardware_driverMismatch_saysRestart()
{
    m_world->json["errors"]["nvmlInit"] = 18;
    m_world->write();
    const json hardware = m_client.request({{"op", "hardware"}})["hardware"];
    QCOMPARE(hardware["gpu_status"]["state"].get<std::string>(), std::string("broken"));
    QVERIFY(hardware["gpu_status"]["message"].get<std::string>().contains("restart the machine"));
    QVERIFY(hardware["gpu_status"]["detail"].get<std::string>().contains("version mismatch"));
    QVERIFY(hardware["gpus"].empty());
}

void TestHostResources::hardware_noLibrary_isNone()
{
    HostFixture host; // a machine without a driver, as this one is
    QVERIFY(host.start());
    HostClient client = host.connect();
    const json hardware = client.request({{"op", "hardware"}})["hardware"];
    if (hardware["gpu_status"]["state"] == "usable") QSKIP("this machine has an NVIDIA GPU");
    QVERIFY(!hardware["gpu_status"]["message"].get<std::string>().empty());
    QVERIFY(hardware["gpus"].empty());
}

void TestHostResources::start_gpuByUuid_isInTheEnvironment()
{
    const std::string kernel = start({{"kind", "gpu"}, {"devices", {"GPU-11111111-2222"}}});
    QVERIFY(!kernel.empty());
    QCOMPARE(run(kernel, shownVariables), (json{{"CUDA_VISIBLE_DEVICES", "GPU-11111111-2222"},
                                                {"JAX_PLATFORMS", "cuda,cpu"},
                                                {"PJRT_DEVICE", nullptr}}));
    QCOMPARE(kernelInfo(kernel)["accelerator"],
             (json{{"kind", "gpu"}, {"devices", {"GPU-11111111-2222"}}, {"name", "NVIDIA H100 80GB HBM3"}}));
}

void TestHostResources::start_none_hidesTheGpus()
{
    const std::string kernel = start({{"kind", "none"}});
    QVERIFY(!kernel.empty());
    QCOMPARE(run(kernel, shownVariables),
             (json{{"CUDA_VISIBLE_DEVICES", "-1"}, {"JAX_PLATFORMS", "cpu"}, {"PJRT_DEVICE", "CPU"}}));
    QCOMPARE(kernelInfo(kernel)["accelerator"]["name"].get<std::string>(), std::string("CPU only"));
}

void TestHostResources::start_chosenAccelerator_winsOverEnv()
{
    const std::string kernel = start({{"kind", "mig"}, {"devices", {"MIG-22222222-bbbb"}}},
                                     {{"CUDA_VISIBLE_DEVICES", "7"}, {"PJRT_DEVICE", "CPU"}});
    QVERIFY(!kernel.empty());
    QCOMPARE(run(kernel, shownVariables), (json{{"CUDA_VISIBLE_DEVICES", "MIG-22222222-bbbb"},
                                                {"JAX_PLATFORMS", "cuda,cpu"},
                                                {"PJRT_DEVICE", nullptr}}));
}

void TestHostResources::start_unknownUuid_saysWhatThereIs()
{
    const json answer = m_client.request(
        {{"op", "start"}, {"spec", "python3"}, {"accelerator", {{"kind", "gpu"}, {"devices", {"GPU-0"}}}}});
    QCOMPARE(answer.value("ok", true), false);
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNotFound));
    const std::string message = answer["message"];
    QVERIFY(message.contains("no GPU GPU-0"));
    QVERIFY(message.contains("NVIDIA H100 80GB HBM3 (GPU-11111111-2222)"));
    QVERIFY(message.contains("MIG-11111111-aaaa"));
    QVERIFY(m_client.request({{"op", "list"}})["kernels"].empty());
}

void TestHostResources::start_malformedAccelerator_isRefused()
{
    for (const json& bad : {json("gpu"), json{{"kind", "warp"}}, json{{"kind", "gpu"}, {"devices", {1}}}}) {
        const json answer = m_client.request({{"op", "start"}, {"spec", "python3"}, {"accelerator", bad}});
        QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeBadRequest));
    }
}

void TestHostResources::restart_otherAccelerator_isApplied()
{
    const std::string kernel = m_client.startKernel({{"spec", "python3"}});
    QVERIFY(!kernel.empty());
    QVERIFY(!kernelInfo(kernel).contains("accelerator"));
    const json chosen = {{"kind", "gpu"}, {"devices", {"GPU-11111111-2222"}}};
    QVERIFY(m_client.request({{"op", "restart"}, {"kernel", kernel}, {"accelerator", chosen}})["ok"]);
    QVERIFY(!m_client.waitForState("ready").op().empty());
    QCOMPARE(run(kernel, shownVariables)["CUDA_VISIBLE_DEVICES"].get<std::string>(),
             std::string("GPU-11111111-2222"));
    // A restart without one keeps it.
    QVERIFY(m_client.request({{"op", "restart"}, {"kernel", kernel}})["ok"]);
    QVERIFY(!m_client.waitForState("ready").op().empty());
    QCOMPARE(run(kernel, shownVariables)["CUDA_VISIBLE_DEVICES"].get<std::string>(),
             std::string("GPU-11111111-2222"));
    const json none = {{"kind", "none"}};
    QVERIFY(m_client.request({{"op", "restart"}, {"kernel", kernel}, {"accelerator", none}})["ok"]);
    QVERIFY(!m_client.waitForState("ready").op().empty());
    QCOMPARE(run(kernel, shownVariables)["JAX_PLATFORMS"].get<std::string>(), std::string("cpu"));
}

void TestHostResources::restart_unknownAccelerator_leavesTheKernel()
{
    const std::string kernel = m_client.startKernel({{"spec", "python3"}});
    QVERIFY(!kernel.empty());
    QCOMPARE(run(kernel, "x = 5\nprint(x)"), json(5));
    const json unknown = {{"kind", "gpu"}, {"devices", {"GPU-0"}}};
    const json answer = m_client.request({{"op", "restart"}, {"kernel", kernel}, {"accelerator", unknown}});
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeNotFound));
    QCOMPARE(run(kernel, "print(x)"), json(5));
    QVERIFY(!kernelInfo(kernel).contains("accelerator"));
}

void TestHostResources::record_ofKilledHost_keepsTheAccelerator()
{
    const std::string kernel = start({{"kind", "none"}});
    QVERIFY(!kernel.empty());
    m_client.close();
    m_host->kill();
    QVERIFY(m_host->start());
    m_client = m_host->connect();
    const json info = kernelInfo(kernel);
    QCOMPARE(info["state"].get<std::string>(), std::string("dead"));
    QCOMPARE(info["accelerator"]["kind"].get<std::string>(), std::string("none"));
}

void TestHostResources::samples_subscribed_comeEachSecond()
{
    QVERIFY(m_client.request({{"op", "subscribe_samples"}})["ok"]);
    const json first = nextSample();
    QVERIFY(first.is_object());
    json last;
    for (int i = 0; i < 3; ++i)
        last = nextSample();
    const qint64 passed = last["time"].get<qint64>() - first["time"].get<qint64>();
    QVERIFY2(passed > 2500 && passed < 6000, qPrintable(QString::number(passed)));
    QVERIFY(std::abs(last["time"].get<qint64>() - QDateTime::currentMSecsSinceEpoch()) < 10000);
    QVERIFY(last["memory"]["total"] > 0 && last["memory"]["used"] > 0);
    QVERIFY(last["disk"]["total"] > 0);
    QCOMPARE(last["gpus"].size(), 2u);
    QCOMPARE(last["gpus"][0]["utilisation"].get<int>(), 87);
    QVERIFY(!last["gpus"][1].contains("utilisation"));
    QVERIFY(m_client.request({{"op", "unsubscribe_samples"}})["ok"]);
    while (!m_client.nextEvent(0).op().empty()) {
    }
    QVERIFY(m_client.nextEvent(2500).op().empty());
}

void TestHostResources::samples_kernelAllocates_memoryGrows()
{
    const std::string kernel = m_client.startKernel({{"spec", "python3"}});
    QVERIFY(!kernel.empty());
    const qint64 pid = kernelInfo(kernel)["pid"];
    m_world->json["gpus"][0]["processes"] = {{{"pid", pid}, {"memory", 123456789}}};
    m_world->write();
    QVERIFY(m_client.request({{"op", "subscribe_samples"}})["ok"]);
    const auto hasIt = [&](const json& sample) {
        const json* const usage = kernelIn(sample, kernel);
        return usage && (*usage).contains("gpu_memory") && (*usage)["gpu_memory"] == 123456789;
    };
    const json before = waitForSample(hasIt);
    QVERIFY(before.is_object());
    const std::uint64_t memory = (*kernelIn(before, kernel))["memory"];
    QVERIFY(memory > 10000000);
    QVERIFY((*kernelIn(before, kernel))["disk"]["total"] > 0);
    m_client.execute(kernel, "grow",
                     "data = bytearray(200 * 1000 * 1000)\nfor i in range(0, len(data), 4096): "
                     "data[i] = 1\nwhile True: pass");
    const json grown = waitForSample([&](const json& sample) {
        const json* const usage = kernelIn(sample, kernel);
        return usage && (*usage)["memory"] > memory + 190000000 && (*usage)["cpu_cores"] > 0.3;
    });
    QVERIFY(grown.is_object());
    QVERIFY((*kernelIn(grown, kernel))["memory"] < memory + 260000000);
    QVERIFY(m_client.request({{"op", "interrupt"}, {"kernel", kernel}})["ok"]);
}

void TestHostResources::samples_gpuLost_isSaid()
{
    QVERIFY(m_client.request({{"op", "subscribe_samples"}})["ok"]);
    QCOMPARE(nextSample()["gpus"][0]["status"]["state"].get<std::string>(), std::string("usable"));
    m_world->json["gpus"][0]["lost_after"] = 0;
    m_world->write();
    const json lost =
        waitForSample([](const json& sample) { return sample["gpus"][0]["status"]["state"] == "lost"; });
    QVERIFY(lost.is_object());
    QVERIFY(!lost["gpus"][0]["status"]["message"].get<std::string>().empty());
    QCOMPARE(lost["gpus"][1]["status"]["state"].get<std::string>(), std::string("usable"));
}

void TestHostResources::samples_subscribedLater_haveHistory()
{
    const std::string kernel = m_client.startKernel({{"spec", "python3"}});
    QVERIFY(!kernel.empty()); // what uses it is kept, with nobody to look
    json samples;
    QVERIFY(waitUntil([&] {
        samples = m_client.request({{"op", "subscribe_samples"}, {"after", 0}})["samples"];
        m_client.request({{"op", "unsubscribe_samples"}});
        return samples.size() >= 3 && kernelIn(samples.back(), kernel);
    }));
    const qint64 after = samples[1]["time"];
    const json later = m_client.request({{"op", "subscribe_samples"}, {"after", after}})["samples"];
    QVERIFY(std::ranges::all_of(later, [&](const json& each) { return each["time"] > after; }));
    QCOMPARE(later[0], samples[2]);
}

void TestHostResources::hang()
{
    QFile file(m_host->folder(u"hang"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    m_world->json["hang"] = file.fileName().toStdString();
    m_world->write();
}

void TestHostResources::driverHangs_othersAreServed()
{
    hang();
    m_client.sendRequest(1000, {{"op", "hardware"}});
    const std::string kernel = m_client.startKernel({{"spec", "python3"}}); // samples wait for the driver too
    QVERIFY(!kernel.empty());
    QCOMPARE(run(kernel, "print(6 * 7)"), json(42));
    release();
    const HostEvent answer = m_client.waitFor([](const HostEvent& event) { return event.op() == "reply"; });
    QCOMPARE(answer.envelope.value("id", 0), 1000);
    QCOMPARE(answer.envelope["hardware"]["gpus"].size(), 2u);
}

void TestHostResources::driverHangs_hostEnds()
{
    hang();
    m_client.sendRequest(1000, {{"op", "hardware"}});
    QVERIFY(m_client.request({{"op", "list"}}).value("ok", false));
    QElapsedTimer timer;
    timer.start();
    m_host->terminate(); // kills after ten seconds
    QVERIFY2(timer.elapsed() < 8000, qPrintable(QString::number(timer.elapsed())));
}

void TestHostResources::driverHangs_detectionTimesOut()
{
    hang();
    qputenv("CAHIER_FAKE_NVML", m_world->path().toLocal8Bit());
    accelerators::SamplerOptions options;
    options.library = (fakeNvmlFolder() + u"/libnvidia-ml.so.1"_s).toStdString();
    host::ResourceMonitor monitor(options, 200);
    std::vector<host::ResourceMonitor::Found> answers;
    const auto keep = [&](const host::ResourceMonitor::Found& found) { answers.push_back(found); };
    monitor.detect(keep);
    QVERIFY(waitUntil([&] {
        (void)monitor.collect();
        (void)monitor.tick(host::steadyMs());
        return !answers.empty();
    }));
    QVERIFY(!answers[0]);
    QCOMPARE(answers[0].error().code, std::string(wire::errorCodeTimeout));
    QCOMPARE(monitor.tick(host::steadyMs()), -1);
    release();
    monitor.detect(keep); // the late answer is nobody's, this one comes
    QVERIFY(waitUntil([&] {
        (void)monitor.collect();
        return answers.size() > 1;
    }));
    QVERIFY(answers[1] && answers[1]->gpus.size() == 2);
    QVERIFY(!waitUntil(
        [&] {
            (void)monitor.collect();
            return answers.size() > 2;
        },
        300));
}

void TestHostResources::samples_malformedRequest_isRefused_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("after as a text") << QByteArray(R"({"op":"subscribe_samples","after":"now"})");
    QTest::newRow("after negative") << QByteArray(R"({"op":"subscribe_samples","after":-1})");
    QTest::newRow("after a fraction") << QByteArray(R"({"op":"subscribe_samples","after":1.5})");
    QTest::newRow("after too large") << QByteArray(
        R"({"op":"subscribe_samples","after":18446744073709551615})");
    QTest::newRow("hardware of a bad environment") << QByteArray(R"({"op":"hardware","environ":[1]})");
}

void TestHostResources::samples_malformedRequest_isRefused()
{
    QFETCH(const QByteArray, request);
    const json answer = m_client.request(json::parse(request.toStdString()));
    QCOMPARE(answer["code"].get<std::string>(), std::string(wire::errorCodeBadRequest));
    QVERIFY(!answer["message"].get<std::string>().empty());
}

QTEST_GUILESS_MAIN(TestHostResources)
#include "tst_host_resources.moc"
