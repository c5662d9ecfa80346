// SPDX-License-Identifier: Apache-2.0
#include <runtimes/accelerators/sampler.h>

#include <runtimes/accelerators/machine.h>
#include <runtimes/accelerators/tpu.h>

#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <utility>

namespace cahier::accelerators {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{2}; ///< with a thread that a driver holds, at the end

std::int64_t nowMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

std::optional<std::uint64_t> gpuMemoryOf(int kernel, const std::vector<GpuSample>& gpus,
                                         const ProcessMeter& meter)
{
    std::uint64_t sum = 0;
    bool unknown = false;
    const auto add = [&](const std::vector<GpuProcess>& processes) {
        for (const GpuProcess& process : processes) {
            const bool ours = meter.ownerOf(process.pid) == kernel;
            if (ours) sum += process.memory.value_or(0);
            // One that is not here is counted by another namespace's numbers: it may be ours.
            unknown = unknown || (ours && !process.memory) || !meter.knows(process.pid);
        }
    };
    for (const GpuSample& gpu : gpus) {
        add(gpu.processes);
        for (const SliceSample& slice : gpu.slices)
            add(slice.processes);
    }
    return unknown && sum == 0 ? std::nullopt : std::optional(sum);
}

/// Everything that the thread uses.
class Sampler::Core {
public:
    Core(SamplerOptions options, SampleTaken taken) : m_options(std::move(options)), m_taken(std::move(taken))
    {
    }

    void run();
    void detect(Detected done);
    void setKernels(std::vector<WatchedKernel> kernels);
    void setWatched(bool watched);
    [[nodiscard]] std::vector<std::shared_ptr<const Sample>> history(std::int64_t after) const;
    /// False when the thread has not ended within the time.
    [[nodiscard]] bool stop(std::chrono::milliseconds limit);
    [[nodiscard]] bool hasEnded() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_done;
    }

private:
    struct Meters {
        Nvml nvml;
        MachineMeter machine;
        ProcessMeter processes;
    };
    [[nodiscard]] bool isActive() const { return m_watched || !m_kernels.empty(); }
    void waitForWork(std::unique_lock<std::mutex>& lock, Clock::time_point next);
    void detectAll(Meters& meters, std::vector<Detected> waiting);
    void takeSample(Meters& meters, const std::optional<std::vector<WatchedKernel>>& kernels);
    void keep(std::shared_ptr<const Sample> sample);

    const SamplerOptions m_options;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake, m_ended;
    std::mutex m_calling; ///< held while a callback runs
    SampleTaken m_taken;
    std::vector<Detected> m_waiting;
    std::vector<WatchedKernel> m_kernels;
    bool m_kernelsChanged = false;
    bool m_watched = false;
    bool m_stop = false, m_done = false;
    std::deque<std::shared_ptr<const Sample>> m_history;
};

void Sampler::Core::detect(Detected done)
{
    const std::scoped_lock lock(m_mutex);
    m_waiting.push_back(std::move(done));
    m_wake.notify_one();
}

void Sampler::Core::setKernels(std::vector<WatchedKernel> kernels)
{
    const std::scoped_lock lock(m_mutex);
    m_kernels = std::move(kernels);
    m_kernelsChanged = true;
    m_wake.notify_one();
}

void Sampler::Core::setWatched(bool watched)
{
    const std::scoped_lock lock(m_mutex);
    m_watched = watched;
    m_wake.notify_one();
}

std::vector<std::shared_ptr<const Sample>> Sampler::Core::history(std::int64_t after) const
{
    const std::scoped_lock lock(m_mutex);
    std::vector<std::shared_ptr<const Sample>> samples;
    for (const auto& sample : m_history)
        if (sample->time > after) samples.push_back(sample);
    return samples;
}

void Sampler::Core::keep(std::shared_ptr<const Sample> sample)
{
    const std::scoped_lock lock(m_mutex);
    m_history.push_back(std::move(sample));
    while (m_history.size() > m_options.history)
        m_history.pop_front();
}

bool Sampler::Core::stop(std::chrono::milliseconds limit)
{
    {
        const std::scoped_lock calling(m_calling); // a callback that runs comes to its end
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
        m_wake.notify_one();
    }
    std::unique_lock lock(m_mutex);
    return m_ended.wait_for(lock, limit, [this] { return m_done; });
}

