// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/jsontext.h>

#include <QStringList>

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::convert {

QString textMember(const nlohmann::json& object, const char* name)
{
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string()
               ? QString::fromStdString(found->get_ref<const std::string&>())
               : QString();
}

QString mimeText(const nlohmann::json& output, const QString& mimeType)
{
    if (!output.is_object() || !output.contains("data") || !output["data"].is_object()) return {};
    const nlohmann::json& data = output["data"];
    const auto found = data.find(mimeType.toStdString());
    if (found == data.end()) return {};
    if (found->is_string()) return QString::fromStdString(found->get_ref<const std::string&>());
    return QString::fromStdString(found->dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

QString tracebackText(const nlohmann::json& error)
{
    QStringList lines;
    if (error.is_object() && error.contains("traceback") && error["traceback"].is_array()) {
        for (const nlohmann::json& line : error["traceback"]) {
            if (line.is_string()) lines += QString::fromStdString(line.get_ref<const std::string&>());
        }
    }
    if (lines.isEmpty()) return textMember(error, "ename") + u": "_s + textMember(error, "evalue");
    return lines.join(u'\n');
}

QByteArray pictureBytes(const QString& mimeType, const QString& data)
{
    return mimeType == "image/svg+xml"_L1 ? data.toUtf8() : QByteArray::fromBase64(data.toLatin1());
}

bool isPictureType(const QString& mimeType)
{
    constexpr QLatin1StringView types[] = {"image/png"_L1,     "image/jpeg"_L1, "image/gif"_L1,
                                           "image/svg+xml"_L1, "image/webp"_L1, "image/bmp"_L1,
                                           "image/avif"_L1};
    return std::ranges::find(types, mimeType) != std::end(types);
}

std::optional<Picture> attachedPicture(const nlohmann::json& attachments, const QString& name)
{
    const auto bundle = attachments.find(name.toStdString());
    if (bundle == attachments.end() || !bundle->is_object()) return std::nullopt;
    for (const auto& [key, value] : bundle->items()) {
        const QString mimeType = QString::fromStdString(key);
        if (isPictureType(mimeType) && value.is_string())
            return Picture{mimeType, QString::fromStdString(value.get_ref<const std::string&>())};
    }
    return std::nullopt;
}

QString dataAddress(const QString& mimeType, const QString& data)
{
    return u"data:%1;base64,"_s.arg(mimeType) + QString::fromLatin1(pictureBytes(mimeType, data).toBase64());
}

QString fileSuffix(const QString& mimeType)
{
    if (mimeType == "image/jpeg"_L1) return u"jpg"_s;
    QString suffix;
    for (const QChar c : mimeType.section(u'/', 1).section(u'+', 0, 0)) {
        if (c.isLetterOrNumber()) suffix += c;
    }
    return suffix.isEmpty() ? u"bin"_s : suffix;
}

} // namespace cahier::convert
