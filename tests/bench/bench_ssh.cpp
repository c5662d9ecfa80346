// SPDX-License-Identifier: GPL-3.0-or-later
// bench_ssh [FOLDER] [roundtrip N] [copy MIB]: a far machine (a real sshd on loopback) against this one: the
// first connection, with the copying of the host program, later ones up to the list of kernels, the time for
// `pass`, and a large file to and fro, with scp for comparison. One JSON line per figure.
#include <runtimes/local/localruntime.h>
#include <tests/support/sshstage.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

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

void copies(SshdFixture& far, qint64 bytes)
{
    const QString source = far.folder(u"big"_s);
    QFile file(source);
    if (!file.open(QIODevice::WriteOnly)) giveUp(file.errorString());
    QByteArray block(1 << 20, Qt::Uninitialized);
    for (qint64 at = 0; at < bytes; at += block.size()) {
        for (qsizetype i = 0; i < block.size(); i += 4)
            block[i] = static_cast<char>((at >> 20) * 31 + i); // no two blocks the same
        file.write(block);
    }
    file.close();
    SshClient client(far);
    runtime::Files& files = *client.runtime->files();
    print("ssh_upload", rate(*files.upload(source, u"~/up"_s, runtime::Replace::Yes), bytes), "MB/s");
    print("scp_upload", scpRate(far, source, u"far:%1"_s.arg(far.far(u"up2"_s)), bytes), "MB/s");
    print("ssh_download",
          rate(*files.download(u"~/up"_s, far.folder(u"down"_s), runtime::Replace::Yes), bytes), "MB/s");
    QFile::remove(far.far(u"up2"_s));
    QFile::remove(far.folder(u"down"_s));
    print("scp_download", scpRate(far, u"far:%1"_s.arg(far.far(u"up"_s)), far.folder(u"down2"_s), bytes),
          "MB/s");
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
    copies(far, static_cast<qint64>(std::max(1, countOf(u"copy"_s, 1024))) << 20);
    return 0;
}
