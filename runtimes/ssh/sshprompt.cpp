// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshprompt.h>

#include <QRegularExpression>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using runtime::AuthenticationQuestion;
using Kind = AuthenticationQuestion::Kind;

namespace {

QRegularExpressionMatch matchOf(const QString& text, const QString& pattern)
{
    static constexpr auto options =
        QRegularExpression::CaseInsensitiveOption | QRegularExpression::DotMatchesEverythingOption;
    return QRegularExpression(pattern, options).match(text);
}

bool readHostKey(AuthenticationQuestion& question)
{
    if (!question.prompt.contains("continue connecting"_L1)) return false;
    question.kind = Kind::HostKey;
    question.echo = true;
    question.host = matchOf(question.prompt, u"authenticity of host '([^' ]+)"_s).captured(1);
    const auto key = matchOf(question.prompt, u"(\\S+) key fingerprint is:?\\s*([A-Z0-9]+:\\S+?)\\.?\\s"_s);
    question.keyType = key.captured(1);
    question.fingerprint = key.captured(2);
    return true;
}

bool readPassphrase(AuthenticationQuestion& question)
{
    const auto key = matchOf(question.prompt, u"passphrase for (?:key )?'?(.+?)'?\\s*:\\s*$"_s);
    const auto again = matchOf(question.prompt, u"^bad passphrase, try again for (.+?)\\s*:\\s*$"_s);
    if (!key.hasMatch() && !again.hasMatch()) return false;
    question.kind = Kind::Passphrase;
    question.again = again.hasMatch();
    question.keyFile = (again.hasMatch() ? again : key).captured(1);
    return true;
}

} // namespace

AuthenticationQuestion questionOf(const QString& prompt, const QByteArray& hint)
{
    AuthenticationQuestion question;
    question.prompt = prompt;
    if (hint == "none") {
        question.kind = Kind::Notice;
        return question;
    }
    if (hint == "confirm") {
        question.kind = Kind::Confirm;
        return question;
    }
    if (readHostKey(question) || readPassphrase(question)) return question;
    // "user@host's password: ", or "(user@host) PROMPT" where the far side words the question.
    const auto own = matchOf(prompt, u"^\\S+@(\\S+)'s password"_s);
    const auto theirs = matchOf(prompt, u"^\\(\\S+@([^)]+)\\)"_s);
    question.host = (own.hasMatch() ? own : theirs).captured(1);
    const bool isPassword = prompt.contains("password"_L1, Qt::CaseInsensitive) &&
                            !matchOf(prompt, u"one-time|otp|new password|retype"_s).hasMatch();
    question.kind = isPassword ? Kind::Password : Kind::Code;
    return question;
}

} // namespace cahier::runtimes
