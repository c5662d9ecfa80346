// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/jsontext.h>

#include <core/notebook/jsonscanner.h>
#include <core/notebook/stringskip.h>

#include <algorithm>
#include <array>
#include <bitset>

namespace cahier::notebook {
namespace {

constexpr char32_t replacement = 0xFFFD;

int hexValue(char c)
{
    if (c <= '9') return c - '0';
    return (c | 0x20) - 'a' + 10;
}

char32_t unitOfEscape(const char* digits)
{
    return char32_t((hexValue(digits[0]) << 12) | (hexValue(digits[1]) << 8) | (hexValue(digits[2]) << 4) |
                    hexValue(digits[3])) &
           0xFFFF;
}

char16_t simpleEscape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return static_cast<unsigned char>(c);
    }
}

void appendCodePoint(std::string& out, char32_t c)
{
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += {char(0xC0 | (c >> 6)), char(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
        out += {char(0xE0 | (c >> 12)), char(0x80 | ((c >> 6) & 0x3F)), char(0x80 | (c & 0x3F))};
    } else {
        out += {char(0xF0 | (c >> 18)), char(0x80 | ((c >> 12) & 0x3F)), char(0x80 | ((c >> 6) & 0x3F)),
                char(0x80 | (c & 0x3F))};
    }
}

void appendUnitEscape(std::string& out, char32_t unit)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += {'\\',
            'u',
            digits[(unit >> 12) & 15],
            digits[(unit >> 8) & 15],
            digits[(unit >> 4) & 15],
            digits[unit & 15]};
}

void appendEscaped(std::string& out, char32_t c, bool ascii)
{
    switch (c) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    case '\b':
        out += "\\b";
        return;
    case '\f':
        out += "\\f";
        return;
    default:
        break;
    }
    if (c < 0x20 || (ascii && c >= 0x7F && c < 0x10000)) {
        appendUnitEscape(out, c);
    } else if (ascii && c >= 0x10000) {
        appendUnitEscape(out, QChar::highSurrogate(c));
        appendUnitEscape(out, QChar::lowSurrogate(c));
    } else {
        appendCodePoint(out, c);
    }
}

/// Decodes one UTF-8 sequence and moves on behind it; what is not valid is one byte of U+FFFD.
char32_t takeUtf8(std::string_view text, size_t* at)
{
    const auto byteAt = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const unsigned lead = byteAt(*at);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (length <= 1) {
        ++*at;
        return length ? lead : replacement;
    }
    char32_t c = lead & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
        const unsigned next = byteAt(*at + i);
        if ((next & 0xC0) != 0x80) {
            ++*at;
            return replacement;
        }
        c = (c << 6) | (next & 0x3F);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        ++*at;
        return replacement;
    }
    *at += length;
    return c;
}

std::string_view inner(std::string_view raw)
{
    return raw.size() < 2 ? std::string_view() : raw.substr(1, raw.size() - 2);
}

/// The escape at `at` (a backslash), moving behind it. Never reads beyond the text: a file that another
/// program writes over while it is mapped may hold anything.
char32_t takeEscape(std::string_view text, size_t* at)
{
    if (text.substr(*at).size() >= 6 && text[*at + 1] == 'u') {
        const char32_t unit = unitOfEscape(text.data() + *at + 2);
        *at += 6;
        return unit;
    }
    const char c = *at + 1 < text.size() ? text[*at + 1] : '\\';
    *at += 2;
    return simpleEscape(c);
}

} // namespace

QString decodeString(std::string_view raw)
{
    const std::string_view text = inner(raw);
    size_t escape = text.find('\\');
    if (escape == std::string_view::npos) return QString::fromUtf8(text.data(), qsizetype(text.size()));
    QString result;
    result.reserve(qsizetype(text.size()));
    size_t at = 0;
    while (escape != std::string_view::npos) {
        result += QUtf8StringView(text.data() + at, qsizetype(escape - at));
        result += QChar(char16_t(takeEscape(text, &escape)));
        at = std::min(escape, text.size());
        escape = text.find('\\', at);
    }
    result += QUtf8StringView(text.data() + at, qsizetype(text.size() - at));
    return result;
}

