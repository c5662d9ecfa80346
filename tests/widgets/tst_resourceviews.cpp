// SPDX-License-Identifier: GPL-3.0-or-later
// The meters and the panel, on a real host with a fake GPU driver, and the plot by itself.
#include <widgets/resources/hardwaresummary.h>
#include <widgets/resources/historyplot.h>
#include <widgets/resources/resourcemeters.h>
#include <widgets/resources/resourcespanel.h>
#include <widgets/resources/resourcetext.h>

#include <tests/support/fakenvml.h>
#include <tests/support/localstage.h>

#include <QComboBox>
#include <QLabel>
#include <QMainWindow>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolBar>

#include <algorithm>
#include <limits>

using namespace cahier;
using namespace cahier::test;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;
using State = ResourceMonitor::State;

namespace {

constexpr std::uint64_t gib = 1ull << 30;

/// How far from it: what is drawn smoothly is a mixture.
bool hasColour(const QImage& image, const QColor& colour, int tolerance = 12)
{
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor here = image.pixelColor(x, y);
            if (std::abs(here.red() - colour.red()) + std::abs(here.green() - colour.green()) +
                    std::abs(here.blue() - colour.blue()) <
                tolerance)
                return true;
        }
    }
    return false;
}

QString figuresOf(const ResourceMeters& meters, const QString& label)
{
    const auto found = std::ranges::find(meters.meters(), label, &ResourceMeters::Meter::label);
    return found == meters.meters().end() ? QString() : found->figures;
}

HistoryPlot* plotNamed(const QWidget& panel, const QString& name)
{
    for (HistoryPlot* const plot : panel.findChildren<HistoryPlot*>()) {
        if (plot->accessibleName() == name) return plot;
    }
    return nullptr;
}

bool hasText(const QWidget& widget, const QString& part)
{
    return std::ranges::any_of(widget.findChildren<QLabel*>(), [&](const QLabel* label) {
        return label->isVisible() && label->text().contains(part);
    });
}

} // namespace

class TestResourceViews : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void texts_amounts_areShort();
    void texts_times_areRelative_data();
    void texts_times_areRelative();
    void summary_states_saySentences();
    void plot_spike_isSeenHoweverNarrow();
    void plot_gap_isNotDrawnOver();
    void plot_pointerAndKeys_tellValues();
    void meters_levels_turnAt80And95();
    void meters_nothingKnown_takeNoRoom();
    void meters_twoGpus_showTheChosenOne();
    void meters_fullMemory_isRed();
    void meters_clickOrEnter_asksForThePanel();
    void meters_sameValues_doNotRepaint();
    void panel_kernel_isCalledAsItsNotebook();
    void panel_gpuLost_isSaidAndPlotStays();
    void panel_notInUse_saysSo();
    void panel_hostKilled_offersToReconnect();

private:
    void follow(bool withGpus);

    Appearance m_appearance;
    std::unique_ptr<LocalStage> m_stage;
    std::unique_ptr<FakeNvmlWorld> m_world;
    std::unique_ptr<ResourceMonitor> m_monitor;
};

void TestResourceViews::init()
{
    m_monitor = std::make_unique<ResourceMonitor>();
}

void TestResourceViews::cleanup()
{
    m_monitor.reset();
    m_stage.reset();
    qunsetenv("LD_LIBRARY_PATH");
    qunsetenv("CAHIER_FAKE_NVML");
}

/// A host of its own, which the monitor follows.
void TestResourceViews::follow(bool withGpus)
{
    m_stage = std::make_unique<LocalStage>();
    m_world = std::make_unique<FakeNvmlWorld>(m_stage->folder(u"world.json"_s));
    m_world->json = twoGpus();
    m_world->write();
    if (withGpus) qputenv("LD_LIBRARY_PATH", fakeNvmlFolder().toLocal8Bit());
    qputenv("CAHIER_FAKE_NVML", m_world->path().toLocal8Bit());
    m_monitor->setRuntime(m_stage->makeRuntime());
    m_monitor->setActive(true);
}

