// SPDX-License-Identifier: GPL-3.0-or-later
// What the window learns of a machine: from a real host with a fake GPU driver, and from a host that is
// played where what is asked of it counts.
#include <widgets/resources/resourcemonitor.h>

#include <runtimes/server/serverruntime.h>
#include <tests/support/clientstage.h>
#include <tests/support/fakenvml.h>
#include <tests/support/localstage.h>

#include <QSignalSpy>
#include <QTest>
#include <QWidget>

#include <cmath>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using Quantity = ResourceHistory::Quantity;
using State = ResourceMonitor::State;

namespace {

runtime::ResourceSample sampleAt(qint64 time, const QString& kernel = {})
{
    runtime::ResourceSample sample;
    sample.time = time;
    sample.cpuBusyCores = double(time) / 1000;
    sample.cpuCores = 4;
    sample.memoryUsed = 5;
    sample.memoryTotal = 10;
    if (!kernel.isEmpty()) sample.kernels.push_back({.kernel = kernel, .memory = 7});
    return sample;
}

nlohmann::json toldSample(qint64 time)
{
    return {{"time", time}, {"memory", {{"used", 5}, {"total", 10}, {"of", "machine"}}}};
}

} // namespace

class TestResourceMonitor : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void history_seriesThatComesLater_isAligned();
    void history_older_isIgnored();
    void history_clockSetBack_beginsAnew();
    void history_manySamples_keepsTheLast();
    void inactive_shown_connectsNothing();
    void active_shown_isLive();
    void views_shared_subscribeOnce();
    void view_minimised_isNotWatched();
    void sample_beforeTheHistory_isKept();
    void hostKilled_historyStays();
    void gpuLost_isInTheSampleAndTheHardwareIsAskedAgain();
    void runtime_thatCannotTell_isUnsupported();
    void runtime_changed_forgets();
};

void TestResourceMonitor::cleanup()
{
    qunsetenv("LD_LIBRARY_PATH");
    qunsetenv("CAHIER_FAKE_NVML");
}

void TestResourceMonitor::history_seriesThatComesLater_isAligned()
{
    ResourceHistory history;
    history.add(sampleAt(1000));
    history.add(sampleAt(2000, u"k"_s));
    history.add(sampleAt(3000));
    QCOMPARE(history.times().size(), 3u);
    const auto memory = history.values({Quantity::KernelMemory, u"k"_s});
    QCOMPARE(memory.size(), 3u);
    QVERIFY(std::isnan(memory[0]));
    QCOMPARE(memory[1], 7.0F);
    QVERIFY(std::isnan(memory[2]));
    QCOMPARE(history.kernels(), QStringList{u"k"_s});
    QVERIFY(history.values({Quantity::GpuMemory, u"GPU-1"_s}).empty());
}

void TestResourceMonitor::history_older_isIgnored()
{
    ResourceHistory history;
    history.add({sampleAt(1000), sampleAt(2000)});
    history.add({sampleAt(1000), sampleAt(2000), sampleAt(3000)});
    history.add(sampleAt(3000));
    QCOMPARE(std::vector(history.times().begin(), history.times().end()),
             (std::vector<qint64>{1000, 2000, 3000}));
}

