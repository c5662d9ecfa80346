// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/runtimes/acceleratorargument.h>
#include <app/runtimes/runtimeaddress.h>
#include <runtimes/ssh/sshruntime.h>
#include <tests/support/notebooksession.h>

#include <QTest>

using namespace cahier;
using namespace cahier::runtime;
using namespace cahier::test;
using namespace Qt::StringLiterals;

class TestRuntimeAddress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void parse_address_isReadAgainFromItsId_data();
    void parse_address_isReadAgainFromItsId();
    void parse_nonsense_isRefusedAndNotRepeated_data();
    void parse_nonsense_isRefusedAndNotRepeated();
    void open_each_hasWhatItsKindNeeds();

    void accelerator_text_isParsed_data();
    void accelerator_text_isParsed();
    void accelerator_nonsense_isRefused_data();
    void accelerator_nonsense_isRefused();
    void accelerator_chosen_isTheDevice_data();
    void accelerator_chosen_isTheDevice();
    void accelerator_notThere_saysWhatThereIs_data();
    void accelerator_notThere_saysWhatThereIs();
};

void TestRuntimeAddress::parse_address_isReadAgainFromItsId_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("kind");
    const auto row = [](const char* text, const char* id, const char* name, RuntimeEntry::Kind kind) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(id)
                            << QString::fromLatin1(name) << int(kind);
    };
    using Kind = RuntimeEntry::Kind;
    row("local", "local", "This machine", Kind::Local);
    row("ssh:box", "ssh:box", "box", Kind::Ssh);
    row(" ssh:ada@box:2222 ", "ssh:ada@box:2222", "ada@box:2222", Kind::Ssh);
    row("ssh://ada@box:2222/", "ssh:ada@box:2222", "ada@box:2222", Kind::Ssh);
    row("ssh:[::1]:22", "ssh:[::1]:22", "[::1]:22", Kind::Ssh);
    row("http://localhost:8888/lab?token=secret", "http://localhost:8888/", "localhost:8888",
        Kind::JupyterServer);
    row("HTTPS://Hub.org/user/ada/tree/a.ipynb", "https://hub.org/user/ada/", "hub.org/user/ada",
        Kind::JupyterServer);
}

void TestRuntimeAddress::parse_address_isReadAgainFromItsId()
{
    QFETCH(const QString, text);
    QFETCH(const QString, id);
    const auto address = parseRuntimeAddress(text);
    QVERIFY2(address, qPrintable(address ? QString() : address.error().text()));
    const RuntimeEntry entry = entryOf(*address);
    QCOMPARE(entry.id, id);
    QTEST(entry.name, "name");
    QTEST(int(entry.kind), "kind");
    const auto again = parseRuntimeAddress(entry.id);
    QVERIFY(again);
    QCOMPARE(entryOf(*again), entry);
}

