// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/requests.h>

#include <runtimes/host/requestparts.h>

#include <runtimes/wire/jsonparse.h>

#include <array>
#include <format>
#include <limits>

namespace cahier::host {

namespace {

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
    // A client that greets wants an answer now: the environments are left to a request of their own.
    request.host.specs(
        currentEnvironment(), {.places = false},
        [reply = request.reply, uuid = request.host.uuid()](const SpecSearch& search, const auto&) {
            Json fields = specsJson(search);
            fields["protocol"] = wire::protocolVersion;
            fields["version"] = CAHIER_VERSION;
            fields["pid"] = getpid();
            fields["host"] = uuid;
            reply.ok(std::move(fields));
        });
}

void specs(const Request& request)
{
    const std::optional<Environment> environment = request.environment();
    if (!environment) return;
    request.host.specs(
        *environment, {.folder = request.text("cwd")},
        [reply = request.reply](const SpecSearch& search, const auto&) { reply.ok(specsJson(search)); });
}

/// What a start request asks for, without the spec.
struct StartRequest {
    KernelRecord record;
    Environment base;
    Json changes;
    std::optional<accelerators::Choice> accelerator;
    int starter = 0;
};

void launchOn(Host& host, const Reply& reply, const StartRequest& start, const KernelSpec& spec,
              Environment environment, const wire::Result<accelerators::Selection>& accelerator)
{
    if (!accelerator) return reply.fail(accelerator.error());
    const auto kernel =
        host.startKernel(start.record, spec, std::move(environment), *accelerator, start.starter);
    if (kernel)
        reply.ok({{"kernel", (*kernel)->id()}});
    else
        reply.fail(kernel.error());
}

void launch(Host& host, const Reply& reply, StartRequest start, const KernelSpec& spec)
{
    Environment environment = start.base;
    for (const auto& [name, value] : spec.environment)
        environment[name] = expandVariables(value, start.base);
    if (!applyChanges(environment, start.changes))
        return reply.fail(wire::errorCodeBadRequest,
                          "The environment of a kernel is an object of strings and nulls.");
    environment.erase("JPY_PARENT_PID"); // a spec may have it too
    KernelRecord& record = start.record;
    if (record.workingDirectory.empty()) record.workingDirectory = valueOf(environment, "HOME");
    if (record.workingDirectory.empty()) record.workingDirectory = "/";
    record.language = spec.language;
    const std::optional<accelerators::Choice> choice = start.accelerator;
    selectAccelerator(host, choice, environment,
                      [&host, reply, start = std::move(start), spec,
                       environment](const wire::Result<accelerators::Selection>& accelerator) {
                          launchOn(host, reply, start, spec, environment, accelerator);
                      });
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

void startFromArgv(const Request& request, StartRequest start, const Json& argv)
{
    KernelSpec spec;
    for (const Json& argument : argv)
        if (argument.is_string()) spec.argv.push_back(argument.get<std::string>());
    if (spec.argv.empty() || spec.argv.size() != argv.size())
        return request.reply.fail(wire::errorCodeBadRequest,
                                  "argv is an array of strings, the program first.");
    spec.language = request.text("language");
    spec.messageInterrupts = request.text("interrupt_mode") == "message";
    launch(request.host, request.reply, std::move(start), spec);
}

void startFromSpec(const Request& request, const StartRequest& start)
{
    if (start.record.spec.empty())
        return request.reply.fail(wire::errorCodeBadRequest, "A start request needs a spec or an argv.");
    Environment environment = start.base;
    if (!applyChanges(environment, start.changes))
        return request.reply.fail(wire::errorCodeBadRequest,
                                  "The environment of a kernel is an object of strings and "
                                  "nulls.");
    request.host.specs(environment, {.folder = start.record.workingDirectory, .name = start.record.spec},
                       [&host = request.host, reply = request.reply,
                        start](const SpecSearch& search, const std::optional<wire::WireError>& noPython) {
                           const KernelSpec* const spec = search.find(start.record.spec);
                           if (!spec) return reply.fail(noSuchSpec(start.record.spec, search, noPython));
                           launch(host, reply, start, *spec);
                       });
}

void start(const Request& request)
{
    StartRequest start;
    start.record.spec = request.text("spec");
    start.record.label = request.text("label");
    start.record.workingDirectory = request.text("cwd");
    start.record.clientLifetime = request.text("lifetime") == "client";
    start.changes = request.envelope.value("env", Json());
    start.starter = request.client.id();
    const auto accelerator = request.accelerator();
    if (!accelerator) return;
    start.accelerator = *accelerator;
    const std::optional<Environment> base = request.environment();
    if (!base) return;
    start.base = *base;
    if (const auto argv = request.envelope.find("argv"); argv != request.envelope.end() && argv->is_array())
        return startFromArgv(request, std::move(start), *argv);
    startFromSpec(request, start);
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
    const auto kernel = request.kernel();
    if (!kernel) return;
    const auto choice = request.accelerator();
    if (!choice) return;
    if (!*choice) return kernel->restart([reply = request.reply](const auto& result) { reply.done(result); });
    selectAccelerator(request.host, *choice, currentEnvironment(),
                      [kernel, reply = request.reply](const wire::Result<accelerators::Selection>& selected) {
                          if (!selected) return reply.fail(selected.error());
                          kernel->setAccelerator(*selected);
                          kernel->restart([reply](const auto& result) { reply.done(result); });
                      });
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
    Operation{"hello", hello},
    Operation{"specs", specs},
    Operation{"environments", environments},
    Operation{"start", start},
    Operation{"list", list},
    Operation{"attach", attach},
    Operation{"detach", detach},
    Operation{"send", send},
    Operation{"interrupt", interrupt},
    Operation{"restart", restart},
    Operation{"shutdown", shutdown},
    Operation{"forget", forget},
    Operation{"hardware", hardware},
    Operation{"subscribe_samples", subscribeSamples},
    Operation{"unsubscribe_samples", unsubscribeSamples},
    Operation{"run", runProgram},
    Operation{"run_read", readRun},
    Operation{"run_cancel", cancelRun},
    Operation{"run_release", releaseRun},
    Operation{"file_list", listFiles},
    Operation{"file_stat", statFile},
    Operation{"file_mkdir", makeFolder},
    Operation{"file_rename", renameFile},
    Operation{"file_remove", removeFile},
    Operation{"file_read", readFile},
    Operation{"file_begin", beginUpload},
    Operation{"file_write", writeUpload},
    Operation{"file_finish", finishUpload},
    Operation{"file_abandon", abandonUpload},
};

} // namespace

void handleRequest(Host& host, Client& client, wire::Parts& parts)
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
