// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/accelerators/hardware.h>
#include <runtimes/accelerators/nvml.h>
#include <runtimes/accelerators/processmeter.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace cahier::accelerators {

struct SamplerOptions {
    Roots roots;
    std::string library = nvmlLibrary;
    std::string folder; ///< whose disk is sampled; the home folder
    std::chrono::milliseconds interval{1000};
    std::size_t history = 900; ///< samples kept: 15 minutes
};

/// Finds out what the machine has and samples what is in use, on a thread of its own: a driver that hangs
/// holds up nothing else. Samples as long as there are kernels to watch or somebody looks; rests, with the
/// driver's library unloaded, otherwise. The calls are for any thread and return at once.
class Sampler {
public:
    using SampleTaken = std::function<void(std::shared_ptr<const Sample>)>;
    using Detected = std::function<void(Hardware)>;

    /// taken: called in the sampler's thread after each sample.
    Sampler(SamplerOptions options, SampleTaken taken);
    ~Sampler(); ///< as end()

    /// Calls nothing any more once it begins. Waits for the thread, but not long for one that a driver holds:
    /// that one is left to end by itself, and false returned. The process must then end without the exit
    /// handlers of libraries (_exit): the driver's would run under its thread.
    bool end();

    /// done gets the hardware in the sampler's thread; not at all when the sampler ends first.
    void detect(Detected done);
    void setKernels(std::vector<WatchedKernel> kernels);
    /// Whether somebody looks at the samples.
    void setWatched(bool watched);
    /// The kept samples that are younger than a time (ms since 1970), oldest first.
    [[nodiscard]] std::vector<std::shared_ptr<const Sample>> history(std::int64_t after) const;

private:
    class Core;
    std::shared_ptr<Core> m_core; ///< shared with the thread, which may outlive this
    std::thread m_thread;
};

/// What a sample of these GPUs says about a kernel's memory on them. `meter` has just been updated.
[[nodiscard]] std::optional<std::uint64_t> gpuMemoryOf(int kernel, const std::vector<GpuSample>& gpus,
                                                       const ProcessMeter& meter);

} // namespace cahier::accelerators
