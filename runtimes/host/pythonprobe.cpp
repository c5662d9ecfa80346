// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernel.h>
#include <runtimes/host/pythonprobe.h>

#include <algorithm>
#include <csignal>

namespace cahier::host {

namespace {
constexpr std::int64_t limitMs = 10000;
}

void PythonProbe::start(std::string code, std::vector<std::string> interpreters, Environment environment,
                        Done done)
{
    for (const std::string& interpreter : interpreters)
        if (m_known.contains({code, interpreter})) return done(interpreter, {});
    Job& job = m_jobs.emplace_back();
    job.code = std::move(code);
    job.interpreters = std::move(interpreters);
    job.environment = std::move(environment);
    job.done = std::move(done);
    tryNext(job);
}

void PythonProbe::tryNext(Job& job)
{
    for (; job.current < job.interpreters.size(); ++job.current) {
        const std::string& interpreter = job.interpreters[job.current];
        auto process =
            KernelProcess::launch({interpreter, {interpreter, "-c", job.code}, "/", job.environment});
        if (!process) continue;
        job.process = std::move(*process);
        job.deadline = steadyMs() + limitMs;
        return;
    }
    job.finished = true; // tick() tells: the caller may still be in start()
}

void PythonProbe::addPollItems(std::vector<zmq_pollitem_t>& items) const
{
    for (const Job& job : m_jobs) {
        if (!job.process) continue;
        items.push_back({nullptr, job.process->pidFd(), ZMQ_POLLIN, 0});
        if (job.process->outputFd() >= 0) items.push_back({nullptr, job.process->outputFd(), ZMQ_POLLIN, 0});
    }
}

void PythonProbe::process(std::span<const zmq_pollitem_t> items)
{
    if (std::ranges::none_of(items, [](const zmq_pollitem_t& item) { return item.revents != 0; })) return;
    for (Job& job : m_jobs) {
        if (job.process) check(job);
    }
}

void PythonProbe::check(Job& job)
{
    job.process->readOutput();
    const std::optional<ExitStatus> status = job.process->reap();
    if (!status) return;
    const std::string interpreter = job.interpreters[job.current];
    if (job.current == 0) job.firstOutput = job.process->outputTail();
    job.process.reset();
    if (!status->signalled && status->code == 0) {
        m_known.emplace(job.code, interpreter);
        job.finished = true;
    } else {
        ++job.current;
        tryNext(job);
    }
}

std::int64_t PythonProbe::tick(std::int64_t now)
{
    std::int64_t next = -1;
    for (Job& job : m_jobs) {
        if (!job.process) continue;
        if (now >= job.deadline) job.process->signalGroup(SIGKILL); // then it fails as any other
        const std::int64_t at = now >= job.deadline ? now + limitMs : job.deadline;
        next = next < 0 ? at : std::min(next, at);
    }
    std::list<Job> finished;
    for (auto job = m_jobs.begin(); job != m_jobs.end();) {
        const auto here = job++;
        if (here->finished) finished.splice(finished.end(), m_jobs, here);
    }
    for (const Job& job : finished) {
        const bool found = job.current < job.interpreters.size();
        job.done(found ? std::optional(job.interpreters[job.current]) : std::nullopt, job.firstOutput);
    }
    return next;
}

} // namespace cahier::host
