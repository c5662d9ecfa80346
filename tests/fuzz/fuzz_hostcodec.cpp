// SPDX-License-Identifier: GPL-3.0-or-later
// What a client does with a host's frames: the codec, and the repair of JSON that is none.
#include <runtimes/local/hardwarecodec.h>
#include <runtimes/local/hostcodec.h>

#include <cstdint>
#include <cstdlib>

using namespace cahier;
using namespace cahier::runtimes;

namespace {

void require(bool holds)
{
    if (!holds) std::abort();
}

void checkMessage(const runtime::Message& message)
{
    require(message.content.is_object() && message.metadata.is_object());
    const wire::Parts parts = encodeMessage(message);
    for (std::size_t part = 0; part < 4; ++part)
        require(parseJson(parts[part]).is_object());
}

void decode(std::string_view bytes)
{
    wire::Parts parts;
    for (std::size_t at = 0; at <= bytes.size();) { // parts end in a line feed
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        parts.emplace_back(bytes.substr(at, end - at));
        at = end + 1;
    }
    const auto item = decodeFrame(std::move(parts));
    if (!item || !*item) return;
    if (const auto* reply = std::get_if<HostReply>(&**item)) {
        require(!reply->result || reply->result->is_object());
        if (!reply->result) return;
        (void)parseSpecs(*reply->result);
        (void)parseKernels(*reply->result);
        (void)parseHardware(*reply->result);
        (void)parseSamples(*reply->result);
    } else if (const auto* event = std::get_if<HostEvent>(&**item)) {
        if (const auto* message = std::get_if<runtime::Message>(&event->event.what)) checkMessage(*message);
    }
}

void parse(const std::string& text)
{
    const nlohmann::json value = parseJson(text);
    if (value.is_discarded()) return;
    require(!nestsTooDeep(text));
    // What was read can be written, and is then read as the same.
    require(parseJson(jsonText(value)) == value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 2 == 0) {
        decode(bytes);
    } else {
        parse(std::string(bytes));
    }
    return 0;
}
