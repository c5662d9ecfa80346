// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/host.h>
#include <runtimes/host/kernelprocess.h>
#include <runtimes/host/serve.h>

#include <runtimes/wire/socketpath.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <format>

namespace cahier::host {

namespace {

constexpr int listenBacklog = 64;
constexpr std::int64_t takeOverMs = 10000;

int complain(const wire::WireError& error)
{
    std::fprintf(stderr, "cahier-host: %s\n", error.message.c_str());
    if (!error.detail.empty()) std::fprintf(stderr, "%s\n", error.detail.c_str());
    return 1;
}

/// The lock of the folder; an empty descriptor when another host holds it.
wire::Result<UniqueFd> takeLock(const std::string& folder)
{
    const std::string path = folder + "/host.lock";
    UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return wire::failure(wire::errorCodeIo,
                             std::format("Cannot open {}: {}.", path, wire::systemMessage(errno)));
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno == EWOULDBLOCK) return UniqueFd();
    return wire::failure(wire::errorCodeIo,
                         std::format("Cannot lock {}: {}.", path, wire::systemMessage(errno)));
}

/// Becomes the holder of the lock, or finds that a host listens: then an empty descriptor. A host that is
/// just ending holds the lock and does not listen; it is waited for.
wire::Result<UniqueFd> lockOrFind(const std::string& folder, const std::string& socketPath)
{
    for (const std::int64_t limit = steadyMs() + takeOverMs;;) {
        wire::Result<UniqueFd> lock = takeLock(folder);
        if (!lock || *lock) return lock;
        if (const wire::Result<int> fd = wire::connectToHost(socketPath)) {
            close(*fd);
            return UniqueFd();
        }
        if (steadyMs() > limit)
            return wire::failure(
                wire::errorCodeTimeout,
                std::format("Another kernel host holds {}/host.lock and does not answer. End it "
                            "(cahier-host), then try again.",
                            folder));
        poll(nullptr, 0, 10);
    }
}

wire::Result<UniqueFd> listenAt(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    unlink(path.c_str()); // the lock is ours: whoever made it is gone
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const mode_t before = umask(0177);
    const bool bound = fd && bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int error = errno;
    umask(before);
    if (!bound || listen(fd.get(), listenBacklog) != 0)
        return wire::failure(wire::errorCodeIo, std::format("Cannot listen at {}: {}.", path,
                                                            wire::systemMessage(bound ? errno : error)));
    return fd;
}

/// Blocks the signals that end the host, for all threads to come, and gives a descriptor to read them from.
UniqueFd takeSignals(bool daemon)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (!daemon)
        sigaddset(&set, SIGHUP);
    else
        signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return UniqueFd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// Tells the process that waits in daemonise().
void report(int readyFd, char status)
{
    if (readyFd >= 0) (void)!write(readyFd, &status, 1);
}

int serveHere(const ServeOptions& options, int readyFd)
{
    const wire::Result<std::string> socketPath = wire::hostSocketPath();
    if (!socketPath) return complain(socketPath.error());
    const wire::Result<std::string> state = stateFolder();
    if (!state) return complain(state.error());
    const std::string folder = std::filesystem::path(*socketPath).parent_path().string();
    const wire::Result<UniqueFd> lock = lockOrFind(folder, *socketPath);
    if (!lock) return complain(lock.error());
    if (!*lock) {
        report(readyFd, 0);
        return 0;
    }
    raiseDescriptorLimit();
    UniqueFd signals = takeSignals(options.daemon);
    wire::Result<UniqueFd> listener = listenAt(*socketPath);
    if (!listener) return complain(listener.error());
    if (options.daemon) {
        const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd <= 2; ++fd)
            dup2(null, fd);
        (void)!chdir("/");
    }
    report(readyFd, 0);
    if (readyFd >= 0) close(readyFd);
    bool threadsEnded = false;
    {
        Host host({folder, *state, options.journalLimit, options.idleExitMs}, std::move(*listener),
                  std::move(signals));
        threadsEnded = host.run();
        unlink(socketPath->c_str());
    }
    if (!threadsEnded) _exit(0);
    return 0;
}

/// Runs the host in a process of its own; returns in the caller's process once it listens.
int serveInBackground(const ServeOptions& options)
{
    int ready[2] = {-1, -1};
    if (pipe2(ready, O_CLOEXEC) != 0)
        return complain({"io", "Cannot make a pipe: " + wire::systemMessage(errno), {}});
    const UniqueFd readEnd(ready[0]);
    const pid_t child = fork();
    if (child < 0) return complain({"io", "Cannot fork: " + wire::systemMessage(errno), {}});
    if (child == 0) {
        setsid();
        if (fork() != 0) _exit(0); // the host is no session leader: it never gets a terminal
        // What the caller left open would stay open as long as the host lives: pipes that never end, locks.
        constexpr int readyFd = 3;
        if (dup2(ready[1], readyFd) != readyFd) _exit(1);
        syscall(SYS_close_range, static_cast<unsigned>(readyFd) + 1, ~0u, 0u);
        const int status = serveHere(options, readyFd);
        _exit(status);
    }
    close(ready[1]);
    waitpid(child, nullptr, 0);
    char status = 1;
    return read(readEnd.get(), &status, 1) == 1 ? status : 1;
}

} // namespace

wire::Result<std::string> stateFolder()
{
    const char* const own = std::getenv("XDG_STATE_HOME");
    const char* const home = std::getenv("HOME");
    std::string folder;
    if (own && *own == '/')
        folder = std::string(own) + "/cahier";
    else if (home && *home == '/')
        folder = std::string(home) + "/.local/state/cahier";
    else
        return wire::failure(wire::errorCodeIo,
                             "There is no home folder for the kernels' journals: HOME is not set.");
    std::error_code error;
    std::filesystem::create_directories(folder + "/host", error);
    if (error)
        return wire::failure(wire::errorCodeIo,
                             std::format("Cannot make the folder {}: {}.", folder, error.message()));
    std::filesystem::permissions(folder + "/host", std::filesystem::perms::owner_all, error);
    return folder;
}

int serve(const ServeOptions& options)
{
    return options.daemon ? serveInBackground(options) : serveHere(options, -1);
}

} // namespace cahier::host
