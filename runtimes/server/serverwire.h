// SPDX-License-Identifier: GPL-3.0-or-later
// Kernel messages as they cross a Jupyter Server's WebSocket, which signs and checks signatures itself. Both
// framings come from outside: every count and offset is checked before it is used.
//
// v1.kernel.websocket.jupyter.org: binary; little-endian u64 count of offsets, the offsets (each from the
// start of the frame; the last is the end), then channel, header, parent header, metadata, content, buffers.
//
// Legacy: text is one JSON object with the members channel, header, parent_header, metadata, content;
// binary is a big-endian u32 count of parts, their offsets (u32, from the start), that JSON, the buffers.
//
// Source: https://jupyter-server.readthedocs.io/en/stable/developers/websocket-protocols.html
#pragma once

#include <core/runtime/message.h>

#include <QByteArrayView>

#include <expected>

namespace cahier::runtimes {

inline constexpr char serverProtocolV1[] = "v1.kernel.websocket.jupyter.org";
/// More parts than a message can sensibly have.
inline constexpr quint64 maxServerParts = 4096;

struct LegacyFrame {
    QByteArray bytes;
    bool binary = false; ///< else UTF-8 text
};

/// A sentence when the frame breaks the format.
using ServerMessage = std::expected<runtime::Message, QString>;

[[nodiscard]] ServerMessage decodeV1(QByteArrayView frame);
[[nodiscard]] ServerMessage decodeLegacyText(QByteArrayView frame);
[[nodiscard]] ServerMessage decodeLegacyBinary(QByteArrayView frame);
[[nodiscard]] QByteArray encodeV1(const runtime::Message& message);
[[nodiscard]] LegacyFrame encodeLegacy(const runtime::Message& message);

} // namespace cahier::runtimes
