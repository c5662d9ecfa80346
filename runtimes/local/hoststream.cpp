// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hoststream.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

HostStream::HostStream(HostStream&& other) noexcept
    : m_read(std::exchange(other.m_read, -1)), m_write(std::exchange(other.m_write, -1))
{
}

HostStream& HostStream::operator=(HostStream&& other) noexcept
{
    if (this == &other) return *this;
    close();
    m_read = std::exchange(other.m_read, -1);
    m_write = std::exchange(other.m_write, -1);
    return *this;
}

Result<void> HostStream::setNonBlocking()
{
    for (const int fd : {m_read, m_write}) {
        const int flags = ::fcntl(fd, F_GETFL);
        if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
            return failure(ErrorCode::Io, u"The connection to the kernel host could not be set up."_s,
                           QString::fromLocal8Bit(std::strerror(errno)));
    }
    return {};
}

void HostStream::close()
{
    if (m_write >= 0 && m_write != m_read) ::close(m_write);
    if (m_read >= 0) ::close(m_read);
    m_read = m_write = -1;
}

} // namespace cahier::runtimes
