// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostinbox.h>

#include <core/runtime/jsonaccess.h>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using nlohmann::json;
using runtime::Message;

namespace {

/// The stream message of the item, if it is one.
Message* streamOf(InboxItem& item)
{
    auto* event = std::get_if<HostEvent>(&item);
    if (!event) return nullptr;
    auto* message = std::get_if<Message>(&event->event.what);
    return message && message->type == "stream"_L1 && !message->sent ? message : nullptr;
}

std::string* streamText(Message& message)
{
    const auto text = message.content.find("text");
    return text != message.content.end() && text->is_string() ? text->get_ptr<std::string*>() : nullptr;
}

} // namespace

void HostInbox::put(InboxItem item, std::size_t bytes)
{
    bool wake = false;
    {
        const std::lock_guard lock(m_mutex);
        if (!merge(item, bytes)) m_entries.push_back({std::move(item), bytes});
        m_bytes += bytes;
        if (m_bytes >= fullAt) m_full = true;
        wake = !std::exchange(m_woken, true);
    }
    if (wake) m_wake();
}

bool HostInbox::merge(InboxItem& item, std::size_t bytes)
{
    if (m_entries.empty()) return false;
    Entry& last = m_entries.back();
    Message* message = streamOf(item);
    Message* waiting = message ? streamOf(last.item) : nullptr;
    if (!waiting || last.bytes + bytes > mergeLimit) return false;
    auto& event = std::get<HostEvent>(item);
    auto& lastEvent = std::get<HostEvent>(last.item);
    if (event.kernel != lastEvent.kernel || message->parentId != waiting->parentId ||
        message->session != waiting->session)
        return false;
    if (runtime::textOf(message->content, "name") != runtime::textOf(waiting->content, "name")) return false;
    const std::string* text = streamText(*message);
    std::string* waitingText = streamText(*waiting);
    if (!text || !waitingText) return false;
    waitingText->append(*text);
    lastEvent.event.seq = event.event.seq;
    last.bytes += bytes;
    return true;
}

HostInbox::Batch HostInbox::take()
{
    Batch batch;
    const std::lock_guard lock(m_mutex);
    std::size_t bytes = 0;
    while (!m_entries.empty() && (bytes == 0 || bytes + m_entries.front().bytes <= batchLimit)) {
        bytes += m_entries.front().bytes;
        batch.items.push_back(std::move(m_entries.front().item));
        m_entries.pop_front();
    }
    m_bytes -= bytes;
    batch.more = !m_entries.empty();
    m_woken = batch.more;
    if (m_full && m_bytes <= roomAgainAt) {
        m_full = false;
        batch.madeRoom = true;
    }
    return batch;
}

bool HostInbox::isFull() const
{
    const std::lock_guard lock(m_mutex);
    return m_full;
}

} // namespace cahier::runtimes
