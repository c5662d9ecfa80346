// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/runtimeaccess.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::console {

using runtime::CertificateQuestion;
using runtime::ServerConnection;

namespace {

constexpr int mostAnswers = 3;

QString promptOf(const CertificateQuestion& question, const QString& server)
{
    QString text = u"The certificate of the Jupyter Server %1 is not trusted by itself:\n"_s.arg(server);
    if (question.changed) text += u"  It is NOT the one that was trusted before.\n"_s;
    for (const QString& reason : question.reasons)
        text += u"  "_s + reason + u'\n';
    text += u"  It is %1's, vouched for by %2, and ends on %3.\n"_s.arg(
        question.subject, question.issuer, question.expires.date().toString(Qt::ISODate));
    text += u"  SHA-256 fingerprint: %1\n"_s.arg(question.fingerprintText());
    return text + u"Trust it for this run (yes/no)? "_s;
}

} // namespace

void RuntimeAccess::followServer()
{
    ServerConnection* const server = m_runtime.server.get();
    connect(server, &ServerConnection::credentialsRefused, this, &RuntimeAccess::askForToken);
    connect(server, &ServerConnection::certificateQuestioned, this, &RuntimeAccess::askForTrust);
    connect(server, &ServerConnection::credentialsChanged, this, &RuntimeAccess::check);
    check();
}

/// Whether the server lets us in is seen before anything of the run depends on it.
void RuntimeAccess::check()
{
    if (m_failed) return;
    if (!m_letIn) m_report.connectionChanged(name(), {.phase = runtime::ConnectionState::Phase::Connecting});
    m_runtime.runtime->kernelSpecs().then(this, [this](const Result<runtime::KernelSpecs>& specs) {
        if (!specs && specs.error().code == ErrorCode::PermissionDenied) return; // it asks
        if (!specs && !m_letIn) return fail(specs.error());
        if (!specs) return; // its kernels go on trying
        m_attempt = Attempt::None;
        m_wrongAnswers = 0;
        m_answer.clear();
        if (std::exchange(m_letIn, true)) return;
        m_report.connectionChanged(name(), {.phase = runtime::ConnectionState::Phase::Connected});
        Q_EMIT opened(m_runtime.runtime);
    });
}

Error RuntimeAccess::noWayIn() const
{
    const bool hadToken = !std::get<runtime::ServerAddress>(m_address).token.isEmpty();
    return {ErrorCode::PermissionDenied,
            hadToken
                ? u"The Jupyter Server %1 refused the token. Give the right one in JUPYTER_TOKEN, or start "
                  "on a terminal to be asked for it."_s.arg(name())
                : u"The Jupyter Server %1 asks for a token or password, and there is no terminal to ask at. "
                  "Give the token in JUPYTER_TOKEN."_s.arg(name()),
            {}};
}

void RuntimeAccess::askForToken()
{
    if (m_asking || m_failed) return;
    if (!m_questions.hasTerminal()) return fail(noWayIn());
    if (m_attempt == Attempt::Token) return tryPassword();
    if (m_attempt == Attempt::Password && ++m_wrongAnswers == mostAnswers)
        return fail({ErrorCode::PermissionDenied,
                     u"The Jupyter Server %1 took none of the answers."_s.arg(name()),
                     {}});
    m_asking = true;
    const bool isFirst = m_attempt == Attempt::None;
    const bool hadToken = !m_runtime.server->address().token.isEmpty();
    const QString before = !isFirst   ? u"That was not right. "_s
                           : hadToken ? u"The token was refused. "_s
                                      : QString();
    m_questions.ask({0, before + u"Token or password of the Jupyter Server %1: "_s.arg(name()), true,
                     [this](const std::optional<QString>& answer) {
                         m_asking = false;
                         if (answer) return tryAnswer(answer->trimmed());
                         fail(
                             {ErrorCode::Cancelled, u"The connection to %1 was given up."_s.arg(name()), {}});
                     }});
}

/// What was typed may be either. A token is tried first: it stays valid as long as the server runs.
void RuntimeAccess::tryAnswer(const QString& answer)
{
    m_answer = answer;
    m_attempt = Attempt::Token;
    m_runtime.server->setToken(answer);
}

void RuntimeAccess::tryPassword()
{
    m_asking = true; // what waits is refused once more meanwhile
    m_attempt = Attempt::Password;
    m_runtime.server->logIn(std::exchange(m_answer, {})).then(this, [this](const Result<void>& loggedIn) {
        m_asking = false;
        if (loggedIn) return;
        const bool isWrong = loggedIn.error().code == ErrorCode::PermissionDenied ||
                             loggedIn.error().code == ErrorCode::Unsupported;
        if (isWrong)
            askForToken();
        else
            fail(loggedIn.error());
    });
}

void RuntimeAccess::askForTrust(const CertificateQuestion& question)
{
    if (m_asking || m_failed) return;
    if (!m_questions.hasTerminal()) {
        return fail({ErrorCode::PermissionDenied,
                     u"The certificate of the Jupyter Server %1 is not trusted (SHA-256 %2), and there is no "
                     "terminal to ask at."_s.arg(name(), question.fingerprintText()),
                     question.reasons.join(u'\n')});
    }
    m_asking = true;
    m_questions.ask(
        {0, promptOf(question, name()), false, [this, question](const std::optional<QString>& answer) {
             m_asking = false;
             const QString word = answer ? answer->trimmed().toLower() : u"no"_s;
             if (word == "yes"_L1 || word == "y"_L1) return m_runtime.server->trust(question.certificate);
             if (word != "no"_L1 && word != "n"_L1) return askForTrust(question);
             fail({ErrorCode::PermissionDenied,
                   u"The certificate of the Jupyter Server %1 was not trusted."_s.arg(name()),
                   {}});
         }});
}

} // namespace cahier::console
