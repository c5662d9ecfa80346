// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/accelerators/sampler.h>
#include <runtimes/host/uniquefd.h>
#include <runtimes/wire/error.h>

#include <cstdint>
#include <functional>
#include <map>
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
    using Found = wire::Result<accelerators::Hardware>;
    using Detected = std::function<void(const Found&)>;

    /// limitMs: how long finding the hardware may take.
    explicit ResourceMonitor(accelerators::SamplerOptions options = ofThisMachine(),
                             std::int64_t limitMs = 20000);
    [[nodiscard]] static accelerators::SamplerOptions ofThisMachine();

    /// See accelerators::Sampler::end().
    bool end() { return m_sampler.end(); }
    /// done is called by collect(), or with errorCodeTimeout by tick().
    void detect(Detected done);
    /// The kernels that run.
    void setKernels(std::vector<accelerators::WatchedKernel> kernels);
    [[nodiscard]] std::size_t watchedCount() const { return m_kernels.size(); }
    /// Whether the one at this place among them is this.
    [[nodiscard]] bool watches(std::size_t place, const std::string& id, std::int64_t pid) const
    {
        return place < m_kernels.size() && m_kernels[place].pid == pid && m_kernels[place].id == id;
    }
    void setWatched(bool watched);
    [[nodiscard]] std::vector<Sample> history(std::int64_t after) const { return m_sampler.history(after); }

    /// Readable when there is something to collect.
    [[nodiscard]] int fd() const { return m_news.get(); }
    /// The samples that were taken since the last call; calls what detect() was given.
    [[nodiscard]] std::vector<Sample> collect();
    /// Reacts to time. Returns when to be called again (steadyMs()), or -1.
    std::int64_t tick(std::int64_t now);

private:
    void tell(const std::function<void()>& change);

    UniqueFd m_news; ///< an eventfd
    std::mutex m_mutex;
    std::vector<Sample> m_samples;
    std::vector<std::pair<std::uint64_t, accelerators::Hardware>> m_found; ///< for which of m_waiting

    // The loop's own.
    struct Waiting {
        Detected done;
        std::int64_t deadline = 0;
    };
    std::int64_t m_limitMs;
    std::uint64_t m_nextWaiting = 1;
    std::map<std::uint64_t, Waiting> m_waiting; ///< the oldest, which is due first, in front
    std::vector<accelerators::WatchedKernel> m_kernels;
    bool m_watched = false;
    accelerators::Sampler m_sampler; ///< last: its thread uses the above
};

} // namespace cahier::host
