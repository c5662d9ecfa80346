// SPDX-License-Identifier: GPL-3.0-or-later
// A terminal for a program, and the person in front of it.
#pragma once

#include <QProcess>
#include <QString>
#include <QTest>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

class Terminal {
public:
    Terminal() : m_master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK))
    {
        if (m_master < 0 || ::grantpt(m_master) != 0 || ::unlockpt(m_master) != 0)
            qFatal("there is no terminal to be had");
        m_name = ::ptsname(m_master);
        m_slave = ::open(m_name.constData(), O_RDWR | O_NOCTTY | O_CLOEXEC); // what is shown stays readable
    }
    ~Terminal()
    {
        ::close(m_slave);
        ::close(m_master);
    }
    Q_DISABLE_COPY_MOVE(Terminal)

    /// Makes it the controlling terminal; withErrors: the standard error leads there too.
    void attach(QProcess& process, bool withErrors = false) const
    {
        process.setChildProcessModifier([name = m_name, withErrors] {
            ::setsid();
            const int terminal = ::open(name.constData(), O_RDWR);
            ::ioctl(terminal, TIOCSCTTY, 0);
            if (withErrors) ::dup2(terminal, STDERR_FILENO);
        });
    }

    /// Waits until this is shown behind what an earlier call waited for.
    [[nodiscard]] bool shows(const QString& text, int timeout = 60000)
    {
        const bool found = QTest::qWaitFor(
            [&] {
                const qsizetype at = shown().indexOf(text, m_seen);
                if (at >= 0) m_seen = at + text.size();
                return at >= 0;
            },
            timeout);
        if (!found) qWarning("the terminal shows: %s", qPrintable(m_shown));
        return found;
    }
    void type(const QString& line) const
    {
        const QByteArray bytes = line.toUtf8() + '\n';
        if (::write(m_master, bytes.constData(), size_t(bytes.size())) != bytes.size())
            qFatal("the terminal takes nothing");
    }
    /// Whether what is typed is shown.
    [[nodiscard]] bool echoes() const
    {
        termios settings{};
        return ::tcgetattr(m_slave, &settings) == 0 && (settings.c_lflag & ECHO);
    }
    [[nodiscard]] const QString& shown()
    {
        char bytes[4096];
        for (ssize_t size = 0; (size = ::read(m_master, bytes, sizeof bytes)) > 0;)
            m_shown += QString::fromUtf8(bytes, size);
        return m_shown;
    }

private:
    int m_master = -1, m_slave = -1;
    QByteArray m_name;
    QString m_shown;
    qsizetype m_seen = 0;
};
