// SPDX-License-Identifier: GPL-3.0-or-later
// What sampling costs: the processor time of a cahier-host with KERNELS idle Python kernels and a subscriber,
// as a share of one core, beside that of the sampler's thread alone. One JSON line per figure.
//
//     bench_sampler [FOLDER] [kernels KERNELS] [seconds SECONDS] [gpus GPUS]      (5, 30 and 2)
//
// FOLDER is what packaging/bench gives to every benchmark. The GPUs are those of the fake library of the
// tests, which answers at once (a JSON value for each call): what a driver takes comes on top.
#include <tests/support/fakenvml.h>
#include <tests/support/hostfixture.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include <chrono>
#include <cstdio>

#include <unistd.h>

using namespace cahier::test;
using nlohmann::json;

namespace {

void print(const json& figure)
{
    std::printf("%s\n", figure.dump().c_str());
}

/// Nanoseconds on a processor, by the scheduler (the first number of schedstat).
qint64 timeOf(const QString& task)
{
    QFile file(task + QStringLiteral("/schedstat"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(0).toLongLong() : 0;
}

struct Times {
    qint64 all = 0;    ///< of the host
    qint64 thread = 0; ///< of the thread that samples
};

Times timesOf(qint64 pid, const QByteArray& sampler)
{
    Times times;
    const QString tasks = QStringLiteral("/proc/%1/task/").arg(pid);
    for (const QString& task : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const qint64 time = timeOf(tasks + task);
        times.all += time;
        QFile name(tasks + task + QStringLiteral("/comm"));
        if (name.open(QIODevice::ReadOnly) && name.readAll().trimmed() == sampler) times.thread += time;
    }
    return times;
}

json manyGpus(int count)
{
    json world = twoGpus();
    const json gpu = world["gpus"][0];
    world["gpus"] = json::array();
    for (int i = 0; i < count; ++i) {
        world["gpus"].push_back(gpu);
        world["gpus"].back()["uuid"] = "GPU-" + std::to_string(i);
    }
    return world;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto numberOf = [&](const char* name, int usual) {
        const qsizetype at = arguments.indexOf(QLatin1StringView(name));
        return at >= 0 && at + 1 < arguments.size() ? arguments[at + 1].toInt() : usual;
    };
    const int kernels = numberOf("kernels", 5), seconds = numberOf("seconds", 30);
    const int gpus = numberOf("gpus", 2);
    HostFixture host;
    FakeNvmlWorld world(host.folder(QStringLiteral("world.json")));
    world.json = manyGpus(gpus);
    world.write();
    if (gpus > 0) host.environment.insert(QStringLiteral("LD_LIBRARY_PATH"), fakeNvmlFolder());
    host.environment.insert(QStringLiteral("CAHIER_FAKE_NVML"), world.path());
    if (!host.start()) return 1;
    HostClient client = host.connect();
    for (int i = 0; i < kernels; ++i)
        if (client.startKernel({{"spec", "python3"}}).empty()) return 1;
    client.request({{"op", "subscribe_samples"}});
    const auto nextSample = [&] {
        const HostEvent event = client.waitFor([](const HostEvent& each) { return each.op() == "sample"; });
        if (event.op().empty()) std::abort();
    };
    for (int i = 0; i < 5; ++i) // the kernels have come to rest by then
        nextSample();
    const auto begin = std::chrono::steady_clock::now();
    const Times before = timesOf(host.pid(), "sampler");
    for (int i = 0; i < seconds; ++i)
        nextSample();
    const Times after = timesOf(host.pid(), "sampler");
    const double passed =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
    const auto percent = [&](qint64 from, qint64 to) {
        return 100 * static_cast<double>(to - from) / passed;
    };
    const int processes = static_cast<int>(
        QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[1-9]*")}, QDir::Dirs).size());
    const json circumstances = {{"kernels", kernels}, {"gpus", gpus}, {"processes", processes}};
    json thread = {
        {"bench", "sampler_cpu"}, {"unit", "% of a core"}, {"value", percent(before.thread, after.thread)}};
    thread.update(circumstances);
    print(thread);
    json whole = {
        {"bench", "sampler_host_cpu"}, {"unit", "% of a core"}, {"value", percent(before.all, after.all)}};
    whole.update(circumstances);
    print(whole);
    return 0;
}
