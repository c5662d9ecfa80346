// SPDX-License-Identifier: GPL-3.0-or-later
// Programs on this machine through a host, and the list of its Pythons (those of the home folder too). One
// JSON line per figure.
//
//     bench_environments [FOLDER]      FOLDER is what packaging/bench gives; this one needs no notebooks
#include <tests/support/localstage.h>

#include <QCoreApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace cahier;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

constexpr int rounds = 9;

template <typename Work> double medianMs(Work work)
{
    std::vector<double> values;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        values.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::sort(values);
    return values[rounds / 2];
}

/// Runs a program to its end; the bytes that it printed.
qint64 runToEnd(runtime::Runtime& runtime, const QStringList& argv)
{
    const std::unique_ptr<runtime::Process> process = runtime.run({argv});
    qint64 bytes = 0;
    bool over = false;
    QObject::connect(process.get(), &runtime::Process::outputArrived, process.get(),
                     [&](const QByteArray& piece) { bytes += piece.size(); });
    QObject::connect(process.get(), &runtime::Process::exited, process.get(), [&] { over = true; });
    QObject::connect(process.get(), &runtime::Process::failed, process.get(), [&] { std::abort(); });
    while (!over)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return bytes;
}

void print(const json& figure)
{
    std::printf("%s\n", figure.dump().c_str());
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QByteArray home = qgetenv("HOME");
    const LocalStage stage; // a host of its own, with another home folder
    const auto runtime = stage.makeRuntime();
    if (runToEnd(*runtime, {u"true"_s}) != 0) return 1; // the host runs from now on
    print({{"bench", "run_start_to_end"}, {"unit", "ms"}, {"value", medianMs([&] {
                                                               (void)runToEnd(*runtime, {u"true"_s});
                                                           })}});
    const double flood =
        medianMs([&] { (void)runToEnd(*runtime, {u"head"_s, u"-c"_s, u"100000000"_s, u"/dev/zero"_s}); });
    print({{"bench", "run_output"}, {"unit", "MB/s"}, {"value", 100'000 / flood}});
    qputenv("HOME", home);
    std::size_t count = 0;
    const double list = medianMs([&] {
        const auto environments = LocalStage::wait(runtime->environments({}));
        count = environments ? environments->found.size() : 0;
    });
    print({{"bench", "environments_list"}, {"unit", "ms"}, {"value", list}, {"environments", count}});
    return 0;
}
