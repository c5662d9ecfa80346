// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/server/serverwire.h>

#include <core/runtime/jsonaccess.h>
#include <runtimes/local/hostcodec.h>

#include <QtEndian>

namespace cahier::runtimes {

using namespace Qt::StringLiterals;
using namespace runtime;
using nlohmann::json;

namespace {

constexpr std::size_t fixedParts = 4; ///< header, parent header, metadata, content

std::string textOfView(QByteArrayView view)
{
    return {view.data(), static_cast<std::size_t>(view.size())};
}

/// The pieces between the offsets that follow a count; with ends, the last offset is an end and no start.
template <typename Number, auto fromWire>
std::expected<std::vector<QByteArrayView>, QString> pieces(QByteArrayView frame, bool ends)
{
    constexpr quint64 width = sizeof(Number);
    const auto size = static_cast<quint64>(frame.size());
    if (size < width) return std::unexpected(u"a frame is too short to have a count"_s);
    const quint64 count = fromWire(frame.data());
    if (count == 0 || count > maxServerParts || (count + 1) * width > size)
        return std::unexpected(u"a frame's count of parts does not fit it"_s);
    std::vector<quint64> offsets;
    for (quint64 index = 1; index <= count; ++index)
        offsets.push_back(fromWire(frame.data() + index * width));
    if (!ends) offsets.push_back(size);
    quint64 previous = (count + 1) * width;
    for (const quint64 offset : offsets) {
        if (offset < previous || offset > size)
            return std::unexpected(u"a frame's offsets are not in order or beyond its end"_s);
        previous = offset;
    }
    std::vector<QByteArrayView> parts;
    for (std::size_t index = 0; index + 1 < offsets.size(); ++index)
        parts.push_back(frame.sliced(static_cast<qsizetype>(offsets[index]),
                                     static_cast<qsizetype>(offsets[index + 1] - offsets[index])));
    return parts;
}

ServerMessage messageIn(QByteArrayView text, std::span<const QByteArrayView> buffers)
{
    const json whole = parseJson(textOfView(text));
    if (!whole.is_object()) return std::unexpected(u"a message is not a JSON object"_s);
    Message message = decodeHeaders(objectOf(whole, "header"), objectOf(whole, "parent_header"));
    message.channel = channelOf(textOf(whole, "channel"));
    message.metadata = objectOf(whole, "metadata");
    message.content = objectOf(whole, "content");
    for (const QByteArrayView buffer : buffers)
        message.buffers.push_back(buffer.toByteArray());
    return message;
}

template <typename Number> void append(QByteArray& frame, Number number)
{
    frame.append(reinterpret_cast<const char*>(&number), sizeof number);
}

} // namespace

ServerMessage decodeV1(QByteArrayView frame)
{
    const auto parts =
        pieces<quint64, [](const char* at) { return qFromLittleEndian<quint64>(at); }>(frame, true);
    if (!parts) return std::unexpected(parts.error());
    if (parts->size() < 1 + fixedParts) return std::unexpected(u"a message has too few parts"_s);
    wire::Parts texts;
    for (const QByteArrayView part : std::span(*parts).subspan(1))
        texts.push_back(textOfView(part));
    Message message = decodeParts(texts, 0);
    message.channel = channelOf(QString::fromLatin1(parts->front()));
    return message;
}

ServerMessage decodeLegacyText(QByteArrayView frame)
{
    return messageIn(frame, {});
}

ServerMessage decodeLegacyBinary(QByteArrayView frame)
{
    const auto parts =
        pieces<quint32, [](const char* at) { return quint64(qFromBigEndian<quint32>(at)); }>(frame, false);
    if (!parts) return std::unexpected(parts.error());
    return messageIn(parts->front(), std::span(*parts).subspan(1));
}

QByteArray encodeV1(const Message& message)
{
    wire::Parts parts = encodeMessage(message);
    parts.insert(parts.begin(), channelName(message.channel));
    QByteArray frame;
    quint64 offset = sizeof(quint64) * (parts.size() + 2);
    append(frame, qToLittleEndian(static_cast<quint64>(parts.size() + 1)));
    for (const std::string& part : parts) {
        append(frame, qToLittleEndian(offset));
        offset += part.size();
    }
    append(frame, qToLittleEndian(offset));
    for (const std::string& part : parts)
        frame.append(part.data(), static_cast<qsizetype>(part.size()));
    return frame;
}

LegacyFrame encodeLegacy(const Message& message)
{
    const wire::Parts parts = encodeMessage(message);
    const std::string text = R"({"channel":")" + std::string(channelName(message.channel)) +
                             R"(","header":)" + parts[0] + R"(,"parent_header":)" + parts[1] +
                             R"(,"metadata":)" + parts[2] + R"(,"content":)" + parts[3] + "}";
    if (message.buffers.empty()) return {QByteArray::fromStdString(text), false};
    LegacyFrame frame{{}, true};
    const auto count = static_cast<quint32>(1 + message.buffers.size());
    append(frame.bytes, qToBigEndian(count));
    auto offset = static_cast<quint32>(sizeof(quint32) * (count + 1));
    append(frame.bytes, qToBigEndian(offset));
    offset += static_cast<quint32>(text.size());
    for (const QByteArray& buffer : message.buffers) {
        append(frame.bytes, qToBigEndian(offset));
        offset += static_cast<quint32>(buffer.size());
    }
    frame.bytes += text;
    for (const QByteArray& buffer : message.buffers)
        frame.bytes += buffer;
    return frame;
}

} // namespace cahier::runtimes