void TestResourceMonitor::history_clockSetBack_beginsAnew()
{
    ResourceHistory history;
    history.add(sampleAt(100'000));
    history.add(sampleAt(40'000));
    QCOMPARE(history.times().size(), 1u);
    QCOMPARE(history.times().front(), 40'000);
}

void TestResourceMonitor::history_manySamples_keepsTheLast()
{
    ResourceHistory history;
    history.add(sampleAt(1000, u"gone"_s));
    for (qint64 second = 2; second <= 4000; ++second)
        history.add(sampleAt(second * 1000));
    QCOMPARE(history.times().size(), ResourceHistory::capacity);
    QCOMPARE(history.times().back(), 4'000'000);
    QCOMPARE(history.values({Quantity::Cpu}).size(), ResourceHistory::capacity);
    QCOMPARE(history.values({Quantity::Cpu}).back(), 4000.0F);
    QVERIFY(history.kernels().isEmpty());
}

void TestResourceMonitor::inactive_shown_connectsNothing()
{
    LocalStage stage;
    ResourceMonitor monitor;
    QWidget view;
    monitor.setRuntime(stage.makeRuntime());
    monitor.addView(view);
    view.show();
    QVERIFY(monitor.isWatched());
    QCOMPARE(monitor.state(), State::Off);
    QVERIFY(!monitor.stateText().isEmpty());
    QCoreApplication::processEvents();
    QCOMPARE(monitor.runtime()->connectionState().phase, runtime::ConnectionState::Phase::Idle);
    QCOMPARE(stage.hostPid(), 0);
}

void TestResourceMonitor::active_shown_isLive()
{
    LocalStage stage;
    FakeNvmlWorld world(stage.folder(u"world.json"_s));
    world.json = twoGpus();
    world.play();
    ResourceMonitor monitor;
    QWidget view;
    monitor.setRuntime(stage.makeRuntime());
    monitor.addView(view);
    monitor.setActive(true);
    QCOMPARE(monitor.runtime()->connectionState().phase,
             runtime::ConnectionState::Phase::Idle); // nobody looks
    view.show();
    QTRY_COMPARE(monitor.state(), State::Live);
    QTRY_VERIFY(monitor.hardware() && monitor.hardware()->gpus.size() == 2);
    QTRY_VERIFY(monitor.history().times().size() >= 2);
    QVERIFY(monitor.sample()->memoryTotal > 0);
    QCOMPARE(monitor.history().values({Quantity::GpuUtilisation, u"GPU-11111111-2222"_s}).back(), 87.0F);
    QCOMPARE(monitor.history().values({Quantity::GpuMemory, u"MIG-11111111-aaaa"_s}).back(),
             float(1ull << 30));
    QVERIFY(monitor.stateText().isEmpty());
}

void TestResourceMonitor::views_shared_subscribeOnce()
{
    ClientStage stage;
    const std::shared_ptr<runtime::Runtime> runtime(&stage.runtime, [](runtime::Runtime*) {});
    ResourceMonitor monitor;
    QWidget one, two;
    monitor.setRuntime(runtime);
    monitor.setActive(true);
    monitor.addView(one);
    monitor.addView(two);
    one.show();
    stage.host.answer(stage.expect("subscribe_samples"), {{"samples", {toldSample(1000)}}});
    QTRY_COMPARE(monitor.state(), State::Live);
    two.show();
    one.hide();
    QVERIFY(monitor.isWatched());
    // Another one who wants samples of the same runtime keeps them coming.
    auto other = std::make_unique<SampleSubscription>(runtime);
    other->ask();
    QVERIFY(!stage.expect("subscribe_samples").empty());
    two.hide();
    QVERIFY(!monitor.isWatched());
    const auto listed = stage.runtime.kernels();
    QStringList ops;
    QTRY_VERIFY([&] {
        while (true) {
            const nlohmann::json request = stage.host.nextRequest();
            if (!request.is_object()) break;
            ops += QString::fromStdString(request.value("op", ""));
        }
        return ops.contains(u"list"_s);
    }());
    QVERIFY2(!ops.contains(u"unsubscribe_samples"_s), qPrintable(ops.join(u' ')));
    other.reset();
    QVERIFY(!stage.expect("unsubscribe_samples").empty());
    two.show();
    QVERIFY(!stage.expect("subscribe_samples").empty());
    monitor.setActive(false);
    QVERIFY(!stage.expect("unsubscribe_samples").empty());
    QCOMPARE(monitor.state(), State::Off);
}

void TestResourceMonitor::view_minimised_isNotWatched()
{
    ResourceMonitor monitor;
    QWidget first, second;
    auto* const view = new QWidget(&first);
    monitor.addView(*view);
    first.show();
    QVERIFY(monitor.isWatched());
    first.setWindowState(Qt::WindowMinimized);
    QTRY_VERIFY(!monitor.isWatched());
    first.setWindowState(Qt::WindowNoState);
    QTRY_VERIFY(monitor.isWatched());
    view->setParent(&second);
    view->show();
    QVERIFY(!monitor.isWatched());
    second.show();
    QVERIFY(monitor.isWatched());
    second.setWindowState(Qt::WindowMinimized);
    QTRY_VERIFY(!monitor.isWatched());
    second.setWindowState(Qt::WindowNoState);
    QTRY_VERIFY(monitor.isWatched());
    delete view;
    QVERIFY(!monitor.isWatched());
}

void TestResourceMonitor::sample_beforeTheHistory_isKept()
{
    ClientStage stage;
    ResourceMonitor monitor;
    QWidget view;
    monitor.setRuntime({&stage.runtime, [](runtime::Runtime*) {}});
    monitor.setActive(true);
    monitor.addView(view);
    view.show();
    const nlohmann::json request = stage.expect("subscribe_samples");
    stage.host.envelope({{"op", "sample"}, {"sample", toldSample(3000)}});
    QTRY_VERIFY(monitor.sample().has_value());
    stage.host.answer(request, {{"samples", {toldSample(1000), toldSample(2000)}}});
    QTRY_COMPARE(monitor.history().times().size(), 3u);
    QCOMPARE(monitor.sample()->time, 3000);
}

void TestResourceMonitor::hostKilled_historyStays()
{
    LocalStage stage;
    ResourceMonitor monitor;
    QWidget view;
    monitor.setRuntime(stage.makeRuntime());
    monitor.setActive(true);
    monitor.addView(view);
    view.show();
    QTRY_VERIFY(monitor.history().times().size() >= 2);
    const qint64 first = monitor.history().times().front();
    bool wasDisconnected = false;
    connect(&monitor, &ResourceMonitor::stateChanged, this, [&] {
        if (monitor.state() != State::Disconnected) return;
        wasDisconnected = true;
        QVERIFY(!monitor.stateText().isEmpty());
        QVERIFY(!monitor.history().isEmpty());
    });
    stage.killHost();
    QTRY_VERIFY(wasDisconnected);
    QTRY_COMPARE_WITH_TIMEOUT(monitor.state(), State::Live, 20000);
    const qint64 last = monitor.history().times().back();
    QTRY_VERIFY_WITH_TIMEOUT(monitor.history().times().back() > last, 20000);
    QCOMPARE(monitor.history().times().front(), first);
}

void TestResourceMonitor::gpuLost_isInTheSampleAndTheHardwareIsAskedAgain()
{
    LocalStage stage;
    FakeNvmlWorld world(stage.folder(u"world.json"_s));
    world.json = twoGpus();
    world.play();
    ResourceMonitor monitor;
    QWidget view;
    monitor.setRuntime(stage.makeRuntime());
    monitor.setActive(true);
    monitor.addView(view);
    view.show();
    QTRY_VERIFY(monitor.hardware() && monitor.sample() && monitor.sample()->gpus.size() == 2);
    QSignalSpy asked(&monitor, &ResourceMonitor::hardwareChanged);
    world.json["gpus"][0]["lost_after"] = 0;
    world.write();
    QTRY_COMPARE(monitor.sample()->gpus[0].status.state, runtime::DeviceState::Lost);
    QTRY_VERIFY(!asked.isEmpty());
    QCOMPARE(monitor.state(), State::Live);
    const auto known = monitor.history().values({Quantity::GpuUtilisation, u"GPU-11111111-2222"_s});
    QVERIFY(std::isnan(known.back()) && !std::isnan(known.front()));
}

void TestResourceMonitor::runtime_thatCannotTell_isUnsupported()
{
    // A server that nobody has to reach to be told so.
    const auto address = runtime::ServerAddress::parse(u"http://127.0.0.1:9/"_s);
    QVERIFY(address);
    const auto client = std::make_shared<runtimes::ServerClient>(*address);
    auto server = std::make_shared<runtimes::ServerRuntime>(client);
    ResourceMonitor monitor;
    QWidget view;
    monitor.setRuntime(server);
    monitor.setActive(true);
    monitor.addView(view);
    view.show();
    QTRY_COMPARE(monitor.state(), State::Unsupported);
    QVERIFY(!monitor.stateText().isEmpty());
}

void TestResourceMonitor::runtime_changed_forgets()
{
    LocalStage stage;
    ResourceMonitor monitor;
    QWidget view;
    monitor.addView(view);
    view.show();
    monitor.setRuntime(stage.makeRuntime());
    monitor.setActive(true);
    QTRY_COMPARE(monitor.state(), State::Live);
    monitor.setRuntime(stage.makeRuntime());
    QCOMPARE(monitor.state(), State::Off);
    QVERIFY(!monitor.sample() && !monitor.hardware() && monitor.history().isEmpty());
    monitor.setRuntime(nullptr);
    monitor.setActive(true);
    QCOMPARE(monitor.state(), State::Off);
}

QTEST_MAIN(TestResourceMonitor)
#include "tst_resourcemonitor.moc"
