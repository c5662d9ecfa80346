// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshconnector.h>

#include <runtimes/ssh/hostbundle.h>
#include <runtimes/ssh/sshattempt.h>
#include <runtimes/ssh/ssherror.h>

#include <poll.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using runtime::AuthenticationQuestion;

namespace {

// What was written last may still be on its way through the ssh program when the owner lets go.
constexpr auto lastWordsPatience = 1s;
constexpr auto lossPatience = 200ms;
constexpr auto keygenPatience = 5s;

Error refused(const Error& error)
{
    return {ErrorCode::Cancelled, error.message, error.detail, Retry::No};
}

} // namespace

SshConnector::SshConnector(SshTarget target, SshOptions options, std::shared_ptr<SshDialogue> dialogue)
    : m_target(std::move(target)), m_options(std::move(options)), m_dialogue(std::move(dialogue))
{
}

SshConnector::~SshConnector()
{
    m_process.end(lastWordsPatience);
}

Result<HostStream> SshConnector::connect(const std::stop_token& stop)
{
    m_process.end();
    Result<HostBundle> bundle = HostBundle::find(m_options.bundleFolder);
    if (!bundle) return std::unexpected(bundle.error());
    QString trusted;
    for (;;) {
        SshAttempt attempt(m_target, m_options, *bundle, *m_dialogue);
        attempt.trust(trusted);
        Result<SshProcess> process = attempt.run(stop);
        if (process) {
            m_process = std::move(*process);
            const int readFd = m_process.takeOutput();
            return HostStream(readFd, m_process.takeInput());
        }
        if (!trusted.isEmpty() || changedHostKey(attempt.said()).host.isEmpty())
            return std::unexpected(process.error());
        const Result<QString> fingerprint = replaceHostKey(attempt.said(), process.error(), stop);
        if (!fingerprint) return std::unexpected(fingerprint.error());
        trusted = *fingerprint;
    }
}

Result<QString> SshConnector::replaceHostKey(const QByteArray& said, const Error& error,
                                             const std::stop_token& stop)
{
    const ChangedHostKey key = changedHostKey(said);
    if (key.fingerprint.isEmpty() || key.knownHostsFile.isEmpty()) return std::unexpected(error);
    AuthenticationQuestion question;
    question.kind = AuthenticationQuestion::Kind::ChangedHostKey;
    question.host = key.host;
    question.prompt = error.text();
    question.fingerprint = key.fingerprint;
    question.keyType = key.keyType;
    question.echo = true;
    if (!isAccepted(std::move(question), stop)) return std::unexpected(refused(error));
    // It keeps a copy of the file as it was (.old).
    Result<SshProcess> keygen =
        SshProcess::start({m_options.keygenProgram, u"-R"_s, key.host, u"-f"_s, key.knownHostsFile}, {});
    if (!keygen) return std::unexpected(keygen.error());
    keygen->end(keygenPatience);
    return key.fingerprint;
}

bool SshConnector::isAccepted(AuthenticationQuestion question, const std::stop_token& stop)
{
    const std::stop_callback wake(stop, [this] { m_dialogue->wake(); });
    const quint64 id = m_dialogue->ask(std::move(question));
    while (!stop.stop_requested()) {
        pollfd item{m_dialogue->wakeFd(), POLLIN, 0};
        ::poll(&item, 1, -1);
        m_dialogue->clearWake();
        while (const std::optional<SshDialogue::Answer> answer = m_dialogue->takeAnswer())
            if (answer->id == id) return answer->value.has_value();
    }
    m_dialogue->withdraw(id);
    return false;
}

Error SshConnector::explainLoss(Error error)
{
    m_process.end(lossPatience);
    const QString said = sshDetail(m_process.said());
    if (!said.isEmpty()) error.detail += (error.detail.isEmpty() ? u""_s : u"\n"_s) + said;
    return error;
}

} // namespace cahier::runtimes