void TestResourceViews::texts_amounts_areShort()
{
    QCOMPARE(amountText(512), u"512 bytes"_s);
    QCOMPARE(amountText(3.1 * gib), u"3.1 GiB"_s);
    QCOMPARE(shareText(3.0 * gib, 12.0 * gib), u"3.0 of 12.0 GiB (25 %)"_s);
    QCOMPARE(shareText(512.0 * 1024 * 1024, 2.0 * gib), u"512.0 MiB of 2.0 GiB (25 %)"_s);
    QCOMPARE(kernelTitle(u"/home/ada/report.ipynb"_s), u"report.ipynb"_s);
    QCOMPARE(kernelFolder(u"/data/report.ipynb"_s), u"/data"_s);
    QCOMPARE(kernelFolder(u"report.ipynb"_s), QString());
}

void TestResourceViews::texts_times_areRelative_data()
{
    QTest::addColumn<qint64>("then");
    QTest::addColumn<QString>("text");
    QTest::newRow("unknown") << qint64(0) << QString();
    QTest::newRow("now") << qint64(999'999'000) << u"just now"_s;
    QTest::newRow("a clock that is ahead") << qint64(1'000'009'000) << u"just now"_s;
    QTest::newRow("seconds") << qint64(1'000'000'000 - 12'000) << u"10 s ago"_s;
    QTest::newRow("minutes") << qint64(1'000'000'000 - 150'000) << u"2 min ago"_s;
    QTest::newRow("hours") << qint64(1'000'000'000 - 3 * 3'600'000) << u"3 h ago"_s;
    QTest::newRow("days") << qint64(1'000'000'000 - 50 * 3'600'000) << u"2 day(s) ago"_s;
}

void TestResourceViews::texts_times_areRelative()
{
    QFETCH(const qint64, then);
    QFETCH(const QString, text);
    QCOMPARE(agoText(then, 1'000'000'000), text);
}

void TestResourceViews::summary_states_saySentences()
{
    runtime::Hardware hardware;
    hardware.cpu = {
        .model = u"EPYC"_s, .physicalCores = 8, .logicalCores = 16, .allowedCores = 4, .quotaCores = 1.5};
    hardware.memoryTotal = 64 * gib;
    hardware.memoryLimit = 8 * gib;
    hardware.gpuStatus = {runtime::DeviceState::Broken, u"Restart the machine."_s, u"mismatch"_s};
    hardware.tpus = {{.index = 0, .kind = u"TPU v5e"_s, .device = u"/dev/accel0"_s}};
    const std::vector<SummaryRow> rows = summaryOf(hardware, nullptr);
    QCOMPARE(rows[0].text,
             u"EPYC · 8 core(s) · 16 thread(s) · kernels may run on 4 · limited to 1.5 cores"_s);
    QCOMPARE(rows[1].text, u"64.0 GiB · limited to 8.0 GiB by a control group"_s);
    QVERIFY(
        std::ranges::contains(rows, SummaryRow{u"GPU"_s, u"Restart the machine."_s, u"mismatch"_s, true}));
    QVERIFY(std::ranges::contains(rows, SummaryRow{u"TPU 0"_s, u"TPU v5e"_s, u"/dev/accel0"_s, false}));
}

void TestResourceViews::plot_spike_isSeenHoweverNarrow()
{
    std::vector<qint64> times;
    std::vector<float> values;
    for (int second = 0; second < 900; ++second) {
        times.push_back(second * 1000);
        values.push_back(second == 451 ? 100.0F : 0.0F);
    }
    HistoryPlot plot(u"Processor"_s, m_appearance);
    plot.setRange(std::chrono::minutes(15));
    plot.resize(130, plot.sizeHint().height());
    plot.setCurve({.times = times, .values = values, .now = times.back(), .maximum = 100});
    const QImage image = plot.grab().toImage();
    const QColor accent = m_appearance.theme().accent;
    const int middle = image.height() * 2 / 3;
    QVERIFY(hasColour(image.copy(60, middle, 12, 3), accent));
    QVERIFY(!hasColour(image.copy(20, middle, 30, 3), accent));
}

void TestResourceViews::plot_gap_isNotDrawnOver()
{
    // A minute at the bottom, half a minute of nothing, one value at the end.
    std::vector<qint64> times;
    std::vector<float> values;
    for (int second = 0; second <= 60; ++second) {
        const bool known = second <= 20 || second >= 50;
        times.push_back(second * 1000);
        values.push_back(known ? 50.0F : std::numeric_limits<float>::quiet_NaN());
    }
    HistoryPlot plot(u"Processor"_s, m_appearance);
    plot.setRange(std::chrono::minutes(1));
    plot.resize(308, plot.sizeHint().height());
    plot.setCurve({.times = times, .values = values, .now = 60'000, .maximum = 100});
    const QImage image = plot.grab().toImage();
    const auto hasLine = [&](int x, int width) { // around the middle of the scale, where no text is
        return hasColour(image.copy(x, image.height() - 34, width, 20), m_appearance.theme().accent, 200);
    };
    QVERIFY(hasLine(10, 80));
    QVERIFY(!hasLine(115, 120));
    QVERIFY(hasLine(265, 30));
}

void TestResourceViews::plot_pointerAndKeys_tellValues()
{
    const std::vector<qint64> times{1000, 2000, 3000, 4000};
    const std::vector<float> values{10, 20, 30, 40};
    HistoryPlot plot(u"GPU 0"_s, m_appearance);
    plot.setRange(std::chrono::minutes(1));
    plot.setFormat(percentText);
    plot.resize(308, plot.sizeHint().height());
    plot.setCurve({.times = times, .values = values, .now = 4000, .maximum = 100});
    plot.show();
    QCOMPARE(plot.valueText(), u"40 %"_s);
    QCOMPARE(plot.accessibleDescription(), u"40 %"_s);
    QTest::keyClick(&plot, Qt::Key_Left);
    QTest::keyClick(&plot, Qt::Key_Left);
    QCOMPARE(plot.markedTime(), 3000);
    QVERIFY(plot.accessibleDescription().startsWith("30 % at "_L1));
    QTest::keyClick(&plot, Qt::Key_Home);
    QCOMPARE(plot.markedTime(), 1000);
    QTest::keyClick(&plot, Qt::Key_Escape);
    QCOMPARE(plot.valueText(), u"40 %"_s);
    QTest::mouseMove(&plot, {303 - 10, plot.height() - 10}); // two seconds from the right edge
    QTRY_COMPARE(plot.markedTime(), 2000);
    plot.setCurve({.times = times, .values = values, .now = 60'000, .maximum = 100});
    QVERIFY(!plot.markedTime());
    QCOMPARE(plot.valueText(), u"unknown"_s); // the last one is too old
}

void TestResourceViews::meters_levels_turnAt80And95()
{
    using Level = ResourceMeters::Level;
    QCOMPARE(ResourceMeters::levelOf({.share = 0.79}), Level::Fine);
    QCOMPARE(ResourceMeters::levelOf({.share = 0.8}), Level::High);
    QCOMPARE(ResourceMeters::levelOf({.share = 0.949}), Level::High);
    QCOMPARE(ResourceMeters::levelOf({.share = 0.95}), Level::Critical);
    // A GPU that works is no trouble.
    QCOMPARE(ResourceMeters::levelOf({.share = 1, .canFill = false}), Level::Fine);
}

void TestResourceViews::meters_nothingKnown_takeNoRoom()
{
    QMainWindow window;
    QToolBar* const bar = window.addToolBar(u"Tools"_s);
    auto* const meters = new ResourceMeters(*m_monitor, m_appearance, bar);
    QVERIFY(meters->isEmpty());
    QCOMPARE(meters->sizeHint().width(), 0);
    QCOMPARE(meters->focusPolicy(), Qt::NoFocus);
    bar->addWidget(meters);
    window.show();
    QCOMPARE(meters->width(), 0);
    follow(false);
    QTRY_VERIFY(!meters->isEmpty());
    QTRY_VERIFY(meters->width() > 50);
    m_monitor->setActive(false);
    QTRY_COMPARE(meters->width(), 0);
}

void TestResourceViews::meters_twoGpus_showTheChosenOne()
{
    follow(true);
    ResourceMeters meters(*m_monitor, m_appearance);
    meters.show();
    QTRY_VERIFY(figuresOf(meters, u"VRAM"_s).startsWith("2.0 of 40.0 GiB"_L1)); // the fuller one
    QVERIFY(figuresOf(meters, u"RAM"_s).contains("GiB"_L1));
    QVERIFY(!figuresOf(meters, u"Disk"_s).isEmpty());
    QCOMPARE(figuresOf(meters, u"GPU"_s), QString()); // MIG has no utilisation
    meters.setDevices({u"GPU-11111111-2222"_s});
    QVERIFY(figuresOf(meters, u"VRAM"_s).startsWith("3.0 of 80.0 GiB"_L1));
    QCOMPARE(figuresOf(meters, u"GPU"_s), u"87 %"_s);
    QVERIFY(meters.accessibleDescription().contains("GPU: 87 %"_L1));
    meters.setDevices({u"MIG-11111111-aaaa"_s});
    QVERIFY(figuresOf(meters, u"VRAM"_s).startsWith("1.0 of 5.0 GiB"_L1));
    QCOMPARE(figuresOf(meters, u"GPU"_s), QString()); // a slice has none
    meters.setDevices({u"GPU-11111111-2222"_s});
    m_world->json["gpus"][0]["lost_after"] = 0;
    m_world->write();
    QTRY_VERIFY(figuresOf(meters, u"VRAM"_s).startsWith("2.0 of 40.0 GiB"_L1)); // what is left
}

void TestResourceViews::meters_fullMemory_isRed()
{
    follow(true);
    ResourceMeters meters(*m_monitor, m_appearance);
    meters.show();
    meters.setDevices({u"GPU-11111111-2222"_s});
    QTRY_COMPARE(meters.meters().size(), 4u);
    meters.resize(meters.sizeHint());
    QVERIFY(!hasColour(meters.grab().toImage().copy(meters.width() / 2, 0, meters.width() / 2, 100),
                       m_appearance.theme().error));
    m_world->json["gpus"][0]["used"] = 79 * gib;
    m_world->write();
    QTRY_VERIFY(figuresOf(meters, u"VRAM"_s).startsWith("79.0 of"_L1));
    QVERIFY(hasColour(meters.grab().toImage().copy(meters.width() / 2, 0, meters.width() / 2, 100),
                      m_appearance.theme().error));
}

void TestResourceViews::meters_clickOrEnter_asksForThePanel()
{
    follow(false);
    ResourceMeters meters(*m_monitor, m_appearance);
    QSignalSpy asked(&meters, &ResourceMeters::resourcesRequested);
    meters.show();
    QTRY_VERIFY(!meters.isEmpty());
    meters.resize(meters.sizeHint());
    QCOMPARE(meters.focusPolicy(), Qt::TabFocus);
    QTest::mouseClick(&meters, Qt::LeftButton);
    QTest::keyClick(&meters, Qt::Key_Return);
    QTest::keyClick(&meters, Qt::Key_Space);
    QCOMPARE(asked.size(), 3);
}

void TestResourceViews::meters_sameValues_doNotRepaint()
{
    struct Counter : QObject {
        int paints = 0;
        bool eventFilter(QObject*, QEvent* event) override
        {
            if (event->type() == QEvent::Paint) ++paints;
            return false;
        }
    } counter;
    follow(false);
    ResourceMeters meters(*m_monitor, m_appearance);
    meters.show();
    QTRY_VERIFY(!meters.isEmpty());
    meters.installEventFilter(&counter);
    meters.resize(meters.sizeHint());
    QSignalSpy sampled(m_monitor.get(), &ResourceMonitor::sampled);
    QList<int> shares;
    const auto note = [&] {
        shares.clear();
        for (const ResourceMeters::Meter& meter : meters.meters())
            shares += qRound(meter.share * 44 * meters.devicePixelRatioF());
    };
    QTRY_VERIFY(counter.paints > 0);
    note();
    const QList<int> before = shares;
    const int painted = counter.paints;
    QTRY_VERIFY(sampled.size() >= 3);
    note();
    if (shares != before) QSKIP("this machine's memory or disk changed by more than a pixel meanwhile");
    QCOMPARE(counter.paints, painted);
}

void TestResourceViews::panel_kernel_isCalledAsItsNotebook()
{
    follow(false);
    const auto other = m_stage->makeRuntime();
    LocalSession notebook;
    QVERIFY(notebook.start(*other, {.spec = u"python3"_s, .label = u"/data/report.ipynb"_s}));
    ResourcesPanel panel(*m_monitor, m_appearance);
    panel.resize(600, 500);
    panel.show();
    QTRY_VERIFY(plotNamed(panel, u"Memory of report.ipynb"_s));
    QTRY_VERIFY(plotNamed(panel, u"Memory of report.ipynb"_s)->valueText().contains("MiB"_L1));
    QVERIFY(plotNamed(panel, u"Processor"_s));
    QVERIFY(hasText(panel, u"report.ipynb"_s));
    QTRY_VERIFY(hasText(panel, m_monitor->hardware() ? m_monitor->hardware()->cpu.model : u"?"_s));
    QString id;
    id = m_monitor->sample()->kernels.front().kernel;
    panel.setKernelNames({{id, u"renamed.ipynb"_s}});
    QVERIFY(plotNamed(panel, u"Memory of renamed.ipynb"_s));
    QComboBox* const range = panel.findChild<QComboBox*>();
    range->setCurrentIndex(range->findData(15));
    QVERIFY(resultOf(notebook.session.shutdown()));
    QTRY_COMPARE(plotNamed(panel, u"Memory of renamed.ipynb"_s)->valueText(), u"ended"_s);
}

void TestResourceViews::panel_gpuLost_isSaidAndPlotStays()
{
    follow(true);
    ResourcesPanel panel(*m_monitor, m_appearance);
    panel.resize(320, 700);
    panel.show();
    QTRY_VERIFY(plotNamed(panel, u"GPU 0"_s));
    QTRY_VERIFY(plotNamed(panel, u"Memory of slice 2 of GPU 1"_s));
    QVERIFY(!plotNamed(panel, u"GPU 1"_s)); // its utilisation is unknown
    auto* const summary = panel.findChild<HardwareSummary*>();
    QTRY_VERIFY(hasText(panel, u"NVIDIA H100 80GB HBM3 · 80.0\u00a0GiB · 61\u00a0°C · 413\u00a0W"_s));
    QVERIFY(hasText(panel, u"580.65.06 · CUDA 13.0"_s));
    QVERIFY(std::ranges::none_of(summary->rows(), &SummaryRow::isProblem));
    m_world->json["gpus"][0]["lost_after"] = 0;
    m_world->write();
    QTRY_VERIFY(std::ranges::any_of(summary->rows(), &SummaryRow::isProblem));
    QTRY_VERIFY(plotNamed(panel, u"GPU 0"_s));
    QCOMPARE(plotNamed(panel, u"GPU 0"_s)->valueText(), u"lost"_s);
}

void TestResourceViews::panel_notInUse_saysSo()
{
    ResourcesPanel panel(*m_monitor, m_appearance);
    panel.show();
    QVERIFY(hasText(panel, u"once a kernel runs"_s));
    QVERIFY(!panel.findChild<QComboBox*>()->isVisible());
}

void TestResourceViews::panel_hostKilled_offersToReconnect()
{
    follow(false);
    ResourcesPanel panel(*m_monitor, m_appearance);
    panel.show();
    QTRY_VERIFY(plotNamed(panel, u"Memory"_s));
    const auto* const reconnect = panel.findChild<QPushButton*>();
    QVERIFY(!reconnect->isVisible());
    bool offered = false, plotted = false;
    connect(m_monitor.get(), &ResourceMonitor::stateChanged, this, [&] {
        if (m_monitor->state() != State::Disconnected) return;
        offered = offered || reconnect->isVisible();
        plotted = plotted || plotNamed(panel, u"Memory"_s)->isVisible();
    });
    m_stage->killHost();
    QTRY_VERIFY(offered && plotted);
    QTRY_VERIFY_WITH_TIMEOUT(!reconnect->isVisible(), 20000);
}

QTEST_MAIN(TestResourceViews)
#include "tst_resourceviews.moc"
