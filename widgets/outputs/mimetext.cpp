// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/mimetext.h>

#include <core/notebook/multilinereader.h>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

QByteArray mimeUtf8(const notebook::RawJson& json, size_t limit)
{
    constexpr size_t step = 1 << 20;
    notebook::MultilineReader reader(json.text());
    std::string bytes;
    while (bytes.size() < limit && reader.read(bytes, std::min(step, limit - bytes.size())))
        ;
    return QByteArray::fromStdString(bytes);
}

bool isTextType(const QString& mimeType)
{
    return mimeType.startsWith("text/"_L1) || mimeType == "image/svg+xml"_L1 ||
           mimeType == "application/javascript"_L1 || mimeType.endsWith("+xml"_L1);
}

bool isJsonType(const QString& mimeType)
{
    return mimeType == "application/json"_L1 || mimeType.endsWith("+json"_L1);
}

QByteArray mimeBytes(const notebook::RawJson& json, const QString& mimeType)
{
    if (isJsonType(mimeType)) return {json.text().data(), qsizetype(json.text().size())};
    const QByteArray text = mimeUtf8(json);
    return isTextType(mimeType) ? text : QByteArray::fromBase64(text);
}

QByteArray mimeBeginning(const notebook::RawJson& json, const QString& mimeType, size_t limit)
{
    constexpr size_t three = 3, four = 4;
    if (isTextType(mimeType)) return mimeUtf8(json, limit);
    QByteArray text = mimeUtf8(json, limit / three * four);
    return QByteArray::fromBase64(text);
}

} // namespace cahier::widgets
