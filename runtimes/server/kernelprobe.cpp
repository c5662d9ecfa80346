// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/kernelprobe.h>

#include <core/runtime/jsonaccess.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using namespace std::chrono_literals;

KernelProbe::KernelProbe(QString session, QObject* parent) : QObject(parent), m_session(std::move(session))
{
    m_limit.setSingleShot(true);
    m_grace.setSingleShot(true);
    m_shellRepeat.setSingleShot(true);
    connect(&m_repeat, &QTimer::timeout, this, [this] { ask(Channel::Control); });
    connect(&m_shellRepeat, &QTimer::timeout, this, &KernelProbe::askShell);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        if (!std::exchange(m_told, true)) Q_EMIT overdue();
    });
    connect(&m_grace, &QTimer::timeout, this, [this] {
        if (!std::exchange(m_told, true)) Q_EMIT answered();
    });
}

void KernelProbe::start(bool mayBeBusy)
{
    stop();
    m_running = true;
    m_mayBeBusy = mayBeBusy;
    m_reply = m_iopub = m_shellReply = m_shellIdle = m_told = false;
    m_repeat.start(repeat);
    m_limit.start(limit);
    m_shellPause = mayBeBusy ? 10 * repeat : repeat;
    ask(Channel::Control);
    askShell();
}

void KernelProbe::stop()
{
    m_running = false;
    m_repeat.stop();
    m_shellRepeat.stop();
    m_limit.stop();
    m_grace.stop();
    m_shellIds.clear(); // answers to m_ids may still come, and are still the probe's
}

void KernelProbe::ask(Channel channel)
{
    const Message request =
        makeRequest(channel, u"kernel_info_request"_s, nlohmann::json::object(), m_session);
    m_ids.insert(request.id);
    if (channel == Channel::Shell) m_shellIds.insert(request.id);
    Q_EMIT requestMade(request);
}

void KernelProbe::askShell()
{
    m_shellRepeat.start(m_shellPause);
    m_shellPause = std::min<std::chrono::milliseconds>(2 * m_shellPause, longestPause);
    ask(Channel::Shell);
}

bool KernelProbe::take(const Message& message)
{
    if (!m_ids.contains(message.parentId)) return false;
    if (!m_running) return true;
    const bool shell = m_shellIds.contains(message.parentId);
    if (message.channel == Channel::IoPub) {
        m_iopub = true;
        m_shellIdle = m_shellIdle || (shell && textOf(message.content, "execution_state") == "idle"_L1);
    } else {
        m_reply = true;
        m_shellReply = m_shellReply || message.channel == Channel::Shell;
    }
    advance();
    return true;
}

void KernelProbe::advance()
{
    if (!m_reply || !m_iopub) return;
    m_repeat.stop();
    m_limit.stop();
    if (shellAnswered()) {
        m_running = false;
        m_shellRepeat.stop();
        m_grace.stop();
        if (std::exchange(m_told, true)) {
            Q_EMIT shellFreed();
        } else {
            Q_EMIT answered();
        }
    } else if (!m_told && !m_grace.isActive()) {
        m_grace.start(m_mayBeBusy ? 300ms : 1000ms);
    }
}

} // namespace cahier::runtimes
