// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/kernel.h>
#include <runtimes/host/uniquefd.h>
#include <runtimes/wire/hostprotocol.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cahier::host {

/// One connected client: bytes in, bytes out, and its place in the journals of the kernels it is attached
/// to. Nothing blocks; a client that does not read costs at most outputLimit and its places.
class Client {
public:
    Client(int id, UniqueFd socket);

    [[nodiscard]] int id() const { return m_id; }
    [[nodiscard]] int fd() const { return m_socket.get(); }
    bool greeted = false; ///< its hello was accepted
    bool wantsSamples = false;
    bool paused = false; ///< frames were left because its replies were unread

    /// Takes what has arrived. False when the client is gone.
    [[nodiscard]] bool receive();
    /// The next whole frame; see wire::FrameReader::next().
    [[nodiscard]] std::expected<wire::Parts, std::string> nextFrame() { return m_reader.next(); }

    void reply(std::int64_t request, nlohmann::json fields);
    /// With bytes as the second part.
    void reply(std::int64_t request, nlohmann::json fields, std::string bytes);
    void replyError(std::int64_t request, const wire::WireError& error);
    /// An event that need not arrive: it is left out while the client does not take what it was sent before.
    void offer(const std::string& envelope);
    /// Says why, then closes once that is written.
    void refuse(const std::string& message);

    void attach(std::shared_ptr<Kernel> kernel, std::uint64_t after);
    void detach(const std::string& kernel);
    [[nodiscard]] bool isAttached(const std::string& kernel) const;
    /// Whether the client has not been given everything of a kernel it is attached to.
    [[nodiscard]] bool isBehind(const std::string& kernel) const;

    /// Writes what the socket takes: replies and journal items. False when the client is gone.
    [[nodiscard]] bool deliver();
    /// Whether there is something to do for it now: deliver() stopped for fairness, not because the socket
    /// was full, or frames can be handled again.
    [[nodiscard]] bool hasMore() const { return m_more || (paused && wantsToRead()); }
    [[nodiscard]] bool wantsToWrite() const { return m_blocked; }
    /// Whether it should be read from: not while it leaves its replies unread.
    [[nodiscard]] bool wantsToRead() const { return !m_closing && m_queuedBytes < replyLimit; }

private:
    struct Attachment {
        std::shared_ptr<Kernel> kernel;
        JournalCursor cursor;
    };
    /// Bytes to write: text, or a stretch of a journal file.
    struct Chunk {
        std::string bytes;
        std::size_t written = 0;
        std::shared_ptr<const SegmentFile> file;
        std::int64_t offset = 0;
        std::uint64_t remaining = 0;
        bool bulk = false; ///< a reply with bytes, which does not count for what journals may queue
        [[nodiscard]] bool hasFile() const { return file != nullptr; }
    };

    static constexpr std::size_t outputLimit = 256u << 10;
    static constexpr std::size_t replyLimit = 8u << 20;
    static constexpr std::size_t turnLimit = 4u << 20; ///< bytes written before the others have their turn

    /// Whether what is queued goes out before more is: each stretch of a file keeps that file, removed or
    /// not.
    [[nodiscard]] bool isFull() const;
    [[nodiscard]] bool hasRoom() const { return m_queuedBytes - m_bulkBytes < outputLimit; }
    bool feed();
    void queueItem(const Kernel& kernel, const JournalItem& item);
    std::string& tail();
    void queueJson(const nlohmann::json& json);
    enum class Written { All, Some, Gone };
    [[nodiscard]] Written flush(std::size_t& written);
    [[nodiscard]] std::int64_t writeChunk(Chunk& chunk);

    int m_id;
    UniqueFd m_socket;
    wire::FrameReader m_reader;
    std::deque<Chunk> m_queue;
    std::size_t m_queuedBytes = 0;
    std::size_t m_bulkBytes = 0; ///< of these
    std::vector<Attachment> m_attachments;
    std::size_t m_turn = 0; ///< attachment to feed next
    bool m_blocked = false;
    bool m_more = false;
    bool m_closing = false;
};

/// The channel of a name, Channel::None for any other text.
[[nodiscard]] Channel channelFromName(std::string_view name);

} // namespace cahier::host
