// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThread>

namespace cahier::runtimes {

/// A thread with an event loop, from construction to destruction. What lives in it is deleted there: with
/// deleteLater(), which the thread still does before it ends.
class IoThread {
public:
    IoThread() { m_thread.start(); }
    ~IoThread()
    {
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(IoThread)

    [[nodiscard]] QThread* get() { return &m_thread; }

private:
    QThread m_thread;
};

} // namespace cahier::runtimes
