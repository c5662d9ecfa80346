// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/run.h>

#include <runtimes/host/leftovers.h>
#include <runtimes/wire/hostprotocol.h>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace cahier::host {

wire::Result<std::unique_ptr<Run>> Run::launch(LaunchOptions options, std::string token)
{
    options.environment[runTokenVariable] = token;
    auto process = KernelProcess::launch(options);
    if (!process) {
        wire::WireError error = process.error();
        if (error.code == wire::errorCodeNoKernel) error.code = wire::errorCodeDenied;
        return std::unexpected(std::move(error));
    }
    std::unique_ptr<Run> run(new Run);
    run->m_token = std::move(token);
    run->m_process = std::move(*process);
    run->m_output = run->m_process->takeOutput();
    return run;
}

Run::~Run()
{
    if (m_status || !m_process) return;
    m_process.reset();
    killRun(m_token);
}

bool Run::dropBefore(std::uint64_t offset)
{
    if (offset < m_begin || offset > size()) return false;
    m_buffer.erase(0, static_cast<std::size_t>(offset - m_begin));
    m_begin = offset;
    advance(); // there may be room again
    return true;
}

void Run::cancel(std::int64_t now)
{
    if (m_status || m_cancelled) return;
    m_cancelled = true;
    m_process->signalGroup(SIGTERM);
    m_killAt = now + patienceMs;
}

void Run::addPollItems(std::vector<zmq_pollitem_t>& items) const
{
    if (!m_status) items.push_back({nullptr, m_process->pidFd(), ZMQ_POLLIN, 0});
    if (m_output && m_buffer.size() < bufferLimit) items.push_back({nullptr, m_output.get(), ZMQ_POLLIN, 0});
}

void Run::readOutput()
{
    std::array<char, 65536> piece;
    while (m_output && m_buffer.size() < bufferLimit) {
        const std::size_t room = std::min(piece.size(), bufferLimit - m_buffer.size());
        const ssize_t got = read(m_output.get(), piece.data(), room);
        if (got > 0) {
            m_buffer.append(piece.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            m_output.reset();
        } else if (errno == EAGAIN) {
            // Whoever left the group may hold the pipe open for ever: the program's own end counts.
            if (m_status) m_output.reset();
            return;
        }
    }
}

void Run::advance()
{
    // The order matters: what was written before the end is in the pipe once the end is known.
    if (!m_status) {
        m_status = m_process->reap();
        if (m_status && m_cancelled) killRun(m_token);
    }
    readOutput();
    if (m_status && !m_output) m_end = m_status;
}

std::int64_t Run::tick(std::int64_t now)
{
    if (m_status || m_killAt < 0) return -1;
    if (now < m_killAt) return m_killAt;
    m_process->signalGroup(SIGKILL);
    killRun(m_token);
    m_killAt = now + patienceMs;
    return m_killAt;
}

} // namespace cahier::host
