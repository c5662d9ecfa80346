// SPDX-License-Identifier: Apache-2.0
// The values of hardware.h and selection.h as JSON; hostprotocol.h describes it.
#pragma once

#include <runtimes/accelerators/hardware.h>
#include <runtimes/accelerators/selection.h>

#include <nlohmann/json.hpp>

namespace cahier::accelerators {

[[nodiscard]] nlohmann::json toJson(const Hardware& hardware);
[[nodiscard]] nlohmann::json toJson(const Sample& sample);
[[nodiscard]] nlohmann::json toJson(const Choice& choice);

/// A choice as a request says it. The error is a sentence (errorCodeBadRequest).
[[nodiscard]] wire::Result<Choice> parseChoice(const nlohmann::json& value);

} // namespace cahier::accelerators
