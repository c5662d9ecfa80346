// SPDX-License-Identifier: GPL-3.0-or-later
// The host's side of the host protocol, played by a test in its own thread.
#pragma once

#include <runtimes/local/hoststream.h>
#include <runtimes/wire/hostprotocol.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace cahier::test {

class FakeHost {
public:
    FakeHost();
    ~FakeHost();

    /// Each connection it makes leads to this object, which must outlive the client's thread.
    [[nodiscard]] std::unique_ptr<runtimes::HostConnector> makeConnector();
    void refuseConnections(std::optional<Error> error);

    /// The envelope of the next request that came, or null. Never waits.
    [[nodiscard]] nlohmann::json nextRequest();
    /// All parts of the request that nextRequest() gave last.
    [[nodiscard]] const wire::Parts& lastParts() const { return m_lastParts; }

    void answerHello(const nlohmann::json& request);
    void answer(const nlohmann::json& request, nlohmann::json fields);
    void refuse(const nlohmann::json& request, const char* code, const char* message, const char* detail);

    void envelope(const nlohmann::json& envelope);
    void state(const char* kernel, quint64 seq, const char* state);
    void message(const char* kernel, quint64 seq, const char* channel, const std::string& header,
                 const std::string& parent, const std::string& metadata, const std::string& content);
    void stream(const char* kernel, quint64 seq, const char* parent, const std::string& text);
    /// False when the client did not take all of it within the time; flush() sends the rest.
    [[nodiscard]] bool tryStream(const char* kernel, quint64 seq, const char* parent, const std::string& text,
                                 std::chrono::milliseconds patience);
    /// False when the client did not take the rest within the time.
    [[nodiscard]] bool flushWithin(std::chrono::milliseconds patience);
    /// True when nothing is left to send.
    [[nodiscard]] bool flush();
    void sendBytes(const std::string& bytes);
    /// Closes the connection.
    void drop();

private:
    class Connector;
    void takeConnection();

    std::mutex m_mutex;
    std::optional<Error> m_refusal;
    int m_arrived = -1; ///< our end of a connection that the client just made

    int m_fd = -1;
    wire::FrameReader m_reader;
    wire::Parts m_lastParts;
    std::string m_unsent;
};

} // namespace cahier::test
