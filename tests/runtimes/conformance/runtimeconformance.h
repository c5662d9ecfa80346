// SPDX-License-Identifier: GPL-3.0-or-later
// What every runtime promises, with a real ipykernel: one suite, run over a stage for each runtime.
#pragma once

#include <tests/support/notebooksession.h>

#include <memory>

namespace cahier::test {

/// A place where kernels run, and ways to break it.
class RuntimeStage {
public:
    virtual ~RuntimeStage() = default;

    /// Another client of the same kernels.
    [[nodiscard]] virtual std::shared_ptr<runtime::Runtime> makeRuntime() = 0;
    /// Breaks the connections that a runtime has, without goodbye; they come back by themselves.
    virtual void cutConnections(runtime::Runtime& runtime) = 0;
    /// Whether what a kernel says while no one listens is kept for good. Else what is missing is said so.
    [[nodiscard]] virtual bool keepsJournal() const = 0;
};

class RuntimeConformance : public QObject {
    Q_OBJECT
public:
    explicit RuntimeConformance(RuntimeStage& stage) : m_stage(stage) {}

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void specs_python_isListed();
    void start_unknownSpec_isNamed();
    void kernels_started_isListed();
    void execute_streamsAndResult_arrive();
    void execute_error_stopsQueue();
    void execute_richOutputs_areWhole();
    void execute_displayUpdates_replace();
    void execute_flood_keepsEveryLine();
    void stdin_answered_goesOn();
    void interrupt_sleeping_raises();
    void complete_andInspect_answer();
    void comm_withBuffers_goesBothWays();
    void attach_secondClient_sharesTheKernel();
    void restart_running_isFreshKernel();
    void kill_running_failsTheCellOnly();
    void reconnect_idle_runsOn();
    void reconnect_printing_nothingTwice();
    void reconnect_sending_neverTwice();
    void shutdown_kernel_isGone();

private:
    RuntimeStage& m_stage;
    std::shared_ptr<runtime::Runtime> m_runtime;
    std::unique_ptr<NotebookSession> m_python; ///< shared by tests that leave the kernel as it was
};

} // namespace cahier::test
