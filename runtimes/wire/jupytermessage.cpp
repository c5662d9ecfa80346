// SPDX-License-Identifier: Apache-2.0
#include <runtimes/wire/ids.h>
#include <runtimes/wire/jsonparse.h>
#include <runtimes/wire/jupytermessage.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <format>

namespace cahier::wire {

namespace {

constexpr std::size_t signedParts = 4;

/// Walks over a JSON object once and takes three strings of its outermost level. A relay does this to every
/// message: it follows strings and brackets and leaves the grammar of the rest to whoever uses it.
class HeaderScanner {
public:
    explicit HeaderScanner(std::string_view text) : m_text(text) {}

    [[nodiscard]] bool scan(HeaderInfo& info)
    {
        skipSpace();
        if (m_text.substr(m_at).starts_with("null")) {
            m_at += std::string_view("null").size();
            return atEnd();
        }
        if (!take('{')) return false;
        if (take('}')) return atEnd();
        do {
            std::string_view key;
            if (!string(key) || !take(':')) return false;
            std::string* const wanted = fieldOf(info, key);
            std::string_view value;
            if (m_at < m_text.size() && m_text[m_at] == '"') {
                if (!string(value)) return false;
                if (wanted && !decode(value, *wanted)) return false;
            } else if (!skipValue()) {
                return false;
            }
        } while (take(','));
        return take('}') && atEnd();
    }

private:
    static constexpr int maxDepth = 64;

    static std::string* fieldOf(HeaderInfo& info, std::string_view key)
    {
        if (key == "msg_id") return &info.msgId;
        if (key == "msg_type") return &info.msgType;
        return key == "session" ? &info.session : nullptr;
    }
    void skipSpace()
    {
        while (m_at < m_text.size() &&
               (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t' || m_text[m_at] == '\r'))
            ++m_at;
    }
    bool take(char wanted)
    {
        skipSpace();
        if (m_at >= m_text.size() || m_text[m_at] != wanted) return false;
        ++m_at;
        skipSpace();
        return true;
    }
    bool atEnd()
    {
        skipSpace();
        return m_at == m_text.size();
    }
    /// A string's bytes between its quotes, escapes as they are.
    bool string(std::string_view& bytes)
    {
        if (m_at >= m_text.size() || m_text[m_at] != '"') return false;
        const std::size_t begin = ++m_at;
        for (;;) {
            m_at = m_text.find_first_of("\"\\", m_at);
            if (m_at == std::string_view::npos || m_at + 1 > m_text.size()) return false;
            if (m_text[m_at] == '"') break;
            m_at += 2;
        }
        bytes = m_text.substr(begin, m_at - begin);
        ++m_at;
        skipSpace();
        return true;
    }
    static bool decode(std::string_view bytes, std::string& out)
    {
        if (!bytes.contains('\\')) {
            out = bytes;
            return true;
        }
        const auto value = parseJson("\"" + std::string(bytes) + "\"");
        if (!value || !value->is_string()) return false;
        out = value->get<std::string>();
        return true;
    }
    /// Anything but a string: to the comma or bracket that ends it.
    bool skipValue()
    {
        std::string closing;
        const std::size_t begin = m_at;
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (c == '"') {
                std::string_view ignored;
                if (!string(ignored)) return false;
                continue;
            }
            if (closing.empty() && (c == ',' || c == '}')) return m_at > begin;
            if (c == '{' || c == '[') {
                if (closing.size() == maxDepth) return false;
                closing.push_back(c == '{' ? '}' : ']');
            } else if (c == '}' || c == ']') {
                if (closing.empty() || closing.back() != c) return false;
                closing.pop_back();
            }
            ++m_at;
        }
        return false;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<MessageView> splitMessage(std::span<const std::string_view> frames, const Signer& signer)
{
    const auto delimiter = std::ranges::find(frames, identityDelimiter);
    if (delimiter == frames.end())
        return failure(errorCodeFrames,
                       std::format("a message of {} frames has no delimiter", frames.size()));
    const auto before = static_cast<std::size_t>(delimiter - frames.begin());
    const std::size_t after = frames.size() - before - 1;
    if (after < 1 + signedParts)
        return failure(errorCodeFrames,
                       std::format("a message has {} frames after its delimiter; at least {} are needed",
                                   after, 1 + signedParts));
    const std::string_view signature = frames[before + 1];
    const MessageView message{frames.first(before), frames.subspan(before + 2), signature};
    if (!signer.verify(message.parts.first(signedParts), signature))
        return failure(errorCodeSignature, "a message's signature does not match its bytes");
    return message;
}

Result<HeaderInfo> parseHeader(std::string_view json)
{
    HeaderInfo info;
    if (!HeaderScanner(json).scan(info))
        return failure(errorCodeHeader, "a message header is not a JSON object");
    return info;
}

std::vector<std::string_view> messageFrames(std::span<const std::string_view> parts, const Signer& signer,
                                            std::string& signature)
{
    signature = signer.sign(parts.first(signedParts));
    std::vector<std::string_view> frames;
    frames.reserve(parts.size() + 2);
    frames.push_back(identityDelimiter);
    frames.push_back(signature);
    frames.insert(frames.end(), parts.begin(), parts.end());
    return frames;
}

NewHeader makeHeader(std::string_view msgType, std::string_view session)
{
    NewHeader header;
    header.msgId = makeUuid();
    const nlohmann::json fields = {{"msg_id", header.msgId}, {"msg_type", msgType},
                                   {"session", session},     {"username", "cahier"},
                                   {"date", isoDateNow()},   {"version", jupyterProtocolVersion}};
    header.json = fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return header;
}

} // namespace cahier::wire
