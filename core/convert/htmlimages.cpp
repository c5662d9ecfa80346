// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/convert/htmlimages.h>

#include <core/convert/jsontext.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QUrl>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::convert {

namespace {

constexpr qint64 maxEmbeddedFile = 20 * 1000 * 1000;

QString mimeTypeOfPicture(const QString& suffix)
{
    const QString s = suffix.toLower();
    if (s == "png"_L1 || s == "gif"_L1 || s == "webp"_L1) return u"image/"_s + s;
    if (s == "jpg"_L1 || s == "jpeg"_L1) return u"image/jpeg"_s;
    return s == "svg"_L1 ? u"image/svg+xml"_s : QString();
}

QString attachmentAddress(const nlohmann::json& attachments, const QString& name)
{
    const auto picture = attachedPicture(attachments, name);
    return picture ? dataAddress(picture->mimeType, picture->data) : QString();
}

QString fileAddress(const QString& baseFolder, const QString& path)
{
    const QString base = QFileInfo(baseFolder).canonicalFilePath();
    const QFileInfo info(QDir(base).filePath(path));
    const QString mimeType = mimeTypeOfPicture(info.suffix());
    if (base.isEmpty() || mimeType.isEmpty() || !info.isFile() || info.size() > maxEmbeddedFile ||
        !info.canonicalFilePath().startsWith(base + u'/'))
        return {};
    QFile file(info.canonicalFilePath());
    if (!file.open(QIODevice::ReadOnly)) return {};
    return u"data:%1;base64,"_s.arg(mimeType) + QString::fromLatin1(file.readAll().toBase64());
}

QString resolve(const QString& address, const nlohmann::json& attachments, const QString& baseFolder)
{
    if (address.startsWith("attachment:"_L1)) {
        const QString name = address.sliced(11);
        const QString plain = attachmentAddress(attachments, name);
        return plain.isEmpty() ? attachmentAddress(attachments, QUrl::fromPercentEncoding(name.toUtf8()))
                               : plain;
    }
    if (baseFolder.isEmpty() || address.startsWith(u'/') || !QUrl(address).scheme().isEmpty()) return {};
    return fileAddress(baseFolder, QUrl::fromPercentEncoding(address.toUtf8()));
}

QString unescaped(QString attribute)
{
    return attribute.replace("&quot;"_L1, "\""_L1)
        .replace("&lt;"_L1, "<"_L1)
        .replace("&gt;"_L1, ">"_L1)
        .replace("&amp;"_L1, "&"_L1);
}

} // namespace

QString embedImages(const QString& html, const nlohmann::json& attachments, const QString& baseFolder)
{
    static const QRegularExpression source(uR"re((<img\s[^>]*?\bsrc=")([^"]*)("))re"_s,
                                           QRegularExpression::CaseInsensitiveOption);
    QString result;
    qsizetype done = 0;
    for (auto matches = source.globalMatch(html); matches.hasNext();) {
        const QRegularExpressionMatch match = matches.next();
        const QString embedded = resolve(unescaped(match.captured(2)), attachments, baseFolder);
        if (embedded.isEmpty()) continue;
        result += QStringView(html).sliced(done, match.capturedStart(2) - done);
        result += embedded.toHtmlEscaped();
        done = match.capturedEnd(2);
    }
    result += QStringView(html).sliced(done);
    return result;
}

} // namespace cahier::convert
