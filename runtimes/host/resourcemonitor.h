// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/accelerators/sampler.h>
#include <runtimes/host/uniquefd.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace cahier::host {

/// The sampler, for the host's loop: what its thread finds is handed over in collect(), which runs in the
/// loop's thread.
class ResourceMonitor {
public:
    using Sample = std::shared_ptr<const accelerators::Sample>;
    using Detected = std::function<void(const accelerators::Hardware&)>;

    ResourceMonitor();

    /// done is called by collect().
    void detect(Detected done);
    /// Tells the sampler when the kernels that run are others than before.
    void setKernels(std::vector<accelerators::WatchedKernel> kernels);
    void setWatched(bool watched);
    [[nodiscard]] std::vector<Sample> history(std::int64_t after) const { return m_sampler.history(after); }

    /// Readable when there is something to collect.
    [[nodiscard]] int fd() const { return m_news.get(); }
    /// The samples that were taken since the last call; calls what detect() was given.
    [[nodiscard]] std::vector<Sample> collect();

private:
    void tell(const std::function<void()>& change);

    UniqueFd m_news; ///< an eventfd
    std::mutex m_mutex;
    std::vector<Sample> m_samples;
    std::vector<std::function<void()>> m_calls;
    std::vector<accelerators::WatchedKernel> m_kernels;
    bool m_watched = false;
    accelerators::Sampler m_sampler; ///< last: its thread uses the above
};

} // namespace cahier::host
