// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/acceleratorwish.h>

#include <QTest>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;
using namespace cahier::runtime;
using nlohmann::json;

namespace {

constexpr std::uint64_t gib = 1ULL << 30;
const DeviceStatus usable{DeviceState::Usable, {}, {}};

Gpu gpu(int index, const QString& name, std::uint64_t memory)
{
    return {index, u"GPU-%1"_s.arg(index), name, memory, false, {}, usable};
}

Hardware machine(std::vector<Gpu> gpus)
{
    Hardware hardware;
    hardware.cpu.model = u"AMD EPYC 7B12"_s;
    hardware.gpus = std::move(gpus);
    hardware.gpuStatus = usable;
    return hardware;
}

} // namespace

class TestAcceleratorWish : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wishIn_metadata_isRead_data();
    void wishIn_metadata_isRead();
    void writeWish_choice_changesWhatMustChange_data();
    void writeWish_choice_changesWhatMustChange();
    void options_severalGpus_haveTheirMemoryAndReasons();
    void options_mig_offersTheSlices();
    void options_noHardware_offerTheCpu();
    void proposal_wish_findsTheDevice();
    void name_goneDevice_isItsIdentifier();
};

void TestAcceleratorWish::wishIn_metadata_isRead_data()
{
    QTest::addColumn<QByteArray>("metadata");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << QByteArray("{}") << QString();
    QTest::newRow("null") << QByteArray(R"({"accelerator": null})") << QString();
    QTest::newRow("Colab says NONE") << QByteArray(R"({"accelerator": "NONE"})") << QString();
    QTest::newRow("GPU") << QByteArray(R"({"accelerator": "GPU"})") << u"a GPU"_s;
    QTest::newRow("type") << QByteArray(R"({"accelerator": "GPU", "colab": {"gpuType": "T4"}})")
                          << u"a GPU (T4)"_s;
    QTest::newRow("type without GPU") << QByteArray(R"({"colab": {"gpuType": "T4"}})") << QString();
    QTest::newRow("colab is a list") << QByteArray(R"({"accelerator": "GPU", "colab": [1]})") << u"a GPU"_s;
    QTest::newRow("type is a number")
        << QByteArray(R"({"accelerator": "GPU", "colab": {"gpuType": 4}})") << u"a GPU"_s;
    QTest::newRow("TPU") << QByteArray(R"({"accelerator": "TPU", "colab": {"gpuType": "T4"}})") << u"a TPU"_s;
    QTest::newRow("metadata is a list") << QByteArray("[]") << QString();
}

void TestAcceleratorWish::wishIn_metadata_isRead()
{
    QFETCH(const QByteArray, metadata);
    QTEST(wishIn(json::parse(metadata.toStdString())).text(), "text");
}

void TestAcceleratorWish::writeWish_choice_changesWhatMustChange_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<AcceleratorKind>("kind");
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("a GPU where one was asked for")
        << QByteArray(R"({"accelerator": "GPU", "colab": {"gpuType": "T4"}})") << AcceleratorKind::Gpu
        << QByteArray();
    QTest::newRow("a slice counts as a GPU")
        << QByteArray(R"({"accelerator": "GPU"})") << AcceleratorKind::MigSlice << QByteArray();
    QTest::newRow("a GPU, new") << QByteArray("{}") << AcceleratorKind::Gpu
                                << QByteArray(R"({"accelerator": "GPU"})");
    QTest::newRow("CPU instead of a GPU")
        << QByteArray(R"({"accelerator": "GPU", "colab": {"gpuType": "T4", "name": "x"}})")
        << AcceleratorKind::None << QByteArray(R"({"colab": {"name": "x"}})");
    QTest::newRow("CPU where nothing was asked for")
        << QByteArray(R"({"accelerator": "NONE"})") << AcceleratorKind::None << QByteArray();
    QTest::newRow("a TPU instead of a GPU") << QByteArray(R"({"accelerator": "GPU"})") << AcceleratorKind::Tpu
                                            << QByteArray(R"({"accelerator": "TPU"})");
}

void TestAcceleratorWish::writeWish_choice_changesWhatMustChange()
{
    QFETCH(const QByteArray, before);
    QFETCH(const AcceleratorKind, kind);
    QFETCH(const QByteArray, after); // empty: as before
    json metadata = json::parse(before.toStdString());
    QCOMPARE(writeWish(metadata, {kind, {}}), !after.isEmpty());
    QCOMPARE(metadata.dump(), json::parse((after.isEmpty() ? before : after).toStdString()).dump());
}

