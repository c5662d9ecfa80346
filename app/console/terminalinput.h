// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace cahier::console {

/// Asks questions and reads the answers, a line each, without blocking. What is typed for a password is not
/// echoed.
class TerminalInput : public QObject {
    Q_OBJECT
public:
    /// Asks on the standard error and reads from the standard input.
    TerminalInput();
    /// Both on a terminal, whose descriptor stays the caller's and outlives this.
    explicit TerminalInput(int terminal);
    ~TerminalInput() override;

    /// One question at a time; a later one replaces it.
    void ask(const QString& prompt, bool password);
    void withdraw();
    void print(const QString& text) const; ///< where questions are shown

Q_SIGNALS:
    void answered(const QString& line);
    void ended(); ///< no more input: the end of the file, or of the terminal's

private:
    void readMore();
    void deliver();
    void setEcho(bool on);

    int m_in, m_out;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QByteArray m_buffer;
    bool m_asking = false;
    bool m_atEnd = false;
    bool m_echoOff = false;
};

} // namespace cahier::console
