// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>

#include <QByteArray>
#include <QStringList>

#include <chrono>
#include <map>
#include <string>

#include <sys/types.h>

namespace cahier::runtimes {

/// A running ssh program: pipes to its standard input and output, its standard error kept in memory, so
/// that it never waits for us to read that. In a session of its own: no terminal to ask at.
class SshProcess {
public:
    /// arguments: the program first, looked for on PATH. variables: added to this process's environment.
    [[nodiscard]] static Result<SshProcess> start(const QStringList& arguments,
                                                  const std::map<std::string, std::string>& variables);
    SshProcess() = default;
    ~SshProcess(); ///< as end()
    SshProcess(SshProcess&& other) noexcept;
    SshProcess& operator=(SshProcess&& other) noexcept;

    [[nodiscard]] bool isRunning() const { return m_pid > 0; }
    [[nodiscard]] pid_t pid() const { return m_pid; }
    /// The pipes' descriptors, which are then the caller's: -1 the second time.
    [[nodiscard]] int takeInput();
    [[nodiscard]] int takeOutput();
    [[nodiscard]] int input() const { return m_input; }
    [[nodiscard]] int output() const { return m_output; }
    /// The last 64 KiB of what it wrote to its standard error so far.
    [[nodiscard]] QByteArray said() const;

    /// Waits until it has ended, at most so long; then ends it. Closes the pipes that are still ours.
    void end(std::chrono::milliseconds patience = {});

private:
    void closePipes();
    [[nodiscard]] bool reapWithin(std::chrono::milliseconds patience);

    pid_t m_pid = -1;
    int m_input = -1, m_output = -1, m_errors = -1;
};

} // namespace cahier::runtimes
