// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/process.h>
#include <runtimes/local/hostclient.h>

#include <QTimer>

namespace cahier::runtimes {

/// A program on the machine of a cahier-host (hostprotocol.h, Programs). Output is asked for once what came
/// before was handled: an owner that is slow slows the program down, and nothing piles up here.
class HostProcess : public runtime::Process {
    Q_OBJECT
public:
    /// command: the fields of a run request, without its token.
    HostProcess(std::shared_ptr<HostClient> client, nlohmann::json command);
    ~HostProcess() override;

    void cancel() override;

private:
    void resume();
    void start();
    void read();
    /// A request about this run; `then` gets the reply, fail() the error, unless it is over by then.
    void ask(const QString& op, nlohmann::json fields, void (HostProcess::*then)(const nlohmann::json&));
    void started(const nlohmann::json& reply);
    void arrived(const nlohmann::json& reply);
    void cancelAsked(const nlohmann::json& reply);
    void fail(const Error& error);
    void finish(const Result<int>& status);
    void release();

    std::shared_ptr<HostClient> m_client;
    nlohmann::json m_command;
    std::string m_token;
    QTimer m_retry;
    quint64 m_offset = 0;   ///< bytes of output received
    bool m_asked = false;   ///< the host may know of it
    bool m_started = false; ///< the host said so
    bool m_cancelled = false;
    bool m_waiting = false; ///< for the connection
    bool m_over = false;
};

} // namespace cahier::runtimes
