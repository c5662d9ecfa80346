// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostcodec.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hardwarecodec.h>
#include <runtimes/wire/ids.h>
#include <runtimes/wire/jupytermessage.h>

#include <array>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

constexpr std::array channelNames{std::pair{Channel::Shell, "shell"}, std::pair{Channel::Control, "control"},
                                  std::pair{Channel::Stdin, "stdin"}, std::pair{Channel::IoPub, "iopub"}};

ErrorCode errorCodeOf(const QString& code)
{
    const std::string name = code.toStdString();
    if (name == wire::errorCodeNotFound) return ErrorCode::NotFound;
    if (name == wire::errorCodeNoKernel) return ErrorCode::NoKernel;
    if (name == wire::errorCodeDead) return ErrorCode::KernelDied;
    if (name == wire::errorCodeVersion) return ErrorCode::Unsupported;
    if (name == wire::errorCodeIo) return ErrorCode::Io;
    if (name == wire::errorCodeTimeout) return ErrorCode::Timeout;
    if (name == wire::errorCodeDenied) return ErrorCode::PermissionDenied;
    if (name == wire::errorCodeNoSpace) return ErrorCode::NoSpace;
    if (name == wire::errorCodeExists) return ErrorCode::IllegalState;
    if (name == wire::errorCodeNoTrash) return ErrorCode::Unsupported;
    return ErrorCode::Protocol;
}

/// The object in a message part; null, which xeus sends, and what is no object become {}.
json objectIn(const std::string& text)
{
    json value = parseJson(text);
    return value.is_object() ? std::move(value) : json::object();
}

/// What stands for content that cannot be taken: the reader of such a message finds the notice.
json tooDeepContent(const QString& type)
{
    const char* notice = "(this data is nested too deeply to be shown or saved)";
    if (type == "display_data"_L1 || type == "execute_result"_L1 || type == "update_display_data"_L1)
        return {{"data", {{"text/plain", notice}}}, {"metadata", json::object()}};
    if (type == "stream"_L1) return {{"name", "stderr"}, {"text", std::string(notice) + '\n'}};
    if (type == "error"_L1 || type.endsWith("_reply"_L1))
        return {{"status", "error"},
                {"ename", "NestedTooDeeply"},
                {"evalue", notice},
                {"traceback", json::array({notice})}};
    return json::object();
}

json encodeChanges(const QHash<QString, std::optional<QString>>& environment)
{
    json changes = json::object();
    for (const auto& [name, value] : environment.asKeyValueRange())
        changes[name.toStdString()] = value ? json(value->toStdString()) : json(nullptr);
    return changes;
}

json contentIn(const std::string& text, const QString& type)
{
    return nestsTooDeep(text) ? tooDeepContent(type) : objectIn(text);
}

quint64 count(const json& object, const char* key)
{
    const std::optional<qint64> value = numberOf(object, key);
    return value && *value > 0 ? static_cast<quint64>(*value) : 0;
}

HostReply decodeReply(json envelope, wire::Parts& parts)
{
    HostReply reply{count(envelope, "id"), json()};
    if (parts.size() > 1) envelope["bytes"] = std::move(parts[1]);
    if (flagOf(envelope, "ok")) {
        reply.result = std::move(envelope);
    } else {
        const ErrorCode code = errorCodeOf(textOf(envelope, "code"));
        const Retry retry = code == ErrorCode::Timeout ? Retry::Later : Retry::No;
        reply.result = failure(code, textOf(envelope, "message", u"The kernel host refused a request."_s),
                               textOf(envelope, "detail"), retry);
    }
    return reply;
}

Message decodeMessage(const json& envelope, wire::Parts& parts)
{
    Message message = decodeParts(parts, 1);
    message.channel = channelOf(textOf(envelope, "channel"));
    message.sent = flagOf(envelope, "sent");
    message.time = numberOf(envelope, "time").value_or(0);
    return message;
}

KernelEvent::StateChanged decodeState(const json& envelope)
{
    KernelEvent::StateChanged change;
    change.state = parseState(textOf(envelope, "state"));
    change.busy = flagOf(envelope, "busy");
    if (change.state == KernelState::Dead)
        change.death = {textOf(envelope, "reason"), textOf(envelope, "stderr"), flagOf(envelope, "oom")};
    return change;
}

} // namespace

Channel channelOf(const QString& name)
{
    for (const auto& [channel, text] : channelNames) {
        if (name == QLatin1StringView(text)) return channel;
    }
    return Channel::IoPub;
}

const char* channelName(Channel channel)
{
    for (const auto& [known, text] : channelNames) {
        if (channel == known) return text;
    }
    return "shell";
}

Message decodeHeaders(const json& header, const json& parent)
{
    Message message;
    message.type = textOf(header, "msg_type");
    message.id = textOf(header, "msg_id");
    message.session = textOf(header, "session");
    message.parentId = textOf(parent, "msg_id");
    message.parentType = textOf(parent, "msg_type");
    message.parentSession = textOf(parent, "session");
    return message;
}

