// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace cahier::wire {

/// A random (version 4) UUID in its usual 36 characters, from the system's random numbers.
[[nodiscard]] std::string makeUuid();

/// As many random hexadecimal digits as asked for.
[[nodiscard]] std::string randomHex(std::size_t digits);

/// Milliseconds since 1970.
[[nodiscard]] std::int64_t nowMs();

/// A moment as Jupyter headers write it: 2026-01-31T12:00:00.123456Z.
[[nodiscard]] std::string isoDateNow();

} // namespace cahier::wire
