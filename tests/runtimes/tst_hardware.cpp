// SPDX-License-Identifier: GPL-3.0-or-later
// Processor, memory, control groups, TPUs and processes on made-up and real trees; the choice of
// accelerators.
#include <runtimes/accelerators/hardwarejson.h>
#include <runtimes/accelerators/machine.h>
#include <runtimes/accelerators/processmeter.h>
#include <runtimes/accelerators/sampler.h>
#include <runtimes/accelerators/smallfile.h>
#include <runtimes/accelerators/tpu.h>
#include <runtimes/wire/hostprotocol.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>

#include <unistd.h>

using namespace cahier::accelerators;
using namespace Qt::StringLiterals;
using nlohmann::json;
namespace wire = cahier::wire;

class TestHardware : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void numberAfter_lines_data();
    void numberAfter_lines();
    void readSmallFile_longFile_isWhole();

    void cpu_twoPackages_areCounted();
    void cpu_armWithoutModelName_isCounted();
    void cpu_noFile_isEmpty();
    void memory_meminfo_isBytes();
    void disk_folder_isMeasured();

    void cgroup_limits_data();
    void cgroup_limits();
    void cgroup_versionTwoUsage_leavesOutCache();
    void cgroup_quota_data();
    void cgroup_quota();
    void meter_quota_countsTheGroup();
    void meter_machine_countsBusyCores();

    void tpu_none_saysSo();
    void tpu_accel_isUsable();
    void tpu_vfio_isUsable();
    void tpu_noDeviceFile_isBroken();
    void tpu_noLibtpu_saysCommand();
    void tpu_networkCard_isNone();

    void processes_tree_isFollowed();
    void processes_madeUp_areMeasured();
    void processes_sameNumberAgain_isAnother();
    void gpuMemory_processes_areTheKernels();

    void select_choice_data();
    void select_choice();
    void select_unusable_saysWhatThereIs_data();
    void select_unusable_saysWhatThereIs();
    void parseChoice_malformed_isRefused_data();
    void parseChoice_malformed_isRefused();
    void parseChoice_written_isReadAgain();
    void json_absentFigures_areLeftOut();

    void sampler_whileWatched_samples();
    void sampler_withKernels_samplesWithoutWatcher();
    void sampler_history_isBoundedAndAfter();
    void sampler_ended_callsNothing();

private:
    void write(const QString& name, const QByteArray& text) const;
    void makePci(const QString& address, const char* vendor, const char* device, const char* kind) const;
    void makeProcess(int pid, int parent, int session, int ticks, int started, const QByteArray& statm) const;
    [[nodiscard]] static Hardware hardware();

    std::unique_ptr<QTemporaryDir> m_folder;
    Roots m_roots;
};

void TestHardware::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const std::string base = m_folder->path().toStdString();
    m_roots = {base + "/proc", base + "/sys", base + "/dev"};
}

