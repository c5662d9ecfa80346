// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/jsonscanner.h>

#include <core/notebook/stringskip.h>

#include <QCoreApplication>

#include <algorithm>
#include <bitset>
#include <cstring>
#include <utility>

namespace cahier::notebook {
namespace {

bool isDigit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

int hexDigit(unsigned char c)
{
    if (isDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr const char* tooDeep =
    QT_TRANSLATE_NOOP("JsonScanner", "more than 1,000 objects and lists inside each other");
constexpr const char* unexpectedEnd = QT_TRANSLATE_NOOP("JsonScanner", "the file ends in the middle");

} // namespace

TextPosition positionAt(std::string_view text, size_t offset)
{
    offset = std::min(offset, text.size());
    TextPosition position;
    const auto before = text.substr(0, offset);
    position.line += std::count(before.begin(), before.end(), '\n');
    const size_t lineStart = before.rfind('\n') + 1; // npos + 1 is 0
    for (const char c : before.substr(lineStart))
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++position.column;
    return position;
}

QString jsonKindName(JsonKind kind)
{
    switch (kind) {
    case JsonKind::Object:
        return QCoreApplication::translate("JsonScanner", "an object");
    case JsonKind::Array:
        return QCoreApplication::translate("JsonScanner", "a list");
    case JsonKind::String:
        return QCoreApplication::translate("JsonScanner", "a string");
    case JsonKind::Number:
        return QCoreApplication::translate("JsonScanner", "a number");
    case JsonKind::Boolean:
        return QCoreApplication::translate("JsonScanner", "true or false");
    case JsonKind::Null:
        return QCoreApplication::translate("JsonScanner", "null");
    case JsonKind::End:
        return QCoreApplication::translate("JsonScanner", "the end of the file");
    case JsonKind::Invalid:
        break;
    }
    return QCoreApplication::translate("JsonScanner", "something that is not JSON");
}

QString JsonScanner::errorText() const
{
    return m_error ? QCoreApplication::translate("JsonScanner", m_error) : QString();
}

bool JsonScanner::fail(const char* what, size_t at)
{
    if (!m_error) {
        m_error = what;
        m_errorAt = at;
    }
    return false;
}

void JsonScanner::skipSpace()
{
    while (m_at < m_text.size()) {
        const char c = m_text[m_at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
        ++m_at;
    }
}

JsonKind JsonScanner::peek()
{
    if (m_error) return JsonKind::Invalid;
    skipSpace();
    if (atEnd()) return JsonKind::End;
    const unsigned char c = byte();
    switch (c) {
    case '{':
        return JsonKind::Object;
    case '[':
        return JsonKind::Array;
    case '"':
        return JsonKind::String;
    case 't':
    case 'f':
        return JsonKind::Boolean;
    case 'n':
        return JsonKind::Null;
    case '-':
    case 'N':
    case 'I':
        return JsonKind::Number;
    default:
        return isDigit(c) ? JsonKind::Number : JsonKind::Invalid;
    }
}

bool JsonScanner::takeString(ByteRange* range)
{
    if (m_error) return false;
    skipSpace();
    if (atEnd()) return fail(unexpectedEnd, m_at);
    if (byte() != '"') return fail(QT_TRANSLATE_NOOP("JsonScanner", "a string is missing"), m_at);
    range->begin = m_at;
    if (!skipString()) return false;
    range->end = m_at;
    return true;
}

bool JsonScanner::skipString()
{
    const size_t start = m_at++;
    const char* const end = m_text.data() + m_text.size();
    for (;;) {
        m_at = size_t(skipPlain(m_text.data() + m_at, end) - m_text.data());
        if (atEnd())
            return fail(QT_TRANSLATE_NOOP("JsonScanner", "a string that starts here does not end"), start);
        const unsigned char c = byte();
        if (c == '"') {
            ++m_at;
            return true;
        }
        if (c == '\\') {
            if (!skipEscape()) return false;
        } else if (c < 0x20) {
            return fail(QT_TRANSLATE_NOOP("JsonScanner", "a line break or control character inside a string"),
                        m_at);
        } else if (!skipUtf8()) {
            return false;
        }
    }
}

bool JsonScanner::skipEscape()
{
    const size_t start = m_at++;
    if (atEnd()) return fail(unexpectedEnd, m_at);
    const char c = m_text[m_at++];
    if (c != 'u') {
        if (std::strchr("\"\\/bfnrt", c) && c) return true;
        return fail(QT_TRANSLATE_NOOP("JsonScanner", "an unknown escape after a backslash"), start);
    }
    int value = 0;
    for (int i = 0; i < 4; ++i, ++m_at) {
        const int digit = atEnd() ? -1 : hexDigit(byte());
        if (digit < 0)
            return fail(QT_TRANSLATE_NOOP("JsonScanner", "\\u without four hexadecimal digits"), start);
        value = value * 16 + digit;
    }
    if (value >= 0x80) m_escapedNonAscii = true;
    return true;
}

/// Table 3-7 of the Unicode standard: well-formed UTF-8.
bool JsonScanner::skipUtf8()
{
    constexpr const char* what = QT_TRANSLATE_NOOP("JsonScanner", "bytes that are not valid UTF-8");
    m_rawNonAscii = true;
    const unsigned char lead = byte();
    size_t length = 0;
    unsigned char low = 0x80, high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return fail(what, m_at);
    }
    if (m_text.size() - m_at < length) return fail(what, m_at);
    for (size_t i = 1; i < length; ++i) {
        const auto c = static_cast<unsigned char>(m_text[m_at + i]);
        if (c < low || c > high) return fail(what, m_at);
        low = 0x80;
        high = 0xBF;
    }
    m_at += length;
    return true;
}

bool JsonScanner::skipLiteral(std::string_view word)
{
    if (m_text.substr(m_at, word.size()) != word)
        return fail(m_text.size() - m_at < word.size() ? unexpectedEnd
                                                       : QT_TRANSLATE_NOOP("JsonScanner", "an unknown word"),
                    m_at);
    m_at += word.size();
    return true;
}

bool JsonScanner::skipNumber()
{
    constexpr const char* what =
        QT_TRANSLATE_NOOP("JsonScanner", "a number that is not written as JSON allows");
    const size_t start = m_at;
    const auto digits = [this] {
        const size_t from = m_at;
        while (!atEnd() && isDigit(byte()))
            ++m_at;
        return m_at > from;
    };
    if (byte() == '-') ++m_at;
    if (atEnd()) return fail(unexpectedEnd, m_at);
    if (byte() == 'I') return skipLiteral("Infinity");
    if (byte() == 'N') return m_at == start ? skipLiteral("NaN") : fail(what, start);
    if (byte() == '0') {
        ++m_at;
    } else if (!digits()) {
        return fail(what, start);
    }
    if (!atEnd() && byte() == '.') {
        ++m_at;
        if (!digits()) return fail(what, start);
    }
    if (!atEnd() && (byte() == 'e' || byte() == 'E')) {
        ++m_at;
        if (!atEnd() && (byte() == '+' || byte() == '-')) ++m_at;
        if (!digits()) return fail(what, start);
    }
    if (!atEnd() && (isDigit(byte()) || byte() == '.')) return fail(what, start);
    return true;
}

bool JsonScanner::skipScalar()
{
    switch (peek()) {
    case JsonKind::String:
        return skipString();
    case JsonKind::Number:
        return skipNumber();
    case JsonKind::Boolean:
        return skipLiteral(byte() == 't' ? "true" : "false");
    case JsonKind::Null:
        return skipLiteral("null");
    case JsonKind::End:
        return fail(unexpectedEnd, m_at);
    default:
        return fail(QT_TRANSLATE_NOOP("JsonScanner", "a value is missing, or something that is not JSON"),
                    m_at);
    }
}

bool JsonScanner::takeValue(ByteRange* range)
{
    std::bitset<maximumDepth> isObject;
    const int base = m_depth;
    JsonKind kind = peek();
    if (range) range->begin = m_at;
    for (;;) {
        if (kind == JsonKind::Object || kind == JsonKind::Array) {
            if (!(kind == JsonKind::Object ? enterObject() : enterArray())) return false;
            isObject[size_t(m_depth - 1)] = kind == JsonKind::Object;
        } else if (!skipScalar()) {
            return false;
        }
        bool more = false;
        while (m_depth > base && !more) {
            ByteRange key;
            more = isObject[size_t(m_depth - 1)] ? nextMember(&key) : nextElement();
            if (m_error) return false;
        }
        if (!more) break;
        kind = peek();
    }
    if (range) range->end = m_at;
    return true;
}

bool JsonScanner::enterObject()
{
    if (peek() != JsonKind::Object)
        return fail(QT_TRANSLATE_NOOP("JsonScanner", "an object is missing"), m_at);
    if (m_depth >= maximumDepth) return fail(tooDeep, m_at);
    ++m_at;
    ++m_depth;
    m_first = true;
    return true;
}

bool JsonScanner::enterArray()
{
    if (peek() != JsonKind::Array) return fail(QT_TRANSLATE_NOOP("JsonScanner", "a list is missing"), m_at);
    if (m_depth >= maximumDepth) return fail(tooDeep, m_at);
    ++m_at;
    ++m_depth;
    m_first = true;
    return true;
}

bool JsonScanner::nextMember(ByteRange* key)
{
    if (m_error) return false;
    skipSpace();
    if (atEnd()) return fail(unexpectedEnd, m_at);
    const bool first = std::exchange(m_first, false);
    if (byte() == '}') {
        ++m_at;
        --m_depth;
        return false;
    }
    if (!first) {
        if (byte() != ',') return fail(QT_TRANSLATE_NOOP("JsonScanner", "a comma or } is missing"), m_at);
        ++m_at;
        skipSpace();
    }
    if (atEnd()) return fail(unexpectedEnd, m_at);
    if (byte() != '"')
        return fail(QT_TRANSLATE_NOOP("JsonScanner", "a key in double quotes is missing"), m_at);
    if (!takeString(key)) return false;
    skipSpace();
    if (atEnd()) return fail(unexpectedEnd, m_at);
    if (byte() != ':') return fail(QT_TRANSLATE_NOOP("JsonScanner", "a colon after a key is missing"), m_at);
    ++m_at;
    return true;
}

bool JsonScanner::nextElement()
{
    if (m_error) return false;
    skipSpace();
    if (atEnd()) return fail(unexpectedEnd, m_at);
    const bool first = std::exchange(m_first, false);
    if (byte() == ']') {
        ++m_at;
        --m_depth;
        return false;
    }
    if (first) return true;
    if (byte() != ',') return fail(QT_TRANSLATE_NOOP("JsonScanner", "a comma or ] is missing"), m_at);
    ++m_at;
    skipSpace();
    if (!atEnd() && byte() == ']')
        return fail(QT_TRANSLATE_NOOP("JsonScanner", "a comma before ]"), m_at - 1);
    return true;
}

bool JsonScanner::takeEnd()
{
    if (m_error) return false;
    skipSpace();
    if (!atEnd())
        return fail(QT_TRANSLATE_NOOP("JsonScanner", "something follows after the end of the JSON"), m_at);
    return true;
}

} // namespace cahier::notebook