void Sampler::Core::detectAll(Meters& meters, std::vector<Detected> waiting)
{
    Hardware hardware;
    const Cgroup cgroup(m_options.roots);
    hardware.cpu = readCpu(m_options.roots, cgroup);
    hardware.memory = readMemory(m_options.roots, cgroup);
    hardware.disk = readDisk(m_options.folder).value_or(DiskSpace{m_options.folder, 0, 0});
    meters.nvml.describe(hardware);
    detectTpus(m_options.roots, hardware);
    const std::scoped_lock calling(m_calling);
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stop) return;
    }
    for (const Detected& done : waiting)
        done(hardware);
}

void Sampler::Core::takeSample(Meters& meters, const std::optional<std::vector<WatchedKernel>>& kernels)
{
    if (kernels) meters.processes.setKernels(*kernels);
    auto sample = std::make_shared<Sample>();
    sample->cpu = meters.machine.cpu();
    sample->memory = meters.machine.memory();
    sample->disk = readDisk(m_options.folder).value_or(DiskSpace{m_options.folder, 0, 0});
    sample->gpus = meters.nvml.sample();
    const std::vector<WatchedKernel>& watched = meters.processes.kernels();
    if (!watched.empty()) meters.processes.update();
    for (std::size_t i = 0; i < watched.size(); ++i) {
        KernelSample& kernel = sample->kernels.emplace_back(meters.processes.usage(i));
        kernel.gpuMemory = gpuMemoryOf(static_cast<int>(i), sample->gpus, meters.processes);
        kernel.disk = readDisk(watched[i].folder);
    }
    sample->time = nowMs();
    keep(sample);
    const std::scoped_lock calling(m_calling);
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stop) return;
    }
    m_taken(std::move(sample));
}

void Sampler::Core::waitForWork(std::unique_lock<std::mutex>& lock, Clock::time_point next)
{
    const auto hasNews = [this] { return m_stop || !m_waiting.empty(); };
    if (isActive())
        m_wake.wait_until(lock, next, [&] { return hasNews() || !isActive(); });
    else
        m_wake.wait(lock, [&] { return hasNews() || isActive(); });
}

void Sampler::Core::run()
{
    pthread_setname_np(pthread_self(), "sampler");
    Meters meters{Nvml(m_options.roots, m_options.library), MachineMeter(m_options.roots),
                  ProcessMeter(m_options.roots)};
    Clock::time_point next = Clock::now();
    std::unique_lock lock(m_mutex);
    while (!m_stop) {
        waitForWork(lock, next);
        std::vector<Detected> waiting = std::exchange(m_waiting, {});
        const bool due = !m_stop && isActive() && Clock::now() >= next;
        std::optional<std::vector<WatchedKernel>> kernels;
        if (due && std::exchange(m_kernelsChanged, false)) kernels = m_kernels;
        const bool rests = !isActive();
        if (m_stop) break;
        lock.unlock();
        if (!waiting.empty()) detectAll(meters, std::move(waiting));
        if (due) takeSample(meters, kernels);
        if (rests) meters.nvml.close();
        if (due) next += m_options.interval;
        if (due && next < Clock::now()) next = Clock::now() + m_options.interval; // late: without a hurry
        lock.lock();
    }
    lock.unlock();
    meters.nvml.close();
    lock.lock();
    m_done = true;
    m_ended.notify_all();
}

Sampler::Sampler(SamplerOptions options, SampleTaken taken)
    : m_core(std::make_shared<Core>(std::move(options), std::move(taken)))
{
    // Signals are the host's own business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    m_thread = std::thread([core = m_core] { core->run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Sampler::~Sampler()
{
    (void)end();
}

bool Sampler::end()
{
    if (!m_thread.joinable()) return m_core->hasEnded();
    if (m_core->stop(patience))
        m_thread.join();
    else
        m_thread.detach();
    return m_core->hasEnded();
}

void Sampler::detect(Detected done)
{
    m_core->detect(std::move(done));
}

void Sampler::setKernels(std::vector<WatchedKernel> kernels)
{
    m_core->setKernels(std::move(kernels));
}

void Sampler::setWatched(bool watched)
{
    m_core->setWatched(watched);
}

std::vector<std::shared_ptr<const Sample>> Sampler::history(std::int64_t after) const
{
    return m_core->history(after);
}

} // namespace cahier::accelerators
