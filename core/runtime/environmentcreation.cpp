// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/environmentcreation.h>

#include <core/runtime/runtime.h>

namespace cahier::runtime {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype tailSize = 16 << 10;

Error runsNothing()
{
    return {ErrorCode::Unsupported, u"This runtime runs no programs, so it makes no environments."_s};
}

} // namespace

EnvironmentCreation::EnvironmentCreation(Runtime& runtime, EnvironmentPlan plan, QObject* parent)
    : QObject(parent), m_runtime(runtime), m_plan(std::move(plan))
{
}

EnvironmentCreation::~EnvironmentCreation() = default;

void EnvironmentCreation::start()
{
    if (m_state != State::Waiting) return;
    m_state = State::Running;
    runStep();
}

void EnvironmentCreation::cancel()
{
    if (m_state != State::Running) return;
    m_cancelled = true;
    // Making the folder takes no time, and whether it was made must be known.
    if (!m_plan.steps[m_step].makesFolder) m_process->cancel();
}

void EnvironmentCreation::runStep()
{
    if (m_step == m_plan.steps.size()) return finish({});
    m_tail.clear();
    m_process = m_runtime.run(m_plan.steps[m_step].command);
    if (!m_process) return finish(std::unexpected(runsNothing()));
    connect(m_process.get(), &Process::outputArrived, this, &EnvironmentCreation::take);
    connect(m_process.get(), &Process::stalled, this, &EnvironmentCreation::stalled);
    // Queued: the process is let go of where its end is handled.
    connect(m_process.get(), &Process::exited, this, &EnvironmentCreation::stepExited, Qt::QueuedConnection);
    connect(m_process.get(), &Process::failed, this, &EnvironmentCreation::giveUp, Qt::QueuedConnection);
    Q_EMIT stepStarted(static_cast<int>(m_step));
}

void EnvironmentCreation::take(const QByteArray& bytes)
{
    m_tail += bytes;
    if (m_tail.size() > 2 * tailSize) m_tail.remove(0, m_tail.size() - tailSize);
    Q_EMIT outputArrived(bytes);
}

void EnvironmentCreation::stepExited(int status)
{
    const EnvironmentStep& step = m_plan.steps[m_step];
    if (status != 0) return giveUp(stepError(step, status, QString::fromUtf8(m_tail)));
    m_madeFolder = m_madeFolder || step.makesFolder;
    if (m_cancelled) return giveUp({ErrorCode::Cancelled, u"It was stopped."_s});
    ++m_step;
    runStep();
}

void EnvironmentCreation::giveUp(const Error& error)
{
    if (!m_madeFolder) return finish(std::unexpected(error));
    m_state = State::Removing;
    m_process = m_runtime.run({{u"rm"_s, u"-rf"_s, u"--"_s, m_plan.folder}});
    connect(m_process.get(), &Process::stalled, this, &EnvironmentCreation::stalled);
    connect(
        m_process.get(), &Process::exited, this, [this, error](int status) { removed(error, status == 0); },
        Qt::QueuedConnection);
    connect(
        m_process.get(), &Process::failed, this, [this, error] { removed(error, false); },
        Qt::QueuedConnection);
}

void EnvironmentCreation::removed(Error error, bool gone)
{
    if (!gone)
        error.message += u" What was made of %1 is still there: remove it by hand."_s.arg(m_plan.folder);
    finish(std::unexpected(std::move(error)));
}

void EnvironmentCreation::finish(const Result<void>& result)
{
    m_state = State::Over;
    m_process.reset();
    if (result)
        Q_EMIT succeeded();
    else
        Q_EMIT failed(result.error());
}

} // namespace cahier::runtime
