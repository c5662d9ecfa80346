// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/pictures.h>

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImageReader>
#include <QUrl>

#include <nlohmann/json.hpp>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 bytesAtMost = 20 << 20;
constexpr int sideAtMost = 16'384; // pixels

QByteArray fromAttachment(const QString& name, const notebook::RawJson& attachments)
{
    if (attachments.isEmpty()) return {};
    const auto all = nlohmann::json::parse(attachments.text(), nullptr, false);
    const auto found = all.is_object() ? all.find(name.toStdString()) : all.end();
    if (!all.is_object() || found == all.end() || !found->is_object()) return {};
    for (const auto& [type, value] : found->items()) {
        if (!type.starts_with("image/")) continue;
        std::string text;
        if (value.is_string()) text = value.get<std::string>();
        if (value.is_array())
            for (const auto& line : value)
                if (line.is_string()) text += line.get_ref<const std::string&>();
        return type == "image/svg+xml" && text.starts_with('<')
                   ? QByteArray::fromStdString(text)
                   : QByteArray::fromBase64(QByteArray::fromStdString(text));
    }
    return {};
}

QByteArray fromDataAddress(const QString& address)
{
    const qsizetype comma = address.indexOf(u',');
    if (comma < 0) return {};
    const QByteArray data = QByteArray::fromPercentEncoding(QStringView(address).sliced(comma + 1).toUtf8());
    return QStringView(address).first(comma).endsWith(";base64"_L1) ? QByteArray::fromBase64(data) : data;
}

QByteArray fromFile(const QString& address, const QString& folder)
{
    const QString root = folder.isEmpty() ? QString() : QFileInfo(folder).canonicalFilePath();
    if (root.isEmpty()) return {};
    const QString name = QUrl::fromPercentEncoding(address.section(u'?', 0, 0).section(u'#', 0, 0).toUtf8());
    const QFileInfo info(QFileInfo(QDir(root).filePath(name)).canonicalFilePath());
    if (!info.isFile() || !info.filePath().startsWith(root + u'/') || info.size() > bytesAtMost) return {};
    QFile file(info.filePath());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// SVG may name files to draw; Qt would read them.
bool namesFiles(const QByteArray& data)
{
    if (!data.left(1024).contains("<svg")) return false;
    for (qsizetype at = 0; (at = data.indexOf("href", at)) >= 0; ++at) {
        const QByteArray value = data.mid(at + 4, 12).simplified().replace(' ', "");
        if (!value.startsWith("=\"#") && !value.startsWith("='#") && !value.startsWith("=\"data:") &&
            !value.startsWith("='data:"))
            return true;
    }
    return data.contains("<!ENTITY");
}

} // namespace

void findPicture(Picture& picture, const notebook::RawJson& attachments, const QString& folder)
{
    const QString& address = picture.address;
    if (address.startsWith("attachment:"_L1))
        picture.data = fromAttachment(QUrl::fromPercentEncoding(address.mid(11).toUtf8()), attachments);
    else if (address.startsWith("data:image/"_L1))
        picture.data = fromDataAddress(address);
    else if (QUrl(address).scheme().isEmpty() && !address.startsWith("//"_L1))
        picture.data = fromFile(address, folder);
    else
        picture.remote = true;
    if (picture.data.isEmpty()) return;
    if (namesFiles(picture.data)) {
        picture.data.clear();
        return;
    }
    QBuffer buffer(&picture.data);
    picture.natural = QImageReader(&buffer).size();
    if (picture.natural.isValid() && picture.natural.width() <= sideAtMost &&
        picture.natural.height() <= sideAtMost)
        return;
    picture.natural = {};
    picture.data.clear();
}

QImage decodePicture(const QByteArray& data, int widest)
{
    QBuffer buffer;
    buffer.setData(data);
    QImageReader reader(&buffer);
    reader.setAutoTransform(true);
    const QSize size = reader.size();
    if (size.width() > widest) reader.setScaledSize(size.scaled(widest, sideAtMost, Qt::KeepAspectRatio));
    return reader.read();
}

} // namespace cahier::widgets
