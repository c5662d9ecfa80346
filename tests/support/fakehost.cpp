// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/fakehost.h>

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cahier::test {

using nlohmann::json;

class FakeHost::Connector : public runtimes::HostConnector {
public:
    explicit Connector(FakeHost& host) : m_host(host) {}

    Result<runtimes::HostStream> connect(const std::stop_token&) override
    {
        const std::lock_guard lock(m_host.m_mutex);
        if (m_host.m_refusal) return std::unexpected(*m_host.m_refusal);
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            return failure(ErrorCode::Io, QStringLiteral("no socket pair"));
        if (m_host.m_arrived >= 0) ::close(m_host.m_arrived);
        m_host.m_arrived = ends[0];
        return runtimes::HostStream(ends[1], ends[1]);
    }

private:
    FakeHost& m_host;
};

FakeHost::FakeHost() = default;

FakeHost::~FakeHost()
{
    takeConnection();
    if (m_fd >= 0) ::close(m_fd);
}

std::unique_ptr<runtimes::HostConnector> FakeHost::makeConnector()
{
    return std::make_unique<Connector>(*this);
}

void FakeHost::refuseConnections(std::optional<Error> error)
{
    const std::lock_guard lock(m_mutex);
    m_refusal = std::move(error);
}

void FakeHost::takeConnection()
{
    const std::lock_guard lock(m_mutex);
    if (m_arrived < 0) return;
    if (m_fd >= 0) ::close(m_fd);
    m_fd = std::exchange(m_arrived, -1);
    ::fcntl(m_fd, F_SETFL, O_NONBLOCK);
    m_reader = {};
    m_unsent.clear();
}

json FakeHost::nextRequest()
{
    takeConnection();
    std::array<char, 65536> buffer{};
    for (;;) {
        std::expected<wire::Parts, std::string> parts = m_reader.next();
        if (parts && !parts->empty()) {
            m_lastParts = std::move(*parts);
            return json::parse(m_lastParts[0], nullptr, false);
        }
        const ssize_t size = m_fd >= 0 ? ::read(m_fd, buffer.data(), buffer.size()) : 0;
        if (size <= 0) return nullptr;
        m_reader.append({buffer.data(), static_cast<std::size_t>(size)});
    }
}

void FakeHost::answerHello(const json& request)
{
    answer(request,
           {{"protocol", wire::protocolVersion}, {"version", "0.1.0"}, {"pid", 1}, {"host", "host-1"}});
}

void FakeHost::answer(const json& request, json fields)
{
    fields["op"] = "reply";
    fields["id"] = request.value("id", 0);
    fields["ok"] = true;
    envelope(fields);
}

void FakeHost::refuse(const json& request, const char* code, const char* message, const char* detail)
{
    envelope({{"op", "reply"},
              {"id", request.value("id", 0)},
              {"ok", false},
              {"code", code},
              {"message", message},
              {"detail", detail}});
}

void FakeHost::envelope(const json& envelope)
{
    sendBytes(wire::encodeFrame(envelope.dump()));
}

void FakeHost::state(const char* kernel, quint64 seq, const char* state)
{
    envelope({{"op", "state"}, {"kernel", kernel}, {"seq", seq}, {"time", 1}, {"state", state}});
}

void FakeHost::message(const char* kernel, quint64 seq, const char* channel, const std::string& header,
                       const std::string& parent, const std::string& metadata, const std::string& content)
{
    const json envelope = {
        {"op", "msg"}, {"kernel", kernel}, {"seq", seq}, {"channel", channel}, {"time", 1}};
    const std::array<std::string_view, 4> parts{header, parent, metadata, content};
    sendBytes(wire::encodeFrame(envelope.dump(), parts));
}

void FakeHost::stream(const char* kernel, quint64 seq, const char* parent, const std::string& text)
{
    const json content = {{"name", "stdout"}, {"text", text}};
    const json parentHeader = {{"msg_id", parent}, {"msg_type", "execute_request"}};
    message(kernel, seq, "iopub", R"({"msg_type":"stream","msg_id":"m","session":"s"})", parentHeader.dump(),
            "{}", content.dump());
}

bool FakeHost::tryStream(const char* kernel, quint64 seq, const char* parent, const std::string& text,
                         std::chrono::milliseconds patience)
{
    stream(kernel, seq, parent, text);
    return flushWithin(patience);
}

bool FakeHost::flushWithin(std::chrono::milliseconds patience)
{
    while (!flush()) {
        pollfd item{m_fd, POLLOUT, 0};
        if (::poll(&item, 1, static_cast<int>(patience.count())) == 0) return false;
    }
    return true;
}

bool FakeHost::flush()
{
    while (!m_unsent.empty()) {
        const ssize_t size = ::send(m_fd, m_unsent.data(), m_unsent.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        m_unsent.erase(0, static_cast<std::size_t>(size));
    }
    return true;
}

void FakeHost::sendBytes(const std::string& bytes)
{
    takeConnection();
    m_unsent += bytes;
    (void)flush();
}

void FakeHost::drop()
{
    if (m_fd >= 0) ::close(m_fd);
    m_fd = -1;
    m_unsent.clear();
}

} // namespace cahier::test
