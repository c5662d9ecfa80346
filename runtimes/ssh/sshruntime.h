// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/authentication.h>
#include <runtimes/local/hostruntime.h>
#include <runtimes/ssh/sshoptions.h>
#include <runtimes/ssh/sshtarget.h>

namespace cahier::runtimes {

class SshDialogue;

/// The kernels of a machine that ssh leads to, owned by the cahier-host of the user there: it is brought
/// there once, and it and its kernels live on when the connection breaks. Making one does nothing yet; the
/// first request connects. Where nothing is connected to questionAsked(), questions are refused.
class SshRuntime : public HostRuntime {
    Q_OBJECT
public:
    explicit SshRuntime(const SshTarget& target, const SshOptions& options = {});

    [[nodiscard]] const SshTarget& target() const { return m_target; }
    [[nodiscard]] runtime::ConnectionState connectionState() const override;

    /// The answer to a question: a text, or any text for yes. Answers to other questions are ignored.
    void answer(quint64 question, const QString& text);
    /// No, or giving the connection up.
    void refuse(quint64 question);

Q_SIGNALS:
    void questionAsked(const cahier::runtime::AuthenticationQuestion& question);
    /// Nobody waits for the answer any more.
    void questionWithdrawn(quint64 question);

private:
    SshRuntime(const SshTarget& target, const SshOptions& options, std::shared_ptr<SshDialogue> dialogue);
    void pass(const runtime::AuthenticationQuestion& question);

    SshTarget m_target;
    std::shared_ptr<SshDialogue> m_dialogue;
    qint64 m_done = 0, m_total = 0; ///< of the copying of the host program
};

} // namespace cahier::runtimes
