// SPDX-License-Identifier: GPL-3.0-or-later
// A runtime on the far machine of a SshdFixture, with answers to what is asked.
#pragma once

#include <runtimes/ssh/sshruntime.h>
#include <tests/support/localstage.h>
#include <tests/support/sshdfixture.h>

#include <QObject>

#include <functional>
#include <memory>

namespace cahier::test {

using runtime::AuthenticationQuestion;
using runtime::ConnectionState;

/// Notes the questions and answers each by answer(); nothing refuses it.
struct SshClient : QObject {
    explicit SshClient(const SshdFixture& far, const QString& host = QStringLiteral("far"))
        : SshClient(runtimes::SshTarget{host, {}, 0}, far.options())
    {
    }
    SshClient(const runtimes::SshTarget& target, const runtimes::SshOptions& options)
        : runtime(std::make_unique<runtimes::SshRuntime>(target, options))
    {
        connect(runtime.get(), &runtimes::SshRuntime::questionAsked, this,
                [this](const AuthenticationQuestion& question) {
                    questions.push_back(question);
                    const std::optional<QString> text = answer ? answer(question) : std::nullopt;
                    if (text)
                        runtime->answer(question.id, *text);
                    else
                        runtime->refuse(question.id);
                });
        connect(runtime.get(), &runtime::Runtime::connectionChanged, this,
                [this](const ConnectionState& state) { states.push_back(state); });
    }

    [[nodiscard]] Result<runtime::KernelSpecs> specs() { return LocalStage::wait(runtime->kernelSpecs()); }
    [[nodiscard]] bool was(ConnectionState::Phase phase) const
    {
        return std::ranges::any_of(states,
                                   [&](const ConnectionState& state) { return state.phase == phase; });
    }

    std::function<std::optional<QString>(const AuthenticationQuestion&)> answer;
    std::vector<AuthenticationQuestion> questions;
    std::vector<ConnectionState> states;
    std::unique_ptr<runtimes::SshRuntime> runtime;
};

} // namespace cahier::test
