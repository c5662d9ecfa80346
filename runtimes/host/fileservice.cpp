// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/fileservice.h>

#include <cstdint>
#include <utility>

#include <sys/eventfd.h>

namespace cahier::host {

FileService::FileService()
    : m_wakeFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_thread([this](const std::stop_token& stop) { loop(stop); })
{
}

void FileService::run(Work work)
{
    const std::scoped_lock lock(m_mutex);
    m_jobs.push_back(std::move(work));
    m_wake.notify_one();
}

void FileService::loop(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (m_wake.wait(lock, stop, [this] { return !m_jobs.empty(); }) && !stop.stop_requested()) {
        Work work = std::move(m_jobs.front());
        m_jobs.pop_front();
        lock.unlock();
        Finish finish = work();
        work = nullptr;
        lock.lock();
        m_finished.push_back(std::move(finish));
        const std::uint64_t one = 1;
        (void)!write(m_wakeFd.get(), &one, sizeof one);
    }
}

void FileService::collect()
{
    std::uint64_t count = 0;
    (void)!read(m_wakeFd.get(), &count, sizeof count);
    std::vector<Finish> finished;
    {
        const std::scoped_lock lock(m_mutex);
        finished = std::exchange(m_finished, {});
    }
    for (Finish& finish : finished)
        finish();
}

} // namespace cahier::host
