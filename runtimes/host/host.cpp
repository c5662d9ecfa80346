// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/host.h>
#include <runtimes/host/leftovers.h>
#include <runtimes/host/requests.h>

#include <runtimes/wire/ids.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <format>

namespace cahier::host {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t syncMs = 1000;
constexpr std::int64_t retryAcceptMs = 100;
constexpr std::int64_t firstClientMs = 5000;
constexpr std::int64_t lostClientMs = 10000; // as hostprotocol.h says
constexpr auto keepUnusableFor = std::chrono::minutes(1);
constexpr auto keepDeadFor = std::chrono::hours(7 * 24);
constexpr std::int64_t agingMs = 3600 * 1000;

bool isOurs(int fd)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

std::int64_t sooner(std::int64_t a, std::int64_t b)
{
    if (a < 0) return b;
    return b < 0 ? a : std::min(a, b);
}

/// Whether a folder's name is one that placesFor() gives.
bool isRuntimeName(std::string_view name)
{
    return name.size() == 9 && name.starts_with('k') &&
           name.substr(1).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What a journal's folder has, going by its files alone.
struct JournalFiles {
    bool hasRecord = false, hasSegments = false;
    std::optional<fs::file_time_type> newest; ///< when the record or a segment was last written
};

JournalFiles filesOf(const std::string& folder)
{
    JournalFiles files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const bool isRecord = entry->path().filename() == "kernel.json";
        const bool isSegment = entry->path().extension() == ".seg";
        if (!isRecord && !isSegment) continue;
        files.hasRecord = files.hasRecord || isRecord;
        files.hasSegments = files.hasSegments || isSegment;
        std::error_code unknown;
        const fs::file_time_type time = entry->last_write_time(unknown);
        if (!unknown && (!files.newest || time > *files.newest)) files.newest = time;
    }
    return files;
}

/// Whether nothing was written for so long that a dead kernel is not kept. What cannot be told is kept.
bool isOld(const JournalFiles& files)
{
    return files.newest && fs::file_time_type::clock::now() - *files.newest > keepDeadFor;
}

/// Whether it may be that a host is making or removing the folder right now.
bool isFresh(const std::string& folder)
{
    std::error_code error;
    const fs::file_time_type time = fs::last_write_time(folder, error);
    return error || fs::file_time_type::clock::now() - time < keepUnusableFor;
}

} // namespace

Host::Host(HostOptions options, UniqueFd listener, UniqueFd signals)
    : m_options(std::move(options)), m_listener(std::move(listener)), m_signals(std::move(signals)),
      m_log(m_options.stateFolder + "/host.log"), m_uuid(wire::makeUuid()), m_nextAging(steadyMs() + agingMs)
{
    removeLeftovers();
    loadDeadKernels();
}

Host::~Host() = default;

// Kernels

Kernel::Places Host::placesFor(const std::string& id)
{
    return {m_options.stateFolder + "/host/" + id, m_options.runtimeFolder + "/k" + id.substr(0, 8),
            m_options.journalLimit, [this](const std::string& text) { m_log.warn(text); }};
}

