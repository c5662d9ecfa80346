// SPDX-License-Identifier: GPL-3.0-or-later
// bench_ssh [FOLDER] [roundtrip N] [copy MIB] [rounds N]: a far machine (a real sshd on loopback) against
// this one: the first connection, with the copying of the host program, later ones up to the list of kernels,
// the time for `pass`, and a large file to and fro, with scp for comparison. One JSON line per figure.
#include <runtimes/local/localruntime.h>
#include <tests/support/sshstage.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

#include <sys/resource.h>

using namespace cahier;
using namespace cahier::test;
using namespace Qt::StringLiterals;
using nlohmann::json;

namespace {

void print(const char* name, double value, const char* unit)
{
    std::printf("%s\n", json{{"bench", name}, {"value", value}, {"unit", unit}}.dump().c_str());
    std::fflush(stdout);
}

[[noreturn]] void giveUp(const QString& why)
{
    std::fprintf(stderr, "bench_ssh: %s\n", qPrintable(why));
    std::exit(1);
}

template <typename T> T must(Result<T> result)
{
    if (!result) giveUp(result.error().text());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double seconds(const QElapsedTimer& timer)
{
    return static_cast<double>(timer.nsecsElapsed()) / 1e9;
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double connectTo(const SshdFixture& far)
{
    SshClient client(far);
    QElapsedTimer timer;
    timer.start();
    (void)must(LocalStage::wait(client.runtime->kernels()));
    return seconds(timer);
}

void connections(const SshdFixture& far)
{
    print("ssh_first_connection", connectTo(far), "s");
    std::vector<double> later;
    for (int count = 0; count < 9; ++count)
        later.push_back(connectTo(far));
    print("ssh_later_connection", median(later), "s");
    QElapsedTimer timer;
    std::vector<double> plain;
    for (int count = 0; count < 9; ++count) {
        timer.start();
        if (QProcess::execute(u"ssh"_s, far.options().arguments + QStringList{u"far"_s, u"true"_s}) != 0)
            giveUp(u"ssh far true failed"_s);
        plain.push_back(seconds(timer));
    }
    print("ssh_true", median(plain), "s");
}

void roundTrips(runtime::Runtime& runtime, const char* name, int count)
{
    LocalSession session;
    must(session.start(runtime));
    const CellKey cell = session.add("pass");
    std::vector<double> times;
    for (int at = 0; at < count; ++at) {
        QElapsedTimer timer;
        timer.start();
        must(session.session.enqueue(std::vector{cell}));
        QEventLoop loop;
        QObject::connect(&session.session, &runtime::Session::stateChanged, &loop, [&] {
            if (!session.session.hasWork()) loop.quit();
        });
        if (session.session.hasWork()) loop.exec();
        times.push_back(seconds(timer) * 1000);
    }
    print(name, median(times), "ms");
    must(LocalStage::wait(session.session.shutdown()));
}

double rate(runtime::FileTransfer& transfer, qint64 bytes)
{
    QElapsedTimer timer;
    timer.start();
    QEventLoop loop;
    QObject::connect(&transfer, &runtime::FileTransfer::succeeded, &loop, &QEventLoop::quit);
    QObject::connect(&transfer, &runtime::FileTransfer::failed, &loop,
                     [](const Error& error) { giveUp(error.text()); });
    loop.exec();
    return static_cast<double>(bytes) / seconds(timer) / 1e6;
}

double scpRate(const SshdFixture& far, const QString& from, const QString& to, qint64 bytes)
{
    QElapsedTimer timer;
    timer.start();
    if (QProcess::execute(u"scp"_s, QStringList{u"-q"_s} + far.options().arguments + QStringList{from, to}) !=
        0)
        giveUp(u"scp failed"_s);
    return static_cast<double>(bytes) / seconds(timer) / 1e6;
}

/// A file in which no two blocks are the same.
void writeSource(const QString& path, qint64 bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) giveUp(file.errorString());
    QByteArray block(1 << 20, Qt::Uninitialized);
    for (qint64 at = 0; at < bytes; at += block.size()) {
        for (qsizetype i = 0; i < block.size(); i += 4)
            block[i] = static_cast<char>((at >> 20) * 31 + i);
        file.write(block);
    }
}

/// The most memory that this process has had, in MB.
double peakMemory()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1000;
}

/// Ours and scp's in turn, each onto disk and memory that the one before gave back; the first round is none.
void copies(SshdFixture& far, qint64 bytes, int rounds)
{
    const QString source = far.folder(u"big"_s);
    writeSource(source, bytes);
    SshClient client(far);
    runtime::Files& files = *client.runtime->files();
    const QString there = far.far(u"up"_s), here = far.folder(u"down"_s);
    std::vector<double> up, scpUp, down, scpDown;
    const double before = peakMemory();
    for (int round = 0; round <= rounds; ++round) {
        up.push_back(rate(*files.upload(source, u"~/up"_s, runtime::Replace::Yes), bytes));
        QFile::remove(there);
        scpUp.push_back(scpRate(far, source, u"far:%1"_s.arg(there), bytes));
        down.push_back(rate(*files.download(u"~/up"_s, here, runtime::Replace::Yes), bytes));
        QFile::remove(here);
        scpDown.push_back(scpRate(far, u"far:%1"_s.arg(there), here, bytes));
        QFile::remove(here);
        QFile::remove(there);
    }
    const auto figure = [](const char* name, std::vector<double> rates) {
        const double value = median({rates.begin() + 1, rates.end()});
        print(name, value, "MB/s");
        return value;
    };
    const double ours = figure("ssh_upload", up), theirs = figure("scp_upload", scpUp);
    print("ssh_upload_of_scp", ours / theirs, "");
    const double ours2 = figure("ssh_download", down), theirs2 = figure("scp_download", scpDown);
    print("ssh_download_of_scp", ours2 / theirs2, "");
    print("ssh_copy_memory", peakMemory() - before, "MB");
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto countOf = [&](const QString& name, int usual) {
        const qsizetype at = arguments.indexOf(name);
        return at < 0 || at + 1 == arguments.size() ? usual : arguments[at + 1].toInt();
    };
    LocalStage here;
    SshdFixture far;
    if (const QString problem = far.start(); !problem.isEmpty()) giveUp(problem);
    far.trust();
    connections(far);
    const int count = std::max(1, countOf(u"roundtrip"_s, 300));
    {
        SshClient client(far);
        roundTrips(*client.runtime, "ssh_roundtrip", count);
        const auto local = here.makeRuntime();
        roundTrips(*local, "local_roundtrip", count);
    }
    copies(far, static_cast<qint64>(std::max(1, countOf(u"copy"_s, 1024))) << 20,
           std::max(1, countOf(u"rounds"_s, 3)));
    return 0;
}
