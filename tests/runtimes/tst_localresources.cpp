// SPDX-License-Identifier: GPL-3.0-or-later
// Hardware, samples and accelerators over HostRuntime, against a host played by the test.
#include <runtimes/local/hostruntime.h>
#include <tests/support/clientstage.h>

#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::runtimes;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

class TestLocalResources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hardware_reply_isParsed();
    void hardware_malformed_isEmpty_data();
    void hardware_malformed_isEmpty();
    void start_accelerator_isSentAndListed();
    void restart_accelerator_isSent();
    void samples_subscribed_areTold();
    void samples_lostConnection_goOnWithWhatWasMissed();
    void samples_unsubscribedBeforeTheAnswer_stayAway();
    void samples_oneOfTwoUnsubscribed_goOn();
};

namespace {

json sampleAt(qint64 time)
{
    return {{"time", time},
            {"cpu", {{"busy_cores", 1.5}, {"cores", 4}, {"of", "cgroup"}}},
            {"memory", {{"used", 5}, {"total", 10}, {"of", "machine"}}},
            {"disk", {{"folder", "/home"}, {"total", 100}, {"available", 50}}},
            {"gpus",
             {{{"uuid", "GPU-1"}, {"memory_used", 7}, {"status", {{"state", "lost"}, {"message", "gone"}}}}}},
            {"kernels", {{{"kernel", "k"}, {"cpu_cores", 0.5}, {"memory", 3}, {"processes", 2}}}}};
}

} // namespace

void TestLocalResources::hardware_reply_isParsed()
{
    ClientStage stage;
    const QFuture<Result<Hardware>> future = stage.runtime.hardware();
    const json request = stage.expect("hardware");
    QVERIFY(!request.empty());
    const json slice = {
        {"uuid", "MIG-1"}, {"name", "A100 MIG 1g.5gb"}, {"profile", "1g.5gb"}, {"memory_total", 5}};
    const json gpu = {{"index", 1},
                      {"uuid", "GPU-1"},
                      {"name", "A100"},
                      {"memory_total", 40},
                      {"mig", true},
                      {"slices", {slice}},
                      {"status", {{"state", "usable"}, {"message", "works"}}}};
    stage.host.answer(request,
                      {{"hardware",
                        {{"cpu", {{"model", "EPYC"}, {"logical_cores", 8}, {"quota_cores", 1.5}}},
                         {"memory", {{"total", 1000}, {"limit", 500}}},
                         {"driver", "580"},
                         {"cuda", "13.0"},
                         {"gpus", {gpu}},
                         {"gpu_status", {{"state", "broken"}, {"message", "m"}, {"detail", "d"}}},
                         {"tpus", {{{"index", 0}, {"kind", "TPU v4"}, {"device", "/dev/accel0"}}}}}}});
    QTRY_VERIFY(future.isFinished());
    const Result<Hardware> result = future.result();
    QVERIFY(result);
    const Hardware& hardware = *result;
    QCOMPARE(hardware.cpu.model, u"EPYC"_s);
    QVERIFY(hardware.cpu.quotaCores == 1.5);
    QVERIFY(hardware.memoryLimit == 500u);
    QCOMPARE(hardware.gpus.size(), 1u);
    QVERIFY(hardware.gpus[0].migEnabled && hardware.gpus[0].memoryTotal == 40u);
    QCOMPARE(hardware.gpus[0].slices[0].profile, u"1g.5gb"_s);
    QCOMPARE(hardware.gpus[0].status.state, DeviceState::Usable);
    QCOMPARE(hardware.gpuStatus.state, DeviceState::Broken);
    QCOMPARE(hardware.gpuStatus.detail, u"d"_s);
    QCOMPARE(hardware.tpus[0].kind, u"TPU v4"_s);
    QCOMPARE(hardware.tpuStatus.state, DeviceState::None);
}

void TestLocalResources::hardware_malformed_isEmpty_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::newRow("nothing") << QByteArray("{}");
    QTest::newRow("null") << QByteArray(R"({"hardware":null})");
    QTest::newRow("wrong types") << QByteArray(
        R"({"hardware":{"cpu":[],"memory":{"total":-1,"limit":"x"},"gpus":{"a":1},"tpus":[1,null]}})");
    QTest::newRow("numbers out of range")
        << QByteArray(R"({"hardware":{"cpu":{"logical_cores":99999999999},"memory":{"total":1e300}}})");
}

