// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/resourcemonitor.h>

#include <sys/eventfd.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

namespace cahier::host {

namespace {

accelerators::SamplerOptions options()
{
    accelerators::SamplerOptions result;
    const char* const home = std::getenv("HOME");
    result.folder = home && *home == '/' ? home : "/";
    return result;
}

} // namespace

ResourceMonitor::ResourceMonitor()
    : m_news(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_sampler(options(), [this](Sample sample) { tell([&] { m_samples.push_back(std::move(sample)); }); })
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
    m_sampler.detect([this, done = std::move(done)](const accelerators::Hardware& hardware) {
        tell([&] { m_calls.emplace_back([done, hardware] { done(hardware); }); });
    });
}

void ResourceMonitor::setKernels(std::vector<accelerators::WatchedKernel> kernels)
{
    if (kernels == m_kernels) return;
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
    std::vector<std::function<void()>> calls;
    {
        const std::scoped_lock lock(m_mutex);
        samples = std::exchange(m_samples, {});
        calls = std::exchange(m_calls, {});
    }
    for (const auto& call : calls)
        call();
    return samples;
}

} // namespace cahier::host
