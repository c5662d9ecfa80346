// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshprocess.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int pipeBytes = 1 << 20; // what the copying of large files gains from
constexpr auto askPause = 5ms;
constexpr auto termPatience = 300ms;

/// Both ends of the child's three descriptors.
struct Pipes {
    std::array<int, 2> input{-1, -1}, output{-1, -1};
    int errors = -1;
    ~Pipes()
    {
        for (const int fd : {input[0], input[1], output[0], output[1], errors})
            if (fd >= 0) ::close(fd);
    }
    [[nodiscard]] bool open()
    {
        errors = ::memfd_create("ssh-errors", MFD_CLOEXEC);
        if (errors < 0 || ::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
            return false;
        // Where the system allows no larger pipe, the usual one does.
        (void)::fcntl(input[1], F_SETPIPE_SZ, pipeBytes);
        (void)::fcntl(output[0], F_SETPIPE_SZ, pipeBytes);
        return true;
    }
};

std::vector<std::string> environmentWith(const std::map<std::string, std::string>& variables)
{
    std::vector<std::string> result;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        if (!variables.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
    }
    for (const auto& [name, value] : variables)
        result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

int spawn(pid_t& pid, const Pipes& pipes, std::vector<std::string>& arguments,
          std::vector<std::string>& environment)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes.input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes.output[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes.errors, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    const int problem = ::posix_spawnp(&pid, arguments[0].c_str(), &actions, &attributes,
                                       pointersTo(arguments).data(), pointersTo(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem;
}

} // namespace

Result<SshProcess> SshProcess::start(const QStringList& arguments,
                                     const std::map<std::string, std::string>& variables)
{
    Pipes pipes;
    if (!pipes.open())
        return failure(ErrorCode::Io, u"No pipe to the ssh program could be made."_s,
                       QString::fromLocal8Bit(std::strerror(errno)));
    std::vector<std::string> texts;
    for (const QString& argument : arguments)
        texts.push_back(argument.toStdString());
    std::vector<std::string> environment = environmentWith(variables);
    SshProcess process;
    if (const int problem = spawn(process.m_pid, pipes, texts, environment); problem != 0) {
        process.m_pid = -1;
        return failure(ErrorCode::NotFound,
                       u"The program %1 cannot be run. Install OpenSSH's client."_s.arg(arguments.first()),
                       QString::fromLocal8Bit(std::strerror(problem)));
    }
    process.m_input = std::exchange(pipes.input[1], -1);
    process.m_output = std::exchange(pipes.output[0], -1);
    process.m_errors = std::exchange(pipes.errors, -1);
    return process;
}

SshProcess::SshProcess(SshProcess&& other) noexcept
{
    *this = std::move(other);
}

SshProcess& SshProcess::operator=(SshProcess&& other) noexcept
{
    std::swap(m_pid, other.m_pid);
    std::swap(m_input, other.m_input);
    std::swap(m_output, other.m_output);
    std::swap(m_errors, other.m_errors);
    return *this;
}

SshProcess::~SshProcess()
{
    end();
    if (m_errors >= 0) ::close(m_errors);
}

int SshProcess::takeInput()
{
    return std::exchange(m_input, -1);
}

int SshProcess::takeOutput()
{
    return std::exchange(m_output, -1);
}

QByteArray SshProcess::said() const
{
    constexpr off_t most = 64 << 10;
    struct stat info{};
    if (m_errors < 0 || ::fstat(m_errors, &info) != 0) return {};
    const off_t begin = std::max<off_t>(0, info.st_size - most);
    QByteArray text(info.st_size - begin, '\0');
    const ssize_t size = ::pread(m_errors, text.data(), static_cast<std::size_t>(text.size()), begin);
    return text.first(std::max<ssize_t>(0, size));
}

void SshProcess::closePipes()
{
    if (m_input >= 0) ::close(takeInput());
    if (m_output >= 0) ::close(takeOutput());
}

bool SshProcess::reapWithin(std::chrono::milliseconds patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (::waitpid(m_pid, nullptr, WNOHANG) != 0) {
            m_pid = -1;
            return true;
        }
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(askPause);
    }
}

void SshProcess::end(std::chrono::milliseconds patience)
{
    closePipes();
    if (m_pid <= 0 || reapWithin(patience)) return;
    ::kill(m_pid, SIGTERM);
    if (reapWithin(termPatience)) return;
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
    m_pid = -1;
}

} // namespace cahier::runtimes
