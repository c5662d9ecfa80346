// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace cahier::console {

/// Asks questions on the standard error and reads the answers from the standard input, a line each, without
/// blocking. What is typed for a password is not echoed.
class TerminalInput : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~TerminalInput() override;

    /// One question at a time; a later one replaces it.
    void ask(const QString& prompt, bool password);
    void withdraw();

Q_SIGNALS:
    void answered(const QString& line);
    void ended(); ///< no more input: the end of the file, or of the terminal's

private:
    void readMore();
    void deliver();
    void setEcho(bool on);

    std::unique_ptr<QSocketNotifier> m_notifier;
    QByteArray m_buffer;
    bool m_asking = false;
    bool m_atEnd = false;
    bool m_echoOff = false;
};

} // namespace cahier::console
