// SPDX-License-Identifier: Apache-2.0
// Keeping the journal's bound: outputs go first, oldest first; then whole segments.
#include <runtimes/host/journal.h>

#include <runtimes/wire/ids.h>

#include <algorithm>
#include <format>

namespace cahier::host {

namespace {

/// Writes the file that replaces a segment, in pieces.
class Rewriter {
public:
    explicit Rewriter(std::shared_ptr<SegmentFile> file) : m_file(std::move(file)) {}

    void head(SegmentLevel level)
    {
        SegmentHead head;
        head.level = static_cast<std::uint32_t>(level);
        m_buffer.append(reinterpret_cast<const char*>(&head), sizeof head);
    }
    void keep(SegmentReader& from, const RecordHead& record)
    {
        flushGap();
        for (std::uint64_t done = 0; done < record.size();) {
            const std::size_t step = std::min<std::uint64_t>(chunk, record.size() - done);
            const std::size_t at = m_buffer.size();
            m_buffer.resize(at + step);
            if (from.file()->read(from.offset() + done, m_buffer.data() + at, step) != step) m_failed = true;
            done += step;
            if (m_buffer.size() >= chunk) flush();
        }
    }
    void drop(std::uint64_t first, std::uint64_t to, std::uint64_t outputs)
    {
        if (m_gapFrom == 0) m_gapFrom = first;
        m_gap.to = to;
        m_gap.outputs += outputs;
    }
    /// True when everything is on disk.
    bool finish()
    {
        flushGap();
        flush();
        return !m_failed && m_file->sync() == 0;
    }
    [[nodiscard]] std::uint64_t size() const { return m_offset; }

private:
    static constexpr std::size_t chunk = 1u << 20;

    void flushGap()
    {
        if (m_gapFrom != 0) appendGap(m_buffer, m_gapFrom, m_gap, wire::nowMs());
        m_gapFrom = 0;
        m_gap = {};
    }
    void flush()
    {
        if (m_file->write(m_offset, m_buffer) != 0) m_failed = true;
        m_offset += m_buffer.size();
        m_buffer.clear();
    }

    std::shared_ptr<SegmentFile> m_file;
    std::uint64_t m_offset = 0;
    std::string m_buffer;
    std::uint64_t m_gapFrom = 0;
    GapBody m_gap;
    bool m_failed = false;
};

} // namespace

std::uint64_t Journal::endOf(std::size_t segment) const
{
    return segment + 1 < m_segments.size() ? m_segments[segment + 1].first : m_committed + 1;
}

void Journal::enforceLimit()
{
    // The newest two stay whole: clients that keep up have not necessarily taken their long records yet.
    constexpr std::size_t keep = 2;
    std::uint64_t total = bytesOnDisk();
    if (total <= m_options.limit) return;
    for (const SegmentLevel level : {SegmentLevel::WithoutOutputs, SegmentLevel::GapOnly}) {
        for (std::size_t i = 0; i + keep < m_segments.size() && total > m_options.limit; ++i) {
            if (m_segments[i].level >= level) continue;
            total -= m_segments[i].size;
            if (!shrink(i, level)) return;
            total += m_segments[i].size;
        }
    }
    mergeLeadingGaps();
}

bool Journal::shrink(std::size_t number, SegmentLevel level)
{
    Segment& segment = m_segments[number];
    const std::string path = segment.file->path();
    auto file = SegmentFile::create(std::format("{}.{}.tmp", path, wire::randomHex(8)));
    if (!file) {
        m_options.warn(file.error().message);
        return false;
    }
    Rewriter rewriter(*file);
    rewriter.head(level);
    SegmentReader reader(segment.file);
    std::uint64_t expected = segment.first;
    while (const std::optional<RecordHead> head = reader.head(segment.size)) {
        const bool isGap = head->kind == RecordKind::Gap;
        const GapBody body = isGap ? gapBody(*head, reader.bytes(head->size())) : GapBody{head->seq, 0};
        const bool output = (head->flags & flagOutput) != 0;
        if (head->seq > expected) rewriter.drop(expected, head->seq - 1, 0);
        if (isGap || output || level == SegmentLevel::GapOnly)
            rewriter.drop(head->seq, body.to, body.outputs + (output ? 1 : 0));
        else
            rewriter.keep(reader, *head);
        expected = body.to + 1;
        reader.skip(*head);
    }
    if (endOf(number) > expected) rewriter.drop(expected, endOf(number) - 1, 0);
    if (!rewriter.finish() || !(*file)->renameTo(path)) {
        m_options.warn(std::format("cannot shrink the journal file {}", path));
        (*file)->remove();
        return false;
    }
    segment = {std::move(*file), segment.first, rewriter.size(), level, {}};
    return true;
}

void Journal::mergeLeadingGaps()
{
    // One gap is enough for everything that is gone at the beginning: drop the files of the others and let
    // the first one's gap reach up to what follows.
    std::size_t count = 0;
    while (count < m_segments.size() && m_segments[count].level == SegmentLevel::GapOnly)
        ++count;
    if (count < 2) return;
    std::uint64_t outputs = 0;
    for (std::size_t i = 0; i < count; ++i) {
        SegmentReader reader(m_segments[i].file);
        if (const auto head = reader.head(m_segments[i].size))
            outputs += gapBody(*head, reader.bytes(head->size())).outputs;
    }
    SegmentHead head;
    head.level = static_cast<std::uint32_t>(SegmentLevel::GapOnly);
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    appendGap(bytes, m_segments.front().first, {endOf(count - 1) - 1, outputs}, wire::nowMs());
    const std::string path = m_segments.front().file->path();
    auto file = SegmentFile::create(std::format("{}.{}.tmp", path, wire::randomHex(8)));
    if (!file) return;
    if ((*file)->write(0, bytes) != 0 || (*file)->sync() != 0 || !(*file)->renameTo(path)) {
        (*file)->remove();
        return;
    }
    for (std::size_t i = 1; i < count; ++i)
        m_segments[i].file->remove();
    m_segments.front() = {
        std::move(*file), m_segments.front().first, bytes.size(), SegmentLevel::GapOnly, {}};
    m_segments.erase(m_segments.begin() + 1, m_segments.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace cahier::host
