// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <runtimes/wire/error.h>

#include <string>

namespace cahier::host {

/// "Cannot WHAT PATH: …", with the code that the errno stands for.
[[nodiscard]] std::unexpected<wire::WireError> fileFailure(const char* what, const std::string& path,
                                                           int errnoValue);

} // namespace cahier::host
