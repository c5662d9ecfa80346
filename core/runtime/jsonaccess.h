// SPDX-License-Identifier: GPL-3.0-or-later
// Reading fields of JSON that came from outside: a missing field or one of a wrong type gives the fallback,
// never an exception.
#pragma once

#include <QString>
#include <QStringList>

#include <nlohmann/json.hpp>

#include <optional>

namespace cahier::runtime {

/// The field of an object, or nullptr.
[[nodiscard]] const nlohmann::json* fieldOf(const nlohmann::json& object, const char* key);
[[nodiscard]] QString textOf(const nlohmann::json& object, const char* key, const QString& fallback = {});
[[nodiscard]] bool flagOf(const nlohmann::json& object, const char* key, bool fallback = false);
[[nodiscard]] std::optional<qint64> numberOf(const nlohmann::json& object, const char* key);
/// The field where it is an object, else {}.
[[nodiscard]] const nlohmann::json& objectOf(const nlohmann::json& object, const char* key);
/// The field where it is an array, else [].
[[nodiscard]] const nlohmann::json& arrayOf(const nlohmann::json& object, const char* key);
/// The strings in the field's array.
[[nodiscard]] QStringList textsOf(const nlohmann::json& object, const char* key);

} // namespace cahier::runtime
