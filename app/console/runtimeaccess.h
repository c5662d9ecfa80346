// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <app/console/runreport.h>
#include <app/console/terminalquestions.h>
#include <app/runtimes/runtimeaddress.h>
#include <core/runtime/authentication.h>

namespace cahier::console {

/// The way to the runtime that a run names: makes it, asks on the terminal what it wants to know, and tells
/// the report how the connection stands. Lives as long as the run, since a connection that is made anew may
/// ask anew.
class RuntimeAccess : public QObject {
    Q_OBJECT
public:
    /// The report must outlive it.
    RuntimeAccess(RuntimeAddress address, RunReport& report);

    /// opened() or failed() follows.
    void open();

Q_SIGNALS:
    /// A Jupyter Server has let us in; a machine over ssh is connected to by the first request.
    void opened(const std::shared_ptr<cahier::runtime::Runtime>& runtime);
    /// There is no way to it (any more): a question that nobody could answer, or that was answered with no.
    /// May come after opened().
    void failed(const cahier::Error& error);

private:
    using Question = runtime::AuthenticationQuestion;

    void take(const Result<OpenedRuntime>& opened);
    void fail(const Error& error);
    [[nodiscard]] QString name() const { return entryOf(m_address).name; }

    // runtimeaccess.cpp: over ssh
    void followSsh();
    void handleQuestion(const Question& question);
    void askYesOrNo(const Question& question);
    void refuse(const Question& question, const Error& error);

    // runtimeaccessserver.cpp: Jupyter Servers
    void followServer();
    void check();
    void askForToken();
    void tryAnswer(const QString& answer);
    void tryPassword();
    void askForTrust(const runtime::CertificateQuestion& question);
    [[nodiscard]] Error noWayIn() const;

    enum class Attempt { None, Token, Password }; ///< what the last answer was tried as

    RuntimeAddress m_address;
    RunReport& m_report;
    TerminalQuestions m_questions;
    OpenedRuntime m_runtime;
    bool m_failed = false;
    bool m_letIn = false;  ///< the server answered
    bool m_asking = false; ///< about the server: further refusals say nothing new
    Attempt m_attempt = Attempt::None;
    int m_wrongAnswers = 0;
    QString m_answer; ///< while it is tried
};

} // namespace cahier::console