void TestHardware::write(const QString& name, const QByteArray& text) const
{
    const QString path = m_folder->filePath(name);
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

void TestHardware::makePci(const QString& address, const char* vendor, const char* device,
                           const char* kind) const
{
    const QString folder = u"sys/bus/pci/devices/"_s + address;
    write(folder + u"/vendor"_s, vendor);
    write(folder + u"/device"_s, device);
    write(folder + u"/class"_s, kind);
}

void TestHardware::makeProcess(int pid, int parent, int session, int ticks, int started,
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

// Files

void TestHardware::numberAfter_lines_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("number");
    QTest::newRow("meminfo") << QByteArray("MemTotal:   16 kB\nMemFree: 3 kB\n") << qint64(16);
    QTest::newRow("stat") << QByteArray("anon 5\nMemTotal 7\n") << qint64(7);
    QTest::newRow("longer word first") << QByteArray("MemTotalX 1\nMemTotal 2") << qint64(2);
    QTest::newRow("absent") << QByteArray("MemFree: 1") << qint64(-1);
    QTest::newRow("no number") << QByteArray("MemTotal: many") << qint64(-1);
    QTest::newRow("nothing behind") << QByteArray("MemTotal:") << qint64(-1);
    QTest::newRow("too large") << QByteArray("MemTotal: 99999999999999999999999") << qint64(-1);
    QTest::newRow("empty") << QByteArray() << qint64(-1);
}

void TestHardware::numberAfter_lines()
{
    QFETCH(const QByteArray, text);
    QFETCH(const qint64, number);
    const auto found = numberAfter(text.toStdString(), "MemTotal");
    QCOMPARE(found ? static_cast<qint64>(*found) : -1, number);
}

void TestHardware::readSmallFile_longFile_isWhole()
{
    const QByteArray text(20000, 'x');
    write(u"long"_s, text);
    QCOMPARE(smallFile(m_folder->filePath(u"long"_s).toStdString()), text.toStdString());
    QCOMPARE(smallFile("/no/such/file"), std::string());
}

// The machine

void TestHardware::cpu_twoPackages_areCounted()
{
    QByteArray text;
    for (int i = 0; i < 8; ++i) // two packages of two cores with two threads each
        text += "processor\t: " + QByteArray::number(i) +
                "\nmodel name\t: AMD EPYC 9654\nphysical id\t: " + QByteArray::number(i / 4) +
                "\ncore id\t\t: " + QByteArray::number(i % 2) + "\n\n";
    write(u"proc/cpuinfo"_s, text);
    const CpuInfo cpu = readCpu(m_roots, Cgroup(m_roots));
    QCOMPARE(cpu.model, std::string("AMD EPYC 9654"));
    QCOMPARE(cpu.logicalCores, 8);
    QCOMPARE(cpu.physicalCores, 4);
    QCOMPARE(cpu.allowedCores, static_cast<int>(QThread::idealThreadCount())); // of this process
    QVERIFY(!cpu.quotaCores);
}

void TestHardware::cpu_armWithoutModelName_isCounted()
{
    write(u"proc/cpuinfo"_s, "processor\t: 0\nBogoMIPS : 1\n\nprocessor\t: 1\n\nModel\t\t: Raspberry Pi 5\n");
    const CpuInfo cpu = readCpu(m_roots, Cgroup(m_roots));
    QCOMPARE(cpu.model, std::string("Raspberry Pi 5"));
    QCOMPARE(cpu.logicalCores, 2);
    QCOMPARE(cpu.physicalCores, 2);
}

void TestHardware::cpu_noFile_isEmpty()
{
    const CpuInfo cpu = readCpu(m_roots, Cgroup(m_roots));
    QCOMPARE(cpu.logicalCores, 0);
    QVERIFY(cpu.model.empty());
}

void TestHardware::memory_meminfo_isBytes()
{
    write(u"proc/meminfo"_s, "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n");
    MachineMeter meter(m_roots);
    const MemorySample memory = meter.memory();
    QCOMPARE(memory.total, 1024000u);
    QCOMPARE(memory.used, 614400u);
    QVERIFY(!memory.ofCgroup);
}

void TestHardware::disk_folder_isMeasured()
{
    const auto disk = readDisk(m_folder->path().toStdString());
    QVERIFY(disk && disk->total > 0 && disk->available <= disk->total);
    QVERIFY(!readDisk("/no/such/folder"));
    QVERIFY(!readDisk({}));
}

// Control groups

using Files = QList<QPair<QString, QByteArray>>;

void TestHardware::cgroup_limits_data()
{
    QTest::addColumn<QByteArray>("groups");
    QTest::addColumn<Files>("files");
    QTest::addColumn<qint64>("limit"); // -1: none
    const QString v1 = u"memory/%1memory.limit_in_bytes"_s;
    const QString v2 = u"%1memory.max"_s;
    const QByteArray huge = "9223372036854771712\n";
    QTest::newRow("none") << QByteArray() << Files{} << qint64(-1);
    QTest::newRow("v2 own") << QByteArray("0::/a/b\n") << Files{{v2.arg(u"a/b/"_s), "1000\n"}}
                            << qint64(1000);
    QTest::newRow("v2 max") << QByteArray("0::/a/b\n") << Files{{v2.arg(u"a/b/"_s), "max\n"}} << qint64(-1);
    QTest::newRow("v2 ancestor") << QByteArray("0::/a/b\n")
                                 << Files{{v2.arg(u"a/b/"_s), "max\n"}, {v2.arg(u"a/"_s), "500\n"}}
                                 << qint64(500);
    QTest::newRow("v2 tighter ancestor")
        << QByteArray("0::/a/b\n") << Files{{v2.arg(u"a/b/"_s), "900\n"}, {v2.arg(u"a/"_s), "500\n"}}
        << qint64(500);
    QTest::newRow("v2 in a namespace")
        << QByteArray("0::/\n") << Files{{v2.arg(u""_s), "700\n"}} << qint64(700);
    QTest::newRow("v2 beside v1") << QByteArray("0::/a\n") << Files{{u"unified/a/memory.max"_s, "300\n"}}
                                  << qint64(300);
    QTest::newRow("v1 own") << QByteArray("4:memory:/docker/x\n0::/\n")
                            << Files{{v1.arg(u"docker/x/"_s), "2000\n"}} << qint64(2000);
    QTest::newRow("v1 unlimited") << QByteArray("4:memory:/x\n") << Files{{v1.arg(u"x/"_s), huge}}
                                  << qint64(-1);
    // In a container whose mount shows its own group as the topmost.
    QTest::newRow("v1 hidden path") << QByteArray("4:memory:/docker/x\n") << Files{{v1.arg(u""_s), "800\n"}}
                                    << qint64(800);
    QTest::newRow("outside the namespace")
        << QByteArray("0::/../x\n") << Files{{v2.arg(u"../x/"_s), "1\n"}, {v2.arg(u""_s), "900\n"}}
        << qint64(900);
    QTest::newRow("malformed") << QByteArray("nonsense\n::\n:\n0:") << Files{{v2.arg(u""_s), "1\n"}}
                               << qint64(-1);
}

void TestHardware::cgroup_limits()
{
    QFETCH(const QByteArray, groups);
    QFETCH(const Files, files);
    QFETCH(const qint64, limit);
    write(u"proc/self/cgroup"_s, groups);
    for (const auto& [name, text] : files)
        write(u"sys/fs/cgroup/"_s + name, text);
    const auto found = Cgroup(m_roots).memoryLimit();
    QCOMPARE(found ? static_cast<qint64>(*found) : -1, limit);
}

void TestHardware::cgroup_versionTwoUsage_leavesOutCache()
{
    write(u"proc/self/cgroup"_s, "0::/a\n");
    write(u"proc/meminfo"_s, "MemTotal: 1000000 kB\nMemAvailable: 1 kB\n");
    write(u"sys/fs/cgroup/a/memory.max"_s, "1000000\n");
    write(u"sys/fs/cgroup/a/memory.current"_s, "900000\n");
    write(u"sys/fs/cgroup/a/memory.stat"_s, "anon 1\ninactive_file 300000\nfile 5\n");
    MachineMeter meter(m_roots);
    const MemorySample memory = meter.memory();
    QVERIFY(memory.ofCgroup);
    QCOMPARE(memory.total, 1000000u);
    QCOMPARE(memory.used, 600000u);
    QVERIFY(readMemory(m_roots, Cgroup(m_roots)).limit == 1000000u);
}

void TestHardware::cgroup_quota_data()
{
    QTest::addColumn<QByteArray>("groups");
    QTest::addColumn<Files>("files");
    QTest::addColumn<double>("cores");
    QTest::newRow("v2") << QByteArray("0::/a\n") << Files{{u"a/cpu.max"_s, "150000 100000\n"}} << 1.5;
    QTest::newRow("v2 none") << QByteArray("0::/a\n") << Files{{u"a/cpu.max"_s, "max 100000\n"}} << 0.0;
    QTest::newRow("v2 zero period") << QByteArray("0::/a\n") << Files{{u"a/cpu.max"_s, "5 0\n"}} << 0.0;
    QTest::newRow("v1") << QByteArray("1:cpu,cpuacct:/a\n")
                        << Files{{u"cpu,cpuacct/a/cpu.cfs_quota_us"_s, "400000\n"},
                                 {u"cpu,cpuacct/a/cpu.cfs_period_us"_s, "100000\n"}}
                        << 4.0;
    QTest::newRow("v1 none") << QByteArray("1:cpu:/a\n")
                             << Files{{u"cpu/a/cpu.cfs_quota_us"_s, "-1\n"},
                                      {u"cpu/a/cpu.cfs_period_us"_s, "100000\n"}}
                             << 0.0;
}

void TestHardware::cgroup_quota()
{
    QFETCH(const QByteArray, groups);
    QFETCH(const Files, files);
    QFETCH(const double, cores);
    write(u"proc/self/cgroup"_s, groups);
    for (const auto& [name, text] : files)
        write(u"sys/fs/cgroup/"_s + name, text);
    QCOMPARE(Cgroup(m_roots).quotaCores().value_or(0), cores);
}

void TestHardware::meter_quota_countsTheGroup()
{
    write(u"proc/self/cgroup"_s, "0::/a\n");
    write(u"sys/fs/cgroup/a/cpu.max"_s, "200000 100000\n");
    write(u"sys/fs/cgroup/a/cpu.stat"_s, "usage_usec 1000000\nuser_usec 1\n");
    MachineMeter meter(m_roots);
    QCOMPARE(meter.cpu().busyCores, 0.0); // the first knows no earlier one
    write(u"sys/fs/cgroup/a/cpu.stat"_s, "usage_usec 3600000000\nuser_usec 1\n");
    const CpuSample cpu = meter.cpu();
    QVERIFY(cpu.ofCgroup);
    QCOMPARE(cpu.cores, 2.0);
    QCOMPARE(cpu.busyCores, 2.0); // never more than there are
}

void TestHardware::meter_machine_countsBusyCores()
{
    write(u"proc/cpuinfo"_s, "processor : 0\nprocessor : 1\nprocessor : 2\nprocessor : 3\n");
    write(u"proc/stat"_s, "cpu  100 0 0 1000 50 0 0 0 0 0\ncpu0 1 1 1 1\n");
    MachineMeter meter(m_roots);
    (void)meter.cpu();
    write(u"proc/stat"_s, "cpu  100 0 0 9000 90 0 0 0 0 0\ncpu0 1 1 1 1\n");
    QCOMPARE(meter.cpu().busyCores, 0.0); // idle and waiting for disks are no work
    write(u"proc/stat"_s, "cpu  100 0 900000 9000 90 0 0 0 0 0\ncpu0 1 1 1 1\n");
    QCOMPARE(meter.cpu().busyCores, 4.0);
}

// TPUs

void TestHardware::tpu_none_saysSo()
{
    Hardware found;
    detectTpus(m_roots, found);
    QCOMPARE(found.tpuStatus.state, DeviceState::None);
    QVERIFY(found.tpus.empty());
}

void TestHardware::tpu_accel_isUsable()
{
    makePci(u"0000:00:04.0"_s, "0x1ae0\n", "0x005e\n", "0x120000\n");
    makePci(u"0000:00:05.0"_s, "0x1ae0\n", "0x005e\n", "0x120000\n");
    write(u"dev/accel0"_s, {});
    write(u"dev/accel1"_s, {});
    Hardware found;
    detectTpus(m_roots, found);
    QCOMPARE(found.tpuStatus.state, DeviceState::Usable);
    QCOMPARE(found.tpuStatus.message, std::string("This machine has 2 TPU v4 chips."));
    QCOMPARE(found.tpus.size(), 2u);
    QCOMPARE(found.tpus[1].device, m_roots.dev + "/accel1");
    QCOMPARE(found.tpus[1].pciAddress, std::string("0000:00:05.0"));
    QVERIFY(!found.hasLibtpu);
}

void TestHardware::tpu_vfio_isUsable()
{
    makePci(u"0000:00:05.0"_s, "0x1ae0\n", "0x0063\n", "0x120000\n");
    write(u"sys/kernel/iommu_groups/3/type"_s, {});
    QVERIFY(QFile::link(m_folder->filePath(u"sys/kernel/iommu_groups/3"_s),
                        m_folder->filePath(u"sys/bus/pci/devices/0000:00:05.0/iommu_group"_s)));
    write(u"dev/vfio/3"_s, {});
    Hardware found;
    detectTpus(m_roots, found);
    QCOMPARE(found.tpuStatus.state, DeviceState::Usable);
    QCOMPARE(found.tpus[0].kind, std::string("TPU v5e"));
    QCOMPARE(found.tpus[0].device, m_roots.dev + "/vfio/3");
}

void TestHardware::tpu_noDeviceFile_isBroken()
{
    makePci(u"0000:00:05.0"_s, "0x1ae0\n", "0x0063\n", "0x120000\n");
    Hardware found;
    detectTpus(m_roots, found);
    QCOMPARE(found.tpuStatus.state, DeviceState::Broken);
    QVERIFY(found.tpuStatus.message.contains("no device file"));
    QCOMPARE(found.tpus.size(), 1u);
}

void TestHardware::tpu_noLibtpu_saysCommand()
{
    makePci(u"0000:00:05.0"_s, "0x1ae0\n", "0x005e\n", "0x120000\n");
    write(u"dev/accel0"_s, {});
    Hardware found;
    detectTpus(m_roots, found);
    noteLibtpu(found, false, "/venv/bin/python3");
    QCOMPARE(found.tpuStatus.state, DeviceState::Broken);
    QVERIFY(found.tpuStatus.message.contains("/venv/bin/python3 -m pip install libtpu"));
    QVERIFY(found.hasLibtpu == false);
}

void TestHardware::tpu_networkCard_isNone()
{
    makePci(u"0000:00:05.0"_s, "0x1ae0\n", "0x0042\n", "0x020000\n"); // Google's gVNIC
    Hardware found;
    detectTpus(m_roots, found);
    QCOMPARE(found.tpuStatus.state, DeviceState::None);
}

// Processes

void TestHardware::processes_tree_isFollowed()
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

void TestHardware::processes_madeUp_areMeasured()
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

void TestHardware::processes_sameNumberAgain_isAnother()
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

void TestHardware::gpuMemory_processes_areTheKernels()
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

// Choosing

Hardware TestHardware::hardware()
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

void TestHardware::select_choice_data()
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

void TestHardware::select_choice()
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

void TestHardware::select_unusable_saysWhatThereIs_data()
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

void TestHardware::select_unusable_saysWhatThereIs()
{
    QFETCH(const QByteArray, choice);
    QFETCH(const QByteArray, says);
    const auto selected = select(*parseChoice(json::parse(choice.toStdString())), hardware());
    QVERIFY(!selected);
    QVERIFY2(selected.error().message.contains(says.toStdString()), selected.error().message.c_str());
}

void TestHardware::parseChoice_malformed_isRefused_data()
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

void TestHardware::parseChoice_malformed_isRefused()
{
    QFETCH(const QByteArray, choice);
    const auto parsed = parseChoice(json::parse(choice.toStdString()));
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, std::string(wire::errorCodeBadRequest));
    QVERIFY(!parsed.error().message.empty());
}

void TestHardware::parseChoice_written_isReadAgain()
{
    const Choice choice{Kind::MigSlice, {"MIG-GPU-1/2/3"}};
    const auto parsed = parseChoice(toJson(choice));
    QVERIFY(parsed);
    QVERIFY(parsed->kind == choice.kind);
    QCOMPARE(parsed->devices, choice.devices);
}

void TestHardware::json_absentFigures_areLeftOut()
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

// The sampler

void TestHardware::sampler_whileWatched_samples()
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

void TestHardware::sampler_withKernels_samplesWithoutWatcher()
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

void TestHardware::sampler_history_isBoundedAndAfter()
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

void TestHardware::sampler_ended_callsNothing()
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

QTEST_GUILESS_MAIN(TestHardware)
#include "tst_hardware.moc"
