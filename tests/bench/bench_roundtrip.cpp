// SPDX-License-Identifier: GPL-3.0-or-later
// The way of a cell from a client over the host to the kernel and back, beside jupyter_client's blocking
// client in the same run. One JSON line per figure.
//
//     bench_roundtrip [FOLDER] [roundtrip COUNT] [flood LINES]      (500 and 1,000,000)
//
// Without roundtrip and flood it measures both. FOLDER is what packaging/bench gives to every benchmark; this
// one needs no notebooks.
#include <tests/support/hostfixture.h>

#include <QCoreApplication>
#include <QProcess>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace cahier::test;
using nlohmann::json;

namespace {

void print(const json& figure)
{
    std::printf("%s\n", figure.dump().c_str());
}

/// Runs a cell to its end and keeps what it prints.
std::string run(HostClient& client, const std::string& kernel, const std::string& id, const std::string& code)
{
    std::string kept;
    client.execute(kernel, id, code);
    bool idle = false, reply = false;
    while (!(idle && reply)) {
        const HostEvent event = client.nextEvent(600000);
        if (event.op().empty()) std::abort();
        if (event.sent() || event.parentId() != id) continue;
        const std::string type = event.type();
        if (type == "stream")
            kept += event.content()["text"].get_ref<const std::string&>();
        else if (type == "status")
            idle = idle || event.content()["execution_state"] == "idle";
        else if (type == "execute_reply")
            reply = true;
    }
    return kept;
}

double secondsSince(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double percentile(std::vector<double> values, double fraction)
{
    std::ranges::sort(values);
    const auto at = static_cast<std::size_t>(fraction * static_cast<double>(values.size()));
    return values[std::min(values.size() - 1, at)];
}

void printTimes(const std::string& who, const std::vector<double>& times)
{
    print({{"bench", "roundtrip_" + who + "_p50"}, {"unit", "ms"}, {"value", percentile(times, 0.5)}});
    print({{"bench", "roundtrip_" + who + "_p99"}, {"unit", "ms"}, {"value", percentile(times, 0.99)}});
}

/// Blocks of both in turn, so that what else the machine does weighs on both alike.
void roundTrips(HostClient& client, const std::string& kernel, int count)
{
    constexpr int block = 25;
    QProcess reference;
    reference.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    reference.start(QStringLiteral("python3"),
                    {QStringLiteral(CAHIER_REFERENCE), QStringLiteral("roundtrip"), QString::number(block)});
    const auto nextLine = [&] {
        while (!reference.canReadLine() && reference.waitForReadyRead(120000)) {
        }
        return reference.readLine().toStdString();
    };
    for (int i = 0; i < 20; ++i)
        run(client, kernel, "warm-" + std::to_string(i), "pass");
    if (!nextLine().starts_with("ready")) std::abort();
    std::vector<double> ours, theirs;
    for (int i = 0; i < count; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        run(client, kernel, "pass-" + std::to_string(i), "pass");
        ours.push_back(secondsSince(begin) * 1000);
        if ((i + 1) % block != 0) continue;
        reference.write("go\n");
        for (const json& each : json::parse(nextLine()))
            theirs.push_back(each.get<double>());
    }
    reference.closeWriteChannel();
    reference.waitForFinished();
    printTimes("host", ours);
    printTimes("jupyter_client", theirs);
}

void flood(HostFixture& host, HostClient& client, const std::string& kernel, int lines)
{
    HostClient stalled = host.connect(); // attached, and reads nothing
    stalled.request({{"op", "attach"}, {"kernel", kernel}, {"after", 0}});
    const auto begin = std::chrono::steady_clock::now();
    const std::string kept =
        run(client, kernel, "flood", "for i in range(" + std::to_string(lines) + "): print(i)");
    const double took = secondsSince(begin);
    if (std::ranges::count(kept, '\n') != lines) std::abort();
    print({{"bench", "flood_host"}, {"unit", "s"}, {"value", took}, {"lines", lines}});
    print({{"bench", "flood_host_peak_memory"}, {"unit", "kB"}, {"value", host.memoryKb("VmHWM")}});
}

void reference(const QString& what, int count)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QStringLiteral("python3"),
                  {QStringLiteral(CAHIER_REFERENCE), what, QString::number(count)});
    process.waitForFinished(-1);
    std::printf("%s", process.readAllStandardOutput().constData());
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const bool chosen =
        arguments.contains(QStringLiteral("roundtrip")) || arguments.contains(QStringLiteral("flood"));
    const auto countOf = [&](const QString& name, int usual) {
        const qsizetype at = arguments.indexOf(name);
        if (at < 0) return chosen ? 0 : usual;
        return at + 1 < arguments.size() ? arguments[at + 1].toInt() : usual;
    };
    HostFixture host;
    if (!host.start()) return 1;
    HostClient client = host.connect();
    const std::string kernel = client.startKernel({{"spec", "python3"}});
    if (kernel.empty()) return 1;
    if (const int count = countOf(QStringLiteral("roundtrip"), 500); count > 0) {
        roundTrips(client, kernel, count);
    }
    if (const int lines = countOf(QStringLiteral("flood"), 1000000); lines > 0) {
        flood(host, client, kernel, lines);
        reference(QStringLiteral("flood"), lines);
    }
    client.request({{"op", "shutdown"}, {"kernel", kernel}});
    return 0;
}
