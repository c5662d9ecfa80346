// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/requests.h>

#include <runtimes/wire/jsonparse.h>

#include <array>
#include <format>
#include <limits>

namespace cahier::host {

namespace {

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
    const wire::Parts& parts;
    Reply reply;

    [[nodiscard]] std::string text(const char* name) const
    {
        const auto found = envelope.find(name);
        return found != envelope.end() && found->is_string() ? found->get<std::string>() : std::string();
    }
    /// The kernel that the request names; answers when there is none.
    [[nodiscard]] std::shared_ptr<Kernel> kernel() const
    {
        const std::string id = text("kernel");
        std::shared_ptr<Kernel> found = host.kernel(id);
        if (!found)
            reply.fail(wire::errorCodeNotFound, std::format("There is no kernel {} on this host.", id));
        return found;
    }
};

Json specsJson(const SpecSearch& search)
{
    Json specs = Json::array();
    for (const KernelSpec& spec : search.specs)
        specs.push_back(toJson(spec));
    return {{"specs", std::move(specs)}, {"searched", search.searched}, {"problems", search.problems}};
}

void hello(const Request& request)
{
    const auto protocol = request.envelope.find("protocol");
    if (protocol == request.envelope.end() || *protocol != wire::protocolVersion)
        return request.reply.fail(
            wire::errorCodeVersion,
            std::format("This kernel host ({}) speaks version {} of its protocol. Use the "
                        "program of the same release, or end the host once its kernels are "
                        "shut down.",
                        CAHIER_VERSION, wire::protocolVersion));
    request.client.greeted = true;
    request.host.specs(currentEnvironment(), [reply = request.reply, uuid = request.host.uuid()](
                                                 const SpecSearch& search, const auto&) {
        Json fields = specsJson(search);
        fields["protocol"] = wire::protocolVersion;
        fields["version"] = CAHIER_VERSION;
        fields["pid"] = getpid();
        fields["host"] = uuid;
        reply.ok(std::move(fields));
    });
}

bool isVariableName(const std::string& name)
{
    return !name.empty() && !name.contains('=') && !name.contains('\0');
}

bool isVariableValue(const Json& value)
{
    return value.is_string() && !value.get_ref<const std::string&>().contains('\0');
}

/// The environment that a request's kernels and specs are of: what its environ says, else the host's own.
/// Answers when environ is not what it should be.
std::optional<Environment> baseEnvironment(const Request& request)
{
    const auto variables = request.envelope.find("environ");
    if (variables == request.envelope.end() || variables->is_null()) return currentEnvironment();
    Environment environment;
    bool valid = variables->is_object();
    if (valid)
        for (const auto& [name, value] : variables->items()) {
            valid = valid && isVariableName(name) && isVariableValue(value);
            if (valid) environment[name] = value.get<std::string>();
        }
    if (!valid) {
        request.reply.fail(wire::errorCodeBadRequest, "environ is an object of strings.");
        return std::nullopt;
    }
    environment.erase("JPY_PARENT_PID");
    return environment;
}

void specs(const Request& request)
{
    const std::optional<Environment> environment = baseEnvironment(request);
    if (!environment) return;
    request.host.specs(*environment, [reply = request.reply](const SpecSearch& search, const auto&) {
        reply.ok(specsJson(search));
    });
}

/// The environment changes of a start request; false when they are not what they should be.
bool applyChanges(Environment& environment, const Json& changes)
{
    if (changes.is_null()) return true;
    if (!changes.is_object()) return false;
    for (const auto& [name, value] : changes.items()) {
        if (!isVariableName(name)) return false;
        if (value.is_null())
            environment.erase(name);
        else if (isVariableValue(value))
            environment[name] = value.get<std::string>();
        else
            return false;
    }
    return true;
}

void launch(Host& host, const Reply& reply, int starter, KernelRecord record, const KernelSpec& spec,
            const Environment& base, const Json& changes)
{
    Environment environment = base;
    for (const auto& [name, value] : spec.environment)
        environment[name] = expandVariables(value, base);
    if (!applyChanges(environment, changes))
        return reply.fail(wire::errorCodeBadRequest,
                          "The environment of a kernel is an object of strings and nulls.");
    environment.erase("JPY_PARENT_PID"); // a spec may have it too
    if (record.workingDirectory.empty()) record.workingDirectory = valueOf(environment, "HOME");
    if (record.workingDirectory.empty()) record.workingDirectory = "/";
    record.language = spec.language;
    const auto kernel = host.startKernel(std::move(record), spec, std::move(environment), starter);
    if (kernel)
        reply.ok({{"kernel", (*kernel)->id()}});
    else
        reply.fail(kernel.error());
}

wire::WireError noSuchSpec(const std::string& name, const SpecSearch& search,
                           const std::optional<wire::WireError>& noPython)
{
    if (noPython && (name.starts_with("python") || search.specs.empty())) return *noPython;
    std::string names;
    for (const KernelSpec& spec : search.specs)
        names += (names.empty() ? "" : ", ") + spec.name;
    std::string folders;
    for (const std::string& folder : search.searched)
        folders += folder + "\n";
    return {std::string(wire::errorCodeNoKernel),
            std::format("No kernel spec is named “{}”. Installed: {}. Choose one of these, or install it.",
                        name, names.empty() ? "none" : names),
            "Looked in:\n" + folders};
}

void startFromArgv(const Request& request, KernelRecord record, const Json& argv, const Environment& base,
                   const Json& changes)
{
    KernelSpec spec;
    for (const Json& argument : argv)
        if (argument.is_string()) spec.argv.push_back(argument.get<std::string>());
    if (spec.argv.empty() || spec.argv.size() != argv.size())
        return request.reply.fail(wire::errorCodeBadRequest,
                                  "argv is an array of strings, the program first.");
    spec.language = request.text("language");
    spec.messageInterrupts = request.text("interrupt_mode") == "message";
    launch(request.host, request.reply, request.client.id(), std::move(record), spec, base, changes);
}

void start(const Request& request)
{
    KernelRecord record;
    record.spec = request.text("spec");
    record.label = request.text("label");
    record.workingDirectory = request.text("cwd");
    record.clientLifetime = request.text("lifetime") == "client";
    const Json changes = request.envelope.value("env", Json());
    const std::optional<Environment> base = baseEnvironment(request);
    if (!base) return;
    if (const auto argv = request.envelope.find("argv"); argv != request.envelope.end() && argv->is_array())
        return startFromArgv(request, std::move(record), *argv, *base, changes);
    if (record.spec.empty())
        return request.reply.fail(wire::errorCodeBadRequest, "A start request needs a spec or an argv.");
    Environment environment = *base;
    if (!applyChanges(environment, changes))
        return request.reply.fail(wire::errorCodeBadRequest,
                                  "The environment of a kernel is an object of strings and "
                                  "nulls.");
    request.host.specs(environment,
                       [&host = request.host, reply = request.reply, starter = request.client.id(), record,
                        base = *base,
                        changes](const SpecSearch& search, const std::optional<wire::WireError>& noPython) {
                           const KernelSpec* const spec = search.find(record.spec);
                           if (!spec) return reply.fail(noSuchSpec(record.spec, search, noPython));
                           launch(host, reply, starter, record, *spec, base, changes);
                       });
}

void list(const Request& request)
{
    Json kernels = Json::array();
    for (const auto& [id, kernel] : request.host.kernels())
        kernels.push_back(kernel->info());
    request.reply.ok({{"kernels", std::move(kernels)}});
}

void attach(const Request& request)
{
    const std::shared_ptr<Kernel> kernel = request.kernel();
    if (!kernel) return;
    const Json after = request.envelope.value("after", Json(0));
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    if (!after.is_number_integer() || after.get<std::uint64_t>() > largest)
        return request.reply.fail(wire::errorCodeBadRequest,
                                  "after is a number of the journal, or 0 for everything.");
    // What the state says has its number by then: nothing is replayed that is not in `state` yet, or twice.
    (void)kernel->journal();
    kernel->commit();
    request.reply.ok({{"first", kernel->journal().first()},
                      {"last", kernel->journal().last()},
                      {"state", kernel->stateName()},
                      {"busy", kernel->isBusy()}});
    request.client.attach(kernel, after.get<std::uint64_t>());
    request.host.starterAttached(kernel->id(), request.client.id());
}

void detach(const Request& request)
{
    request.client.detach(request.text("kernel"));
    request.reply.ok();
}

void send(const Request& request)
{
    const std::shared_ptr<Kernel> kernel = request.kernel();
    if (!kernel) return;
    const Channel channel = channelFromName(request.text("channel"));
    if (channel == Channel::None || channel == Channel::IoPub)
        return request.reply.fail(wire::errorCodeBadRequest, "A message is sent on shell, control or stdin.");
    const std::vector<std::string_view> parts(request.parts.begin() + 1, request.parts.end());
    const wire::Result<Kernel::SendAnswer> answer = kernel->send(channel, parts);
    if (!answer) return request.reply.fail(answer.error());
    Json fields = {{"seq", answer->seq}};
    if (answer->duplicate) fields["duplicate"] = true;
    request.reply.ok(std::move(fields));
}

void interrupt(const Request& request)
{
    if (const auto kernel = request.kernel())
        kernel->interrupt([reply = request.reply](const auto& result) { reply.done(result); });
}

void restart(const Request& request)
{
    if (const auto kernel = request.kernel())
        kernel->restart([reply = request.reply](const auto& result) { reply.done(result); });
}

void shutdown(const Request& request)
{
    const auto kernel = request.kernel();
    if (!kernel) return;
    kernel->shutdown("kernel shut down",
                     [&host = request.host, reply = request.reply, id = kernel->id()](const auto& result) {
                         reply.done(result);
                         host.dropKernel(id);
                     });
}

void forget(const Request& request)
{
    const auto kernel = request.kernel();
    if (!kernel) return;
    if (!kernel->isDead())
        return request.reply.fail(wire::errorCodeBadRequest, "The kernel runs: shut it down first.");
    request.host.dropKernel(kernel->id());
    request.reply.ok();
}

struct Operation {
    std::string_view name;
    void (*handle)(const Request&);
};

constexpr std::array operations = {
    Operation{"hello", hello},       Operation{"specs", specs},         Operation{"start", start},
    Operation{"list", list},         Operation{"attach", attach},       Operation{"detach", detach},
    Operation{"send", send},         Operation{"interrupt", interrupt}, Operation{"restart", restart},
    Operation{"shutdown", shutdown}, Operation{"forget", forget},
};

} // namespace

void handleRequest(Host& host, Client& client, const wire::Parts& parts)
{
    const std::optional<Json> parsed = wire::parseJsonObject(parts.front());
    if (!parsed) return client.refuse("The connection is closed: a frame does not begin with a JSON object.");
    const Json& envelope = *parsed;
    const auto op = envelope.find("op");
    const auto id = envelope.find("id");
    if (op == envelope.end() || !op->is_string() || id == envelope.end() || !id->is_number_integer())
        return client.refuse("The connection is closed: a request has no op or no id.");
    const Reply reply(host, client.id(), id->get<std::int64_t>());
    const std::string& name = op->get_ref<const std::string&>();
    if (!client.greeted && name != "hello")
        return reply.fail(wire::errorCodeBadRequest, "The first request is hello.");
    for (const Operation& operation : operations)
        if (operation.name == name) return operation.handle({host, client, envelope, parts, reply});
    reply.fail(wire::errorCodeBadRequest, std::format("There is no request “{}”.", name));
}

} // namespace cahier::host
