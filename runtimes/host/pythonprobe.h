// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/host/kernelprocess.h>

#include <zmq.hpp>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace cahier::host {

/// Finds out, without blocking, which interpreter a piece of code succeeds in.
class PythonProbe {
public:
    /// The interpreter found, or nothing and what the first one said.
    using Done = std::function<void(std::optional<std::string> interpreter, const std::string& output)>;

    /// Tries the interpreters one after another, each for at most ten seconds, until `code` exits with 0. May
    /// call `done` at once.
    void start(std::string code, std::vector<std::string> interpreters, Environment environment, Done done);

    struct Said {
        bool succeeded = false; ///< it exited with 0
        bool inTime = true;
        std::string output; ///< the end of what it wrote, at most 64 KiB
    };
    /// Runs the code in one interpreter, until a time (steadyMs()) at the latest. Four of these run at once.
    void ask(std::string code, std::string interpreter, Environment environment, std::int64_t until,
             std::function<void(const Said&)> done);

    void addPollItems(std::vector<zmq_pollitem_t>& items) const;
    void process(std::span<const zmq_pollitem_t> items);
    /// Returns when to be called again (steadyMs()), or -1.
    std::int64_t tick(std::int64_t now);

private:
    struct Job {
        std::string code;
        std::vector<std::string> interpreters;
        Environment environment;
        Done done;
        std::size_t current = 0;
        std::unique_ptr<KernelProcess> process;
        std::int64_t deadline = 0;
        std::string firstOutput;
        bool finished = false;
    };
    struct Question {
        std::string code;
        std::string interpreter;
        Environment environment;
        std::int64_t until = 0;
        std::function<void(const Said&)> done;
        std::unique_ptr<KernelProcess> process;
        Said said;
        bool finished = false;
    };
    void tryNext(Job& job);
    void check(Job& job);
    static void launch(Question& question);
    static void check(Question& question);
    std::int64_t tickQuestions(std::int64_t now);

    std::list<Job> m_jobs;
    std::list<Question> m_questions; ///< the first ones run
    /// Code and interpreters in which it succeeded; in the others it may at any time.
    std::set<std::pair<std::string, std::string>> m_known;
};

} // namespace cahier::host