void TestLocalResources::hardware_malformed_isEmpty()
{
    QFETCH(const QByteArray, reply);
    ClientStage stage;
    const QFuture<Result<Hardware>> future = stage.runtime.hardware();
    const json request = stage.expect("hardware");
    stage.host.answer(request, json::parse(reply.toStdString()));
    QTRY_VERIFY(future.isFinished());
    QVERIFY(future.result());
    const Hardware hardware = *future.result();
    QCOMPARE(hardware.cpu.logicalCores, 0);
    QCOMPARE(hardware.memoryTotal, 0u);
    QVERIFY(!hardware.memoryLimit);
    QVERIFY(hardware.gpus.empty());
}

void TestLocalResources::start_accelerator_isSentAndListed()
{
    ClientStage stage;
    const AcceleratorChoice choice{AcceleratorKind::MigSlice, {u"MIG-1"_s}};
    const auto started = stage.runtime.start({.spec = u"python3"_s, .accelerator = choice});
    QCOMPARE(stage.expect("start")["accelerator"], (json{{"kind", "mig"}, {"devices", {"MIG-1"}}}));
    const auto plain = stage.runtime.start({.spec = u"python3"_s});
    QVERIFY(!stage.expect("start").contains("accelerator"));
    const auto listed = stage.runtime.kernels();
    const json accelerator = {{"kind", "mig"}, {"devices", {"MIG-1"}}, {"name", "A100 MIG 1g.5gb"}};
    stage.host.answer(stage.expect("list"),
                      {{"kernels", {{{"kernel", "a"}, {"accelerator", accelerator}}, {{"kernel", "b"}}}}});
    QTRY_VERIFY(listed.isFinished());
    const Result<std::vector<KernelInfo>> kernels = listed.result();
    QVERIFY(kernels);
    QVERIFY((*kernels)[0].accelerator == choice);
    QCOMPARE((*kernels)[0].acceleratorName, u"A100 MIG 1g.5gb"_s);
    QVERIFY(!(*kernels)[1].accelerator);
}

void TestLocalResources::restart_accelerator_isSent()
{
    ClientStage stage;
    QVERIFY(stage.attach(0, 0));
    const auto refused = stage.kernel->restart(AcceleratorChoice{AcceleratorKind::Gpu, {u"GPU-9"_s}});
    const json request = stage.expect("restart");
    QCOMPARE(request["accelerator"], (json{{"kind", "gpu"}, {"devices", {"GPU-9"}}}));
    stage.host.refuse(request, "not_found", "There is no GPU GPU-9.", "");
    QTRY_VERIFY(refused.isFinished());
    QVERIFY(!refused.result());
    QCOMPARE(refused.result().error().code, ErrorCode::NotFound);
    const auto plain = stage.kernel->restart({});
    QVERIFY(!stage.expect("restart").contains("accelerator"));
}

void TestLocalResources::samples_subscribed_areTold()
{
    ClientStage stage;
    std::vector<ResourceSample> told;
    QObject::connect(&stage.runtime, &Runtime::sampled, &stage.runtime,
                     [&](const ResourceSample& sample) { told.push_back(sample); });
    const auto history = stage.runtime.subscribeSamples();
    stage.host.answer(stage.expect("subscribe_samples"), {{"samples", {sampleAt(1), sampleAt(2)}}});
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(3)}});
    QTRY_COMPARE(told.size(), 1u);
    QVERIFY(history.isFinished());
    QCOMPARE(history.result()->size(), 2u);
    const ResourceSample& sample = told[0];
    QCOMPARE(sample.time, 3);
    QCOMPARE(sample.cpuBusyCores, 1.5);
    QVERIFY(sample.cpuOfCgroup && !sample.memoryOfCgroup);
    QCOMPARE(sample.memoryUsed, 5u);
    QVERIFY(sample.gpus[0].memoryUsed == 7u && !sample.gpus[0].utilisation);
    QCOMPARE(sample.gpus[0].status.state, DeviceState::Lost);
    QCOMPARE(sample.kernels[0].memory, 3u);
    QVERIFY(!sample.kernels[0].gpuMemory);
    stage.runtime.unsubscribeSamples();
    QVERIFY(!stage.expect("unsubscribe_samples").empty());
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(4)}}); // was under way
    const auto listed = stage.runtime.kernels();
    stage.host.answer(stage.expect("list"), {});
    QTRY_VERIFY(listed.isFinished());
    QCOMPARE(told.size(), 1u);
}

