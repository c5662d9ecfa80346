// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/jsonaccess.h>

namespace cahier::runtime {

using nlohmann::json;

const json* fieldOf(const json& object, const char* key)
{
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

QString textOf(const json& object, const char* key, const QString& fallback)
{
    const json* field = fieldOf(object, key);
    return field && field->is_string() ? QString::fromStdString(field->get_ref<const std::string&>())
                                       : fallback;
}

bool flagOf(const json& object, const char* key, bool fallback)
{
    const json* field = fieldOf(object, key);
    return field && field->is_boolean() ? field->get<bool>() : fallback;
}

std::optional<qint64> numberOf(const json& object, const char* key)
{
    const json* field = fieldOf(object, key);
    if (!field || !field->is_number_integer()) return std::nullopt;
    return field->get<qint64>();
}

const json& objectOf(const json& object, const char* key)
{
    static const json empty = json::object();
    const json* field = fieldOf(object, key);
    return field && field->is_object() ? *field : empty;
}

const json& arrayOf(const json& object, const char* key)
{
    static const json empty = json::array();
    const json* field = fieldOf(object, key);
    return field && field->is_array() ? *field : empty;
}

QStringList textsOf(const json& object, const char* key)
{
    QStringList texts;
    for (const json& entry : arrayOf(object, key)) {
        if (entry.is_string()) texts.append(QString::fromStdString(entry.get_ref<const std::string&>()));
    }
    return texts;
}

} // namespace cahier::runtime
