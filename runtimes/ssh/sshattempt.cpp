// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshattempt.h>

#include <runtimes/ssh/ssherror.h>
#include <runtimes/ssh/sshprompt.h>

#include <QCoreApplication>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using runtime::AuthenticationQuestion;
using Clock = std::chrono::steady_clock;

namespace {

constexpr qint64 chunkSize = 256 << 10;
constexpr qint64 mostNoise = 256 << 10;
constexpr auto endPatience = 2s;

/// Nothing that the user's configuration could set up may get between us and the far host's bytes.
QStringList commandLine(const SshTarget& target, const SshOptions& options, const HostBundle& bundle)
{
    QStringList line{options.program};
    line << options.arguments << u"-T"_s << u"-x"_s;
    const QStringList settings{u"BatchMode=no"_s,
                               u"LogLevel=INFO"_s,
                               u"ControlMaster=no"_s,
                               u"ClearAllForwardings=yes"_s,
                               u"PermitLocalCommand=no"_s,
                               u"RemoteCommand=none"_s,
                               u"RequestTTY=no"_s,
                               u"StdinNull=no"_s,
                               u"ForkAfterAuthentication=no"_s,
                               u"SessionType=default"_s,
                               u"EscapeChar=none"_s,
                               u"ConnectTimeout=%1"_s.arg(options.connectTimeout),
                               u"ServerAliveInterval=%1"_s.arg(options.aliveInterval),
                               u"ServerAliveCountMax=%1"_s.arg(options.aliveCount)};
    for (const QString& setting : settings)
        line << u"-o"_s << setting;
    return line << target.arguments() << bootstrapCommand(bundle);
}

void stopBlocking(int fd)
{
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

} // namespace

SshAttempt::SshAttempt(const SshTarget& target, const SshOptions& options, HostBundle bundle,
                       SshDialogue& dialogue)
    : m_target(target), m_options(options), m_bundle(std::move(bundle)), m_dialogue(dialogue)
{
}

SshAttempt::~SshAttempt()
{
    for (const auto& [id, open] : m_open)
        m_dialogue.withdraw(id);
}

Result<SshProcess> SshAttempt::run(const std::stop_token& stop)
{
    if (const Result<void> listening = m_askpass.listen(); !listening)
        return std::unexpected(listening.error());
    if (const Result<void> started = start(); !started) return std::unexpected(started.error());
    const std::stop_callback wake(stop, [this] { m_dialogue.wake(); });
    m_lastProgress = Clock::now();
    Result<void> result;
    while (result && m_stage != Stage::Ready)
        result = turn(stop);
    if (m_sent > 0) m_dialogue.report(0, 0);
    m_said = m_process.said();
    if (!result) return std::unexpected(result.error());
    return std::move(m_process);
}

Result<void> SshAttempt::start()
{
    const QString askpass = m_options.askpassProgram.isEmpty()
                                ? QCoreApplication::applicationDirPath() + u"/cahier-askpass"_s
                                : m_options.askpassProgram;
    Result<SshProcess> process =
        SshProcess::start(commandLine(m_target, m_options, m_bundle),
                          {{"SSH_ASKPASS", askpass.toStdString()},
                           {"SSH_ASKPASS_REQUIRE", "force"},
                           {"CAHIER_ASKPASS_SOCKET", m_askpass.socketPath().toStdString()}});
    if (!process) return std::unexpected(process.error());
    m_process = std::move(*process);
    stopBlocking(m_process.input());
    stopBlocking(m_process.output());
    return {};
}

Result<void> SshAttempt::turn(const std::stop_token& stop)
{
    const auto limit = m_lastProgress + m_options.patience;
    const bool asking = !m_open.empty();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now());
    if (!asking && left <= 0ms) {
        const QString detail = sshDetail(m_process.said());
        return failure(ErrorCode::Timeout, u"%1 did not answer in time."_s.arg(host()), detail, Retry::Later);
    }
    std::vector<pollfd> items{{m_dialogue.wakeFd(), POLLIN, 0},
                              {m_process.output(), POLLIN, 0},
                              {m_stage == Stage::Sending ? m_process.input() : -1, POLLOUT, 0}};
    m_askpass.addPollItems(items);
    if (::poll(items.data(), items.size(), asking ? -1 : static_cast<int>(left.count())) < 0 &&
        errno != EINTR)
        return failure(ErrorCode::Io, u"Waiting for the ssh program failed."_s,
                       QString::fromLocal8Bit(std::strerror(errno)));
    if (stop.stop_requested())
        return failure(ErrorCode::Cancelled, u"The program let go of %1."_s.arg(host()), {}, Retry::Fatal);
    if (items[0].revents != 0) answerQuestions();
    handleQuestions();
    if (items[2].revents != 0) {
        if (const Result<void> sent = sendSome(); !sent) return sent;
    }
    return items[1].revents != 0 ? readLines() : Result<void>();
}

