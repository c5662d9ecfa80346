// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/imagestore.h>

#include <widgets/outputs/background.h>
#include <widgets/outputs/imagefacts.h>
#include <widgets/outputs/mimetext.h>
#include <widgets/outputs/svgsafe.h>

#include <QBuffer>
#include <QImageReader>
#include <QLocale>
#include <QPainter>
#include <QSvgRenderer>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr qint64 mostPixels = 64 * 1024 * 1024;

bool isDarkOnClear(const QImage& image)
{
    if (!image.hasAlphaChannel()) return false;
    constexpr int samples = 96;
    constexpr int opaque = 200, clear = 20, dark = 110;
    qint64 luminance = 0, inked = 0, cleared = 0, seen = 0;
    for (int row = 0; row < samples; ++row) {
        for (int column = 0; column < samples; ++column) {
            const QRgb pixel = image.pixel(column * image.width() / samples, row * image.height() / samples);
            ++seen;
            if (qAlpha(pixel) < clear) ++cleared;
            if (qAlpha(pixel) < opaque) continue;
            ++inked;
            luminance += qGray(pixel);
        }
    }
    const bool mostlyClear = cleared * 10 > seen;
    // Too thin to be sampled: nearly always lines and letters.
    return mostlyClear && (inked == 0 || luminance / inked < dark);
}

StoredPicture broken(const QString& problem)
{
    return {{}, problem, false};
}

StoredPicture tooLarge(QSize size)
{
    return broken(QObject::tr("This image is too large to be shown (%1 by %2 pixels).")
                      .arg(QLocale().toString(size.width()), QLocale().toString(size.height())));
}

StoredPicture decodeSvg(const QByteArray& bytes, QSize pixels)
{
    const auto safe = safeSvg(bytes);
    if (!safe) return broken(QObject::tr("This SVG image is broken or too complex to be shown."));
    QSvgRenderer renderer;
    if (!renderer.load(*safe)) return broken(QObject::tr("This SVG image is broken and cannot be shown."));
    QSize size = pixels.isEmpty() ? renderer.defaultSize() : pixels;
    if (size.isEmpty()) size = QSize(300, 150);
    if (qint64(size.width()) * size.height() > mostPixels) return tooLarge(size);
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    renderer.setAspectRatioMode(Qt::KeepAspectRatio);
    renderer.render(&painter, QRectF(QPointF(), size));
    painter.end();
    return {image, {}, isDarkOnClear(image)};
}

StoredPicture decodeRaster(const QByteArray& bytes, QSize pixels)
{
    const auto said = imageSize({}, bytes);
    if (said && qint64(said->width()) * said->height() > mostPixels) return tooLarge(*said);
    QByteArray data = bytes;
    QBuffer buffer(&data);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    reader.setAutoTransform(true);
    const QSize size = reader.size();
    if (size.isValid() && qint64(size.width()) * size.height() > mostPixels) return tooLarge(size);
    const bool smaller = !pixels.isEmpty() && size.isValid() && pixels.width() < size.width();
    if (smaller) reader.setScaledSize(pixels);
    QImage image;
    if (!reader.read(&image)) return broken(QObject::tr("This image is broken and cannot be shown."));
    const auto format = image.hasAlphaChannel() ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32;
    image.convertTo(format);
    return {image, {}, isDarkOnClear(image)};
}

} // namespace

StoredPicture decodePicture(const QString& mimeType, const QByteArray& bytes, QSize pixels)
{
    return mimeType == "image/svg+xml"_L1 ? decodeSvg(bytes, pixels) : decodeRaster(bytes, pixels);
}

ImageStore::ImageStore(qsizetype mostBytes, QObject* parent) : QObject(parent), m_mostBytes(mostBytes) {}

std::shared_ptr<const StoredPicture> ImageStore::find(const Key& key)
{
    const auto found = std::ranges::find_if(m_kept, [&](const auto& entry) { return entry.first == key; });
    if (found == m_kept.end()) return nullptr;
    m_kept.splice(m_kept.begin(), m_kept, found);
    return m_kept.front().second;
}

void ImageStore::keep(const Key& key, const std::shared_ptr<const StoredPicture>& picture)
{
    constexpr qsizetype share = 3; // larger ones would push out all others
    if (find(key)) return;
    const qsizetype bytes = picture->image.sizeInBytes();
    if (bytes > m_mostBytes / share) return;
    m_kept.emplace_front(key, picture);
    m_bytes += bytes;
    while (m_bytes > m_mostBytes) {
        m_bytes -= m_kept.back().second->image.sizeInBytes();
        m_kept.pop_back();
    }
}

ImageStore::Cancelled ImageStore::request(const Key& key, const notebook::RawJson& json, QObject* context,
                                          Done done)
{
    const auto cancelled = std::make_shared<std::atomic_bool>(false);
    runInBackground(
        context,
        [cancelled, key, json] {
            if (*cancelled) return StoredPicture();
            return decodePicture(key.mimeType, mimeBytes(json, key.mimeType), key.pixels);
        },
        [this, key, cancelled, done = std::move(done)](const std::shared_ptr<StoredPicture>& picture) {
            if (*cancelled) return;
            keep(key, picture);
            done(picture);
        });
    return cancelled;
}

} // namespace cahier::widgets
