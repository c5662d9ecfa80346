// SPDX-License-Identifier: Apache-2.0
// Requests about the machine and what of it is in use.
#include <runtimes/host/requestparts.h>

#include <runtimes/accelerators/hardwarejson.h>

#include <cstdint>
#include <limits>

namespace cahier::host {

void hardware(const Request& request)
{
    const std::optional<Environment> environment = request.environment();
    if (!environment) return;
    request.host.detectHardware(*environment, [reply = request.reply](const ResourceMonitor::Found& found) {
        if (found)
            reply.ok({{"hardware", accelerators::toJson(*found)}});
        else
            reply.fail(found.error());
    });
}

void subscribeSamples(const Request& request)
{
    const Json after = request.envelope.value("after", Json(0));
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    if (!after.is_number_integer() || after.get<std::uint64_t>() > largest)
        return request.reply.fail(wire::errorCodeBadRequest,
                                  "after is the time of a sample, or 0 for all that are kept.");
    Json samples = Json::array();
    for (const ResourceMonitor::Sample& sample : request.host.monitor().history(after.get<std::int64_t>()))
        samples.push_back(accelerators::toJson(*sample));
    request.client.wantsSamples = true;
    request.reply.ok({{"samples", std::move(samples)}});
}

void unsubscribeSamples(const Request& request)
{
    request.client.wantsSamples = false;
    request.reply.ok();
}

} // namespace cahier::host
