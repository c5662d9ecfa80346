// SPDX-License-Identifier: GPL-3.0-or-later
// Processor, memory, control groups, disks and TPUs, on made-up trees.
#include <runtimes/accelerators/machine.h>
#include <runtimes/accelerators/smallfile.h>
#include <runtimes/accelerators/tpu.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using namespace cahier::accelerators;
using namespace Qt::StringLiterals;

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

private:
    void write(const QString& name, const QByteArray& text) const;
    void makePci(const QString& address, const char* vendor, const char* device, const char* kind) const;

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

QTEST_GUILESS_MAIN(TestHardware)
#include "tst_hardware.moc"
