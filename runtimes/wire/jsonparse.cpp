// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/jsonparse.h>

#include <cstddef>

namespace cahier::wire {

namespace {

/// Whether no bracket outside strings is more than `maxDepth` deep. Says nothing about the grammar.
bool staysWithin(std::string_view text, int maxDepth)
{
    int depth = 0;
    bool inString = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (inString) {
            if (c == '\\')
                ++at;
            else if (c == '"')
                inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > maxDepth) return false;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return true;
}

} // namespace

std::optional<nlohmann::json> parseJson(std::string_view text, int maxDepth)
{
    if (!staysWithin(text, maxDepth)) return std::nullopt;
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

std::optional<nlohmann::json> parseJsonObject(std::string_view text, int maxDepth)
{
    std::optional<nlohmann::json> value = parseJson(text, maxDepth);
    if (value && !value->is_object()) value.reset();
    return value;
}

} // namespace cahier::wire
