// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that parses bytes from outside in runtimes/wire: the frame reader, the Jupyter codec, headers.
#include <runtimes/wire/hostprotocol.h>
#include <runtimes/wire/jupytermessage.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace cahier::wire;

namespace {

void readFrames(std::string_view bytes, std::size_t step)
{
    FrameReader reader;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        reader.append(bytes.substr(at, step));
        for (;;) {
            const auto parts = reader.next();
            if (!parts || parts->empty()) break;
            const std::vector<std::string_view> rest(parts->begin() + 1, parts->end());
            // What was read is written again as it was.
            const std::string again = encodeFrame(parts->front(), rest);
            if (!bytes.contains(again)) std::abort();
        }
    }
}

void readMessage(std::string_view bytes)
{
    static const Signer open(""), closed("key");
    std::vector<std::string_view> frames;
    for (std::size_t at = 0; at <= bytes.size();) { // frames end in a line feed
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        frames.push_back(bytes.substr(at, end - at));
        at = end + 1;
    }
    if (const auto message = splitMessage(frames, open)) {
        (void)parseHeader(message->header());
        (void)parseHeader(message->parent());
    }
    (void)splitMessage(frames, closed);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        readFrames(bytes, 1 + data[0] / 3);
        break;
    case 1:
        readMessage(bytes);
        break;
    default:
        (void)parseHeader(bytes);
        break;
    }
    return 0;
}
