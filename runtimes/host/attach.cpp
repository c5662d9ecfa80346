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
#include <string>
#include <string_view>

namespace cahier::host {

namespace {

/// One direction of the copy.
struct Pipe {
    int from = -1;
    int to = -1;
    std::array<char, 65536> buffer{};
    std::size_t begin = 0, end = 0;

    [[nodiscard]] bool isEmpty() const { return begin == end; }
    [[nodiscard]] std::string_view contents() const { return {buffer.data() + begin, end - begin}; }
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

/// What a client said to a host that has not said anything yet: another host gets it again.
class Opening {
public:
    /// False when there was too much to keep.
    [[nodiscard]] bool isWhole() const { return m_whole; }
    void add(std::string_view bytes)
    {
        m_whole = m_whole && m_bytes.size() + bytes.size() <= limit;
        if (m_whole) m_bytes += bytes;
    }
    [[nodiscard]] const std::string& bytes() const { return m_bytes; }

private:
    static constexpr std::size_t limit = 64u << 10; // a new socket takes this much at once
    std::string m_bytes;
    bool m_whole = true;
};

/// Copies until a side ends. True when that was the host, which had said nothing: it was just about to end
/// when it was connected to.
bool copy(int socket, Opening& opening)
{
    static Pipe in, out;
    in = {STDIN_FILENO, socket};
    out = {socket, STDOUT_FILENO};
    if (const std::string& again = opening.bytes(); !again.empty())
        if (write(socket, again.data(), again.size()) != static_cast<ssize_t>(again.size())) return true;
    for (bool heard = false;;) {
        std::array<pollfd, 4> items{};
        items[0] = {in.isEmpty() ? in.from : -1, POLLIN, 0};
        items[1] = {in.isEmpty() ? -1 : in.to, POLLOUT, 0};
        items[2] = {out.isEmpty() ? out.from : -1, POLLIN, 0};
        items[3] = {out.isEmpty() ? -1 : out.to, POLLOUT, 0};
        if (poll(items.data(), items.size(), -1) < 0 && errno != EINTR) return false;
        if (items[3].revents && !out.drain()) return false;
        if (items[1].revents && !in.drain()) return !heard;
        if (items[2].revents) {
            if (!out.fill()) return !heard;
            heard = heard || !out.isEmpty();
        }
        if (items[0].revents) {
            if (!in.fill()) return false;
            if (!heard) opening.add(in.contents());
        }
    }
}

} // namespace

int attach()
{
    signal(SIGPIPE, SIG_IGN);
    Opening opening;
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        const wire::Result<UniqueFd> socket = connectOrStart();
        if (!socket) {
            std::fprintf(stderr, "cahier-host: %s %s\n", socket.error().message.c_str(),
                         socket.error().detail.c_str());
            return 1;
        }
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, socket->get()})
            stopBlocking(fd);
        if (!copy(socket->get(), opening)) return 0;
        if (attempt == attempts || !opening.isWhole()) {
            std::fprintf(stderr, "cahier-host: the kernel host closes connections without a word\n");
            return 1;
        }
    }
}

} // namespace cahier::host
