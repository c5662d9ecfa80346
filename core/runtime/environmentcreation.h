// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environmentplan.h>

#include <memory>

namespace cahier::runtime {

class Runtime;

/// Carries out a plan, one step after another. A step that fails, or cancel(), ends it; then a folder that it
/// made goes again, and only that one.
class EnvironmentCreation : public QObject {
    Q_OBJECT
public:
    /// The runtime must outlive it.
    EnvironmentCreation(Runtime& runtime, EnvironmentPlan plan, QObject* parent = nullptr);
    ~EnvironmentCreation() override;

    [[nodiscard]] const EnvironmentPlan& plan() const { return m_plan; }
    [[nodiscard]] bool isRunning() const { return m_state == State::Running || m_state == State::Removing; }
    void start();
    /// failed() follows, with Cancelled, once everything has ended and what was made is removed.
    void cancel();

Q_SIGNALS:
    void stepStarted(int index);
    void outputArrived(const QByteArray& bytes);
    /// It waits for the connection, or goes on after that.
    void stalled(bool waiting);
    // One of the two, once.
    void succeeded();
    void failed(const cahier::Error& error);

private:
    enum class State { Waiting, Running, Removing, Over };
    void runStep();
    void stepExited(int status);
    void take(const QByteArray& bytes);
    /// Removes what was made, then tells.
    void giveUp(const Error& error);
    void removed(Error error, bool gone);
    void finish(const Result<void>& result);

    Runtime& m_runtime;
    EnvironmentPlan m_plan;
    State m_state = State::Waiting;
    std::size_t m_step = 0;
    bool m_madeFolder = false;
    bool m_cancelled = false;
    QByteArray m_tail; ///< the end of what the step printed
    std::unique_ptr<Process> m_process;
};

} // namespace cahier::runtime
