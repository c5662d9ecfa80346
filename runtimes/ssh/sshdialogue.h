// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/authentication.h>

#include <QObject>

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace cahier::runtimes {

/// Carries questions and progress from the thread that connects to the owner's thread, and answers back.
/// Made and destroyed in the owner's thread. Its copies of answers are wiped from memory once they are used.
class SshDialogue : public QObject {
    Q_OBJECT
public:
    SshDialogue();
    ~SshDialogue() override;

    // The owner's thread.

    /// nullopt: refused. Does nothing where that question is answered or withdrawn.
    void answer(quint64 id, const std::optional<QString>& value);

    // The thread that connects.

    /// Gives the question's id.
    [[nodiscard]] quint64 ask(runtime::AuthenticationQuestion question);
    void withdraw(quint64 id);
    /// The copying of the host program; 0 of 0 once it is over.
    void report(qint64 done, qint64 total);
    struct Answer {
        quint64 id = 0;
        std::optional<std::string> value;
    };
    [[nodiscard]] std::optional<Answer> takeAnswer();

    /// Readable when there are answers, or after wake().
    [[nodiscard]] int wakeFd() const { return m_wakeFd; }
    void clearWake() const;
    /// Any thread.
    void wake() const;

Q_SIGNALS:
    // In the owner's thread.
    void asked(const cahier::runtime::AuthenticationQuestion& question);
    void withdrawn(quint64 id);
    void progressed(qint64 done, qint64 total);

private:
    int m_wakeFd = -1; ///< an eventfd
    quint64 m_nextId = 1;
    std::mutex m_mutex;
    std::map<quint64, bool> m_open; ///< questions: whether they are answered
    std::vector<Answer> m_answers;
};

} // namespace cahier::runtimes
