// SPDX-License-Identifier: GPL-3.0-or-later
// Between the host protocol's Accelerator, Hardware and Sample (runtimes/wire/hostprotocol.h) and
// core/runtime. What is missing or of a wrong type becomes nothing or zero.
#pragma once

#include <core/runtime/hardware.h>

#include <nlohmann/json.hpp>

namespace cahier::runtimes {

[[nodiscard]] nlohmann::json encodeAccelerator(const runtime::AcceleratorChoice& choice);
/// Nothing for what is no accelerator.
[[nodiscard]] std::optional<runtime::AcceleratorChoice> parseAccelerator(const nlohmann::json& value);
/// The "hardware" of the reply.
[[nodiscard]] runtime::Hardware parseHardware(const nlohmann::json& reply);
[[nodiscard]] runtime::ResourceSample parseSample(const nlohmann::json& value);
/// The "samples" of the reply.
[[nodiscard]] std::vector<runtime::ResourceSample> parseSamples(const nlohmann::json& reply);

} // namespace cahier::runtimes
