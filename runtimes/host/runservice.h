// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/run.h>

#include <deque>
#include <functional>
#include <map>
#include <span>

namespace cahier::host {

/// The programs that clients run: who holds them, and who waits for their output. In the loop's thread.
class RunService {
public:
    /// How long a read waits for output.
    static constexpr std::int64_t holdMs = 15000;
    /// How long a run waits for a client whose connection broke.
    static constexpr std::int64_t lostClientMs = 30000;
    static constexpr std::size_t readLimit = 256u << 10; ///< bytes that one read gives

    struct Piece {
        std::uint64_t size = 0; ///< bytes in all so far
        std::string bytes;
        std::optional<ExitStatus> end; ///< with the last of them
    };
    using ReadDone = std::function<void(const wire::Result<Piece>&)>;

    /// Starts what has this token, for a client that holds it from then on. One that is there already is left
    /// as it is. Not found when the run was dropped.
    [[nodiscard]] wire::Result<void> start(const std::string& token, LaunchOptions options, int client);
    /// Holds it for the client, when there is one.
    [[nodiscard]] bool hold(const std::string& token, int client);
    /// Gives what follows the offset, at once or later; a read that waits already gets nothing. Holds.
    void read(const std::string& token, std::uint64_t offset, int client, ReadDone done);
    [[nodiscard]] wire::Result<void> cancel(const std::string& token, int client);
    void release(const std::string& token);
    void clientGone(int client, std::int64_t now);

    [[nodiscard]] bool isEmpty() const { return m_runs.empty(); }
    void addPollItems(std::vector<zmq_pollitem_t>& items) const;
    void process(std::span<const zmq_pollitem_t> items);
    /// Returns when to be called again (steadyMs()), or -1.
    std::int64_t tick(std::int64_t now);

private:
    struct Entry {
        std::unique_ptr<Run> run;
        int client = 0;
        std::int64_t lostAt = -1; ///< when its client went
        bool released = false;
        std::uint64_t offset = 0; ///< of the read that waits
        std::int64_t readUntil = -1;
        ReadDone reading;
    };
    [[nodiscard]] Entry* find(const std::string& token, int client);
    static void answer(Entry& entry, bool evenNothing);
    void remember(const std::string& token);

    std::map<std::string, Entry> m_runs; ///< by token
    std::deque<std::string> m_dropped;   ///< tokens, the last some hundred
};

} // namespace cahier::host
