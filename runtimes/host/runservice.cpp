// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/runservice.h>

#include <runtimes/host/kernel.h>
#include <runtimes/wire/hostprotocol.h>

#include <algorithm>
#include <utility>

namespace cahier::host {

namespace {

constexpr std::size_t mostDropped = 256;

std::unexpected<wire::WireError> noSuchRun()
{
    return wire::failure(wire::errorCodeNotFound,
                         "The program is no longer known here: its client was away for too long, or the "
                         "kernel host that ran it has ended.");
}

} // namespace

wire::Result<void> RunService::start(const std::string& token, LaunchOptions options, int client)
{
    if (find(token, client)) return {};
    // A released one may still be ending.
    if (m_runs.contains(token) || std::ranges::contains(m_dropped, token)) return noSuchRun();
    auto run = Run::launch(std::move(options), token);
    if (!run) return std::unexpected(run.error());
    Entry& entry = m_runs[token];
    entry.run = std::move(*run);
    entry.client = client;
    return {};
}

bool RunService::hold(const std::string& token, int client)
{
    return find(token, client) != nullptr;
}

RunService::Entry* RunService::find(const std::string& token, int client)
{
    const auto found = m_runs.find(token);
    if (found == m_runs.end() || found->second.released) return nullptr;
    found->second.client = client;
    found->second.lostAt = -1;
    return &found->second;
}

void RunService::answer(Entry& entry, bool evenNothing)
{
    if (!entry.reading) return;
    const Run& run = *entry.run;
    if (run.size() == entry.offset && !run.end() && !evenNothing) return;
    Piece piece{run.size(), run.peek(readLimit), std::nullopt};
    if (entry.offset + piece.bytes.size() == run.size()) piece.end = run.end();
    std::exchange(entry.reading, nullptr)(piece);
}

void RunService::read(const std::string& token, std::uint64_t offset, int client, ReadDone done)
{
    Entry* const entry = find(token, client);
    if (!entry) return done(noSuchRun());
    answer(*entry, true);
    if (!entry->run->dropBefore(offset))
        return done(wire::failure(wire::errorCodeBadRequest,
                                  "offset is that of the first byte of output that was not received."));
    entry->offset = offset;
    entry->readUntil = steadyMs() + holdMs;
    entry->reading = std::move(done);
    answer(*entry, false);
}

wire::Result<void> RunService::cancel(const std::string& token, int client)
{
    Entry* const entry = find(token, client);
    if (!entry) return noSuchRun();
    entry->run->cancel(steadyMs());
    return {};
}

void RunService::release(const std::string& token)
{
    const auto found = m_runs.find(token);
    if (found == m_runs.end()) return remember(token);
    found->second.released = true;
    found->second.reading = nullptr;
    found->second.run->cancel(steadyMs());
}

void RunService::clientGone(int client, std::int64_t now)
{
    for (auto& [token, entry] : m_runs) {
        if (entry.client != client || entry.lostAt >= 0) continue;
        entry.lostAt = now;
        entry.reading = nullptr;
    }
}

void RunService::addPollItems(std::vector<zmq_pollitem_t>& items) const
{
    for (const auto& [token, entry] : m_runs)
        entry.run->addPollItems(items);
}

void RunService::process(std::span<const zmq_pollitem_t> items)
{
    if (std::ranges::none_of(items, [](const zmq_pollitem_t& item) { return item.revents != 0; })) return;
    for (auto& [token, entry] : m_runs) {
        entry.run->advance();
        answer(entry, false);
    }
}

std::int64_t RunService::tick(std::int64_t now)
{
    std::int64_t next = -1;
    const auto note = [&next](std::int64_t at) {
        if (at >= 0) next = next < 0 ? at : std::min(next, at);
    };
    for (auto& [token, entry] : m_runs) {
        if (entry.lostAt >= 0 && !entry.released) {
            if (now >= entry.lostAt + lostClientMs)
                release(token);
            else
                note(entry.lostAt + lostClientMs);
        }
        // Nobody takes what a released one writes: it is not to wait for that.
        if (entry.released) (void)entry.run->dropBefore(entry.run->size());
        if (entry.reading && now >= entry.readUntil) answer(entry, true);
        if (entry.reading) note(entry.readUntil);
        note(entry.run->tick(now));
    }
    std::erase_if(m_runs, [this](const auto& each) {
        const bool over = each.second.released && each.second.run->end();
        if (over) remember(each.first);
        return over;
    });
    return next;
}

void RunService::remember(const std::string& token)
{
    m_dropped.push_back(token);
    if (m_dropped.size() > mostDropped) m_dropped.pop_front();
}

} // namespace cahier::host
