// SPDX-License-Identifier: Apache-2.0
// The numbered record of everything that crossed a kernel's sockets: on disk, bounded, readable by any
// number of cursors at their own pace. journalrecord.h describes the bytes.
#pragma once

#include <runtimes/host/journalrecord.h>
#include <runtimes/host/segmentfile.h>
#include <runtimes/host/segmentreader.h>
#include <runtimes/wire/error.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::host {

/// One thing for a client: a message, a state or a gap.
struct JournalItem {
    RecordKind kind = RecordKind::Message;
    Channel channel = Channel::None;
    bool sent = false;
    std::uint64_t seq = 0;
    std::uint64_t to = 0;      ///< for a gap its last number, else seq
    std::uint64_t outputs = 0; ///< for a gap
    std::int64_t time = 0;     ///< ms since 1970
    std::vector<std::uint32_t> lengths;
    /// The parts' bytes, one after another, unless those of a message are long: then `file` holds them at
    /// `offset`. Valid until the journal or the cursor is used again.
    std::string_view body;
    std::shared_ptr<const SegmentFile> file;
    std::uint64_t offset = 0;
    std::uint64_t bodySize = 0;
};

/// A reader's place. Cheap while it keeps up with the journal's end; it reads blocks of the files when
/// behind.
class JournalCursor {
public:
    explicit JournalCursor(std::uint64_t after) : m_next(after + 1) {}
    [[nodiscard]] std::uint64_t next() const { return m_next; }

private:
    friend class Journal;
    std::uint64_t m_next;
    std::optional<SegmentReader> m_disk; ///< set while reading from disk
};

class Journal {
public:
    struct Options {
        std::uint64_t limit = 512ull << 20; ///< bytes on disk, kept to within two segments
        std::function<void(const std::string&)> warn = [](const std::string&) {};
    };

    /// An empty journal in a folder that exists.
    Journal(std::string folder, Options options);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Takes up what an earlier host left in the folder. A torn end is cut off.
    void load();

    /// Numbers a record. It becomes readable with the next commit(); a long one at once.
    std::uint64_t append(RecordKind kind, Channel channel, std::uint16_t flags,
                         std::span<const std::string_view> parts);
    /// Uses up `count` numbers that no record will have, and says so to readers.
    void appendGapOf(std::uint64_t count, std::uint64_t outputs);
    /// Writes what append() collected. Where the disk fails, readers that keep up still get everything; the
    /// others get a gap.
    void commit();
    /// True when commit() should be called before collecting more.
    [[nodiscard]] bool wantsCommit() const { return m_pending.size() >= pendingLimit; }

    [[nodiscard]] std::uint64_t first() const; ///< 0 when empty
    [[nodiscard]] std::uint64_t last() const { return m_committed; }
    /// The next item at the cursor, or nothing when it is at the end.
    [[nodiscard]] std::optional<JournalItem> read(JournalCursor& cursor);

    /// The files written to since the last call, for syncing on another thread.
    [[nodiscard]] std::vector<std::shared_ptr<const SegmentFile>> takeDirty();
    [[nodiscard]] std::uint64_t bytesOnDisk() const;
    [[nodiscard]] const std::string& folder() const { return m_folder; }

    /// Calls `visit` with the number and header bytes of every request of a client that is on disk.
    void visitSent(const std::function<void(std::uint64_t, std::string_view)>& visit);

private:
    struct Segment {
        std::shared_ptr<SegmentFile> file;
        std::uint64_t first = 0;
        std::uint64_t size = 0;
        SegmentLevel level = SegmentLevel::Whole;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> index; ///< (number, offset), every 256 KiB
    };
    struct HotRecord {
        std::uint64_t seq = 0, to = 0;
        std::size_t offset = 0, size = 0; ///< in m_pending, until commit()
        bool output = false;
        std::string bytes; ///< the record; empty when it is to be read from disk
    };

    static constexpr std::size_t pendingLimit = 1u << 20;
    static constexpr std::size_t hotLimit = 2u << 20;
    static constexpr std::size_t hotLimitUnsaved = 16u << 20;
    static constexpr std::size_t longRecord = 256u << 10;
    static constexpr std::uint64_t indexStep = 256u << 10;

    [[nodiscard]] std::uint64_t segmentLimit() const;
    [[nodiscard]] std::string segmentPath(std::uint64_t first) const;
    bool ensureActive(std::uint64_t first);
    bool writeBytes(std::uint64_t first, std::span<const std::string_view> pieces);
    bool writeAfterLost(std::uint64_t first, std::vector<std::string_view> pieces);
    void lost(std::uint64_t from, std::uint64_t to, std::uint64_t outputs);
    void remember(HotRecord record);

    void enforceLimit();
    bool shrink(std::size_t segment, SegmentLevel level);
    void mergeLeadingGaps();
    /// The number after the last one that a segment covers.
    [[nodiscard]] std::uint64_t endOf(std::size_t segment) const;

    [[nodiscard]] bool loadSegment(const std::string& path, std::uint64_t first);
    void loadEnd();

    [[nodiscard]] JournalItem readDisk(JournalCursor& cursor, std::uint64_t before);
    [[nodiscard]] std::size_t segmentAt(std::uint64_t seq) const;
    void seek(JournalCursor& cursor) const;
    [[nodiscard]] std::size_t segmentOf(const JournalCursor& cursor) const;
    [[nodiscard]] bool nextSegment(JournalCursor& cursor) const;

    std::string m_folder;
    Options m_options;
    std::vector<Segment> m_segments; ///< by number; the last one is written to
    bool m_activeOpen = false;       ///< whether the last segment may grow
    std::vector<std::shared_ptr<const SegmentFile>> m_dirty;

    std::uint64_t m_next = 1;
    std::uint64_t m_committed = 0;
    std::string m_pending;
    std::vector<HotRecord> m_pendingRecords; ///< their bytes are in m_pending until commit()

    std::deque<HotRecord> m_hot; ///< the end of the journal, consecutive
    std::size_t m_hotBytes = 0;

    std::uint64_t m_lostFrom = 0, m_lostTo = 0, m_lostOutputs = 0; ///< not on disk, not yet said there
    bool m_diskFailing = false;
};

} // namespace cahier::host
