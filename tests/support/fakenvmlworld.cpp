// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/fakenvml.h>

#include <QSaveFile>

namespace cahier::test {

using nlohmann::json;

QString fakeNvmlFolder()
{
    return QStringLiteral(CAHIER_FAKE_NVML_FOLDER);
}

QString oldFakeNvmlFolder()
{
    return QStringLiteral(CAHIER_OLD_FAKE_NVML_FOLDER);
}

void FakeNvmlWorld::write() const
{
    QSaveFile file(m_path); // renamed into place: never read half
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write the fake NVML's world");
    file.write(QByteArray::fromStdString(json.dump()));
    if (!file.commit()) qFatal("cannot write the fake NVML's world");
}

void FakeNvmlWorld::play() const
{
    write();
    qputenv("LD_LIBRARY_PATH", fakeNvmlFolder().toLocal8Bit());
    qputenv("CAHIER_FAKE_NVML", m_path.toLocal8Bit());
}

json twoGpus()
{
    const json slice1 = {{"uuid", "MIG-11111111-aaaa"},
                         {"name", "NVIDIA A100-SXM4-40GB MIG 1g.5gb"},
                         {"total", 5ull << 30},
                         {"used", 1ull << 30}};
    json slice2 = slice1;
    slice2["uuid"] = "MIG-22222222-bbbb";
    slice2["name"] = "NVIDIA A100-SXM4-40GB MIG 2g.10gb";
    slice2["total"] = 10ull << 30;
    return {{"driver", "580.65.06"},
            {"cuda", 13000},
            {"gpus",
             {{{"uuid", "GPU-11111111-2222"},
               {"name", "NVIDIA H100 80GB HBM3"},
               {"total", 80ull << 30},
               {"used", 3ull << 30},
               {"utilisation", 87},
               {"temperature", 61},
               {"power_mw", 412500},
               {"mig", 0},
               {"processes", {{{"pid", 4000000}, {"memory", 2ull << 30}}}}},
              {{"uuid", "GPU-33333333-4444"},
               {"name", "NVIDIA A100-SXM4-40GB"},
               {"total", 40ull << 30},
               {"used", 2ull << 30},
               {"temperature", 40},
               {"power_mw", 60000},
               {"mig", 1},
               {"slices", {slice1, slice2}}}}}};
}

} // namespace cahier::test
