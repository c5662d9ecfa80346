// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/runtimeaccess.h>

#include <runtimes/ssh/sshruntime.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::console {

using Kind = runtime::AuthenticationQuestion::Kind;
using Phase = runtime::ConnectionState::Phase;

namespace {

/// What is asked, as part of a sentence.
QString subjectOf(const runtime::AuthenticationQuestion& question)
{
    switch (question.kind) {
    case Kind::HostKey:
        return u"whether its %1 key %2 is the right one"_s.arg(question.keyType, question.fingerprint);
    case Kind::ChangedHostKey:
        return u"whether its new %1 key %2 is the right one: it is not the one that is known of it"_s.arg(
            question.keyType, question.fingerprint);
    case Kind::Password:
        return u"a password"_s;
    case Kind::Passphrase:
        return u"the passphrase of the key %1"_s.arg(question.keyFile);
    case Kind::Code:
    case Kind::Confirm:
    case Kind::Notice:
        return u'"' + question.prompt.trimmed() + u'"';
    }
    Q_UNREACHABLE_RETURN({});
}

QString wayOut(Kind kind)
{
    switch (kind) {
    case Kind::HostKey:
    case Kind::ChangedHostKey:
        return u"Connect once with the ssh program on a terminal."_s;
    case Kind::Password:
    case Kind::Passphrase:
        return u"Use a key that the ssh agent holds."_s;
    case Kind::Code:
    case Kind::Confirm:
    case Kind::Notice:
        break;
    }
    return u"Start it on a terminal."_s;
}

} // namespace

RuntimeAccess::RuntimeAccess(RuntimeAddress address, RunReport& report)
    : m_address(std::move(address)), m_report(report)
{
    connect(&m_questions, &TerminalQuestions::speaking, this, [this] { m_report.questionAsked(); });
}

void RuntimeAccess::open()
{
    openRuntime(m_address, this).then(this, [this](const Result<OpenedRuntime>& opened) { take(opened); });
}

void RuntimeAccess::take(const Result<OpenedRuntime>& opened)
{
    if (!opened) return fail(opened.error());
    m_runtime = *opened;
    if (m_runtime.server) return followServer();
    if (m_runtime.ssh) followSsh();
    Q_EMIT this->opened(m_runtime.runtime);
}

void RuntimeAccess::fail(const Error& error)
{
    if (!std::exchange(m_failed, true)) Q_EMIT failed(error);
}

void RuntimeAccess::followSsh()
{
    using runtimes::SshRuntime;
    connect(m_runtime.ssh.get(), &SshRuntime::questionAsked, this, &RuntimeAccess::handleQuestion);
    connect(m_runtime.ssh.get(), &SshRuntime::questionWithdrawn, &m_questions, &TerminalQuestions::withdraw);
    connect(m_runtime.ssh.get(), &runtime::Runtime::connectionChanged, this,
            [this](const runtime::ConnectionState& state) {
                m_report.connectionChanged(name(), state);
                // It is not tried again by itself: nobody would ever come back to the kernel.
                if (state.phase == Phase::Idle && state.lostAt != 0 && state.error) fail(*state.error);
            });
}

void RuntimeAccess::handleQuestion(const Question& question)
{
    // "Touch your security key": nothing to type.
    if (question.kind == Kind::Notice)
        return m_questions.hasTerminal() ? m_questions.tell(question.prompt.trimmed())
                                         : m_report.notice(question.prompt.trimmed());
    if (!m_questions.hasTerminal()) {
        return refuse(question, {ErrorCode::PermissionDenied,
                                 u"%1 asks for %2, and there is no terminal to ask at. %3"_s.arg(
                                     name(), subjectOf(question), wayOut(question.kind)),
                                 {}});
    }
    if (question.isYesOrNo()) return askYesOrNo(question);
    const QString again = question.again ? u"That was not right. "_s : QString();
    m_questions.ask({question.id, again + question.prompt, !question.echo,
                     [this, question](const std::optional<QString>& answer) {
                         if (answer) return m_runtime.ssh->answer(question.id, *answer);
                         refuse(
                             question,
                             {ErrorCode::Cancelled, u"The connection to %1 was given up."_s.arg(name()), {}});
                     }});
}

void RuntimeAccess::askYesOrNo(const Question& question)
{
    const bool isNewKey = question.kind == Kind::ChangedHostKey;
    const QString prompt =
        isNewKey
            ? u"%1\nReplace the key that is known by the new one (yes/no)? "_s.arg(question.prompt.trimmed())
        : question.kind == Kind::Confirm ? question.prompt.trimmed() + u" (yes/no) "_s
                                         : question.prompt;
    m_questions.ask(
        {question.id, prompt, false, [this, question](const std::optional<QString>& answer) {
             const QString word = answer ? answer->trimmed().toLower() : u"no"_s;
             const bool isYes =
                 word == "yes"_L1 || word == "y"_L1 ||
                 (!question.fingerprint.isEmpty() && answer && answer->trimmed() == question.fingerprint);
             if (isYes) return m_runtime.ssh->answer(question.id, word);
             if (word != "no"_L1 && word != "n"_L1) return askYesOrNo(question);
             refuse(question,
                    {ErrorCode::Cancelled, u"The connection to %1 was given up."_s.arg(name()), {}});
         }});
}

void RuntimeAccess::refuse(const Question& question, const Error& error)
{
    fail(error);
    m_runtime.ssh->refuse(question.id);
}

} // namespace cahier::console
