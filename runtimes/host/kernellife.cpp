// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernel.h>

#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/ids.h>
#include <runtimes/wire/socketpath.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <format>

namespace cahier::host {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t askedMs = 5000;        // for shutdown_request to be followed
constexpr std::int64_t terminatedMs = 2000;   // for SIGTERM
constexpr std::int64_t drainLimitMs = 30000;  // something that left the kernel's group may send on for ever
constexpr std::uint64_t countedLimit = 10000; // messages given up that are counted
constexpr std::int64_t quietMs = 50;
constexpr std::int64_t quietAskedMs = 10; // its last words are its shutdown_reply
// A machine that lost its power may have shown clients records that never reached the disk: the numbers go
// on well after them.
constexpr std::uint64_t numbersLostWithPower = 1000000;

wire::Result<void> makeFolder(const std::string& path)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (error)
        return wire::failure(wire::errorCodeIo,
                             std::format("Cannot make the folder {}: {}.", path, error.message()));
    fs::permissions(path, fs::perms::owner_all, error);
    return {};
}

/// A TCP port of the loopback interface that is free now; 0 when there is none.
int freePort(std::vector<UniqueFd>& held)
{
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return 0;
    held.push_back(std::move(fd)); // so that the next one is another
    return ntohs(address.sin_port);
}

} // namespace

Kernel::Kernel(zmq::context_t& context, Places places, KernelRecord record, KernelSpec spec,
               Environment environment)
    : m_context(context), m_places(std::move(places)), m_record(std::move(record)), m_spec(std::move(spec)),
      m_environment(std::move(environment)), m_sentLoaded(true), m_session(wire::makeUuid())
{
}

Kernel::Kernel(zmq::context_t& context, Places places, KernelRecord record)
    : m_context(context), m_places(std::move(places)), m_record(std::move(record))
{
}

Kernel::~Kernel()
{
    if (m_process) removeRuntimeFiles();
}

Journal& Kernel::journal()
{
    if (!m_journal) openJournal();
    return *m_journal;
}

void Kernel::openJournal()
{
    m_journal = std::make_unique<Journal>(m_places.stateFolder,
                                          Journal::Options{m_places.journalLimit, m_places.warn});
    m_journal->load();
    if (m_record.death || m_phase != KernelPhase::Dead) return;
    // An earlier host left it running, as far as its record says.
    if (m_record.bootId != currentBootId()) m_journal->appendGapOf(numbersLostWithPower, 0);
    becomeDead({"the host process ended unexpectedly", {}, {}, false, {}});
    m_journal->commit();
}

