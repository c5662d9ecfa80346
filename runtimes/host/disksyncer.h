// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/segmentfile.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace cahier::host {

/// Brings journal files to the disk on a thread of its own, so that a slow disk holds nothing up.
class DiskSyncer {
public:
    DiskSyncer() : m_thread([this](const std::stop_token& stop) { run(stop); }) {}
    /// Finishes what was asked for.
    ~DiskSyncer() = default;
    void sync(std::vector<std::shared_ptr<const SegmentFile>> files);

private:
    void run(const std::stop_token& stop);

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::vector<std::shared_ptr<const SegmentFile>> m_files;
    std::jthread m_thread;
};

} // namespace cahier::host
