// SPDX-License-Identifier: Apache-2.0
// Requests about programs that clients run.
#include <runtimes/host/fileoperations.h>
#include <runtimes/host/requestparts.h>

#include <algorithm>
#include <cctype>
#include <format>

namespace cahier::host {

namespace {

/// The token of the request; answers when it is none.
std::optional<std::string> tokenOf(const Request& request)
{
    constexpr std::size_t longest = 64;
    std::string token = request.text("token");
    const bool valid = !token.empty() && token.size() <= longest &&
                       std::ranges::all_of(token, [](unsigned char c) { return std::isxdigit(c); });
    if (valid) return token;
    request.reply.fail(wire::errorCodeBadRequest, "token is the name of a run, in hexadecimal digits.");
    return std::nullopt;
}

/// The program and its arguments; empty when they are not what they should be.
std::vector<std::string> argvOf(const Request& request)
{
    const auto found = request.envelope.find("argv");
    if (found == request.envelope.end() || !found->is_array()) return {};
    std::vector<std::string> argv;
    for (const Json& argument : *found) {
        if (!isVariableValue(argument)) return {}; // what an argument may hold is what a value may
        argv.push_back(argument.get<std::string>());
    }
    return argv;
}

wire::WireError noProgram(const std::string& name, const Environment& environment)
{
    const std::string code(wire::errorCodeNotFound);
    if (name.contains('/'))
        return {code, std::format("The program {} is not there or cannot be run.", name), {}};
    return {code,
            std::format("The program “{}” was not found in any folder of PATH. Install it, then try again.",
                        name),
            std::format("PATH: {}", valueOf(environment, "PATH"))};
}

/// What a run request asks to be launched; answers when it cannot be.
std::optional<LaunchOptions> optionsOf(const Request& request)
{
    LaunchOptions options;
    options.what = "command";
    options.argv = argvOf(request);
    if (options.argv.empty() || options.argv.front().empty()) {
        request.reply.fail(wire::errorCodeBadRequest, "argv is an array of strings, the program first.");
        return std::nullopt;
    }
    std::optional<Environment> environment = request.environment();
    if (!environment) return std::nullopt;
    if (!applyChanges(*environment, request.envelope.value("env", Json()))) {
        request.reply.fail(wire::errorCodeBadRequest, "env is an object of strings and nulls.");
        return std::nullopt;
    }
    const wire::Result<std::string> folder = filePath(request.text("cwd"));
    if (!folder) {
        request.reply.fail(folder.error());
        return std::nullopt;
    }
    options.workingDirectory = *folder;
    const std::string& name = options.argv.front();
    const bool relative = name.contains('/') && !name.starts_with('/');
    options.program = findProgram(relative ? *folder + "/" + name : name, *environment);
    if (options.program.empty()) {
        request.reply.fail(noProgram(relative ? *folder + "/" + name : name, *environment));
        return std::nullopt;
    }
    options.environment = std::move(*environment);
    return options;
}

} // namespace

void runProgram(const Request& request)
{
    const auto token = tokenOf(request);
    if (!token) return;
    RunService& runs = request.host.runs();
    if (runs.hold(*token, request.client.id())) return request.reply.ok();
    if (auto options = optionsOf(request))
        request.reply.done(runs.start(*token, std::move(*options), request.client.id()));
}

void readRun(const Request& request)
{
    const auto token = tokenOf(request);
    if (!token) return;
    const auto offset = request.envelope.find("offset");
    if (offset == request.envelope.end() || !offset->is_number_unsigned())
        return request.reply.fail(wire::errorCodeBadRequest, "offset is a number of bytes.");
    request.host.runs().read(*token, offset->get<std::uint64_t>(), request.client.id(),
                             [reply = request.reply](const wire::Result<RunService::Piece>& piece) {
                                 if (!piece) return reply.fail(piece.error());
                                 Json fields = {{"size", piece->size}};
                                 if (piece->end)
                                     fields[piece->end->signalled ? "signal" : "exit"] = piece->end->code;
                                 reply.ok(std::move(fields), piece->bytes);
                             });
}

void cancelRun(const Request& request)
{
    if (const auto token = tokenOf(request))
        request.reply.done(request.host.runs().cancel(*token, request.client.id()));
}

void releaseRun(const Request& request)
{
    const auto token = tokenOf(request);
    if (!token) return;
    request.host.runs().release(*token);
    request.reply.ok();
}

} // namespace cahier::host
