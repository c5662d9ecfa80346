// SPDX-License-Identifier: GPL-3.0-or-later
// A cahier-host in a folder of its own, and a blocking client for tests.
#pragma once

#include <runtimes/wire/hostprotocol.h>

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

#include <nlohmann/json.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cahier::test {

/// Sanitizers multiply what a program needs: figures of memory say nothing then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// One event of the host. Empty `op` when none came in time.
struct HostEvent {
    nlohmann::json envelope = nlohmann::json::object();
    wire::Parts parts; ///< header, parent, metadata, content, buffers…

    [[nodiscard]] std::string op() const { return envelope.value("op", ""); }
    [[nodiscard]] std::string type() const;     ///< header.msg_type
    [[nodiscard]] std::string parentId() const; ///< parent_header.msg_id
    [[nodiscard]] nlohmann::json content() const;
    [[nodiscard]] std::string state() const { return envelope.value("state", ""); }
    [[nodiscard]] std::uint64_t seq() const { return envelope.value("seq", std::uint64_t{0}); }
    [[nodiscard]] bool sent() const { return envelope.value("sent", false); }
};

class HostClient {
public:
    static constexpr int patienceMs = 30000;

    HostClient() = default;
    explicit HostClient(const std::string& socketPath) { (void)open(socketPath); }
    HostClient(HostClient&& other) noexcept;
    HostClient& operator=(HostClient&& other) noexcept;
    ~HostClient();

    /// Connects without a hello.
    [[nodiscard]] bool open(const std::string& socketPath);
    /// Speaks over two descriptors instead, which it then owns.
    void useFds(int in, int out);
    void close();
    /// Ends the connection under a thread that is writing to it.
    void shutDown() const;
    [[nodiscard]] bool isOpen() const { return m_in >= 0; }

    void sendRaw(std::string_view bytes);
    void sendRequest(int id, nlohmann::json envelope, const std::vector<std::string>& parts = {});
    /// Sends a request and waits for its answer; events that come before it wait in nextEvent(). A null
    /// value when the connection broke or nothing came.
    nlohmann::json request(nlohmann::json envelope, const std::vector<std::string>& parts = {});
    /// What came with the last answer, without its envelope.
    [[nodiscard]] const wire::Parts& lastParts() const { return m_lastParts; }
    nlohmann::json hello();
    /// Starts a kernel, attaches and waits until it is ready. Its id, empty on failure.
    std::string startKernel(nlohmann::json start);
    /// Sends a message; its answer. `id` is the msg_id.
    nlohmann::json send(const std::string& kernel, const std::string& id, const std::string& type,
                        const nlohmann::json& content, const std::string& channel = "shell");
    nlohmann::json execute(const std::string& kernel, const std::string& id, const std::string& code);

    /// The next event; an empty one when none came in time or the connection broke.
    HostEvent nextEvent(int timeoutMs = patienceMs);
    /// Skips events until one fits; an empty one when none came.
    HostEvent waitFor(const std::function<bool(const HostEvent&)>& fits, int timeoutMs = patienceMs);
    HostEvent waitForState(const std::string& state, int timeoutMs = patienceMs);
    /// Everything until both the reply and idle for this request have come.
    std::vector<HostEvent> collect(const std::string& id, int timeoutMs = patienceMs);
    /// Whether the other side closes the connection in time.
    [[nodiscard]] bool waitForClose(int timeoutMs = patienceMs);

private:
    [[nodiscard]] std::optional<wire::Parts> nextFrame(int timeoutMs);

    int m_in = -1, m_out = -1;
    int m_nextId = 1;
    wire::FrameReader m_reader;
    std::deque<HostEvent> m_events;
    wire::Parts m_lastParts;
};

class HostFixture {
public:
    HostFixture();
    ~HostFixture();

    QStringList arguments; ///< more for serve
    QProcessEnvironment environment;

    /// Starts the host and waits until it listens. It ends with the test program at the latest.
    [[nodiscard]] bool start();
    /// kill -9, and waits until it is gone.
    void kill();
    /// SIGTERM, and waits until it is gone.
    void terminate();
    [[nodiscard]] bool isRunning() const { return m_process.state() == QProcess::Running; }
    [[nodiscard]] bool waitForEnd(int timeoutMs) { return m_process.waitForFinished(timeoutMs); }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }

    /// A client that has said hello. Until the first one there is another connection, so that the host does
    /// not end for want of one.
    [[nodiscard]] HostClient connect();
    /// A client that speaks through the pipes of `cahier-host attach`, which is started as this process; it
    /// has not said hello yet.
    [[nodiscard]] HostClient connectThrough(QProcess& process) const;
    [[nodiscard]] std::string socketPath() const;
    [[nodiscard]] QString folder(const QString& name = {}) const;
    [[nodiscard]] QString journalFolder(const std::string& kernel) const;
    [[nodiscard]] QString log() const;
    /// A figure of the host's /proc/PID/status in kB, such as VmRSS or VmHWM.
    [[nodiscard]] long memoryKb(const char* figure) const;

private:
    QTemporaryDir m_folder{QStringLiteral("/tmp/cahier-XXXXXX")};
    QProcess m_process;
    HostClient m_probe;
};

[[nodiscard]] QString hostProgram();
/// A file that can be executed.
void writeScript(const QString& path, const QByteArray& text);
/// The names of this process's variables that lead kernels and their specs elsewhere.
[[nodiscard]] QStringList strayVariables();
/// A start request for tests/support/scripted_kernel.py.
[[nodiscard]] nlohmann::json scripted(const std::vector<std::string>& options = {});
/// Waits until a condition holds, looking every few milliseconds; for what no event announces.
[[nodiscard]] bool waitUntil(const std::function<bool()>& holds, int timeoutMs = HostClient::patienceMs);
/// Whether a process is there (and not a zombie).
[[nodiscard]] bool processLives(qint64 pid);

} // namespace cahier::test