std::string decodeUtf8(std::string_view raw)
{
    const std::string_view text = inner(raw);
    std::string result;
    result.reserve(text.size());
    size_t at = 0;
    while (at < text.size()) {
        const size_t escape = std::min(text.find('\\', at), text.size());
        result += text.substr(at, escape - at);
        if (escape == text.size()) break;
        at = escape;
        char32_t c = takeEscape(text, &at);
        if (QChar::isHighSurrogate(c) && at < text.size() && text[at] == '\\') {
            size_t next = at;
            const char32_t low = takeEscape(text, &next);
            if (QChar::isLowSurrogate(low)) {
                c = QChar::surrogateToUcs4(char16_t(c), char16_t(low));
                at = next;
            }
        }
        appendCodePoint(result, QChar::isSurrogate(c) ? replacement : c);
    }
    return result;
}

bool stringIs(std::string_view raw, std::string_view text)
{
    const std::string_view value = inner(raw);
    if (value == text) return true;
    return value.size() > text.size() && value.find('\\') != std::string_view::npos &&
           decodeUtf8(raw) == text;
}

void appendString(std::string& out, QStringView text, bool ascii)
{
    out += '"';
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char32_t unit = text[i].unicode();
        if (!QChar::isSurrogate(unit)) {
            appendEscaped(out, unit, ascii);
        } else if (QChar::isHighSurrogate(unit) && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            appendEscaped(out, QChar::surrogateToUcs4(text[i], text[i + 1]), ascii);
            ++i;
        } else {
            appendUnitEscape(out, unit);
        }
    }
    out += '"';
}

void appendUtf8(std::string& out, std::string_view utf8, bool ascii)
{
    out += '"';
    const char* const end = utf8.data() + utf8.size();
    size_t at = 0;
    while (at < utf8.size()) {
        const auto plain = size_t(skipPlain(utf8.data() + at, end) - utf8.data());
        out += utf8.substr(at, plain - at);
        at = plain;
        if (at < utf8.size()) appendEscaped(out, takeUtf8(utf8, &at), ascii);
    }
    out += '"';
}

namespace {

/// A valid string of another text, quotes included: only what the style asks for is written differently.
void appendRestyled(std::string& out, std::string_view raw, bool ascii)
{
    if (!ascii || std::all_of(raw.begin(), raw.end(), [](char c) { return c >= 0 && c != 0x7F; })) {
        out += raw;
        return;
    }
    for (size_t at = 0; at < raw.size();) {
        if (raw[at] >= 0 && raw[at] != 0x7F)
            out += raw[at++];
        else
            appendEscaped(out, takeUtf8(raw, &at), true);
    }
}

} // namespace

void appendFormatted(std::string& out, std::string_view text, const JsonStyle& style,
                     std::string_view baseIndent)
{
    JsonScanner scanner(text);
    std::bitset<JsonScanner::maximumDepth + 1> isObject;
    size_t depth = 0;
    bool empty = true; // the innermost object or list has nothing yet
    const auto startLine = [&] {
        if (style.newline.empty()) return;
        out += style.newline;
        out += baseIndent;
        for (size_t i = 0; i < depth; ++i)
            out += style.indent;
    };
    for (;;) {
        if (depth > 0) {
            ByteRange key;
            const bool more = isObject[depth] ? scanner.nextMember(&key) : scanner.nextElement();
            if (scanner.failed()) return;
            if (!more) {
                const char close = isObject[depth] ? '}' : ']';
                --depth;
                if (!empty) startLine();
                out += close;
                empty = false;
                if (depth == 0) return;
                continue;
            }
            if (!empty) out += style.comma;
            empty = false;
            startLine();
            if (isObject[depth]) {
                appendRestyled(out, key.in(text), style.ascii);
                out += style.colon;
            }
        }
        const JsonKind kind = scanner.peek();
        if (kind == JsonKind::Object || kind == JsonKind::Array) {
            const bool object = kind == JsonKind::Object;
            if (!(object ? scanner.enterObject() : scanner.enterArray())) return;
            out += object ? '{' : '[';
            isObject[++depth] = object;
            empty = true;
            continue;
        }
        ByteRange value;
        if (!scanner.takeValue(&value)) return;
        appendRestyled(out, value.in(text), style.ascii);
        if (depth == 0) return;
    }
}

} // namespace cahier::notebook
