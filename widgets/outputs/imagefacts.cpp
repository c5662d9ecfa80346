// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/imagefacts.h>

#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtEndian>

#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

template <typename T> T big(const QByteArray& bytes, qsizetype at)
{
    return qFromBigEndian<T>(bytes.constData() + at);
}

template <typename T> T little(const QByteArray& bytes, qsizetype at)
{
    return qFromLittleEndian<T>(bytes.constData() + at);
}

std::optional<QSize> sized(quint64 width, quint64 height)
{
    constexpr quint64 most = std::numeric_limits<int>::max();
    if (width == 0 || height == 0) return {};
    return QSize(int(std::min(width, most)), int(std::min(height, most)));
}

// https://www.w3.org/TR/png/#11IHDR
std::optional<QSize> pngSize(const QByteArray& bytes)
{
    constexpr qsizetype width = 16, height = 20, end = 24;
    if (bytes.size() < end || !bytes.startsWith("\x89PNG\r\n\x1a\n")) return {};
    return sized(big<quint32>(bytes, width), big<quint32>(bytes, height));
}

std::optional<QSize> gifSize(const QByteArray& bytes)
{
    if (bytes.size() < 10 || !bytes.startsWith("GIF8")) return {};
    return sized(little<quint16>(bytes, 6), little<quint16>(bytes, 8));
}

// ITU T.81, B.2.2: the frame header follows other segments.
std::optional<QSize> jpegSize(const QByteArray& bytes)
{
    if (!bytes.startsWith("\xff\xd8")) return {};
    qsizetype at = 2;
    while (at + 9 < bytes.size()) {
        const auto mark = quint8(bytes[at]), kind = quint8(bytes[at + 1]);
        if (mark != 0xff) return {};
        if (kind == 0xff) {
            ++at;
            continue;
        }
        const bool isFrame = kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc;
        if (isFrame) return sized(big<quint16>(bytes, at + 7), big<quint16>(bytes, at + 5));
        at += 2 + big<quint16>(bytes, at + 2);
    }
    return {};
}

// https://developers.google.com/speed/webp/docs/riff_container
std::optional<QSize> webpSize(const QByteArray& bytes)
{
    if (bytes.size() < 30 || !bytes.startsWith("RIFF") || bytes.sliced(8, 4) != "WEBP") return {};
    const QByteArray chunk = bytes.sliced(12, 4);
    const auto byte = [&](qsizetype at) { return quint32(quint8(bytes[at])); };
    const auto three = [&](qsizetype at) { return byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16; };
    if (chunk == "VP8X") return sized(three(24) + 1, three(27) + 1);
    if (chunk == "VP8 ")
        return sized(little<quint16>(bytes, 26) & 0x3fff, little<quint16>(bytes, 28) & 0x3fff);
    if (chunk != "VP8L") return {};
    const auto bits = little<quint32>(bytes, 21);
    return sized((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
}

/// In pixels of 1/96 inch; 0 where it is relative or missing.
double svgLength(QStringView text)
{
    static const QRegularExpression length(uR"(^\s*([\d.]+(?:[eE][+-]?\d+)?)\s*(px|pt|pc|in|cm|mm|)\s*$)"_s);
    const auto match = length.match(text.toString());
    if (!match.hasMatch()) return 0;
    const double value = match.captured(1).toDouble();
    const QString unit = match.captured(2);
    if (unit == u"pt") return value * 96 / 72;
    if (unit == u"pc") return value * 16;
    if (unit == u"in") return value * 96;
    if (unit == u"cm") return value * 96 / 2.54;
    if (unit == u"mm") return value * 96 / 25.4;
    return value;
}

std::optional<QSize> svgSize(const QByteArray& bytes)
{
    constexpr double most = 1e6;
    QXmlStreamReader xml(bytes);
    if (!xml.readNextStartElement()) return {};
    const QXmlStreamAttributes attributes = xml.attributes();
    double width = svgLength(attributes.value("width"_L1)), height = svgLength(attributes.value("height"_L1));
    const auto box =
        attributes.value("viewBox"_L1).toString().split(QRegularExpression(u"[\\s,]+"_s), Qt::SkipEmptyParts);
    const double boxWidth = box.value(2).toDouble(), boxHeight = box.value(3).toDouble();
    if (boxWidth > 0 && boxHeight > 0) {
        if (width <= 0) width = height > 0 ? height * boxWidth / boxHeight : boxWidth;
        if (height <= 0) height = width * boxHeight / boxWidth;
    }
    if (width <= 0 || height <= 0 || !std::isfinite(width) || !std::isfinite(height)) return {};
    return sized(quint64(std::ceil(std::min(width, most))), quint64(std::ceil(std::min(height, most))));
}

} // namespace

std::optional<QSize> imageSize(const QString& mimeType, const QByteArray& beginning)
{
    if (mimeType == "image/svg+xml"_L1) return svgSize(beginning);
    // What the bytes are counts, not what they are called.
    for (const auto& size :
         {pngSize(beginning), gifSize(beginning), jpegSize(beginning), webpSize(beginning)})
        if (size) return size;
    return {};
}

} // namespace cahier::widgets
