// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshruntime.h>

#include <runtimes/ssh/sshconnector.h>

#include <QMetaMethod>

namespace cahier::runtimes {

using namespace std::chrono_literals;
using runtime::ConnectionState;

namespace {

constexpr auto firstPause = 500ms;
constexpr auto longestPause = 30s;
// A request waits for the connection: for the copying of the host program, and for the user's answers.
constexpr auto requestLimit = 10min;

} // namespace

SshRuntime::SshRuntime(const SshTarget& target, const SshOptions& options)
    : SshRuntime(target, options, std::make_shared<SshDialogue>())
{
}

SshRuntime::SshRuntime(const SshTarget& target, const SshOptions& options,
                       std::shared_ptr<SshDialogue> dialogue)
    : HostRuntime(target.text(), std::make_unique<SshConnector>(target, options, dialogue)), m_target(target),
      m_dialogue(std::move(dialogue))
{
    client().setRetryPauses(firstPause, longestPause);
    client().setTimeLimit(requestLimit);
    connect(m_dialogue.get(), &SshDialogue::asked, this, &SshRuntime::pass);
    connect(m_dialogue.get(), &SshDialogue::withdrawn, this, &SshRuntime::questionWithdrawn);
    connect(m_dialogue.get(), &SshDialogue::progressed, this, [this](qint64 done, qint64 total) {
        m_done = done;
        m_total = total;
        Q_EMIT connectionChanged(connectionState());
    });
}

ConnectionState SshRuntime::connectionState() const
{
    ConnectionState state = HostRuntime::connectionState();
    if (state.phase == ConnectionState::Phase::Connecting && m_total > 0) {
        state.phase = ConnectionState::Phase::Installing;
        state.done = m_done;
        state.total = m_total;
    }
    return state;
}

void SshRuntime::pass(const runtime::AuthenticationQuestion& question)
{
    if (isSignalConnected(QMetaMethod::fromSignal(&SshRuntime::questionAsked)))
        Q_EMIT questionAsked(question);
    else
        refuse(question.id);
}

void SshRuntime::answer(quint64 question, const QString& text)
{
    m_dialogue->answer(question, text);
}

void SshRuntime::refuse(quint64 question)
{
    m_dialogue->answer(question, std::nullopt);
}

} // namespace cahier::runtimes
