// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/client.h>
#include <runtimes/host/disksyncer.h>
#include <runtimes/host/fileservice.h>
#include <runtimes/host/hostlog.h>
#include <runtimes/host/kernel.h>
#include <runtimes/host/pythonprobe.h>
#include <runtimes/host/resourcemonitor.h>
#include <runtimes/host/runservice.h>

#include <zmq.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cahier::host {

struct HostOptions {
    std::string runtimeFolder;                 ///< of the socket, private
    std::string stateFolder;                   ///< of the journals and the log, private
    std::uint64_t journalLimit = 512ull << 20; ///< bytes per kernel
    std::int64_t idleExitMs = 30000;           ///< ends after this long with no live kernel and no client
};

/// The kernel host: one thread, one loop over the kernels' sockets and the clients.
class Host {
public:
    /// Takes over a listening socket and a signalfd that becomes readable when the host is to end.
    Host(HostOptions options, UniqueFd listener, UniqueFd signals);
    ~Host();

    /// Serves until idle for long enough or told to end. False when a driver holds a thread: the process is
    /// to end by _exit() then.
    [[nodiscard]] bool run();

    // For the requests.

    [[nodiscard]] const std::string& uuid() const { return m_uuid; }
    [[nodiscard]] const std::map<std::string, std::shared_ptr<Kernel>>& kernels() const { return m_kernels; }
    [[nodiscard]] std::shared_ptr<Kernel> kernel(const std::string& id) const;
    struct SpecQuery {
        std::string folder = {}; ///< a working folder, whose own environments are looked at too
        std::string name = {};   ///< the one that is wanted: what is found at once is not looked further for
        bool places = true;      ///< whether Pythons in findPythonPlaces() count
    };
    /// Installed specs, with a probed Python where no spec gives one, and the environments that have
    /// ipykernel. May answer later.
    using SpecsDone = std::function<void(const SpecSearch&, const std::optional<wire::WireError>& noPython)>;
    void specs(const Environment& environment, const SpecQuery& query, SpecsDone done);
    /// What this machine has, with libtpu looked for in the environment's Pythons where there is a TPU.
    /// Answers later.
    void detectHardware(const Environment& environment, ResourceMonitor::Detected done);
    /// Samples go to the clients that are subscribed.
    [[nodiscard]] ResourceMonitor& monitor() { return m_monitor; }
    [[nodiscard]] PythonProbe& probe() { return m_probe; }
    [[nodiscard]] FileService& files() { return m_files; }
    [[nodiscard]] RunService& runs() { return m_runs; }
    [[nodiscard]] wire::Result<std::shared_ptr<Kernel>> startKernel(KernelRecord record, KernelSpec spec,
                                                                    Environment environment,
                                                                    accelerators::Selection accelerator,
                                                                    int starter);
    /// A starter that attached holds its kernel by that, no longer by having started it.
    void starterAttached(const std::string& kernel, int client);
    /// Takes a kernel off the list; its journal goes once no client has more to read of it.
    void dropKernel(const std::string& id);
    [[nodiscard]] Client* client(int id) const;

private:
    void loadDeadKernels();
    void removeLeftovers();
    [[nodiscard]] Kernel::Places placesFor(const std::string& id);

    struct PollItems {
        std::vector<zmq_pollitem_t>
            items; ///< signals, listener, clients, kernels, probe, runs, monitor, files
        std::vector<Client*> clients;
        std::vector<std::pair<std::shared_ptr<Kernel>, std::size_t>>
            kernels; ///< with where their items begin
        std::size_t probe = 0, runs = 0, monitor = 0, files = 0;
        bool atOnce = false; ///< something is to be done whatever they say
    };
    [[nodiscard]] PollItems makePollItems(std::int64_t now);
    void pollOnce();
    void react(const PollItems& poll);
    std::int64_t timers(std::int64_t now);
    void acceptClients();
    void readClient(Client& client);
    void handleFrames(Client& client);
    void deliverAll();
    void removeGone(std::int64_t now);
    /// Ends the kernels of client lifetime that nobody holds; returns when to look again, or -1.
    std::int64_t endOrphans(std::int64_t now);
    [[nodiscard]] bool isHeld(const std::string& kernel) const;
    void dropDrained();
    /// Drops, once an hour, dead kernels that nothing was written to for too long.
    void dropOld(std::int64_t now);
    void syncJournals(std::int64_t now);
    /// Lets the monitor watch the kernels that run, for the clients that want to see it.
    void updateMonitor();
    void sendSamples();
    /// Ends the host once it was idle for long enough; returns when that will be, or -1.
    std::int64_t noteIdle(std::int64_t now);
    void endAll();

    HostOptions m_options;
    UniqueFd m_listener;
    UniqueFd m_signals;
    HostLog m_log;
    std::string m_uuid;
    zmq::context_t m_context;
    DiskSyncer m_syncer;
    PythonProbe m_probe;
    ResourceMonitor m_monitor;
    FileService m_files;
    RunService m_runs;
    std::map<std::string, std::shared_ptr<Kernel>> m_kernels;
    std::vector<std::shared_ptr<Kernel>> m_leaving;
    std::map<std::string, int> m_starters;         ///< client that started a kernel of client lifetime
    std::map<std::string, std::int64_t> m_awaited; ///< until when a lost client of a kernel may come back
    std::map<int, std::unique_ptr<Client>> m_clients;
    std::vector<int> m_gone;
    int m_nextClient = 1;
    std::int64_t m_nextAging;
    std::int64_t m_nextSync = 0;
    std::int64_t m_acceptAfter = 0;
    std::int64_t m_idleSince = -1;
    std::int64_t m_wake = 0; ///< when the loop has to turn again; the first turn finds out
    bool m_end = false;
};

} // namespace cahier::host
