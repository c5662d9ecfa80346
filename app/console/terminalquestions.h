// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/console/terminalinput.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace cahier::console {

/// Questions on the controlling terminal, whichever standard streams lead elsewhere, as the ssh program asks
/// them. One after the other.
class TerminalQuestions : public QObject {
    Q_OBJECT
public:
    TerminalQuestions();
    ~TerminalQuestions() override;

    [[nodiscard]] bool hasTerminal() const { return m_terminal >= 0; }

    struct Question {
        quint64 id = 0; ///< what withdraw() names
        QString prompt;
        bool hidden = false;                                       ///< what is typed is not shown
        std::function<void(const std::optional<QString>&)> answer; ///< once; nothing: the input ended
    };
    /// The answer comes from the event loop. Only with a terminal.
    void ask(Question question);
    /// The question is not asked any more; it gets no answer.
    void withdraw(quint64 id);
    /// Shows a text and waits for nothing.
    void tell(const QString& text);

Q_SIGNALS:
    /// Something is about to be shown.
    void speaking();

private:
    void askNext();
    void finish(const std::optional<QString>& answer);

    int m_terminal = -1;
    std::unique_ptr<TerminalInput> m_input;
    std::deque<Question> m_waiting; ///< the first is the one that is asked, while m_asking
    bool m_asking = false;
};

} // namespace cahier::console
