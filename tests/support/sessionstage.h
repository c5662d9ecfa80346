// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/session.h>
#include <tests/support/fakekernelconnection.h>

namespace cahier::test {

/// A notebook, a session with short patience, and a fake kernel that is ready.
struct SessionStage {
    FakeTarget target;
    runtime::Session session{target};
    std::shared_ptr<FakeKernelConnection> kernel = std::make_shared<FakeKernelConnection>();

    explicit SessionStage(bool ready = true)
    {
        using namespace std::chrono_literals;
        session.setLimits(
            {.idleAfterReply = 100ms, .idleAfterAbort = 30ms, .replyAfterIdle = 150ms, .death = 100ms});
        (void)session.attach(kernel);
        if (ready) kernel->catchUp();
    }

    Result<void> enqueue(const std::vector<CellKey>& cells, const runtime::ExecuteOptions& options = {})
    {
        return session.enqueue(cells, options);
    }
    /// Enqueues the cell and gives the newest execute_request.
    Message run(CellKey cell, const runtime::ExecuteOptions& options = {})
    {
        (void)enqueue({cell}, options);
        return kernel->lastRequest("execute_request");
    }
    [[nodiscard]] std::size_t executeCount() const { return kernel->requests("execute_request").size(); }
    [[nodiscard]] runtime::RunOutcome outcome(CellKey cell) const { return session.cellRun(cell).outcome; }
    [[nodiscard]] runtime::RunPhase phase(CellKey cell) const { return session.cellRun(cell).phase; }
};

inline nlohmann::json errorContent()
{
    return {
        {"status", "error"}, {"ename", "ValueError"}, {"evalue", "no"}, {"traceback", {"line 1", "line 2"}}};
}

inline nlohmann::json displayContent(const char* text, const char* displayId = nullptr)
{
    nlohmann::json content = {{"data", {{"text/plain", text}}}, {"metadata", nlohmann::json::object()}};
    if (displayId) content["transient"] = {{"display_id", displayId}};
    return content;
}

} // namespace cahier::test