Result<void> SshAttempt::readLines()
{
    // One byte at a time: what follows "ready" is the host's, and not ours to take.
    for (char byte = 0; m_stage != Stage::Ready;) {
        const ssize_t size = ::read(m_process.output(), &byte, 1);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
        if (size <= 0) return std::unexpected(endedError());
        m_lastProgress = Clock::now();
        if (byte != '\n') {
            m_line += byte;
        } else if (const Result<void> handled = handleLine(std::exchange(m_line, {})); !handled) {
            return handled;
        }
        if (++m_noise > mostNoise)
            return failure(ErrorCode::Protocol,
                           u"The login shell on %1 prints without end before it runs commands. Look at its "
                           "start files (.bashrc, .profile)."_s.arg(host()));
    }
    return {};
}

Result<void> SshAttempt::handleLine(const QByteArray& line)
{
    if (!line.startsWith(bootstrapMark)) return {};
    const QString word = QString::fromUtf8(line.sliced(qstrlen(bootstrapMark))).trimmed();
    if (word.startsWith("error "_L1)) {
        const QString said = sshDetail(m_process.said());
        return std::unexpected(bootstrapError(word.sliced(6), m_bundle, host(), said));
    }
    if (word == "ready"_L1) m_stage = Stage::Ready;
    if (word != "need"_L1) return {};
    m_archive.setFileName(m_bundle.archive);
    if (!m_archive.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return failure(ErrorCode::Io, u"The program for other machines cannot be read."_s,
                       m_archive.errorString());
    m_stage = Stage::Sending;
    m_dialogue.report(0, m_bundle.size);
    return {};
}

Result<void> SshAttempt::sendSome()
{
    if (m_chunkSent == m_chunk.size()) {
        m_chunk = m_archive.read(chunkSize);
        m_chunkSent = 0;
        if (m_chunk.isEmpty()) {
            m_stage = Stage::Talking;
            return {};
        }
    }
    const ssize_t size = ::write(m_process.input(), m_chunk.constData() + m_chunkSent,
                                 static_cast<std::size_t>(m_chunk.size() - m_chunkSent));
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (size < 0) return readLines(); // the far side gave up: it says why, or is gone
    m_chunkSent += size;
    m_sent += size;
    m_lastProgress = Clock::now();
    m_dialogue.report(m_sent, m_bundle.size);
    return {};
}

void SshAttempt::handleQuestions()
{
    const AskpassServer::News news = m_askpass.process();
    for (const int connection : news.withdrawn) {
        std::erase_if(m_open, [&](const auto& entry) {
            if (entry.second.connection != connection) return false;
            m_dialogue.withdraw(entry.first);
            return true;
        });
        m_lastProgress = Clock::now();
    }
    for (const AskpassServer::Question& asked : news.asked) {
        AuthenticationQuestion question = questionOf(asked.prompt, asked.hint);
        if (question.kind == AuthenticationQuestion::Kind::HostKey && !m_trusted.isEmpty() &&
            question.fingerprint == m_trusted) {
            m_askpass.answer(asked.connection, m_trusted.toStdString());
            continue;
        }
        if (question.host.isEmpty()) question.host = m_target.host;
        question.again = question.again || m_asked.contains(asked.prompt);
        m_asked << asked.prompt;
        const quint64 id = m_dialogue.ask(question);
        m_open.emplace(id, Open{asked.connection, std::move(question)});
    }
}

void SshAttempt::answerQuestions()
{
    m_dialogue.clearWake();
    while (std::optional<SshDialogue::Answer> answer = m_dialogue.takeAnswer()) {
        const auto open = m_open.find(answer->id);
        if (open == m_open.end()) continue;
        m_refused = m_refused || !answer->value;
        // ssh compares a fingerprint that it gets in place of "yes" with the key: what was seen is accepted.
        const AuthenticationQuestion& question = open->second.question;
        const bool isHostKey = question.kind == AuthenticationQuestion::Kind::HostKey;
        if (isHostKey && !answer->value)
            answer->value = "no";
        else if (isHostKey && !question.fingerprint.isEmpty())
            answer->value = question.fingerprint.toStdString();
        else if (isHostKey)
            answer->value = "yes";
        m_askpass.answer(open->second.connection, answer->value);
        if (answer->value) ::explicit_bzero(answer->value->data(), answer->value->size());
        m_open.erase(open);
        m_lastProgress = Clock::now();
    }
}

Error SshAttempt::endedError()
{
    m_process.end(endPatience);
    const QByteArray said = m_process.said();
    if (m_refused)
        return {ErrorCode::Cancelled, u"The connection to %1 was given up."_s.arg(host()), sshDetail(said),
                Retry::No};
    return sshError(said, host());
}

} // namespace cahier::runtimes