void Host::removeLeftovers()
{
    std::error_code error;
    std::vector<fs::path> old;
    for (fs::directory_iterator entry(m_options.runtimeFolder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        if (isRuntimeName(entry->path().filename().string()) && entry->is_directory(ignored))
            old.push_back(entry->path());
    }
    for (const fs::path& folder : old)
        fs::remove_all(folder, error);
}

void Host::loadDeadKernels()
{
    std::error_code error;
    for (fs::directory_iterator entry(m_options.stateFolder + "/host", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string folder = entry->path().string();
        KernelRecord record = KernelRecord::read(folder).value_or(KernelRecord{});
        const std::string name = entry->path().filename().string();
        const bool usable = record.id == name;
        if (!usable) {
            record = KernelRecord();
            record.id = name;
        }
        auto dead = std::make_shared<Kernel>(m_context, placesFor(name), record);
        const JournalFiles files = filesOf(folder);
        // A journal whose record cannot be read is a kernel's all the same: one that its host left running,
        // as far as is known. A journal without a record was being dropped.
        const bool kept = usable || (files.hasRecord && files.hasSegments);
        // The rest was on its way in or out when its host died, or another host is at it right now.
        if (!kept && isFresh(folder)) continue;
        if (!dead->lock()) continue; // it belongs to another host that runs
        if (!kept || isOld(files)) {
            dead->removeJournal();
            continue;
        }
        if (!record.death) killLeftovers(record.pid, name);
        m_kernels[name] = std::move(dead);
    }
}

std::shared_ptr<Kernel> Host::kernel(const std::string& id) const
{
    const auto found = m_kernels.find(id);
    return found == m_kernels.end() ? nullptr : found->second;
}

wire::Result<std::shared_ptr<Kernel>> Host::startKernel(KernelRecord record, KernelSpec spec,
                                                        Environment environment,
                                                        accelerators::Selection accelerator, int starter)
{
    record.id = wire::makeUuid();
    record.started = wire::nowMs();
    environment[kernelIdVariable] = record.id;
    auto kernel = std::make_shared<Kernel>(m_context, placesFor(record.id), record, std::move(spec),
                                           std::move(environment));
    kernel->setAccelerator(std::move(accelerator));
    if (auto started = kernel->start(); !started) {
        kernel->removeJournal();
        return std::unexpected(started.error());
    }
    m_kernels[record.id] = kernel;
    if (record.clientLifetime) m_starters[record.id] = starter;
    return kernel;
}

void Host::starterAttached(const std::string& kernel, int client)
{
    const auto starter = m_starters.find(kernel);
    if (starter != m_starters.end() && starter->second == client) m_starters.erase(starter);
}

void Host::dropKernel(const std::string& id)
{
    const auto found = m_kernels.find(id);
    if (found == m_kernels.end()) return;
    found->second->removeRecord();
    m_leaving.push_back(std::move(found->second));
    m_kernels.erase(found);
    m_starters.erase(id);
    m_awaited.erase(id);
}

void Host::dropDrained()
{
    std::erase_if(m_leaving, [this](const std::shared_ptr<Kernel>& kernel) {
        const bool wanted = std::ranges::any_of(
            m_clients, [&](const auto& each) { return each.second->isBehind(kernel->id()); });
        if (wanted) return false;
        for (const auto& [id, client] : m_clients)
            client->detach(kernel->id());
        kernel->removeJournal();
        return true;
    });
}

bool Host::isHeld(const std::string& kernel) const
{
    const auto starter = m_starters.find(kernel);
    return (starter != m_starters.end() && m_clients.contains(starter->second)) ||
           std::ranges::any_of(m_clients, [&](const auto& each) { return each.second->isAttached(kernel); });
}

std::int64_t Host::endOrphans(std::int64_t now)
{
    std::int64_t next = -1;
    for (const auto& [id, kernel] : m_kernels) {
        if (kernel->isDead() || !kernel->record().clientLifetime || kernel->isEnding() || isHeld(id))
            continue;
        const auto awaited = m_awaited.find(id);
        if (awaited != m_awaited.end() && now < awaited->second) {
            next = sooner(next, awaited->second);
            continue;
        }
        kernel->shutdown("its last client has gone", [this, id](const auto&) { dropKernel(id); });
    }
    return next;
}

void Host::dropOld(std::int64_t now)
{
    if (now < m_nextAging) return;
    m_nextAging = now + agingMs;
    std::vector<std::string> old;
    for (const auto& [id, kernel] : m_kernels) {
        const bool attached =
            std::ranges::any_of(m_clients, [&](const auto& each) { return each.second->isAttached(id); });
        if (kernel->isDead() && !attached && isOld(filesOf(placesFor(id).stateFolder))) old.push_back(id);
    }
    for (const std::string& id : old)
        dropKernel(id);
}

// Clients

Client* Host::client(int id) const
{
    const auto found = m_clients.find(id);
    return found == m_clients.end() ? nullptr : found->second.get();
}

void Host::acceptClients()
{
    for (;;) {
        UniqueFd fd(accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno != EAGAIN) {
                m_log.warn("cannot accept a client: " + wire::systemMessage(errno));
                m_acceptAfter = steadyMs() + retryAcceptMs;
            }
            return;
        }
        if (!isOurs(fd.get())) {
            m_log.warn("refused a client of another user");
            continue;
        }
        const int id = m_nextClient++;
        m_clients.emplace(id, std::make_unique<Client>(id, std::move(fd)));
    }
}

void Host::readClient(Client& client)
{
    if (!client.receive()) {
        m_gone.push_back(client.id());
        return;
    }
    handleFrames(client);
}

void Host::handleFrames(Client& client)
{
    client.paused = false;
    while (client.wantsToRead()) {
        std::expected<wire::Parts, std::string> parts = client.nextFrame();
        if (!parts) {
            m_log.warn("a client broke the protocol: " + parts.error());
            return client.refuse("The connection is closed: " + parts.error() + ".");
        }
        if (parts->empty()) return;
        handleRequest(*this, client, *parts);
    }
    client.paused = true;
}

void Host::deliverAll()
{
    for (const auto& [id, client] : m_clients)
        if (!client->deliver()) m_gone.push_back(id);
}

void Host::removeGone(std::int64_t now)
{
    for (const int id : std::exchange(m_gone, {})) {
        const auto client = m_clients.find(id);
        if (client == m_clients.end()) continue;
        // It did not detach: its connection broke, and it may be about to make a new one.
        for (const auto& [name, kernel] : m_kernels) {
            const auto starter = m_starters.find(name);
            const bool started = starter != m_starters.end() && starter->second == id;
            if (kernel->record().clientLifetime && (started || client->second->isAttached(name)))
                m_awaited[name] = now + lostClientMs;
        }
        m_clients.erase(client);
        m_runs.clientGone(id, now);
    }
}

// The loop

bool Host::run()
{
    while (!m_end)
        pollOnce();
    endAll();
    return m_monitor.end();
}

Host::PollItems Host::makePollItems(std::int64_t now)
{
    PollItems poll;
    poll.items.push_back({nullptr, m_signals.get(), ZMQ_POLLIN, 0});
    poll.items.push_back(
        {nullptr, m_listener.get(), static_cast<short>(now >= m_acceptAfter ? ZMQ_POLLIN : 0), 0});
    for (const auto& [id, client] : m_clients) {
        const int events =
            (client->wantsToRead() ? ZMQ_POLLIN : 0) | (client->wantsToWrite() ? ZMQ_POLLOUT : 0);
        poll.items.push_back({nullptr, client->fd(), static_cast<short>(events), 0});
        poll.clients.push_back(client.get());
        poll.atOnce = poll.atOnce || client->hasMore();
    }
    for (const auto& [id, kernel] : m_kernels) {
        poll.kernels.emplace_back(kernel, poll.items.size());
        kernel->addPollItems(poll.items);
    }
    poll.probe = poll.items.size();
    m_probe.addPollItems(poll.items);
    poll.runs = poll.items.size();
    m_runs.addPollItems(poll.items);
    poll.monitor = poll.items.size();
    poll.items.push_back({nullptr, m_monitor.fd(), ZMQ_POLLIN, 0});
    poll.files = poll.items.size();
    poll.items.push_back({nullptr, m_files.fd(), ZMQ_POLLIN, 0});
    return poll;
}

void Host::pollOnce()
{
    const std::int64_t now = steadyMs();
    PollItems poll = makePollItems(now);
    const std::int64_t wait = poll.atOnce ? 0 : m_wake < 0 ? -1 : std::max<std::int64_t>(0, m_wake - now);
    if (zmq_poll(poll.items.data(), static_cast<int>(poll.items.size()), static_cast<long>(wait)) < 0 &&
        errno != EINTR) {
        m_log.warn("polling failed: " + std::string(zmq_strerror(errno)));
        m_end = true;
        return;
    }
    react(poll);
    removeGone(steadyMs());
    const std::int64_t orphans = endOrphans(steadyMs());
    m_wake = sooner(timers(steadyMs()), orphans);
    for (const auto& [id, kernel] : m_kernels)
        kernel->commit();
    deliverAll();
    if (!m_gone.empty()) m_wake = 0; // what follows from that is next
    dropDrained();
    updateMonitor();
    m_wake = sooner(m_wake, noteIdle(steadyMs()));
}

void Host::react(const PollItems& poll)
{
    const std::span<const zmq_pollitem_t> items = poll.items;
    if (items[0].revents != 0) m_end = true;
    for (std::size_t i = 0; i < poll.kernels.size(); ++i) {
        const auto& [kernel, begin] = poll.kernels[i];
        const std::size_t end = i + 1 < poll.kernels.size() ? poll.kernels[i + 1].second : poll.probe;
        kernel->process(items.subspan(begin, end - begin));
    }
    m_probe.process(items.subspan(poll.probe, poll.runs - poll.probe));
    m_runs.process(items.subspan(poll.runs, poll.monitor - poll.runs));
    if (items[poll.monitor].revents != 0) sendSamples();
    if (items[poll.files].revents != 0) m_files.collect();
    constexpr std::size_t firstClient = 2;
    for (std::size_t i = 0; i < poll.clients.size(); ++i) {
        Client& client = *poll.clients[i];
        if (items[firstClient + i].revents & (ZMQ_POLLIN | ZMQ_POLLERR))
            readClient(client);
        else if (client.paused && client.wantsToRead())
            handleFrames(client);
    }
    if (items[1].revents != 0) acceptClients();
}

std::int64_t Host::timers(std::int64_t now)
{
    std::int64_t next = sooner(sooner(m_probe.tick(now), m_monitor.tick(now)), m_runs.tick(now));
    const auto kernels = m_kernels; // a kernel that ends may leave the list
    for (const auto& [id, kernel] : kernels)
        next = sooner(next, kernel->tick(now));
    dropOld(now);
    next = sooner(next, m_nextAging);
    syncJournals(now);
    if (m_acceptAfter > now) next = sooner(next, m_acceptAfter);
    return sooner(next, m_nextSync);
}

void Host::syncJournals(std::int64_t now)
{
    const bool running =
        std::ranges::any_of(m_kernels, [](const auto& each) { return !each.second->isDead(); });
    if (m_nextSync >= 0 && now < m_nextSync) return;
    for (const auto& [id, kernel] : m_kernels)
        if (auto files = kernel->takeDirty(); !files.empty()) m_syncer.sync(std::move(files));
    m_nextSync = running ? now + syncMs : -1;
}

std::int64_t Host::noteIdle(std::int64_t now)
{
    const bool busy = !m_clients.empty() || !m_runs.isEmpty() ||
                      std::ranges::any_of(m_kernels, [](const auto& each) { return !each.second->isDead(); });
    if (busy) {
        m_idleSince = -1;
        return -1;
    }
    if (m_idleSince < 0) m_idleSince = now;
    // Whoever started the host has not come yet.
    const bool unused = m_nextClient == 1;
    const std::int64_t end =
        m_idleSince + (unused ? std::max(m_options.idleExitMs, firstClientMs) : m_options.idleExitMs);
    if (now >= end) m_end = true;
    return end;
}

void Host::endAll()
{
    for (const auto& [id, kernel] : m_kernels) {
        kernel->abandon("the host was told to end");
        if (auto files = kernel->takeDirty(); !files.empty()) m_syncer.sync(std::move(files));
    }
    deliverAll();
    for (const auto& kernel : m_leaving)
        kernel->removeJournal();
}

} // namespace cahier::host