void TestRuntimeAddress::parse_nonsense_isRefusedAndNotRepeated_data()
{
    QTest::addColumn<QString>("text");
    for (const char* const text : {"", "box", "localhost:8888/?token=secret", "ftp://h/?token=secret", "ssh:",
                                   "ssh:-oX", "http://", "http://h:0/?token=secret", "https://ada:secret@h/"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestRuntimeAddress::parse_nonsense_isRefusedAndNotRepeated()
{
    QFETCH(const QString, text);
    const auto address = parseRuntimeAddress(text);
    QVERIFY(!address);
    QCOMPARE(address.error().code, ErrorCode::InvalidFormat);
    QVERIFY(!address.error().text().contains("secret"_L1));
}

void TestRuntimeAddress::open_each_hasWhatItsKindNeeds()
{
    const auto open = [this](const char* text) {
        return resultOf(openRuntime(parseRuntimeAddress(QString::fromLatin1(text)).value(), this));
    };
    const auto local = open("local");
    QVERIFY(local && local->runtime && !local->ssh && !local->server);
    const auto ssh = open("ssh:nowhere.invalid");
    QVERIFY(ssh && ssh->ssh && ssh->runtime == ssh->ssh && !ssh->server);
    QCOMPARE(ssh->ssh->target().host, u"nowhere.invalid"_s);
    const auto server = open("http://127.0.0.1:1/?token=t");
    QVERIFY2(server, qPrintable(server ? QString() : server.error().text()));
    QVERIFY(server->server && server->runtime == server->server->runtime() && !server->ssh);
    QCOMPARE(server->server->address().token, u"t"_s);
    QCOMPARE(server->runtime->thread(), thread());
}

void TestRuntimeAddress::accelerator_text_isParsed_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("device");
    QTest::newRow("cpu") << u"cpu"_s << int(AcceleratorKind::None) << u""_s;
    QTest::newRow("gpu") << u"gpu"_s << int(AcceleratorKind::Gpu) << u""_s;
    QTest::newRow("upper case") << u"GPU:1"_s << int(AcceleratorKind::Gpu) << u"1"_s;
    QTest::newRow("uuid") << u"gpu:GPU-ab"_s << int(AcceleratorKind::Gpu) << u"GPU-ab"_s;
    QTest::newRow("slice") << u"mig:MIG-ab"_s << int(AcceleratorKind::MigSlice) << u"MIG-ab"_s;
    QTest::newRow("slice as a gpu") << u"gpu:MIG-ab"_s << int(AcceleratorKind::MigSlice) << u"MIG-ab"_s;
    QTest::newRow("tpu") << u"tpu"_s << int(AcceleratorKind::Tpu) << u""_s;
    QTest::newRow("chip") << u"tpu:3"_s << int(AcceleratorKind::Tpu) << u"3"_s;
}

void TestRuntimeAddress::accelerator_text_isParsed()
{
    QFETCH(const QString, text);
    const auto argument = AcceleratorArgument::parse(text);
    QVERIFY(argument);
    QTEST(int(argument->kind), "kind");
    QTEST(argument->device, "device");
    QCOMPARE(argument->needsHardware(), text != "cpu"_L1);
}

void TestRuntimeAddress::accelerator_nonsense_isRefused_data()
{
    QTest::addColumn<QString>("text");
    for (const char* const text : {"", "cpu:1", "gpu:", "gpus", "tpu:x", "quantum", ":1"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestRuntimeAddress::accelerator_nonsense_isRefused()
{
    QFETCH(const QString, text);
    QVERIFY(!AcceleratorArgument::parse(text));
}

namespace {

/// A broken GPU, a whole one, a divided one, and a TPU of two chips.
Hardware manyDevices()
{
    const DeviceStatus usable{DeviceState::Usable, {}, {}};
    Hardware hardware;
    hardware.gpus = {Gpu{.index = 0,
                         .uuid = u"GPU-a"_s,
                         .name = u"Broken"_s,
                         .status = {DeviceState::Broken, u"Its driver is too old."_s, {}}},
                     Gpu{.index = 1, .uuid = u"GPU-b"_s, .name = u"Whole"_s, .status = usable},
                     Gpu{.index = 2,
                         .uuid = u"GPU-c"_s,
                         .name = u"Divided"_s,
                         .migEnabled = true,
                         .slices = {MigSlice{u"MIG-c1"_s, u"slice one"_s, u"1g.5gb"_s, {}},
                                    MigSlice{u"MIG-c2"_s, u"slice two"_s, u"2g.10gb"_s, {}}},
                         .status = usable}};
    hardware.gpuStatus = usable;
    hardware.tpus = {TpuChip{0, u"TPU v5e"_s, {}}, TpuChip{1, u"TPU v5e"_s, {}}};
    hardware.tpuStatus = usable;
    return hardware;
}

} // namespace

void TestRuntimeAddress::accelerator_chosen_isTheDevice_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QStringList>("devices");
    QTest::newRow("cpu") << u"cpu"_s << int(AcceleratorKind::None) << QStringList{};
    QTest::newRow("first usable") << u"gpu"_s << int(AcceleratorKind::Gpu) << QStringList{u"GPU-b"_s};
    QTest::newRow("number") << u"gpu:1"_s << int(AcceleratorKind::Gpu) << QStringList{u"GPU-b"_s};
    QTest::newRow("uuid") << u"gpu:gpu-B"_s << int(AcceleratorKind::Gpu) << QStringList{u"GPU-b"_s};
    QTest::newRow("first slice") << u"mig"_s << int(AcceleratorKind::MigSlice) << QStringList{u"MIG-c1"_s};
    QTest::newRow("slice") << u"mig:MIG-c2"_s << int(AcceleratorKind::MigSlice) << QStringList{u"MIG-c2"_s};
    QTest::newRow("all chips") << u"tpu"_s << int(AcceleratorKind::Tpu) << QStringList{};
    QTest::newRow("chip") << u"tpu:1"_s << int(AcceleratorKind::Tpu) << QStringList{u"1"_s};
}

void TestRuntimeAddress::accelerator_chosen_isTheDevice()
{
    QFETCH(const QString, text);
    const auto choice = AcceleratorArgument::parse(text)->choose(manyDevices());
    QVERIFY2(choice, qPrintable(choice ? QString() : choice.error().text()));
    QTEST(int(choice->kind), "kind");
    QTEST(choice->devices, "devices");
}

void TestRuntimeAddress::accelerator_notThere_saysWhatThereIs_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("said");
    QTest::newRow("no such number") << u"gpu:7"_s << u"no GPU 7"_s;
    QTest::newRow("broken") << u"gpu:0"_s << u"Its driver is too old."_s;
    QTest::newRow("divided") << u"gpu:2"_s << u"divided"_s;
    QTest::newRow("no such slice") << u"mig:MIG-x"_s << u"MIG-x"_s;
    QTest::newRow("no such chip") << u"tpu:2"_s << u"chip 2"_s;
}

void TestRuntimeAddress::accelerator_notThere_saysWhatThereIs()
{
    QFETCH(const QString, text);
    QFETCH(const QString, said);
    const auto choice = AcceleratorArgument::parse(text)->choose(manyDevices());
    QVERIFY(!choice);
    QCOMPARE(choice.error().code, ErrorCode::NotFound);
    QVERIFY2(choice.error().message.contains(said), qPrintable(choice.error().message));
    for (const char* const there : {"gpu:1  Whole  GPU-b", "mig:MIG-c2  2g.10gb", "tpu  TPU v5e", "too old"})
        QVERIFY2(choice.error().detail.contains(QLatin1StringView(there)), qPrintable(choice.error().detail));
    // Nothing at all: the machine's own words.
    Hardware bare;
    bare.gpuStatus = {DeviceState::None, u"No NVIDIA GPU was found."_s, {}};
    const auto none = AcceleratorArgument::parse(u"gpu"_s)->choose(bare);
    QVERIFY(!none);
    QCOMPARE(none.error().message, u"No NVIDIA GPU was found."_s);
}

QTEST_GUILESS_MAIN(TestRuntimeAddress)
#include "tst_runtimeaddress.moc"
