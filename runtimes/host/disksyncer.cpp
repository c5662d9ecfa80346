// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/disksyncer.h>

#include <iterator>
#include <utility>

namespace cahier::host {

void DiskSyncer::sync(std::vector<std::shared_ptr<const SegmentFile>> files)
{
    const std::scoped_lock lock(m_mutex);
    m_files.insert(m_files.end(), std::make_move_iterator(files.begin()),
                   std::make_move_iterator(files.end()));
    m_wake.notify_one();
}

void DiskSyncer::run(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, stop, [this] { return !m_files.empty(); });
        if (m_files.empty()) return; // asked to stop
        const auto files = std::exchange(m_files, {});
        lock.unlock();
        // A disk that fails has failed the write already, or will fail the next one: that is reported there.
        for (const auto& file : files)
            (void)file->sync();
        lock.lock();
    }
}

} // namespace cahier::host
