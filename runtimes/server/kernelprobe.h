// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/message.h>

#include <QObject>
#include <QSet>
#include <QTimer>

namespace cahier::runtimes {

/// Asks a kernel behind a fresh WebSocket for its info until it is known that messages pass both ways, and
/// what it is doing. Shell requests queue behind a kernel's work, and one may be lost with a process that is
/// being replaced: shell is asked again after pauses that double, control steadily. The answers are the
/// probe's own and nobody else's business.
class KernelProbe : public QObject {
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds repeat{500};
    static constexpr std::chrono::minutes longestPause{5}; ///< between requests on shell
    /// A kernel without a control thread answers nothing while it works.
    static constexpr std::chrono::seconds limit{10};

    explicit KernelProbe(QString session, QObject* parent = nullptr);

    void start(bool mayBeBusy);
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }
    /// The kernel took up and finished everything that went to its shell before the probe.
    [[nodiscard]] bool shellAnswered() const { return m_shellReply && m_shellIdle; }
    /// True for a message that answers the probe, which is then done with.
    [[nodiscard]] bool take(const runtime::Message& message);

Q_SIGNALS:
    void requestMade(const cahier::runtime::Message& message);
    /// A reply and an iopub message came. Where shell is silent, for the kernel is busy, a moment later.
    void answered();
    /// Nothing of it within the limit; the probe goes on.
    void overdue();
    /// shellAnswered() became true after answered() or overdue().
    void shellFreed();

private:
    void ask(runtime::Channel channel);
    void askShell();
    void advance();

    QString m_session;
    QTimer m_repeat, m_shellRepeat, m_limit, m_grace;
    std::chrono::milliseconds m_shellPause{repeat};
    QSet<QString> m_ids, m_shellIds;
    bool m_running = false;
    bool m_mayBeBusy = false;
    bool m_reply = false, m_iopub = false;
    bool m_shellReply = false, m_shellIdle = false;
    bool m_told = false; ///< answered() or overdue() was said
};

} // namespace cahier::runtimes
