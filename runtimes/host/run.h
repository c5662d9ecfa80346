// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/kernelprocess.h>

#include <zmq.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cahier::host {

/// A program that a client runs, and what it wrote that the client has not taken (hostprotocol.h, Programs).
/// Launched from the loop's thread, as every KernelProcess.
class Run {
public:
    static constexpr std::size_t bufferLimit = 1u << 20; ///< bytes kept; the program waits at more
    static constexpr std::int64_t patienceMs = 3000;     ///< after SIGTERM, then SIGKILL

    [[nodiscard]] static wire::Result<std::unique_ptr<Run>> launch(LaunchOptions options, std::string token);
    /// Kills what runs, and what it started.
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    [[nodiscard]] const std::string& token() const { return m_token; }
    /// Bytes written by the program so far, as far as they were read.
    [[nodiscard]] std::uint64_t size() const { return m_begin + m_buffer.size(); }
    /// How it ended, once everything that it wrote was read.
    [[nodiscard]] const std::optional<ExitStatus>& end() const { return m_end; }

    /// Drops what comes before this offset. False when that is not between what was dropped and size().
    [[nodiscard]] bool dropBefore(std::uint64_t offset);
    /// The first bytes that were not dropped.
    [[nodiscard]] std::string peek(std::size_t most) const { return m_buffer.substr(0, most); }

    void cancel(std::int64_t now);
    void addPollItems(std::vector<zmq_pollitem_t>& items) const;
    /// Takes what it wrote, as far as there is room, and notes its end.
    void advance();
    /// Returns when to be called again (steadyMs()), or -1.
    std::int64_t tick(std::int64_t now);

private:
    Run() = default;
    void readOutput();

    std::string m_token;
    std::unique_ptr<KernelProcess> m_process;
    UniqueFd m_output; ///< closed once there is no more to come
    std::string m_buffer;
    std::uint64_t m_begin = 0; ///< offset of the buffer's first byte
    std::optional<ExitStatus> m_status, m_end;
    bool m_cancelled = false;
    std::int64_t m_killAt = -1;
};

} // namespace cahier::host
