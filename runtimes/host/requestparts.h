// SPDX-License-Identifier: Apache-2.0
// What the answers to requests are made of.
#pragma once

#include <runtimes/accelerators/selection.h>
#include <runtimes/host/host.h>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace cahier::host {

using Json = nlohmann::json;

/// Where an answer goes, now or later: the client may be gone by then.
class Reply {
public:
    Reply(Host& host, int client, std::int64_t request) : m_host(&host), m_client(client), m_request(request)
    {
    }

    void ok(Json fields = Json::object()) const
    {
        if (Client* const client = m_host->client(m_client)) client->reply(m_request, std::move(fields));
    }
    /// With bytes as the reply's second part.
    void ok(Json fields, std::string bytes) const
    {
        if (Client* const client = m_host->client(m_client))
            client->reply(m_request, std::move(fields), std::move(bytes));
    }
    void fail(const wire::WireError& error) const
    {
        if (Client* const client = m_host->client(m_client)) client->replyError(m_request, error);
    }
    void fail(std::string_view code, std::string message) const
    {
        fail(wire::WireError{std::string(code), std::move(message), {}});
    }
    void done(const wire::Result<void>& result) const
    {
        if (result)
            ok();
        else
            fail(result.error());
    }

private:
    Host* m_host;
    int m_client;
    std::int64_t m_request;
};

struct Request {
    Host& host;
    Client& client;
    const Json& envelope;
    wire::Parts& parts; ///< may be taken from
    Reply reply;

    [[nodiscard]] std::string text(const char* name) const
    {
        const auto found = envelope.find(name);
        return found != envelope.end() && found->is_string() ? found->get<std::string>() : std::string();
    }
    /// The kernel that the request names; answers when there is none.
    [[nodiscard]] std::shared_ptr<Kernel> kernel() const;
    /// The environment that its kernels and specs are of: what its environ says, else the host's own. Answers
    /// when environ is not what it should be.
    [[nodiscard]] std::optional<Environment> environment() const;
    /// The accelerator that it names, nothing where it names none. Answers when that is malformed.
    [[nodiscard]] wire::Result<std::optional<accelerators::Choice>> accelerator() const;
};

[[nodiscard]] bool isVariableName(const std::string& name);
[[nodiscard]] bool isVariableValue(const Json& value);

/// Makes the changes of a request's env, {NAME:VALUE|null}; false when they are not what they should be.
[[nodiscard]] bool applyChanges(Environment& environment, const Json& changes);

/// Gives done the accelerator that a choice stands for on this machine, nothing chosen an empty one; or the
/// error. May answer later. environment: where libtpu is looked for.
void selectAccelerator(Host& host, const std::optional<accelerators::Choice>& choice,
                       const Environment& environment,
                       std::function<void(wire::Result<accelerators::Selection>)> done);

// resourcerequests.cpp

void hardware(const Request& request);
void subscribeSamples(const Request& request);
void unsubscribeSamples(const Request& request);

// environmentrequests.cpp

void environments(const Request& request);

// runrequests.cpp

void runProgram(const Request& request);
void readRun(const Request& request);
void cancelRun(const Request& request);
void releaseRun(const Request& request);

// filerequests.cpp

void listFiles(const Request& request);
void statFile(const Request& request);
void makeFolder(const Request& request);
void renameFile(const Request& request);
void removeFile(const Request& request);
void readFile(const Request& request);
void beginUpload(const Request& request);
void writeUpload(const Request& request);
void finishUpload(const Request& request);
void abandonUpload(const Request& request);

} // namespace cahier::host