Message decodeParts(const wire::Parts& parts, std::size_t first)
{
    Message message = decodeHeaders(objectIn(parts[first]), objectIn(parts[first + 1]));
    message.metadata = objectIn(parts[first + 2]);
    message.content = contentIn(parts[first + 3], message.type);
    for (std::size_t at = first + 4; at < parts.size(); ++at)
        message.buffers.push_back(QByteArray::fromStdString(parts[at]));
    return message;
}

std::string jsonText(const json& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

KernelState parseState(const QString& name)
{
    if (name == "ready"_L1) return KernelState::Ready;
    if (name == "restarting"_L1) return KernelState::Restarting;
    if (name == "dead"_L1) return KernelState::Dead;
    return KernelState::Starting;
}

std::expected<std::optional<HostItem>, QString> decodeFrame(wire::Parts parts)
{
    json envelope = parseJson(parts[0]);
    if (!envelope.is_object()) return std::unexpected(u"a frame's envelope is not a JSON object"_s);
    const QString op = textOf(envelope, "op");
    if (op == "reply"_L1) return HostItem(decodeReply(std::move(envelope), parts));
    if (op == "sample"_L1) return HostItem(parseSample(objectOf(envelope, "sample")));
    if (op == "error"_L1) return HostItem(HostGoodbye{textOf(envelope, "message")});
    HostEvent event{textOf(envelope, "kernel"), {count(envelope, "seq"), {}}};
    if (op == "msg"_L1) {
        if (parts.size() < 5) return std::unexpected(u"a kernel message has too few parts"_s);
        event.event.what = decodeMessage(envelope, parts);
    } else if (op == "state"_L1) {
        event.event.what = decodeState(envelope);
    } else if (op == "gap"_L1) {
        const KernelEvent::Gap gap{count(envelope, "from"), count(envelope, "to"),
                                   count(envelope, "outputs")};
        event.event = {gap.to, gap};
    } else {
        return std::nullopt;
    }
    return HostItem(std::move(event));
}

wire::Parts encodeMessage(const Message& message)
{
    const json header = {{"msg_id", message.id.toStdString()},
                         {"session", message.session.toStdString()},
                         {"username", ""},
                         {"date", wire::isoDateNow()},
                         {"msg_type", message.type.toStdString()},
                         {"version", wire::jupyterProtocolVersion}};
    json parent = json::object();
    if (!message.parentId.isEmpty())
        parent = {{"msg_id", message.parentId.toStdString()}, {"msg_type", message.parentType.toStdString()}};
    wire::Parts parts{jsonText(header), jsonText(parent), jsonText(message.metadata),
                      jsonText(message.content)};
    for (const QByteArray& buffer : message.buffers)
        parts.push_back(buffer.toStdString());
    return parts;
}

KernelSpecs parseSpecs(const json& reply)
{
    KernelSpecs specs;
    for (const json& entry : arrayOf(reply, "specs")) {
        specs.specs.push_back({textOf(entry, "name"), textOf(entry, "display_name"),
                               textOf(entry, "language"), textsOf(entry, "argv"),
                               textOf(entry, "resource_dir")});
    }
    specs.searched = textsOf(reply, "searched");
    specs.problems = textsOf(reply, "problems");
    return specs;
}

std::vector<KernelInfo> parseKernels(const json& reply)
{
    std::vector<KernelInfo> kernels;
    for (const json& entry : arrayOf(reply, "kernels")) {
        KernelInfo info;
        info.id = textOf(entry, "kernel");
        info.spec = textOf(entry, "spec");
        info.label = textOf(entry, "label");
        info.state = parseState(textOf(entry, "state"));
        info.busy = flagOf(entry, "busy");
        info.pid = numberOf(entry, "pid").value_or(0);
        info.lastSeq = count(entry, "last");
        info.startedAt = numberOf(entry, "started").value_or(0);
        info.lastActivityAt = numberOf(entry, "last_activity").value_or(0);
        if (const json* const accelerator = fieldOf(entry, "accelerator")) {
            info.accelerator = parseAccelerator(*accelerator);
            info.acceleratorName = textOf(*accelerator, "name");
        }
        kernels.push_back(std::move(info));
    }
    return kernels;
}

json encodeEnvironment(const QProcessEnvironment& environment)
{
    json variables = json::object();
    for (const QString& name : environment.keys())
        variables[name.toStdString()] = environment.value(name).toStdString();
    return variables;
}

json encodeStart(const StartOptions& options)
{
    json start = {{"spec", options.spec.toStdString()},
                  {"env", encodeChanges(options.environment)},
                  {"label", options.label.toStdString()},
                  {"lifetime", options.lifetime == Lifetime::Client ? "client" : "host"}};
    if (options.accelerator) start["accelerator"] = encodeAccelerator(*options.accelerator);
    if (!options.workingDirectory.isEmpty()) start["cwd"] = options.workingDirectory.toStdString();
    return start;
}

json encodeCommand(const Command& command)
{
    json argv = json::array();
    for (const QString& argument : command.argv)
        argv.push_back(argument.toStdString());
    return {{"argv", std::move(argv)},
            {"cwd", command.workingDirectory.toStdString()},
            {"env", encodeChanges(command.environment)}};
}

} // namespace cahier::runtimes