void TestAcceleratorWish::options_severalGpus_haveTheirMemoryAndReasons()
{
    Hardware hardware = machine({gpu(0, u"NVIDIA L4"_s, 24 * gib), gpu(1, u"NVIDIA H100"_s, 80 * gib)});
    hardware.gpus[0].status = {DeviceState::Lost, u"GPU 0 does not answer any more."_s, {}};
    ResourceSample now;
    now.gpus.push_back({.uuid = u"GPU-1"_s, .index = 1, .memoryUsed = 20 * gib, .memoryTotal = 80 * gib});
    const auto options = acceleratorOptions(hardware, now);
    QCOMPARE(options.size(), 4U);
    QVERIFY(!options[0].choice);
    QCOMPARE(*options[1].choice, AcceleratorChoice());
    QCOMPARE(options[1].note, u"AMD EPYC 7B12"_s);
    QCOMPARE(options[2].whyNot, u"GPU 0 does not answer any more."_s);
    QCOMPARE(options[3].title, u"NVIDIA H100"_s);
    QVERIFY(options[3].whyNot.isEmpty());
    QVERIFY2(options[3].note.contains(u"60.0"_s) && options[3].note.contains(u"80.0"_s),
             qPrintable(options[3].note));
    QCOMPARE(options[3].choice->devices, QStringList{u"GPU-1"_s});
}

void TestAcceleratorWish::options_mig_offersTheSlices()
{
    Hardware hardware = machine({gpu(0, u"NVIDIA A100"_s, 40 * gib)});
    hardware.gpus[0].migEnabled = true;
    QVERIFY(!acceleratorOptions(hardware, {})[2].whyNot.isEmpty());
    QVERIFY(!proposalFor({AcceleratorWish::Kind::Gpu, {}}, hardware));
    hardware.gpus[0].slices = {{u"MIG-a"_s, u"NVIDIA A100 MIG 1g.5gb"_s, u"1g.5gb"_s, 5 * gib},
                               {u"MIG-b"_s, u"NVIDIA A100 MIG 3g.20gb"_s, u"3g.20gb"_s, 20 * gib}};
    const auto options = acceleratorOptions(hardware, {});
    QCOMPARE(options.size(), 5U);
    QVERIFY(!options[2].whyNot.isEmpty());
    QCOMPARE(options[4].choice->kind, AcceleratorKind::MigSlice);
    QVERIFY(options[4].whyNot.isEmpty());
    QCOMPARE(proposalFor({AcceleratorWish::Kind::Gpu, u"A100"_s}, hardware)->devices,
             QStringList{u"MIG-b"_s});
}

void TestAcceleratorWish::options_noHardware_offerTheCpu()
{
    const auto options = acceleratorOptions({}, {});
    QCOMPARE(options.size(), 2U);
    QVERIFY(options[0].whyNot.isEmpty() && options[1].whyNot.isEmpty());
}

void TestAcceleratorWish::proposal_wish_findsTheDevice()
{
    using enum AcceleratorWish::Kind;
    Hardware hardware = machine({gpu(0, u"Tesla T4"_s, 16 * gib), gpu(1, u"NVIDIA H100"_s, 80 * gib)});
    QCOMPARE(proposalFor({Gpu, u"T4"_s}, hardware)->devices, QStringList{u"GPU-0"_s});
    QCOMPARE(proposalFor({Gpu, {}}, hardware)->devices, QStringList{u"GPU-1"_s});
    QCOMPARE(proposalFor({Gpu, u"V100"_s}, hardware)->devices, QStringList{u"GPU-1"_s});
    QVERIFY(!proposalFor({None, {}}, hardware));
    QVERIFY(!proposalFor({Tpu, {}}, hardware));
    hardware.gpus[1].status.state = DeviceState::Broken;
    QCOMPARE(proposalFor({Gpu, {}}, hardware)->devices, QStringList{u"GPU-0"_s});
    hardware.tpus = {{0, u"TPU v5e"_s, u"/dev/accel0"_s}};
    QVERIFY(!proposalFor({Tpu, {}}, hardware)); // it is not usable
    hardware.tpuStatus = usable;
    QCOMPARE(proposalFor({Tpu, {}}, hardware)->kind, AcceleratorKind::Tpu);
    QVERIFY(!proposalFor({Gpu, {}}, machine({})));
}

void TestAcceleratorWish::name_goneDevice_isItsIdentifier()
{
    const Hardware hardware = machine({gpu(0, u"Tesla T4"_s, 16 * gib)});
    QCOMPARE(nameOf({AcceleratorKind::Gpu, {u"GPU-0"_s}}, hardware), u"Tesla T4"_s);
    QCOMPARE(nameOf({AcceleratorKind::Gpu, {u"GPU-9"_s}}, hardware), u"GPU-9"_s);
    QCOMPARE(nameOf({AcceleratorKind::None, {}}, hardware), u"CPU only"_s);
}

QTEST_GUILESS_MAIN(TestAcceleratorWish)
#include "tst_acceleratorwish.moc"
