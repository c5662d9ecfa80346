// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/resourcemonitor.h>

#include <runtimes/host/kernel.h>
#include <runtimes/wire/hostprotocol.h>

#include <sys/eventfd.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

namespace cahier::host {

accelerators::SamplerOptions ResourceMonitor::ofThisMachine()
{
    accelerators::SamplerOptions options;
    const char* const home = std::getenv("HOME");
    options.folder = home && *home == '/' ? home : "/";
    return options;
}

ResourceMonitor::ResourceMonitor(accelerators::SamplerOptions options, std::int64_t limitMs)
    : m_news(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), m_limitMs(limitMs),
      m_sampler(std::move(options),
                [this](Sample sample) { tell([&] { m_samples.push_back(std::move(sample)); }); })
{
}

void ResourceMonitor::tell(const std::function<void()>& change)
{
    {
        const std::scoped_lock lock(m_mutex);
        change();
    }
    const std::uint64_t one = 1;
    (void)!write(m_news.get(), &one, sizeof one);
}

void ResourceMonitor::detect(Detected done)
{
    const std::uint64_t number = m_nextWaiting++;
    m_waiting[number] = {std::move(done), steadyMs() + m_limitMs};
    m_sampler.detect([this, number](const accelerators::Hardware& hardware) {
        tell([&] { m_found.emplace_back(number, hardware); });
    });
}

std::int64_t ResourceMonitor::tick(std::int64_t now)
{
    while (!m_waiting.empty() && m_waiting.begin()->second.deadline <= now) {
        const Detected done = std::move(m_waiting.begin()->second.done);
        m_waiting.erase(m_waiting.begin());
        done(wire::failure(wire::errorCodeTimeout,
                           "The machine does not tell what it has: a driver does not answer (NVIDIA's, or a "
                           "disk's). Try again later; restart the machine if that does not help."));
    }
    return m_waiting.empty() ? -1 : m_waiting.begin()->second.deadline;
}

void ResourceMonitor::setKernels(std::vector<accelerators::WatchedKernel> kernels)
{
    m_kernels = kernels;
    m_sampler.setKernels(std::move(kernels));
}

void ResourceMonitor::setWatched(bool watched)
{
    if (std::exchange(m_watched, watched) != watched) m_sampler.setWatched(watched);
}

std::vector<ResourceMonitor::Sample> ResourceMonitor::collect()
{
    std::uint64_t count = 0;
    if (read(m_news.get(), &count, sizeof count) < 0) return {};
    std::vector<Sample> samples;
    std::vector<std::pair<std::uint64_t, accelerators::Hardware>> found;
    {
        const std::scoped_lock lock(m_mutex);
        samples = std::exchange(m_samples, {});
        found = std::exchange(m_found, {});
    }
    for (const auto& [number, hardware] : found) {
        const auto waiting = m_waiting.extract(number);
        if (waiting) waiting.mapped().done(hardware); // else it came too late
    }
    return samples;
}

} // namespace cahier::host
