// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/jsonscanner.h>
#include <core/notebook/jsontext.h>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace cahier::notebook {
namespace {

using nlohmann::json;

json numberOf(std::string_view text)
{
    const char* const end = text.data() + text.size();
    if (text.find_first_of(".eEIN") == std::string_view::npos) {
        int64_t integer = 0;
        if (std::from_chars(text.data(), end, integer).ec == std::errc()) return integer;
        uint64_t large = 0;
        if (text.front() != '-' && std::from_chars(text.data(), end, large).ec == std::errc()) return large;
    }
    double number = 0;
    if (std::from_chars(text.data(), end, number).ec != std::errc() || !std::isfinite(number)) return nullptr;
    return number;
}

/// Depth is bounded by the scanner.
bool readValue(JsonScanner& scanner, std::string_view text, json* value)
{
    ByteRange range;
    switch (scanner.peek()) {
    case JsonKind::Object: {
        *value = json::object();
        if (!scanner.enterObject()) return false;
        ByteRange key;
        while (scanner.nextMember(&key))
            if (!readValue(scanner, text, &(*value)[decodeUtf8(key.in(text))])) return false;
        return !scanner.failed();
    }
    case JsonKind::Array:
        *value = json::array();
        if (!scanner.enterArray()) return false;
        while (scanner.nextElement())
            if (!readValue(scanner, text, &value->emplace_back())) return false;
        return !scanner.failed();
    case JsonKind::String:
        if (!scanner.takeString(&range)) return false;
        *value = decodeUtf8(range.in(text));
        return true;
    case JsonKind::Number:
        if (!scanner.takeValue(&range)) return false;
        *value = numberOf(range.in(text));
        return true;
    case JsonKind::Boolean:
        if (!scanner.takeValue(&range)) return false;
        *value = text[range.begin] == 't';
        return true;
    default:
        *value = nullptr;
        return scanner.takeValue(&range);
    }
}

/// As Python's float.__repr__: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
void appendDouble(std::string& out, double number)
{
    if (!std::isfinite(number)) {
        out += std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        return;
    }
    char buffer[64];
    const double size = std::fabs(number);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, format).ptr;
    const std::string_view digits(buffer, size_t(end - buffer));
    out += digits;
    if (plain && digits.find('.') == std::string_view::npos) out += ".0";
}

void appendDom(std::string& out, const json& value, int depth)
{
    if (depth >= JsonScanner::maximumDepth - 8 && value.is_structured()) {
        out += "null";
        return;
    }
    switch (value.type()) {
    case json::value_t::object: {
        out += '{';
        const char* comma = "";
        for (const auto& [key, member] : value.items()) {
            out += comma;
            appendUtf8(out, key, false);
            out += ':';
            appendDom(out, member, depth + 1);
            comma = ",";
        }
        out += '}';
        return;
    }
    case json::value_t::array: {
        out += '[';
        const char* comma = "";
        for (const auto& element : value) {
            out += comma;
            appendDom(out, element, depth + 1);
            comma = ",";
        }
        out += ']';
        return;
    }
    case json::value_t::string:
        appendUtf8(out, value.get_ref<const std::string&>(), false);
        return;
    case json::value_t::boolean:
        out += value.get<bool>() ? "true" : "false";
        return;
    case json::value_t::number_integer:
        out += std::to_string(value.get<int64_t>());
        return;
    case json::value_t::number_unsigned:
        out += std::to_string(value.get<uint64_t>());
        return;
    case json::value_t::number_float:
        appendDouble(out, value.get<double>());
        return;
    default:
        out += "null";
    }
}

} // namespace

json toDom(std::string_view text)
{
    JsonScanner scanner(text);
    json value;
    if (!readValue(scanner, text, &value) || !scanner.takeEnd()) return json(json::value_t::discarded);
    return value;
}

std::string toText(const json& value)
{
    std::string text;
    appendDom(text, value, 0);
    return text;
}

} // namespace cahier::notebook
