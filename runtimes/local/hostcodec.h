// SPDX-License-Identifier: GPL-3.0-or-later
// Between the host protocol's frames (runtimes/wire/hostprotocol.h) and the types of core/runtime.
#pragma once

#include <core/runtime/runtime.h>
#include <runtimes/wire/hostprotocol.h>

#include <QProcessEnvironment>

#include <string>
#include <variant>

namespace cahier::runtimes {

/// The answer to a request.
struct HostReply {
    quint64 id = 0;
    /// The envelope, or what the host said went wrong. A second part is its "bytes", a JSON string that may
    /// be no UTF-8: it is for taking, not for writing.
    Result<nlohmann::json> result;
};

struct HostEvent {
    QString kernel;
    runtime::KernelEvent event;
};

/// The host is about to close the connection.
struct HostGoodbye {
    QString message;
};

using HostItem = std::variant<HostReply, HostEvent, HostGoodbye, runtime::ResourceSample>;

/// Takes the bytes out of the parts. Message content that nestsTooDeep() is replaced by a notice that says
/// so. A frame of an unknown "op" gives nothing: a newer host may say more. A sentence when the frame breaks
/// the protocol.
[[nodiscard]] std::expected<std::optional<HostItem>, QString> decodeFrame(wire::Parts parts);

/// "shell", "control", "stdin", "iopub"; any other name is taken for iopub.
[[nodiscard]] runtime::Channel channelOf(const QString& name);
[[nodiscard]] const char* channelName(runtime::Channel channel);
/// What the two headers say; fields that are missing or no strings are empty.
[[nodiscard]] runtime::Message decodeHeaders(const nlohmann::json& header, const nlohmann::json& parent);
/// The message in parts[first] and following: header, parent, metadata, content, buffers…; at least four.
[[nodiscard]] runtime::Message decodeParts(const wire::Parts& parts, std::size_t first);
/// header, parent, metadata, content, buffers of a request. Text that is no valid UTF-8 is repaired.
[[nodiscard]] wire::Parts encodeMessage(const runtime::Message& message);

[[nodiscard]] runtime::KernelSpecs parseSpecs(const nlohmann::json& reply);
[[nodiscard]] std::vector<runtime::KernelInfo> parseKernels(const nlohmann::json& reply);
[[nodiscard]] runtime::KernelState parseState(const QString& name);
/// The variables as {NAME:VALUE}, the "environ" of the requests start and specs.
[[nodiscard]] nlohmann::json encodeEnvironment(const QProcessEnvironment& environment);
[[nodiscard]] nlohmann::json encodeStart(const runtime::StartOptions& options);
/// The fields of a run request, without its token and environ.
[[nodiscard]] nlohmann::json encodeCommand(const runtime::Command& command);

/// JSON text that never throws: invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string jsonText(const nlohmann::json& value);
/// The value of JSON text; what some kernels get wrong (invalid UTF-8, escapes of lone surrogates) is read
/// as U+FFFD. Discarded (is_discarded()) when it is no JSON all the same, or nestsTooDeep().
[[nodiscard]] nlohmann::json parseJson(const std::string& text);
/// Copying and writing a JSON value takes stack for each of its levels, so deeper text is not read.
inline constexpr std::size_t maxJsonDepth = 500;
/// Whether arrays and objects in the JSON text nest deeper than maxJsonDepth.
[[nodiscard]] bool nestsTooDeep(const std::string& text);

} // namespace cahier::runtimes
