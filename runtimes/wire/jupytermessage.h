// SPDX-License-Identifier: Apache-2.0
// Messages of the Jupyter messaging protocol 5.x as they cross a ZMQ socket:
//
//     identity… "<IDS|MSG>" signature header parent_header metadata content buffer…
//
// Frames are viewed, never copied or re-written: what a kernel sent is passed on byte by byte.
// Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
#pragma once

#include <runtimes/wire/error.h>
#include <runtimes/wire/signer.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cahier::wire {

inline constexpr std::string_view identityDelimiter = "<IDS|MSG>";
inline constexpr std::string_view jupyterProtocolVersion = "5.3";

/// Codes of splitMessage's and parseHeader's errors.
inline constexpr std::string_view errorCodeFrames = "frames";
inline constexpr std::string_view errorCodeSignature = "signature";
inline constexpr std::string_view errorCodeHeader = "header";

/// Views into the frames given to splitMessage; valid as long as those are.
struct MessageView {
    std::span<const std::string_view> identities; ///< routing ids, or the topic on iopub
    std::span<const std::string_view> parts;      ///< header, parent, metadata, content, buffers…
    std::string_view signature;                   ///< empty on a connection without a key

    [[nodiscard]] std::string_view header() const { return parts[0]; }
    [[nodiscard]] std::string_view parent() const { return parts[1]; }
    [[nodiscard]] std::string_view metadata() const { return parts[2]; }
    [[nodiscard]] std::string_view content() const { return parts[3]; }
    [[nodiscard]] std::span<const std::string_view> buffers() const { return parts.subspan(4); }
};

/// Checks the number of frames, then the signature; parses nothing. Fails with errorCodeFrames or
/// errorCodeSignature.
[[nodiscard]] Result<MessageView> splitMessage(std::span<const std::string_view> frames,
                                               const Signer& signer);

/// What a relay needs to know of a header; fields that are missing or not strings are empty.
struct HeaderInfo {
    std::string msgId;
    std::string msgType;
    std::string session;
};

/// Takes the fields from a header or parent header. "null" and "{}" give empty fields. Fails with
/// errorCodeHeader when the bytes are not the shape of a JSON object: strings and brackets are followed, the
/// grammar of other values is not checked.
[[nodiscard]] Result<HeaderInfo> parseHeader(std::string_view json);

/// The frames of a message to send: delimiter, signature, then the parts (header, parent, metadata, content,
/// buffers…; at least four). The views point into `parts` and `signature`, which receives the signature.
[[nodiscard]] std::vector<std::string_view> messageFrames(std::span<const std::string_view> parts,
                                                          const Signer& signer, std::string& signature);

/// A header with a fresh random msg_id.
struct NewHeader {
    std::string msgId;
    std::string json;
};
[[nodiscard]] NewHeader makeHeader(std::string_view msgType, std::string_view session);

} // namespace cahier::wire
