// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/terminalinput.h>

#include <app/console/terminal.h>

#include <algorithm>
#include <cerrno>

#include <termios.h>
#include <unistd.h>

namespace cahier::console {

TerminalInput::TerminalInput() : m_in(STDIN_FILENO), m_out(STDERR_FILENO) {}

TerminalInput::TerminalInput(int terminal) : m_in(terminal), m_out(terminal) {}

TerminalInput::~TerminalInput()
{
    withdraw();
}

void TerminalInput::ask(const QString& prompt, bool password)
{
    print(prompt);
    if (password) setEcho(false);
    m_asking = true;
    if (!m_notifier) {
        m_notifier = std::make_unique<QSocketNotifier>(m_in, QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &TerminalInput::readMore);
    }
    m_notifier->setEnabled(!m_atEnd);
    // From the event loop, so that the answer never comes before ask() returned.
    QMetaObject::invokeMethod(this, &TerminalInput::deliver, Qt::QueuedConnection);
}

void TerminalInput::withdraw()
{
    setEcho(true);
    m_asking = false;
    if (m_notifier) m_notifier->setEnabled(false);
}

void TerminalInput::readMore()
{
    char bytes[4096];
    const ssize_t count = ::read(m_in, bytes, sizeof bytes);
    if (count > 0)
        m_buffer.append(bytes, count);
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
        m_atEnd = true;
    deliver();
}

void TerminalInput::deliver()
{
    if (!m_asking) return;
    const qsizetype end = m_buffer.indexOf('\n');
    if (end < 0 && !m_atEnd) return;
    withdraw();
    if (end < 0 && m_buffer.isEmpty()) {
        Q_EMIT ended();
        return;
    }
    const QByteArray line = end < 0 ? m_buffer : m_buffer.first(end);
    m_buffer.remove(0, end < 0 ? m_buffer.size() : end + 1);
    Q_EMIT answered(QString::fromUtf8(line));
}

void TerminalInput::setEcho(bool on)
{
    termios settings;
    if (on != m_echoOff || ::tcgetattr(m_in, &settings) != 0) return;
    settings.c_lflag = on ? settings.c_lflag | tcflag_t(ECHO) : settings.c_lflag & ~tcflag_t(ECHO);
    if (::tcsetattr(m_in, TCSADRAIN, &settings) != 0) return;
    m_echoOff = !on;
    if (on) print(QStringLiteral("\n")); // the one that was typed was not shown
}

void TerminalInput::print(const QString& text) const
{
    if (m_out == STDERR_FILENO) return printError(text); // in order with what is printed otherwise
    const QByteArray bytes = text.toUtf8();
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t size =
            ::write(m_out, bytes.constData() + done, static_cast<std::size_t>(bytes.size() - done));
        if (size < 0 && errno != EINTR) return;
        done += std::max<ssize_t>(0, size);
    }
}

} // namespace cahier::console
