// SPDX-License-Identifier: GPL-3.0-or-later
// What a Jupyter Server's WebSocket brings, in both framings. The first byte chooses one.
#include <runtimes/server/serverwire.h>
#include <tests/fuzz/require.h>

#include <cstdint>

using namespace cahier;
using namespace cahier::runtimes;

namespace {

bool same(const runtime::Message& left, const runtime::Message& right)
{
    return left.channel == right.channel && left.type == right.type && left.id == right.id &&
           left.parentId == right.parentId && left.content == right.content &&
           left.metadata == right.metadata && left.buffers == right.buffers;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const QByteArrayView frame(reinterpret_cast<const char*>(data) + 1, static_cast<qsizetype>(size - 1));
    const int kind = data[0] % 3;
    const ServerMessage message = kind == 0   ? decodeV1(frame)
                                  : kind == 1 ? decodeLegacyBinary(frame)
                                              : decodeLegacyText(frame);
    if (!message) {
        require(!message.error().isEmpty(), "a refusal says why");
        return 0;
    }
    require(message->content.is_object() && message->metadata.is_object(), "content is an object");
    // What was read can be written in either framing, and is then read as the same.
    const ServerMessage v1 = decodeV1(encodeV1(*message));
    const LegacyFrame legacy = encodeLegacy(*message);
    const ServerMessage old =
        legacy.binary ? decodeLegacyBinary(legacy.bytes) : decodeLegacyText(legacy.bytes);
    require(v1 && same(*v1, *message), "v1 comes back");
    require(old && same(*old, *message), "legacy comes back");
    return 0;
}
