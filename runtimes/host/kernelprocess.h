// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/environment.h>
#include <runtimes/host/uniquefd.h>
#include <runtimes/wire/error.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cahier::host {

struct LaunchOptions {
    std::string program;           ///< a path
    std::vector<std::string> argv; ///< with the name it is called by in front
    std::string workingDirectory;
    Environment environment;
    std::string what = "kernel"; ///< it is called in errors
};

struct ExitStatus {
    bool signalled = false;
    int code = 0; ///< the signal's number or the exit status
};

/// A child in a session and process group of its own. It gets SIGKILL when the thread that launched it ends:
/// launch from a thread that lives as long as the host.
class KernelProcess {
public:
    /// Fails with errorCodeIo when the folder cannot be entered and errorCodeNoKernel when the program
    /// cannot be run.
    [[nodiscard]] static wire::Result<std::unique_ptr<KernelProcess>> launch(const LaunchOptions& options);
    /// Kills the group of a process that still runs, and reaps it.
    ~KernelProcess();
    KernelProcess(const KernelProcess&) = delete;
    KernelProcess& operator=(const KernelProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return m_pid; }
    [[nodiscard]] int pidFd() const { return m_pidFd.get(); }     ///< readable once it has ended
    [[nodiscard]] int outputFd() const { return m_output.get(); } ///< -1 when closed by the other side

    /// To every process of the group.
    void signalGroup(int signal) const;
    /// Gives away the end that it is read from: what follows is for the new owner, who reads it.
    [[nodiscard]] UniqueFd takeOutput() { return std::move(m_output); }
    /// Takes what it wrote to its standard output and error.
    void readOutput();
    /// The end of that, at most 64 KiB (128 KiB when written as JSON), beginning with a whole line.
    [[nodiscard]] std::string outputTail() const;
    /// How it ended; nothing while it runs. What is left of its group is killed then.
    [[nodiscard]] std::optional<ExitStatus> reap();
    /// Whether the out-of-memory killer has struck in the process's cgroup since the launch.
    [[nodiscard]] bool outOfMemory() const;

private:
    KernelProcess() = default;

    pid_t m_pid = -1;
    UniqueFd m_pidFd;
    UniqueFd m_output;
    std::string m_tail;
    bool m_cut = false;
    std::optional<ExitStatus> m_status;
    std::string m_oomFile;
    std::optional<std::uint64_t> m_oomBefore;
};

/// Lets this process open as many descriptors as it may: every kernel and client takes some. Processes
/// launched later get the limit that was there before.
void raiseDescriptorLimit();

} // namespace cahier::host
