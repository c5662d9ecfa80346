// SPDX-License-Identifier: GPL-3.0-or-later
// The processes of kernels, made up and real; the thread that samples.
#include <runtimes/accelerators/sampler.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>

#include <unistd.h>

using namespace cahier::accelerators;
using namespace Qt::StringLiterals;

class TestSampler : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void processes_tree_isFollowed();
    void processes_madeUp_areMeasured();
    void processes_sameNumberAgain_isAnother();
    void gpuMemory_processes_areTheKernels();
    void sampler_whileWatched_samples();
    void sampler_withKernels_samplesWithoutWatcher();
    void sampler_history_isBoundedAndAfter();
    void sampler_ended_callsNothing();

private:
    void write(const QString& name, const QByteArray& text) const;
    void makeProcess(int pid, int parent, int session, int ticks, int started, const QByteArray& statm) const;

    std::unique_ptr<QTemporaryDir> m_folder;
    Roots m_roots;
};

void TestSampler::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const std::string base = m_folder->path().toStdString();
    m_roots = {base + "/proc", base + "/sys", base + "/dev"};
}

void TestSampler::write(const QString& name, const QByteArray& text) const
{
    const QString path = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

void TestSampler::makeProcess(int pid, int parent, int session, int ticks, int started,
                              const QByteArray& statm) const
{
    const QString folder = u"proc/%1/"_s.arg(pid);
    const QString stat = u"%1 (a (b) c) S %2 %3 %3 0 -1 0 0 0 0 0 %4 0 0 0 20 0 1 0 %5 0 7 0\n"_s.arg(pid)
                             .arg(parent)
                             .arg(session)
                             .arg(ticks)
                             .arg(started);
    write(folder + u"stat"_s, stat.toLatin1());
    write(folder + u"statm"_s, statm);
}

void TestSampler::processes_tree_isFollowed()
{
    QProcess shell; // a session of its own with a child that leaves it, and one that eats 40 MB
    shell.start(u"setsid"_s,
                {u"python3"_s, u"-c"_s,
                 QStringLiteral("import subprocess, sys, os\n"
                                "away = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
                                "data = b'x' * 40000000\n"
                                "print(os.getpid(), away.pid, flush=True)\n"
                                "sys.stdin.read()\n"
                                "away.kill(); away.wait()\n")});
    QTRY_VERIFY_WITH_TIMEOUT(shell.canReadLine(), 30000);
    const QByteArrayList pids = shell.readLine().trimmed().split(' ');
    QCOMPARE(pids.size(), 2);
    ProcessMeter meter(Roots{});
    meter.setKernels({{"k", pids[0].toLongLong(), {}}});
    meter.update();
    const KernelSample usage = meter.usage(0);
    QCOMPARE(usage.kernel, std::string("k"));
    QCOMPARE(usage.processes, 2);
    QVERIFY(usage.memory > 40000000 && usage.memory < 400000000);
    QCOMPARE(meter.ownerOf(pids[1].toLongLong()), 0);
    QCOMPARE(meter.ownerOf(getpid()), -1);
    QVERIFY(meter.knows(getpid()));
    shell.closeWriteChannel();
    QVERIFY(shell.waitForFinished());
    meter.update();
    QCOMPARE(meter.usage(0).processes, 0);
    QCOMPARE(meter.usage(0).memory, 0u);
}

void TestSampler::processes_madeUp_areMeasured()
{
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    makeProcess(10, 1, 10, 500, 1, "900 100 40 1 0 1 0"); // the kernel
    makeProcess(11, 10, 10, 100, 2, "900 60 50 1 0 1 0"); // its child
    makeProcess(12, 11, 12, 0, 3, "900 7 0 1 0 1 0");     // a grandchild with a session of its own
    makeProcess(9, 12, 9, 0, 4, "900 1 0 1 0 1 0");       // its child, with a lower number
    makeProcess(20, 1, 20, 9999, 1, "900 500 0 1 0 1 0"); // somebody else
    ProcessMeter meter(m_roots);
    meter.setKernels({{"a", 10, {}}});
    meter.update();
    KernelSample usage = meter.usage(0);
    QCOMPARE(usage.processes, 4);
    QCOMPARE(usage.memory, (60 + 10 + 7 + 1 + 50) * page); // shared pages once, the most
    QCOMPARE(usage.cpuCores, 0.0);                         // of what was before nothing is known
    makeProcess(10, 1, 10, 600, 1, "900 100 40 1 0 1 0");
    makeProcess(12, 1, 12, 0, 3, "900 7 0 1 0 1 0"); // its parent ended: it is ours all the same
    QVERIFY(QDir(m_folder->filePath(u"proc/11"_s)).removeRecursively());
    makeProcess(13, 10, 10, 50, 9, "900 0 0 1 0 1 0"); // new
    meter.update();
    usage = meter.usage(0);
    QCOMPARE(usage.processes, 4);
    QVERIFY(usage.cpuCores > 0);
    QCOMPARE(meter.ownerOf(12), 0);
    QCOMPARE(meter.ownerOf(20), -1);
}

void TestSampler::processes_sameNumberAgain_isAnother()
{
    makeProcess(10, 1, 10, 500, 1, "900 100 0 1 0 1 0");
    makeProcess(30, 10, 10, 5, 2, "900 10 0 1 0 1 0");
    ProcessMeter meter(m_roots);
    meter.setKernels({{"a", 10, {}}});
    meter.update();
    QCOMPARE(meter.usage(0).processes, 2);
    makeProcess(30, 1, 99, 0, 77, "900 10 0 1 0 1 0"); // started later, by somebody else
    meter.update();
    QCOMPARE(meter.usage(0).processes, 1);
    meter.update();
    QCOMPARE(meter.ownerOf(30), -1);
}

void TestSampler::gpuMemory_processes_areTheKernels()
{
    makeProcess(10, 1, 10, 0, 1, "9 1 0 1 0 1 0");
    makeProcess(20, 1, 20, 0, 1, "9 1 0 1 0 1 0");
    ProcessMeter meter(m_roots);
    meter.setKernels({{"a", 10, {}}, {"b", 20, {}}});
    meter.update();
    std::vector<GpuSample> gpus(2);
    gpus[0].processes = {{10, 100}, {20, 5}};
    gpus[1].slices = {{"MIG-1", {}, {}, {{10, 30}}}};
    QVERIFY(gpuMemoryOf(0, gpus, meter) == 130u);
    QVERIFY(gpuMemoryOf(1, gpus, meter) == 5u);
    gpus[0].processes = {{424242, 100}}; // numbered by another namespace: it may be anybody
    gpus[1].slices.clear();
    QVERIFY(!gpuMemoryOf(0, gpus, meter));
    gpus[0].processes = {{10, std::nullopt}};
    QVERIFY(!gpuMemoryOf(0, gpus, meter));
    QVERIFY(gpuMemoryOf(1, gpus, meter) == 0u);
}

void TestSampler::sampler_whileWatched_samples()
{
    std::atomic<int> taken = 0;
    SamplerOptions options;
    options.library = "libcahier-no-such-library.so.1";
    options.folder = m_folder->path().toStdString();
    options.interval = std::chrono::milliseconds(10);
    Sampler sampler(options, [&](const auto& sample) { taken += sample->memory.total > 0 ? 1 : 0; });
    QTest::qWait(50);
    QCOMPARE(taken.load(), 0); // nobody looks
    sampler.setWatched(true);
    QTRY_VERIFY(taken >= 3);
    sampler.setWatched(false);
    std::atomic<bool> detected = false;
    sampler.detect([&](const Hardware& found) { detected = found.cpu.logicalCores > 0; });
    QTRY_VERIFY(detected);
    const int then = taken; // it rests by the time it has answered
    QTest::qWait(50);
    QCOMPARE(taken.load(), then);
}

void TestSampler::sampler_withKernels_samplesWithoutWatcher()
{
    std::mutex mutex;
    std::shared_ptr<const Sample> last;
    SamplerOptions options;
    options.library = "libcahier-no-such-library.so.1";
    options.interval = std::chrono::milliseconds(10);
    Sampler sampler(options, [&](std::shared_ptr<const Sample> sample) {
        const std::scoped_lock lock(mutex);
        last = std::move(sample);
    });
    sampler.setKernels({{"k", getpid(), m_folder->path().toStdString()}});
    const auto kernel = [&] {
        const std::scoped_lock lock(mutex);
        return last && !last->kernels.empty() ? last->kernels[0] : KernelSample();
    };
    QTRY_VERIFY(kernel().disk);
    QCOMPARE(kernel().kernel, std::string("k"));
    QVERIFY(kernel().gpuMemory == 0u);
}

void TestSampler::sampler_history_isBoundedAndAfter()
{
    std::atomic<int> taken = 0;
    SamplerOptions options;
    options.library = "libcahier-no-such-library.so.1";
    options.interval = std::chrono::milliseconds(2);
    options.history = 5;
    Sampler sampler(options, [&](const auto&) { ++taken; });
    sampler.setWatched(true);
    QTRY_VERIFY(taken > 10);
    sampler.setWatched(false);
    QTRY_COMPARE(sampler.history(0).size(), 5u);
    const auto all = sampler.history(0);
    QVERIFY(std::ranges::is_sorted(all, {}, [](const auto& sample) { return sample->time; }));
    QVERIFY(sampler.history(all[2]->time).size() <= 2 + 5);
    QVERIFY(sampler.history(std::numeric_limits<std::int64_t>::max()).empty());
}

void TestSampler::sampler_ended_callsNothing()
{
    std::atomic<int> calls = 0;
    SamplerOptions options;
    options.library = "libcahier-no-such-library.so.1";
    options.interval = std::chrono::milliseconds(1);
    auto sampler = std::make_unique<Sampler>(options, [&](const auto&) { ++calls; });
    sampler->setWatched(true);
    QTRY_VERIFY(calls > 2);
    sampler.reset();
    const int then = calls;
    QTest::qWait(20);
    QCOMPARE(calls.load(), then);
}

QTEST_GUILESS_MAIN(TestSampler)
#include "tst_sampler.moc"
