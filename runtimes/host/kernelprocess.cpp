// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernelprocess.h>
#include <runtimes/host/oomcounter.h>

#include <runtimes/wire/hostprotocol.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <format>
#include <fstream>
#include <sstream>

namespace cahier::host {

namespace {

constexpr std::size_t tailLimit = 64u << 10;
constexpr std::size_t tailJsonLimit = 128u << 10;

std::optional<rlimit> descriptorsBefore; // set once, by raiseDescriptorLimit()

/// Bytes that one byte of a JSON string takes at most, those that are not UTF-8 included.
std::size_t jsonSize(unsigned char byte)
{
    if (byte < 0x20) return 6;
    return byte == '"' || byte == '\\' ? 2 : byte < 0x80 ? 1 : 3;
}

/// How much of the end of a text fits the limit as JSON.
std::size_t fittingEnd(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t size = 0; count < text.size(); ++count) {
        size += jsonSize(static_cast<unsigned char>(text[text.size() - 1 - count]));
        if (size > tailJsonLimit) break;
    }
    return count;
}

enum class Stage : int { Folder = 1, Program = 2 };
struct LaunchFailure {
    Stage stage;
    int error;
};

/// What the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct ChildPlan {
    const char* program;
    char* const* argv;
    char* const* environment;
    const char* folder;
    int nullFd, outputFd, statusFd;
    pid_t parent;
    const rlimit* descriptors; ///< the limit to have again; null: the present one
};

[[noreturn]] void runChild(const ChildPlan& plan)
{
    const auto fail = [&](Stage stage) {
        const LaunchFailure failure{stage, errno};
        (void)!write(plan.statusFd, &failure, sizeof failure);
        _exit(127);
    };
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != plan.parent) _exit(127);
    for (int number = 1; number < NSIG; ++number)
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(plan.nullFd, STDIN_FILENO);
    dup2(plan.outputFd, STDOUT_FILENO);
    dup2(plan.outputFd, STDERR_FILENO);
    syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
    if (plan.descriptors) setrlimit(RLIMIT_NOFILE, plan.descriptors);
    if (chdir(plan.folder) != 0) fail(Stage::Folder);
    execve(plan.program, plan.argv, plan.environment);
    fail(Stage::Program);
    _exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

wire::WireError launchError(const LaunchOptions& options, const LaunchFailure& failure)
{
    const std::string why = wire::systemMessage(failure.error);
    if (failure.stage == Stage::Folder)
        return {std::string(wire::errorCodeIo),
                std::format("The {} cannot start in the folder {}: {}.", options.what,
                            options.workingDirectory, why),
                {}};
    return {std::string(wire::errorCodeNoKernel),
            std::format("The {}'s program {} cannot be run: {}.", options.what, options.program, why),
            std::format("PATH: {}", valueOf(options.environment, "PATH"))};
}

std::string fileContents(const std::string& path)
{
    std::ifstream stream(path);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

} // namespace

wire::Result<std::unique_ptr<KernelProcess>> KernelProcess::launch(const LaunchOptions& options)
{
    std::vector<std::string> argv = options.argv;
    std::vector<std::string> environment;
    for (const auto& [name, value] : options.environment)
        environment.push_back(name + "=" + value);
    const std::vector<char*> argvPointers = pointers(argv);
    const std::vector<char*> environmentPointers = pointers(environment);

    int status[2] = {-1, -1}, output[2] = {-1, -1};
    const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const bool statusOk = pipe2(status, O_CLOEXEC) == 0;
    const UniqueFd statusRead(status[0]);
    UniqueFd statusWrite(status[1]);
    const bool outputOk = pipe2(output, O_CLOEXEC) == 0;
    UniqueFd outputRead(output[0]);
    UniqueFd outputWrite(output[1]);
    const auto systemFailure = [&options] {
        return wire::failure(wire::errorCodeIo, std::format("The {} cannot be started: {}.", options.what,
                                                            wire::systemMessage(errno)));
    };
    if (!null || !statusOk || !outputOk) return systemFailure();

    const ChildPlan plan{options.program.c_str(),
                         argvPointers.data(),
                         environmentPointers.data(),
                         options.workingDirectory.c_str(),
                         null.get(),
                         outputWrite.get(),
                         statusWrite.get(),
                         getpid(),
                         descriptorsBefore ? &*descriptorsBefore : nullptr};
    std::unique_ptr<KernelProcess> process(new KernelProcess);
    process->m_pid = fork();
    if (process->m_pid < 0) return systemFailure();
    if (process->m_pid == 0) runChild(plan);
    process->m_pidFd = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, process->m_pid, 0)));
    if (!process->m_pidFd) return systemFailure();
    statusWrite.reset();
    outputWrite.reset();

    LaunchFailure failed{};
    ssize_t got = 0;
    while ((got = read(statusRead.get(), &failed, sizeof failed)) < 0 && errno == EINTR) {
    }
    if (got == sizeof failed) return std::unexpected(launchError(options, failed));

    fcntl(outputRead.get(), F_SETFL, O_NONBLOCK);
    process->m_output = std::move(outputRead);
    process->m_oomFile = oomCountFile(fileContents(std::format("/proc/{}/cgroup", process->m_pid)));
    if (!process->m_oomFile.empty()) process->m_oomBefore = oomCount(process->m_oomFile);
    return process;
}

KernelProcess::~KernelProcess()
{
    if (m_pid <= 0 || m_status) return;
    kill(-m_pid, SIGKILL);
    kill(m_pid, SIGKILL);
    while (waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void KernelProcess::signalGroup(int signal) const
{
    if (m_pid > 0 && !m_status) kill(-m_pid, signal);
}

void KernelProcess::readOutput()
{
    char buffer[16384];
    for (int round = 0; round < 64 && m_output; ++round) {
        const ssize_t got = read(m_output.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            m_output.reset();
            return;
        }
        m_tail.append(buffer, static_cast<std::size_t>(got));
        if (m_tail.size() > 2 * tailLimit) {
            m_tail.erase(0, m_tail.size() - tailLimit);
            m_cut = true;
        }
    }
}

std::string KernelProcess::outputTail() const
{
    std::string tail = m_tail;
    bool cut = m_cut;
    if (tail.size() > tailLimit) {
        tail.erase(0, tail.size() - tailLimit);
        cut = true;
    }
    if (const std::size_t fitting = fittingEnd(tail); fitting < tail.size()) {
        tail.erase(0, tail.size() - fitting);
        cut = true;
    }
    if (const std::size_t line = tail.find('\n'); cut && line != std::string::npos) tail.erase(0, line + 1);
    return tail;
}

std::optional<ExitStatus> KernelProcess::reap()
{
    if (m_status) return m_status;
    // The group goes before its leader is reaped: until then its number cannot belong to another one.
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return std::nullopt;
    kill(-m_pid, SIGKILL);
    int status = 0;
    if (waitpid(m_pid, &status, WNOHANG) != m_pid) return std::nullopt;
    m_status =
        WIFSIGNALED(status) ? ExitStatus{true, WTERMSIG(status)} : ExitStatus{false, WEXITSTATUS(status)};
    readOutput();
    return m_status;
}

bool KernelProcess::outOfMemory() const
{
    if (!m_status || !m_status->signalled || m_status->code != SIGKILL || !m_oomBefore) return false;
    const std::optional<std::uint64_t> now = oomCount(m_oomFile);
    return now && *now > *m_oomBefore;
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (descriptorsBefore || getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    const rlimit before = limit;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) descriptorsBefore = before;
}

} // namespace cahier::host
