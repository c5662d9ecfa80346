// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/kernel.h>
#include <runtimes/host/pythonprobe.h>

#include <algorithm>
#include <csignal>

namespace cahier::host {

namespace {
constexpr std::int64_t limitMs = 10000;
constexpr int mostAtOnce = 4;
} // namespace

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
    for (const Question& question : m_questions) {
        if (!question.process) continue;
        items.push_back({nullptr, question.process->pidFd(), ZMQ_POLLIN, 0});
        if (question.process->outputFd() >= 0)
            items.push_back({nullptr, question.process->outputFd(), ZMQ_POLLIN, 0});
    }
}

void PythonProbe::process(std::span<const zmq_pollitem_t> items)
{
    if (std::ranges::none_of(items, [](const zmq_pollitem_t& item) { return item.revents != 0; })) return;
    for (Job& job : m_jobs) {
        if (job.process) check(job);
    }
    for (Question& question : m_questions) {
        if (question.process) check(question);
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

void PythonProbe::ask(std::string code, std::string interpreter, Environment environment, std::int64_t until,
                      std::function<void(const Said&)> done)
{
    Question& question = m_questions.emplace_back(); // tick() starts it
    question.code = std::move(code);
    question.interpreter = std::move(interpreter);
    question.environment = std::move(environment);
    question.until = until;
    question.done = std::move(done);
}

void PythonProbe::launch(Question& question)
{
    auto process = KernelProcess::launch(
        {question.interpreter, {question.interpreter, "-c", question.code}, "/", question.environment});
    if (process) {
        question.process = std::move(*process);
    } else {
        question.said.output = process.error().message;
        question.finished = true;
    }
}

void PythonProbe::check(Question& question)
{
    question.process->readOutput();
    const std::optional<ExitStatus> status = question.process->reap();
    if (!status) return;
    question.said.succeeded = !status->signalled && status->code == 0;
    question.said.output = question.process->outputTail();
    question.process.reset();
    question.finished = true;
}

std::int64_t PythonProbe::tickQuestions(std::int64_t now)
{
    std::int64_t next = -1;
    int running = 0;
    for (Question& question : m_questions) {
        if (!question.finished && now >= question.until) {
            question.process.reset(); // kills it
            question.said.inTime = false;
            question.finished = true;
        }
        if (question.finished || running == mostAtOnce) continue;
        if (!question.process) launch(question);
        if (question.finished) continue;
        ++running;
        next = next < 0 ? question.until : std::min(next, question.until);
    }
    std::list<Question> finished;
    for (auto question = m_questions.begin(); question != m_questions.end();) {
        const auto here = question++;
        if (here->finished) finished.splice(finished.end(), m_questions, here);
    }
    for (const Question& question : finished)
        question.done(question.said);
    return next;
}

std::int64_t PythonProbe::tick(std::int64_t now)
{
    std::int64_t next = tickQuestions(now);
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
