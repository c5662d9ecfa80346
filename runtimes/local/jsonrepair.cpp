// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/local/hostcodec.h>

#include <QByteArray>
#include <QString>

namespace cahier::runtimes {

using nlohmann::json;

namespace {

/// The UTF-16 unit of the escape \uXXXX at `at`, or -1 when there is none.
int escapedUnit(const std::string& text, std::size_t at)
{
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
    bool ok = false;
    const int unit = QByteArray(text.data() + at + 2, 4).toInt(&ok, 16);
    return ok ? unit : -1;
}

/// Escapes of surrogates that are no pair become \ufffd.
void replaceLoneSurrogates(std::string& text)
{
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        if (text[at] != '\\') continue;
        const int unit = escapedUnit(text, at);
        if (unit < 0xd800 || unit > 0xdfff) {
            ++at; // the escaped character, which may be a backslash
            continue;
        }
        const int next = escapedUnit(text, at + 6);
        if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
            at += 11;
        } else {
            text.replace(at, 6, "\\ufffd");
            at += 5;
        }
    }
}

json parseShallow(const std::string& text)
{
    return nestsTooDeep(text) ? json(json::value_t::discarded) : json::parse(text, nullptr, false);
}

} // namespace

bool nestsTooDeep(const std::string& text)
{
    if (text.size() <= maxJsonDepth) return false;
    std::size_t depth = 0;
    bool inString = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char character = text[at];
        if (character == '"') {
            inString = !inString;
        } else if (inString) {
            if (character == '\\') ++at; // the escaped character, which may be a quote
        } else if (character == '[' || character == '{') {
            if (++depth > maxJsonDepth) return true;
        } else if ((character == ']' || character == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

json parseJson(const std::string& text)
{
    json value = parseShallow(text);
    if (!value.is_discarded() || nestsTooDeep(text)) return value;
    // Python writes what it could not decode as bytes or as lone surrogates, which JSON does not allow.
    std::string repaired =
        QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toUtf8().toStdString();
    replaceLoneSurrogates(repaired);
    return parseShallow(repaired);
}

} // namespace cahier::runtimes
