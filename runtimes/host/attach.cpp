// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/serve.h>
#include <runtimes/host/uniquefd.h>

#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/socketpath.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace cahier::host {

namespace {

/// One direction of the copy.
struct Pipe {
    int from;
    int to;
    std::array<char, 65536> buffer{};
    std::size_t begin = 0, end = 0;

    [[nodiscard]] bool isEmpty() const { return begin == end; }
    /// False when a side is at its end.
    [[nodiscard]] bool fill()
    {
        const ssize_t got = read(from, buffer.data(), buffer.size());
        if (got < 0) return errno == EINTR || errno == EAGAIN;
        begin = 0;
        end = static_cast<std::size_t>(got);
        return got > 0;
    }
    [[nodiscard]] bool drain()
    {
        const ssize_t sent = write(to, buffer.data() + begin, end - begin);
        if (sent < 0) return errno == EINTR || errno == EAGAIN;
        begin += static_cast<std::size_t>(sent);
        return true;
    }
};

/// So that neither direction waits for the other. Terminals and files are left alone: they may be shared.
void stopBlocking(int fd)
{
    struct stat info{};
    if (fstat(fd, &info) != 0 || !(S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode))) return;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

wire::Result<UniqueFd> connectOrStart()
{
    const wire::Result<std::string> path = wire::hostSocketPath();
    if (!path) return std::unexpected(path.error());
    wire::Result<int> fd = wire::connectToHost(*path);
    // A host may end between telling that it runs and being connected to.
    for (int attempt = 0; !fd && fd.error().code == wire::errorCodeNotFound && attempt < 5; ++attempt) {
        if (serve({.daemon = true}) != 0)
            return wire::failure(wire::errorCodeIo, "The kernel host cannot be started.", fd.error().message);
        fd = wire::connectToHost(*path);
    }
    if (!fd) return std::unexpected(fd.error());
    return UniqueFd(*fd);
}

} // namespace

int attach()
{
    const wire::Result<UniqueFd> socket = connectOrStart();
    if (!socket) {
        std::fprintf(stderr, "cahier-host: %s %s\n", socket.error().message.c_str(),
                     socket.error().detail.c_str());
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, socket->get()})
        stopBlocking(fd);
    static Pipe in{STDIN_FILENO, socket->get()};
    static Pipe out{socket->get(), STDOUT_FILENO};
    for (;;) {
        std::array<pollfd, 4> items{};
        items[0] = {in.isEmpty() ? in.from : -1, POLLIN, 0};
        items[1] = {in.isEmpty() ? -1 : in.to, POLLOUT, 0};
        items[2] = {out.isEmpty() ? out.from : -1, POLLIN, 0};
        items[3] = {out.isEmpty() ? -1 : out.to, POLLOUT, 0};
        if (poll(items.data(), items.size(), -1) < 0 && errno != EINTR) return 1;
        if (items[3].revents && !out.drain()) return 0;
        if (items[1].revents && !in.drain()) return 0;
        if (items[2].revents && !out.fill()) return 0;
        if (items[0].revents && !in.fill()) return 0;
    }
}

} // namespace cahier::host
