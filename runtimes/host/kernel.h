// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/accelerators/selection.h>
#include <runtimes/host/journal.h>
#include <runtimes/host/kernelprocess.h>
#include <runtimes/host/kernelrecord.h>
#include <runtimes/host/kernelsockets.h>
#include <runtimes/host/kernelspecs.h>
#include <runtimes/host/sentids.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cahier::host {

/// Milliseconds of a clock that never goes back.
[[nodiscard]] std::int64_t steadyMs();

enum class KernelPhase {
    Starting, ///< the process runs, nothing was heard of it
    Ready,    ///< it answered
    Ending,   ///< asked to end, for a restart or for good
    Draining, ///< the process is gone, its last messages are being read
    Dead,
};

/// One kernel: its process, sockets and journal. Everything happens in the thread of the host's loop, which
/// calls process() and tick(); no call blocks.
class Kernel {
public:
    using Done = std::function<void(wire::Result<void>)>;
    struct Places {
        std::string stateFolder;   ///< for the journal; made when missing
        std::string runtimeFolder; ///< for sockets and the connection file; made when missing
        std::uint64_t journalLimit = 0;
        std::function<void(const std::string&)> warn;
    };

    /// A kernel to start().
    Kernel(zmq::context_t& context, Places places, KernelRecord record, KernelSpec spec,
           Environment environment);
    /// A dead kernel of an earlier host, with its journal.
    Kernel(zmq::context_t& context, Places places, KernelRecord record);
    ~Kernel();

    /// Makes the journal's folder this host's; false when another running host has it. start() does this.
    [[nodiscard]] bool lock();
    /// What processes launched from now on compute with.
    void setAccelerator(accelerators::Selection accelerator);
    /// Launches the process.
    [[nodiscard]] wire::Result<void> start();

    [[nodiscard]] const std::string& id() const { return m_record.id; }
    [[nodiscard]] const KernelRecord& record() const { return m_record; }
    [[nodiscard]] int pid() const { return m_process ? m_process->pid() : 0; }
    [[nodiscard]] bool isDead() const { return m_phase == KernelPhase::Dead; }
    [[nodiscard]] bool isEnding() const { return m_goal != Goal::None; }
    [[nodiscard]] bool isBusy() const { return m_busy; }
    [[nodiscard]] const char* stateName() const;
    /// As hostprotocol.h describes KernelInfo.
    [[nodiscard]] nlohmann::json info();
    [[nodiscard]] Journal& journal();

    struct SendAnswer {
        std::uint64_t seq = 0;
        bool duplicate = false;
    };
    /// Records a client's request and hands it to the kernel, once per msg_id.
    [[nodiscard]] wire::Result<SendAnswer> send(Channel channel, std::span<const std::string_view> parts);
    void interrupt(Done done);
    void restart(Done done);
    /// Ends the process; `reason` is what the dead state says.
    void shutdown(const std::string& reason, Done done);
    /// Ends everything at once; for a host that is itself ending.
    void abandon(const std::string& reason);
    /// Makes what was recorded since the last call readable.
    void commit()
    {
        if (m_journal) m_journal->commit();
    }
    [[nodiscard]] std::vector<std::shared_ptr<const SegmentFile>> takeDirty()
    {
        return m_journal ? m_journal->takeDirty() : std::vector<std::shared_ptr<const SegmentFile>>();
    }
    /// Makes later hosts forget it; the journal can still be read.
    void removeRecord() const;
    /// Removes the journal's folder.
    void removeJournal();

    void addPollItems(std::vector<zmq_pollitem_t>& items);
    /// Reacts to what the items (as many as addPollItems appended) say.
    void process(std::span<const zmq_pollitem_t> items);
    /// Reacts to time. Returns when to be called again (steadyMs()), or -1.
    std::int64_t tick(std::int64_t now);

private:
    enum class Goal { None, Restart, Shutdown };
    enum class EndStage { Asked, Terminated, Killed };

    // kernel.cpp: state, requests and messages
    void recordState(const nlohmann::json& state);
    void drain(Channel channel, int budget);
    void handle(Channel channel, const ReceivedMessage& message);
    [[nodiscard]] bool handleOwn(Channel channel, const wire::HeaderInfo& header,
                                 const ReceivedMessage& message);
    void noteStatus(const wire::HeaderInfo& parent, std::string_view content);
    void dropped(Channel channel, const std::string& why);
    void probe();
    void becomeReady();
    std::string sendOwn(Channel channel, const char* type, const nlohmann::json& content);
    void answerInterrupts(const wire::Result<void>& result);

    // kernellife.cpp: the process's life
    [[nodiscard]] wire::Result<void> launch();
    [[nodiscard]] wire::Result<void> launchProcess();
    [[nodiscard]] Environment launchEnvironment() const;
    [[nodiscard]] wire::Result<void> prepareConnection();
    void beginEnd(Goal goal, const std::string& reason);
    void advanceEnd(std::int64_t now);
    void processEnded();
    void drainRest(std::int64_t now);
    void giveUpDraining();
    void finishEnd();
    void relaunch();
    void becomeDead(Death death);
    [[nodiscard]] Death deathOf(const ExitStatus& status) const;
    void removeRuntimeFiles();
    void saveRecord();
    void openJournal();

    zmq::context_t& m_context;
    Places m_places;
    KernelRecord m_record;
    KernelSpec m_spec;
    Environment m_environment; ///< without what the accelerator sets
    std::vector<accelerators::Variable> m_acceleratorVariables;
    UniqueFd m_lock;
    std::unique_ptr<Journal> m_journal;
    SentIds m_sent;
    bool m_sentLoaded = false;

    wire::ConnectionInfo m_connection;
    wire::SeenSignatures m_seen;
    std::string m_session; ///< header.session of the host's own requests
    std::unique_ptr<KernelProcess> m_process;
    std::unique_ptr<KernelSockets> m_sockets;

    KernelPhase m_phase = KernelPhase::Dead;
    bool m_wasReady = false;
    bool m_busy = false;
    std::int64_t m_lastActivity = 0; ///< ms since 1970; 0: nothing was said since this host runs
    bool m_heardReply = false, m_heardIoPub = false;
    nlohmann::json m_kernelInfo;
    std::int64_t m_nextProbe = 0;
    struct Held {
        Channel channel;
        std::vector<std::string> parts;
    };
    std::vector<Held> m_held; ///< requests that came before the kernel was ready

    Goal m_goal = Goal::None;
    EndStage m_stage = EndStage::Asked;
    std::int64_t m_deadline = 0;
    std::string m_endReason;
    std::vector<Done> m_endWaiters;
    struct PendingInterrupt {
        std::string msgId;
        std::int64_t deadline;
        Done done;
    };
    std::vector<PendingInterrupt> m_interrupts;

    std::int64_t m_quietUntil = 0, m_drainUntil = 0;
    std::uint64_t m_droppedCount = 0;
    ReceivedMessage m_message; ///< reused
};

} // namespace cahier::host
