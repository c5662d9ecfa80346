// SPDX-License-Identifier: GPL-3.0-or-later
// cahier-askpass: what OpenSSH runs as SSH_ASKPASS. It carries the question to the Cahier that started ssh,
// over the Unix socket that CAHIER_ASKPASS_SOCKET names, and the answer back: the hint, a zero byte and the
// prompt up to the end of the stream there; 'a' and the answer, or nothing where it was refused, back.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

int connectTo(const char* path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!path || std::strlen(path) >= sizeof address.sun_path) return -1;
    std::strcpy(address.sun_path, path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid()) return -1;
    return fd;
}

bool writeAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t size = write(fd, bytes.data(), bytes.size());
        if (size < 0 && errno != EINTR) return false;
        if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

std::string readAll(int fd)
{
    std::string bytes;
    char buffer[4096];
    for (;;) {
        const ssize_t size = read(fd, buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        bytes.append(buffer, static_cast<std::size_t>(size));
    }
    explicit_bzero(buffer, sizeof buffer);
    return bytes;
}

} // namespace

int main(int argc, char** argv)
{
    const int fd = connectTo(std::getenv("CAHIER_ASKPASS_SOCKET"));
    if (fd < 0) return 1;
    const char* const hint = std::getenv("SSH_ASKPASS_PROMPT");
    std::string question(hint ? hint : "");
    question += '\0';
    if (argc > 1) question += argv[1];
    if (!writeAll(fd, question) || shutdown(fd, SHUT_WR) != 0) return 1;
    std::string answer = readAll(fd);
    if (answer.empty() || answer.front() != 'a') return 1;
    answer += '\n';
    const bool written = writeAll(STDOUT_FILENO, std::string_view(answer).substr(1));
    explicit_bzero(answer.data(), answer.size());
    return written ? 0 : 1;
}