void TestLocalResources::samples_lostConnection_goOnWithWhatWasMissed()
{
    ClientStage stage;
    std::vector<qint64> told;
    QObject::connect(&stage.runtime, &Runtime::sampled, &stage.runtime,
                     [&](const ResourceSample& sample) { told.push_back(sample.time); });
    const auto history = stage.runtime.subscribeSamples();
    stage.host.answer(stage.expect("subscribe_samples"), {{"samples", {sampleAt(1)}}});
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(2)}});
    QTRY_COMPARE(told.size(), 1u);
    stage.host.drop();
    const json again = stage.expect("subscribe_samples"); // by itself, with no kernel attached
    QCOMPARE(again.value("after", 0), 2);
    stage.host.answer(again, {{"samples", {sampleAt(3), sampleAt(4)}}});
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(5)}});
    QTRY_COMPARE(told, (std::vector<qint64>{2, 3, 4, 5}));
}

void TestLocalResources::samples_unsubscribedBeforeTheAnswer_stayAway()
{
    ClientStage stage;
    QSignalSpy told(&stage.runtime, &Runtime::sampled);
    const auto history = stage.runtime.subscribeSamples();
    stage.runtime.unsubscribeSamples();
    const json subscribed = stage.expect("subscribe_samples");
    QVERIFY(!stage.expect("unsubscribe_samples").empty()); // in that order
    stage.host.answer(subscribed, {{"samples", {sampleAt(1)}}});
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(2)}});
    QTRY_VERIFY(history.isFinished());
    QSignalSpy lost(&stage.runtime.client(), &HostClient::connectionLost);
    stage.host.drop();
    QTRY_COMPARE(lost.count(), 1);
    const auto listed = stage.runtime.kernels();
    QStringList ops;
    QVERIFY(QTest::qWaitFor([&] {
        const json request = stage.host.nextRequest();
        if (request.is_object()) ops.append(QString::fromStdString(request.value("op", "")));
        if (!ops.isEmpty() && request.is_object() && ops.back() == "hello"_L1)
            stage.host.answerHello(request);
        return ops.contains(u"list"_s);
    }));
    QCOMPARE(ops, (QStringList{u"hello"_s, u"list"_s}));
    QCOMPARE(told.count(), 0);
}

void TestLocalResources::samples_oneOfTwoUnsubscribed_goOn()
{
    ClientStage stage;
    QSignalSpy told(&stage.runtime, &Runtime::sampled);
    const auto first = stage.runtime.subscribeSamples();
    stage.host.answer(stage.expect("subscribe_samples"), {{"samples", {sampleAt(1)}}});
    const auto second = stage.runtime.subscribeSamples();
    stage.host.answer(stage.expect("subscribe_samples"), {{"samples", {sampleAt(1)}}});
    QTRY_VERIFY(first.isFinished() && second.isFinished());
    stage.runtime.unsubscribeSamples();
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(2)}});
    QTRY_COMPARE(told.count(), 1);
    stage.runtime.unsubscribeSamples();
    QVERIFY(!stage.expect("unsubscribe_samples").empty());
    stage.runtime.unsubscribeSamples(); // one too many
    const auto third = stage.runtime.subscribeSamples();
    stage.host.answer(stage.expect("subscribe_samples"), {{"samples", json::array()}});
    stage.host.envelope({{"op", "sample"}, {"sample", sampleAt(3)}});
    QTRY_COMPARE(told.count(), 2);
}

QTEST_GUILESS_MAIN(TestLocalResources)
#include "tst_localresources.moc"
