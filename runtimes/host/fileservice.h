// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/folderlister.h>
#include <runtimes/host/uniquefd.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace cahier::host {

/// Runs what waits for disks on a thread of its own, one job after another, and hands what follows back to
/// the loop's thread.
class FileService {
public:
    using Finish = std::move_only_function<void()>; ///< in the loop's thread
    using Work = std::move_only_function<Finish()>; ///< in the service's thread

    FileService();
    /// Waits for the job that runs; those that wait are dropped.
    ~FileService() = default;

    void run(Work work);
    /// For jobs alone.
    [[nodiscard]] FolderLister& lister() { return m_lister; }
    /// Readable when collect() has something to do.
    [[nodiscard]] int fd() const { return m_wakeFd.get(); }
    /// Does what follows from the finished jobs, in their order.
    void collect();

private:
    void loop(const std::stop_token& stop);

    FolderLister m_lister;
    UniqueFd m_wakeFd; ///< an eventfd
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<Work> m_jobs;
    std::vector<Finish> m_finished;
    std::jthread m_thread; ///< last: it uses the above
};

} // namespace cahier::host
