// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <runtimes/ssh/askpassserver.h>
#include <runtimes/ssh/hostbundle.h>
#include <runtimes/ssh/sshdialogue.h>
#include <runtimes/ssh/sshoptions.h>
#include <runtimes/ssh/sshprocess.h>
#include <runtimes/ssh/sshtarget.h>

#include <QFile>

#include <chrono>
#include <map>
#include <stop_token>

namespace cahier::runtimes {

/// One run of the ssh program up to the point where the far host speaks: questions, the copying of the host
/// program where it is needed. Blocks in the thread that connects.
class SshAttempt {
public:
    SshAttempt(const SshTarget& target, const SshOptions& options, HostBundle bundle, SshDialogue& dialogue);
    ~SshAttempt(); ///< withdraws what is still asked

    /// The process whose pipes lead to the host. Afterwards, said() has what an error was made of.
    [[nodiscard]] Result<SshProcess> run(const std::stop_token& stop);
    [[nodiscard]] const QByteArray& said() const { return m_said; }
    /// A host key that shows this fingerprint is accepted without asking.
    void trust(const QString& fingerprint) { m_trusted = fingerprint; }

private:
    enum class Stage { Talking, Sending, Ready };

    [[nodiscard]] Result<void> start();
    [[nodiscard]] Result<void> turn(const std::stop_token& stop);
    [[nodiscard]] Result<void> readLines();
    [[nodiscard]] Result<void> handleLine(const QByteArray& line);
    [[nodiscard]] Result<void> sendSome();
    void handleQuestions();
    void answerQuestions();
    [[nodiscard]] Error endedError();
    [[nodiscard]] QString host() const { return m_target.text(); }

    const SshTarget& m_target;
    const SshOptions& m_options;
    HostBundle m_bundle;
    SshDialogue& m_dialogue;
    AskpassServer m_askpass;
    SshProcess m_process;
    QByteArray m_said;
    QString m_trusted;
    QStringList m_asked; ///< prompts so far: one that comes again was answered wrongly

    Stage m_stage = Stage::Talking;
    QByteArray m_line;
    qint64 m_noise = 0; ///< bytes of lines that are not ours: what a login shell prints
    QFile m_archive;
    QByteArray m_chunk;
    qint64 m_chunkSent = 0;
    qint64 m_sent = 0;
    bool m_refused = false; ///< the user gave a question up
    std::chrono::steady_clock::time_point m_lastProgress;
    struct Open {
        int connection = -1;
        runtime::AuthenticationQuestion question;
    };
    std::map<quint64, Open> m_open; ///< by question
};

} // namespace cahier::runtimes
