// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/localconnector.h>

#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/socketpath.h>

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto pollPause = 5ms;
constexpr auto startPause = 1s; // a host that was found, or started, may be about to end

Error errorOf(const wire::WireError& error)
{
    const bool absent = error.code == wire::errorCodeNotFound;
    return {absent ? ErrorCode::NotFound : ErrorCode::Io, QString::fromStdString(error.message),
            QString::fromStdString(error.detail), absent ? Retry::Later : Retry::No};
}

/// A child process whose standard error we read.
struct Child {
    pid_t pid = -1;
    int errorFd = -1;
};

Result<Child> spawn(const QString& program)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return failure(ErrorCode::Io, u"No pipe could be made."_s,
                       QString::fromLocal8Bit(std::strerror(errno)));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    QByteArray path = program.toLocal8Bit();
    QByteArray serve("serve");
    QByteArray daemon("--daemon");
    std::array<char*, 4> arguments{path.data(), serve.data(), daemon.data(), nullptr};
    Child child{-1, pipe[0]};
    const int problem =
        ::posix_spawn(&child.pid, path.constData(), &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    ::close(pipe[1]);
    if (problem == 0) return child;
    ::close(pipe[0]);
    return failure(ErrorCode::NotFound, u"The kernel host %1 could not be started."_s.arg(program),
                   QString::fromLocal8Bit(std::strerror(problem)));
}

/// What is there to read, without waiting.
QByteArray readAvailable(int fd)
{
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    QByteArray text(4096, '\0');
    const ssize_t size = ::read(fd, text.data(), static_cast<std::size_t>(text.size()));
    return text.left(std::max<ssize_t>(0, size));
}

Error cancelled()
{
    return {ErrorCode::Cancelled, u"The program let go of the kernel host."_s, {}, Retry::Fatal};
}

} // namespace

Result<QString> findHostProgram()
{
    const QString named = qEnvironmentVariable("CAHIER_HOST_PROGRAM");
    const QString beside = QCoreApplication::applicationDirPath() + u"/cahier-host"_s;
    const auto isProgram = [](const QString& path) {
        const QFileInfo file(path);
        return file.isFile() && file.isExecutable();
    };
    if (!named.isEmpty()) {
        if (isProgram(named)) return named;
        return failure(ErrorCode::NotFound,
                       u"CAHIER_HOST_PROGRAM names %1, which is not a program that can be run."_s.arg(named));
    }
    if (isProgram(beside)) return beside;
    const QString onPath = QStandardPaths::findExecutable(u"cahier-host"_s);
    if (!onPath.isEmpty()) return onPath;
    return failure(
        ErrorCode::NotFound,
        u"The program cahier-host, which runs the kernels, was not found. Install Cahier again, or "
        "set CAHIER_HOST_PROGRAM to its path."_s,
        u"Looked for %1 and on PATH."_s.arg(beside));
}

LocalConnector::LocalConnector(QString program, std::chrono::milliseconds limit)
    : m_program(std::move(program)), m_limit(limit)
{
}

LocalConnector::~LocalConnector()
{
    reapChildren();
}

void LocalConnector::reapChildren()
{
    std::erase_if(m_children, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

Result<HostStream> LocalConnector::connect(const std::stop_token& stop)
{
    const wire::Result<std::string> path = wire::hostSocketPath();
    if (!path) return std::unexpected(errorOf(path.error()));
    const Clock::time_point deadline = Clock::now() + m_limit;
    std::optional<Clock::time_point> started;
    for (;;) {
        if (stop.stop_requested()) return std::unexpected(cancelled());
        const wire::Result<int> fd = wire::connectToHost(*path);
        if (fd) return HostStream(*fd, *fd);
        if (fd.error().code != wire::errorCodeNotFound) return std::unexpected(errorOf(fd.error()));
        const Clock::time_point now = Clock::now();
        if (started && now >= deadline)
            return failure(ErrorCode::Timeout, u"The kernel host was started and does not answer."_s,
                           QString::fromStdString(fd.error().message), Retry::Later);
        if (!started || now >= *started + startPause) {
            if (const Result<void> start = startHost(stop); !start) return std::unexpected(start.error());
            started = Clock::now();
            continue;
        }
        std::this_thread::sleep_for(pollPause);
    }
}

Result<void> LocalConnector::startHost(const std::stop_token& stop)
{
    reapChildren();
    const Result<QString> program = m_program.isEmpty() ? findHostProgram() : Result<QString>(m_program);
    if (!program) return std::unexpected(program.error());
    const Result<Child> child = spawn(*program);
    if (!child) return std::unexpected(child.error());
    const Clock::time_point deadline = Clock::now() + m_limit;
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(child->pid, &status, WNOHANG)) == 0 && Clock::now() < deadline &&
           !stop.stop_requested())
        std::this_thread::sleep_for(pollPause);
    const QByteArray said = readAvailable(child->errorFd);
    ::close(child->errorFd);
    if (ended == 0) {
        m_children.push_back(child->pid);
        return {}; // it did not go into the background: whether it listens shows in connect()
    }
    if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return failure(ErrorCode::Io, u"The kernel host %1 could not start."_s.arg(*program),
                   QString::fromLocal8Bit(said).trimmed(), Retry::Later);
}

} // namespace cahier::runtimes
