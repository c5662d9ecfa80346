// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostio.h>

#include <cerrno>
#include <cstring>

#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t readSize = 256u << 10;
constexpr std::size_t joinedSize = 64u << 10; // small frames are written together

std::unexpected<Error> lost(const QString& detail)
{
    return failure(ErrorCode::Disconnected, u"The connection to the kernel host was lost."_s, detail,
                   Retry::Later);
}

QString systemMessage(int number)
{
    return QString::fromLocal8Bit(std::strerror(number));
}

/// Writing to a pipe whose other end is gone is an error here, not the end of the program.
void blockBrokenPipeSignal()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

} // namespace

HostIo::HostIo(std::unique_ptr<HostConnector> connector, std::function<void()> wake)
    : m_connector(std::move(connector)), m_inbox(std::move(wake)),
      m_pokeFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_thread([this](const std::stop_token& stop) { run(stop); })
{
}

HostIo::~HostIo()
{
    m_thread.request_stop();
    poke();
    m_thread.join();
    ::close(m_pokeFd);
}

void HostIo::connect()
{
    {
        const std::lock_guard lock(m_mutex);
        m_connectWanted = true;
    }
    poke();
}

void HostIo::drop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_dropWanted = m_connected;
    }
    poke();
}

void HostIo::write(std::string frame)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_connected) return;
        if (!m_outgoing.empty() && m_outgoing.back().size() + frame.size() <= joinedSize)
            m_outgoing.back() += frame;
        else
            m_outgoing.push_back(std::move(frame));
    }
    poke();
}

HostInbox::Batch HostIo::take()
{
    HostInbox::Batch batch = m_inbox.take();
    if (batch.madeRoom) poke();
    return batch;
}

void HostIo::poke()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_pokeFd, &one, sizeof one);
}

void HostIo::clearPoke()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(m_pokeFd, &count, sizeof count);
}

void HostIo::waitForPoke()
{
    pollfd item{m_pokeFd, POLLIN, 0};
    ::poll(&item, 1, -1);
    clearPoke();
}

void HostIo::run(const std::stop_token& stop)
{
    blockBrokenPipeSignal();
    while (!stop.stop_requested()) {
        bool wanted = false;
        {
            const std::lock_guard lock(m_mutex);
            wanted = std::exchange(m_connectWanted, false);
        }
        if (wanted) {
            serve(stop);
        } else {
            waitForPoke();
        }
    }
}

void HostIo::serve(const std::stop_token& stop)
{
    Result<HostStream> stream = m_connector->connect(stop);
    Result<void> usable = stream ? stream->setNonBlocking() : Result<void>(std::unexpected(stream.error()));
    if (!usable) {
        m_inbox.put(HostLost{usable.error(), false}, 0);
        return;
    }
    m_stream = std::move(*stream);
    m_reader = {};
    m_writing.clear();
    m_written = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_connected = true;
        m_connectWanted = m_dropWanted = false;
        m_outgoing.clear();
    }
    m_inbox.put(HostConnected{}, 0);
    Result<void> result;
    while (result && !stop.stop_requested())
        result = exchange(stop);
    if (result) result = writeSome(); // stopping: what can be written at once
    m_stream.close();
    {
        const std::lock_guard lock(m_mutex);
        m_connected = false;
    }
    if (!result) m_inbox.put(HostLost{m_connector->explainLoss(result.error()), true}, 0);
}

Result<void> HostIo::exchange(const std::stop_token& stop)
{
    const bool reads = !m_inbox.isFull();
    bool writes = m_written < m_writing.size();
    {
        const std::lock_guard lock(m_mutex);
        if (m_dropWanted) return lost(u"dropped on request"_s);
        writes = writes || !m_outgoing.empty();
    }
    pollfd items[3] = {{m_pokeFd, POLLIN, 0},
                       {reads ? m_stream.readFd() : -1, POLLIN, 0},
                       {writes ? m_stream.writeFd() : -1, POLLOUT, 0}};
    if (::poll(items, 3, -1) < 0) return errno == EINTR ? Result<void>() : lost(systemMessage(errno));
    if (items[0].revents != 0) clearPoke();
    if (stop.stop_requested()) return {};
    if (items[2].revents != 0) {
        if (const Result<void> written = writeSome(); !written) return written;
    }
    return items[1].revents != 0 ? readSome() : Result<void>();
}

Result<void> HostIo::readSome()
{
    m_readBuffer.resize(readSize);
    const ssize_t size = ::read(m_stream.readFd(), m_readBuffer.data(), m_readBuffer.size());
    if (size == 0) return lost(u"the other end closed it"_s);
    if (size < 0) return errno == EAGAIN || errno == EINTR ? Result<void>() : lost(systemMessage(errno));
    m_reader.append({m_readBuffer.data(), static_cast<std::size_t>(size)});
    return decodeSome();
}

Result<void> HostIo::decodeSome()
{
    for (;;) {
        std::expected<wire::Parts, std::string> parts = m_reader.next();
        if (!parts) return lost(QString::fromStdString(parts.error()));
        if (parts->empty()) return {};
        std::size_t bytes = 0;
        for (const std::string& part : *parts)
            bytes += part.size();
        std::expected<std::optional<HostItem>, QString> item = decodeFrame(std::move(*parts));
        if (!item) return lost(item.error());
        if (*item) std::visit([&](auto& what) { m_inbox.put(std::move(what), bytes); }, **item);
    }
}

Result<void> HostIo::writeSome()
{
    for (;;) {
        if (m_written == m_writing.size()) {
            m_writing.clear();
            m_written = 0;
            const std::lock_guard lock(m_mutex);
            if (m_outgoing.empty()) return {};
            m_writing = std::move(m_outgoing.front());
            m_outgoing.pop_front();
        }
        const ssize_t size =
            ::write(m_stream.writeFd(), m_writing.data() + m_written, m_writing.size() - m_written);
        if (size < 0) return errno == EAGAIN || errno == EINTR ? Result<void>() : lost(systemMessage(errno));
        m_written += static_cast<std::size_t>(size);
    }
}

} // namespace cahier::runtimes
