// SPDX-License-Identifier: Apache-2.0
// What the machine has and what of it is in use, for the clients.
#include <runtimes/host/host.h>

#include <runtimes/accelerators/hardwarejson.h>
#include <runtimes/accelerators/tpu.h>

#include <algorithm>

namespace cahier::host {

void Host::detectHardware(const Environment& environment, ResourceMonitor::Detected done)
{
    m_monitor.detect([this, environment, done = std::move(done)](const ResourceMonitor::Found& found) {
        const std::vector<std::string> interpreters = pythonInterpreters(environment);
        if (!found || found->tpus.empty() || interpreters.empty()) return done(found);
        // Not imported: that may take the chips.
        m_probe.start("import importlib.util, sys; sys.exit(importlib.util.find_spec('libtpu') is None)",
                      interpreters, environment,
                      [hardware = *found, first = interpreters.front(),
                       done](const std::optional<std::string>& python, const std::string&) {
                          accelerators::Hardware whole = hardware;
                          accelerators::noteLibtpu(whole, python.has_value(), python.value_or(first));
                          done(whole);
                      });
    });
}

void Host::updateMonitor()
{
    m_monitor.setWatched(
        std::ranges::any_of(m_clients, [](const auto& each) { return each.second->wantsSamples; }));
    // The loop turns for every message; kernels come and go seldom.
    std::size_t running = 0;
    bool same = true;
    for (const auto& [id, kernel] : m_kernels)
        if (kernel->pid() > 0) same = m_monitor.watches(running++, id, kernel->pid()) && same;
    if (same && running == m_monitor.watchedCount()) return;
    std::vector<accelerators::WatchedKernel> kernels;
    for (const auto& [id, kernel] : m_kernels)
        if (kernel->pid() > 0) kernels.push_back({id, kernel->pid(), kernel->record().workingDirectory});
    m_monitor.setKernels(std::move(kernels));
}

void Host::sendSamples()
{
    for (const ResourceMonitor::Sample& sample : m_monitor.collect()) {
        const bool wanted =
            std::ranges::any_of(m_clients, [](const auto& each) { return each.second->wantsSamples; });
        if (!wanted) continue;
        const std::string event =
            nlohmann::json{{"op", "sample"}, {"sample", accelerators::toJson(*sample)}}.dump(
                -1, ' ', false, nlohmann::json::error_handler_t::replace);
        for (const auto& [id, client] : m_clients)
            if (client->wantsSamples) client->offer(event);
    }
}

} // namespace cahier::host
