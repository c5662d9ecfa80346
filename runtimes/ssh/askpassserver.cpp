// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/askpassserver.h>

#include <runtimes/wire/ids.h>
#include <runtimes/wire/socketpath.h>

#include <QDir>
#include <QFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t longestQuestion = 64u << 10;

std::unexpected<Error> refused(const QString& what)
{
    return failure(ErrorCode::Io, u"Questions of the ssh program could not be set up: %1"_s.arg(what),
                   QString::fromLocal8Bit(std::strerror(errno)));
}

} // namespace

AskpassServer::~AskpassServer()
{
    for (const Connection& connection : m_connections)
        ::close(connection.fd);
    if (m_listener >= 0) ::close(m_listener);
    if (!m_path.isEmpty()) QFile::remove(m_path);
    if (!m_folder.isEmpty()) QDir().rmdir(m_folder);
}

Result<void> AskpassServer::listen()
{
    std::string folder = "/tmp/cahier-ask-XXXXXX"; // short: a socket's path is; mkdtemp makes it 0700
    if (!::mkdtemp(folder.data())) return refused(u"no folder could be made in /tmp."_s);
    m_folder = QString::fromStdString(folder);
    const std::string path = folder + "/" + wire::randomHex(32);
    m_path = QString::fromStdString(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    static_assert(sizeof address.sun_path > wire::maxSocketPath);
    std::memcpy(address.sun_path, path.data(), path.size());
    m_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (m_listener < 0 ||
        ::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(m_listener, 8) != 0)
        return refused(u"no socket could be made."_s);
    return {};
}

void AskpassServer::addPollItems(std::vector<pollfd>& items) const
{
    items.push_back({m_listener, POLLIN, 0});
    for (const Connection& connection : m_connections)
        items.push_back({connection.fd, static_cast<short>(connection.asked ? POLLHUP : POLLIN), 0});
}

void AskpassServer::acceptAll()
{
    for (;;) {
        const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) return;
        ucred peer{};
        socklen_t size = sizeof peer;
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid())
            m_connections.push_back({fd, {}, false});
        else
            ::close(fd);
    }
}

bool AskpassServer::read(Connection& connection, News& news)
{
    if (connection.asked) {
        pollfd item{connection.fd, POLLHUP, 0};
        return ::poll(&item, 1, 0) == 0; // only the asker's end makes it end
    }
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t size = ::read(connection.fd, buffer.data(), buffer.size());
        if (size < 0) return errno == EAGAIN || errno == EINTR;
        if (size == 0) break;
        connection.bytes.append(buffer.data(), static_cast<std::size_t>(size));
        if (connection.bytes.size() > longestQuestion) return false;
    }
    const std::size_t zero = connection.bytes.find('\0');
    if (zero == std::string::npos) return false;
    connection.asked = true;
    news.asked.push_back({connection.fd, QString::fromStdString(connection.bytes.substr(zero + 1)),
                          QByteArray(connection.bytes.data(), static_cast<qsizetype>(zero))});
    return true;
}

AskpassServer::News AskpassServer::process()
{
    News news;
    acceptAll();
    std::erase_if(m_connections, [&](Connection& connection) {
        if (read(connection, news)) return false;
        if (connection.asked) news.withdrawn.push_back(connection.fd);
        ::close(connection.fd);
        return true;
    });
    return news;
}

void AskpassServer::answer(int connection, const std::optional<std::string>& value)
{
    const auto found = std::ranges::find(m_connections, connection, &Connection::fd);
    if (found == m_connections.end()) return;
    if (value) {
        // A new socket takes far more than an answer at once; an asker that is gone gets nothing.
        std::string bytes = "a" + *value;
        [[maybe_unused]] const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        ::explicit_bzero(bytes.data(), bytes.size());
    }
    ::close(connection);
    m_connections.erase(found);
}

} // namespace cahier::runtimes
