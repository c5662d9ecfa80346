// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/client.h>

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace cahier::host {

namespace {

std::string dump(const nlohmann::json& json)
{
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

constexpr std::array<std::string_view, 5> channelNames = {"", "iopub", "shell", "control", "stdin"};

std::string envelopeOf(const std::string& kernel, const JournalItem& item)
{
    const std::string of = "\",\"kernel\":\"" + kernel + "\",\"";
    if (item.kind == RecordKind::Gap)
        return "{\"op\":\"gap" + of + "from\":" + std::to_string(item.seq) +
               ",\"to\":" + std::to_string(item.to) + ",\"outputs\":" + std::to_string(item.outputs) + "}";
    const std::string numbers =
        of + "seq\":" + std::to_string(item.seq) + ",\"time\":" + std::to_string(item.time);
    if (item.kind == RecordKind::State) {
        const std::string_view rest = item.body.empty() ? R"("state":""})" : item.body.substr(1);
        return "{\"op\":\"state" + numbers + "," + std::string(rest);
    }
    std::string envelope = "{\"op\":\"msg" + numbers + ",\"channel\":\"";
    envelope += channelNames[static_cast<std::size_t>(item.channel)];
    envelope += item.sent ? "\",\"sent\":true}" : "\"}";
    return envelope;
}

} // namespace

Channel channelFromName(std::string_view name)
{
    const auto found = std::ranges::find(channelNames, name);
    if (found == channelNames.end()) return Channel::None;
    return static_cast<Channel>(found - channelNames.begin());
}

Client::Client(int id, UniqueFd socket) : m_id(id), m_socket(std::move(socket)) {}

bool Client::receive()
{
    std::array<char, 65536> buffer;
    for (int round = 0; round < 16; ++round) {
        const ssize_t got = recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno == EAGAIN;
        if (got == 0) return false;
        m_reader.append({buffer.data(), static_cast<std::size_t>(got)});
        if (static_cast<std::size_t>(got) < buffer.size()) return true;
    }
    return true;
}

// Output

std::string& Client::tail()
{
    if (m_queue.empty() || m_queue.back().file || m_queue.back().bulk ||
        m_queue.back().bytes.size() > outputLimit)
        m_queue.emplace_back();
    return m_queue.back().bytes;
}

void Client::queueJson(const nlohmann::json& json)
{
    const std::string frame = wire::encodeFrame(dump(json));
    m_queuedBytes += frame.size();
    tail() += frame;
}

void Client::reply(std::int64_t request, nlohmann::json fields)
{
    fields["op"] = "reply";
    fields["id"] = request;
    fields["ok"] = true;
    queueJson(fields);
}

void Client::reply(std::int64_t request, nlohmann::json fields, std::string bytes)
{
    fields["op"] = "reply";
    fields["id"] = request;
    fields["ok"] = true;
    const std::string envelope = dump(fields);
    const std::array lengths{static_cast<std::uint32_t>(envelope.size()),
                             static_cast<std::uint32_t>(bytes.size())};
    std::string head;
    wire::appendFrameHead(head, lengths);
    head += envelope;
    for (std::string* const part : {&head, &bytes}) {
        if (part->empty()) continue;
        m_queuedBytes += part->size();
        m_bulkBytes += part->size();
        Chunk& chunk = m_queue.emplace_back();
        chunk.bytes = std::move(*part);
        chunk.bulk = true;
    }
}

void Client::replyError(std::int64_t request, const wire::WireError& error)
{
    queueJson({{"op", "reply"},
               {"id", request},
               {"ok", false},
               {"code", error.code},
               {"message", error.message},
               {"detail", error.detail}});
}

void Client::offer(const std::string& envelope)
{
    if (m_closing || isFull()) return;
    const std::string frame = wire::encodeFrame(envelope);
    tail() += frame;
    m_queuedBytes += frame.size();
}

void Client::refuse(const std::string& message)
{
    queueJson({{"op", "error"}, {"message", message}});
    m_attachments.clear();
    m_closing = true;
}

void Client::queueItem(const Kernel& kernel, const JournalItem& item)
{
    const std::string envelope = envelopeOf(kernel.id(), item);
    std::vector<std::uint32_t> lengths{static_cast<std::uint32_t>(envelope.size())};
    const bool hasParts = item.kind == RecordKind::Message;
    if (hasParts) lengths.insert(lengths.end(), item.lengths.begin(), item.lengths.end());
    std::string& out = tail();
    const std::size_t before = out.size();
    wire::appendFrameHead(out, lengths);
    out += envelope;
    if (hasParts) out += item.body;
    m_queuedBytes += out.size() - before;
    if (hasParts && item.file) {
        Chunk& chunk = m_queue.emplace_back();
        chunk.file = item.file;
        chunk.offset = static_cast<std::int64_t>(item.offset);
        chunk.remaining = item.bodySize;
    }
}

bool Client::isFull() const
{
    return !hasRoom() || std::ranges::any_of(m_queue, &Chunk::hasFile);
}

bool Client::feed()
{
    bool any = false;
    for (std::size_t idle = 0; idle < m_attachments.size() && hasRoom();) {
        m_turn = (m_turn + 1) % m_attachments.size();
        Attachment& attachment = m_attachments[m_turn];
        Journal& journal = attachment.kernel->journal();
        bool some = false;
        for (int count = 0; count < 256 && hasRoom(); ++count) {
            const std::optional<JournalItem> item = journal.read(attachment.cursor);
            if (!item) break;
            queueItem(*attachment.kernel, *item);
            some = true;
            if (item->file) return true; // long bytes go out before more is queued
        }
        idle = some ? 0 : idle + 1;
        any = any || some;
    }
    return any;
}

std::int64_t Client::writeChunk(Chunk& chunk)
{
    if (!chunk.file)
        return send(fd(), chunk.bytes.data() + chunk.written, chunk.bytes.size() - chunk.written,
                    MSG_DONTWAIT | MSG_NOSIGNAL);
    constexpr std::uint64_t step = 1u << 20;
    off_t offset = chunk.offset;
    const std::int64_t sent = sendfile(fd(), chunk.file->fd(), &offset, std::min(chunk.remaining, step));
    if (sent == 0) errno = EIO; // the file is shorter than its record says
    return sent == 0 ? -1 : sent;
}

Client::Written Client::flush(std::size_t& written)
{
    while (!m_queue.empty()) {
        Chunk& chunk = m_queue.front();
        const std::int64_t sent = writeChunk(chunk);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno == EAGAIN ? Written::Some : Written::Gone;
        written += static_cast<std::size_t>(sent);
        if (chunk.file) {
            chunk.offset += sent;
            chunk.remaining -= static_cast<std::uint64_t>(sent);
        } else {
            chunk.written += static_cast<std::size_t>(sent);
            m_queuedBytes -= static_cast<std::size_t>(sent);
            if (chunk.bulk) m_bulkBytes -= static_cast<std::size_t>(sent);
        }
        if (chunk.file ? chunk.remaining == 0 : chunk.written == chunk.bytes.size()) m_queue.pop_front();
    }
    return Written::All;
}

bool Client::deliver()
{
    m_blocked = m_more = false;
    std::size_t written = 0;
    for (;;) {
        const bool more = isFull() || feed();
        if (m_queue.empty()) return !m_closing;
        switch (flush(written)) {
        case Written::Gone:
            return false;
        case Written::Some:
            m_blocked = true;
            return true;
        case Written::All:
            break;
        }
        if (m_closing) return false;
        if (!more) return true;
        if (written > turnLimit) {
            m_more = true;
            return true;
        }
    }
}

// Attachments

void Client::attach(std::shared_ptr<Kernel> kernel, std::uint64_t after)
{
    detach(kernel->id());
    m_attachments.push_back({std::move(kernel), JournalCursor(after)});
}

void Client::detach(const std::string& kernel)
{
    std::erase_if(m_attachments, [&](const Attachment& each) { return each.kernel->id() == kernel; });
    m_turn = 0;
}

bool Client::isAttached(const std::string& kernel) const
{
    return std::ranges::any_of(m_attachments,
                               [&](const Attachment& each) { return each.kernel->id() == kernel; });
}

bool Client::isBehind(const std::string& kernel) const
{
    return std::ranges::any_of(m_attachments, [&](const Attachment& each) {
        return each.kernel->id() == kernel && each.cursor.next() <= each.kernel->journal().last();
    });
}

} // namespace cahier::host
