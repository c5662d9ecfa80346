// SPDX-License-Identifier: Apache-2.0
// What fallible functions of the Qt-free runtime code return.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace cahier::wire {

struct WireError {
    std::string code;    ///< one of the errorCode… names of hostprotocol.h
    std::string message; ///< one sentence for the user: what happened, to what, and the way out
    std::string detail;  ///< technical addition: a system message, a search path, a log's tail; may be empty
};

template <typename T> using Result = std::expected<T, WireError>;

[[nodiscard]] inline std::unexpected<WireError> failure(std::string_view code, std::string message,
                                                        std::string detail = {})
{
    return std::unexpected(WireError{std::string(code), std::move(message), std::move(detail)});
}

/// The system's sentence for an errno value. Thread-safe.
[[nodiscard]] std::string systemMessage(int errnoValue);

} // namespace cahier::wire
