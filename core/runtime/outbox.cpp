// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/outbox.h>

#include <algorithm>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

void Outbox::setConnection(std::shared_ptr<KernelConnection> connection)
{
    m_connection = std::move(connection);
    clear();
}

void Outbox::send(Message message)
{
    m_entries.push_back({message, false});
    hand(message);
}

void Outbox::hand(const Message& message)
{
    const QString id = message.id;
    if (!m_connection) {
        settle(id, failure(ErrorCode::IllegalState, u"There is no kernel to send to."_s));
        return;
    }
    m_connection->send(message).then(this, [this, id](const Result<void>& result) { settle(id, result); });
}

void Outbox::settle(const QString& messageId, const Result<void>& result)
{
    const auto entry = std::ranges::find(m_entries, messageId, [](const Entry& e) { return e.message.id; });
    if (entry == m_entries.end()) return;
    if (!result && result.error().code == ErrorCode::Disconnected) {
        entry->inDoubt = true;
        return;
    }
    m_entries.erase(entry);
    if (!result) Q_EMIT sendFailed(messageId, result.error());
}

void Outbox::confirm(const QString& messageId)
{
    std::erase_if(m_entries, [&](const Entry& entry) { return entry.message.id == messageId; });
}

void Outbox::sendAgain()
{
    std::vector<Message> messages;
    for (Entry& entry : m_entries) {
        if (std::exchange(entry.inDoubt, false)) messages.push_back(entry.message);
    }
    for (const Message& message : messages)
        hand(message);
}

void Outbox::clear()
{
    m_entries.clear();
}

} // namespace cahier::runtime
