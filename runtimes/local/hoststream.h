// SPDX-License-Identifier: GPL-3.0-or-later
// A byte stream to a cahier-host: a Unix socket, or the two pipes of an ssh process.
#pragma once

#include <core/error.h>

#include <stop_token>

namespace cahier::runtimes {

/// Owns its descriptors. Both may be the same (a socket).
class HostStream {
public:
    HostStream() = default;
    HostStream(int readFd, int writeFd) : m_read(readFd), m_write(writeFd) {}
    ~HostStream() { close(); }
    HostStream(HostStream&& other) noexcept;
    HostStream& operator=(HostStream&& other) noexcept;
    HostStream(const HostStream&) = delete;
    HostStream& operator=(const HostStream&) = delete;

    [[nodiscard]] bool isOpen() const { return m_read >= 0; }
    [[nodiscard]] int readFd() const { return m_read; }
    [[nodiscard]] int writeFd() const { return m_write; }
    /// From then on reading and writing never block.
    [[nodiscard]] Result<void> setNonBlocking();
    void close();

private:
    int m_read = -1, m_write = -1;
};

/// Makes a stream to the one host it stands for, starting the host where need be. Used in the I/O thread of
/// a HostClient: it may block, but comes back soon after a stop is requested, and has a time limit.
class HostConnector {
public:
    virtual ~HostConnector() = default;
    [[nodiscard]] virtual Result<HostStream> connect(const std::stop_token& stop) = 0;
    /// Called in the same thread once a stream is lost and closed: the error with what is known about why.
    [[nodiscard]] virtual Error explainLoss(Error error) { return error; }
};

} // namespace cahier::runtimes
