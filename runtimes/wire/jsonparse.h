// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace cahier::wire {

/// Deeper values are refused: copying and writing a value takes stack for each of its levels.
inline constexpr int maxJsonDepth = 500;

/// The value of bytes that came from outside. Nothing when they are malformed or nested deeper than
/// `maxDepth` arrays and objects.
[[nodiscard]] std::optional<nlohmann::json> parseJson(std::string_view text, int maxDepth = maxJsonDepth);

/// The same where only an object will do.
[[nodiscard]] std::optional<nlohmann::json> parseJsonObject(std::string_view text,
                                                            int maxDepth = maxJsonDepth);

} // namespace cahier::wire
