// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/environments.h>

#include <nlohmann/json.hpp>

namespace cahier::runtimes {

/// The reply to an environments request.
[[nodiscard]] runtime::Environments parseEnvironments(const nlohmann::json& reply);

} // namespace cahier::runtimes
