// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/kernelconnection.h>

#include <memory>
#include <vector>

namespace cahier::runtime {

/// Sends messages and keeps each until it is certain that it arrived: its future said so, or the journal
/// recorded it. What a broken connection leaves in doubt is sent again, unchanged, when the replay is over
/// and did not show it. The other side takes one message id once, so that nothing is done twice.
class Outbox : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Drops what was kept. nullptr: nothing can be sent.
    void setConnection(std::shared_ptr<KernelConnection> connection);
    void send(Message message);
    /// The journal has it.
    void confirm(const QString& messageId);
    /// Sends again what is in doubt, in order.
    void sendAgain();
    void clear();

Q_SIGNALS:
    /// It will not reach the kernel (any error but Disconnected).
    void sendFailed(const QString& messageId, const cahier::Error& error);

private:
    struct Entry {
        Message message;
        bool inDoubt = false;
    };
    void hand(const Message& message);
    void settle(const QString& messageId, const Result<void>& result);

    std::shared_ptr<KernelConnection> m_connection;
    std::vector<Entry> m_entries;
};

} // namespace cahier::runtime