bool Kernel::lock()
{
    m_lock = UniqueFd(
        open((m_places.stateFolder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    return m_lock && flock(m_lock.get(), LOCK_EX | LOCK_NB) == 0;
}

wire::Result<void> Kernel::start()
{
    if (auto made = makeFolder(m_places.stateFolder); !made) return made;
    if (!lock())
        return wire::failure(wire::errorCodeIo,
                             std::format("Cannot lock the folder {}.", m_places.stateFolder));
    m_phase = KernelPhase::Starting;
    openJournal();
    auto launched = launch();
    if (!launched) m_phase = KernelPhase::Dead;
    return launched;
}

wire::Result<void> Kernel::prepareConnection()
{
    if (auto made = makeFolder(m_places.runtimeFolder); !made) return made;
    const std::string prefix = m_places.runtimeFolder + "/s";
    if (m_connection.key.empty()) {
        m_connection.key = wire::randomHex(64);
        m_connection.kernelName = m_record.spec;
        m_connection.ip = prefix;
        if (m_connection.address(1).size() - std::string_view("ipc://").size() > wire::maxSocketPath) {
            std::vector<UniqueFd> held;
            m_connection.transport = "tcp";
            m_connection.ip = "127.0.0.1";
            for (int* const port : {&m_connection.shellPort, &m_connection.iopubPort, &m_connection.stdinPort,
                                    &m_connection.controlPort, &m_connection.heartbeatPort}) {
                *port = freePort(held);
                if (*port == 0)
                    return wire::failure(wire::errorCodeIo, "There is no free port for the kernel.");
            }
        }
    }
    std::error_code error;
    for (int port = 1; port <= 5; ++port)
        fs::remove(std::format("{}-{}", prefix, port), error);
    return wire::writePrivateFile(std::format("{}/kernel-{}.json", m_places.runtimeFolder, id()),
                                  m_connection.toJson());
}

wire::Result<void> Kernel::launch()
{
    wire::Result<void> launched = launchProcess();
    if (!launched) removeRuntimeFiles(); // they hold the key
    return launched;
}

wire::Result<void> Kernel::launchProcess()
{
    m_sockets.reset();
    m_process.reset();
    if (auto prepared = prepareConnection(); !prepared) return prepared;
    const std::string file = std::format("{}/kernel-{}.json", m_places.runtimeFolder, id());
    const auto command = resolveCommand(m_spec, m_environment, file);
    if (!command) return std::unexpected(command.error());
    auto sockets = KernelSockets::connect(m_context, m_connection, m_seen);
    if (!sockets) return std::unexpected(sockets.error());
    auto process = KernelProcess::launch(
        {command->program, command->argv, m_record.workingDirectory, launchEnvironment()});
    if (!process) return std::unexpected(process.error());

    m_sockets = std::move(*sockets);
    m_process = std::move(*process);
    m_phase = KernelPhase::Starting;
    m_goal = Goal::None;
    m_heardReply = m_heardIoPub = m_busy = m_wasReady = false;
    m_kernelInfo = nullptr;
    m_nextProbe = steadyMs();
    m_record.pid = m_process->pid();
    m_record.death.reset();
    m_record.bootId = currentBootId();
    saveRecord();
    recordState({{"state", "starting"}, {"pid", m_record.pid}});
    return {};
}

void Kernel::saveRecord()
{
    if (const auto written = m_record.write(m_places.stateFolder); !written)
        m_places.warn(written.error().message);
}

// Ending

void Kernel::restart(Done done)
{
    if (m_goal == Goal::Shutdown)
        return done(
            wire::failure(wire::errorCodeDead, "The kernel is being shut down: it cannot be restarted."));
    if (isDead() && m_spec.argv.empty())
        return done(
            wire::failure(wire::errorCodeDead,
                          "The kernel died with an earlier host process: it cannot be restarted. Start a new "
                          "one."));
    m_endWaiters.push_back(std::move(done));
    if (m_goal == Goal::Restart) return;
    recordState({{"state", "restarting"}});
    if (isDead()) {
        m_goal = Goal::Restart;
        relaunch();
    } else {
        beginEnd(Goal::Restart, {});
    }
}

void Kernel::shutdown(const std::string& reason, Done done)
{
    if (isDead()) return done({});
    m_endWaiters.push_back(std::move(done));
    if (m_goal == Goal::None) return beginEnd(Goal::Shutdown, reason);
    m_goal = Goal::Shutdown;
    if (m_endReason.empty()) m_endReason = reason;
}

void Kernel::beginEnd(Goal goal, const std::string& reason)
{
    const bool wasReady = m_phase == KernelPhase::Ready;
    m_goal = goal;
    m_endReason = reason;
    m_held.clear();
    if (m_phase == KernelPhase::Draining) return; // it ended by itself just now
    m_phase = KernelPhase::Ending;
    if (wasReady) {
        if (m_busy && m_spec.messageInterrupts)
            (void)sendOwn(Channel::Control, "interrupt_request", nlohmann::json::object());
        else if (m_busy)
            m_process->signalGroup(SIGINT);
        (void)sendOwn(Channel::Control, "shutdown_request", {{"restart", goal == Goal::Restart}});
        m_stage = EndStage::Asked;
        m_deadline = steadyMs() + askedMs;
    } else {
        m_process->signalGroup(SIGTERM);
        m_stage = EndStage::Terminated;
        m_deadline = steadyMs() + terminatedMs;
    }
}

void Kernel::advanceEnd(std::int64_t now)
{
    if (now < m_deadline) return;
    const bool asked = m_stage == EndStage::Asked;
    m_process->signalGroup(asked ? SIGTERM : SIGKILL);
    m_stage = asked ? EndStage::Terminated : EndStage::Killed;
    m_deadline = now + terminatedMs;
}

void Kernel::processEnded()
{
    if (!m_process->reap()) return;
    const std::int64_t now = steadyMs();
    m_phase = KernelPhase::Draining;
    m_quietUntil = now + (m_goal == Goal::None ? quietMs : quietAskedMs);
    m_drainUntil = now + drainLimitMs;
}

void Kernel::drainRest(std::int64_t now)
{
    if (now >= m_drainUntil) {
        giveUpDraining();
        return finishEnd();
    }
    if (now < m_quietUntil) return;
    // The loop may have been held up: that time has passed does not mean that nothing is there.
    for (const Channel channel : kernelChannels) {
        if (!m_sockets || !m_sockets->receive(channel, m_message)) continue;
        handle(channel, m_message);
        m_quietUntil = steadyMs() + quietMs;
        return;
    }
    finishEnd();
}

void Kernel::giveUpDraining()
{
    std::uint64_t count = 0, outputs = 0;
    for (const Channel channel : kernelChannels) {
        while (m_sockets && count < countedLimit && m_sockets->receive(channel, m_message)) {
            ++count;
            outputs += channel == Channel::IoPub ? 1 : 0;
        }
    }
    if (count == 0) return;
    m_journal->appendGapOf(count, outputs);
    m_places.warn(std::format("kernel {}: something goes on sending after its end; given up after {} s", id(),
                              drainLimitMs / 1000));
}

void Kernel::finishEnd()
{
    answerInterrupts(wire::failure(wire::errorCodeDead, "The kernel died before it could be interrupted."));
    if (m_goal == Goal::Restart) return relaunch();
    Death death = deathOf(*m_process->reap());
    if (m_goal == Goal::Shutdown) death.reason = m_endReason;
    becomeDead(std::move(death));
    m_goal = Goal::None;
    for (const Done& done : std::exchange(m_endWaiters, {}))
        done({});
}

void Kernel::relaunch()
{
    const auto launched = launch();
    m_goal = Goal::None;
    if (!launched) becomeDead({launched.error().message, {}, {}, false, launched.error().detail});
    for (const Done& done : std::exchange(m_endWaiters, {}))
        done(launched);
}

Death Kernel::deathOf(const ExitStatus& status) const
{
    Death death;
    death.stderrTail = m_process->outputTail();
    if (status.signalled) {
        death.signal = status.code;
        death.outOfMemory = m_process->outOfMemory();
        death.reason = std::format("kernel killed, signal {}{}", status.code,
                                   death.outOfMemory ? " (out of memory)" : "");
        return death;
    }
    death.exit = status.code;
    death.reason = std::format("kernel exited with status {}", status.code);
    if (!m_wasReady && death.stderrTail.contains("No module named") &&
        death.stderrTail.contains("ipykernel")) {
        const auto command = resolveCommand(m_spec, m_environment, {});
        const std::string interpreter = command ? command->program : m_spec.argv.front();
        death.reason =
            std::format("{} has no ipykernel. Install it with: {}", interpreter, installCommand(interpreter));
    }
    return death;
}

void Kernel::becomeDead(Death death)
{
    nlohmann::json state = {{"state", "dead"}};
    death.addTo(state);
    m_phase = KernelPhase::Dead;
    m_busy = false;
    m_held.clear();
    m_sockets.reset();
    m_record.death = std::move(death);
    m_record.pid = 0;
    recordState(state);
    m_journal->commit();
    saveRecord();
    if (m_process) removeRuntimeFiles();
    m_process.reset();
}

void Kernel::abandon(const std::string& reason)
{
    if (isDead()) return;
    becomeDead({reason, {}, {}, false, m_process ? m_process->outputTail() : std::string()});
}

void Kernel::removeRuntimeFiles()
{
    std::error_code error;
    fs::remove_all(m_places.runtimeFolder, error);
}

void Kernel::removeRecord() const
{
    KernelRecord::remove(m_places.stateFolder);
}

void Kernel::removeJournal()
{
    m_journal.reset();
    std::error_code error;
    fs::remove_all(m_places.stateFolder, error);
    if (error) m_places.warn(std::format("cannot remove {}: {}", m_places.stateFolder, error.message()));
}

std::int64_t Kernel::tick(std::int64_t now)
{
    if (m_phase == KernelPhase::Dead) return -1;
    std::vector<Done> late;
    std::erase_if(m_interrupts, [&](PendingInterrupt& pending) {
        if (now < pending.deadline) return false;
        late.push_back(std::move(pending.done));
        return true;
    });
    for (const Done& done : late)
        done(wire::failure(wire::errorCodeTimeout,
                           "The kernel does not answer interrupts. Wait, or restart it."));
    if (m_phase == KernelPhase::Starting && now >= m_nextProbe) probe();
    if (m_phase == KernelPhase::Ending) advanceEnd(now);
    if (m_phase == KernelPhase::Draining) drainRest(now);

    std::int64_t next = -1;
    const auto consider = [&next](std::int64_t at) { next = next < 0 ? at : std::min(next, at); };
    for (const PendingInterrupt& pending : m_interrupts)
        consider(pending.deadline);
    if (m_phase == KernelPhase::Starting) consider(m_nextProbe);
    if (m_phase == KernelPhase::Ending) consider(m_deadline);
    if (m_phase == KernelPhase::Draining) consider(std::min(m_quietUntil, m_drainUntil));
    return next;
}

} // namespace cahier::host
