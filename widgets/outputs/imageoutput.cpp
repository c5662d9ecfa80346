// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/imageoutput.h>

#include <core/convert/jsontext.h>
#include <core/notebook/jsontext.h>
#include <widgets/outputs/background.h>
#include <widgets/outputs/imagefacts.h>
#include <widgets/outputs/imagewindow.h>
#include <widgets/outputs/mimetext.h>
#include <widgets/outputs/savingfiles.h>
#include <widgets/theme/icons.h>

#include <QBuffer>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QMovie>
#include <QPainter>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int margin = 4;
constexpr size_t headerBytes = 4096, longHeaderBytes = 192 * 1024;
const QSize unknownSize(480, 320);

/// Jupyter's metadata of a picture: its size in points of the screen.
QSizeF statedSize(const notebook::Output& output, const QString& mimeType)
{
    const notebook::RawJson metadata = output.member("metadata");
    constexpr size_t longest = 64 * 1024;
    if (metadata.text().size() < 8 || metadata.text().size() > longest) return {};
    const nlohmann::json all = notebook::toDom(metadata.text());
    if (!all.is_object()) return {};
    const auto own = all.find(mimeType.toStdString());
    const nlohmann::json& values = own != all.end() && own->is_object() ? *own : all;
    const auto number = [&](const char* name) {
        const auto found = values.find(name);
        if (found == values.end()) return 0.0;
        if (found->is_number()) return found->get<double>();
        return found->is_string() ? QString::fromStdString(found->get<std::string>()).toDouble() : 0.0;
    };
    constexpr double most = 20'000;
    return {std::clamp(number("width"), 0.0, most), std::clamp(number("height"), 0.0, most)};
}

} // namespace

ImageOutput::ImageOutput(OutputServices& services, QWidget* parent) : OutputWidget(services, parent)
{
    setFocusPolicy(Qt::TabFocus);
}

ImageOutput::~ImageOutput()
{
    cancel();
}

void ImageOutput::cancel()
{
    if (m_request) *m_request = true;
    m_request.reset();
}

bool ImageOutput::setOutput(const notebook::Output& output, const QString& mimeType)
{
    clear();
    m_output = output;
    m_mimeType = mimeType;
    const notebook::RawJson json = output.mimeJson(mimeType);
    auto size = imageSize(mimeType, mimeBeginning(json, mimeType, headerBytes));
    if (!size) size = imageSize(mimeType, mimeBeginning(json, mimeType, longHeaderBytes));
    m_pixels = size.value_or(QSize());
    m_statedSize = statedSize(output, mimeType);
    const QSize named = naturalSize().toSize();
    setAccessibleName(m_pixels.isEmpty()
                          ? tr("Output, image")
                          : tr("Output, image %1 by %2").arg(named.width()).arg(named.height()));
    load();
    if (mimeType == "image/gif"_L1 && isVisible()) startMovie();
    update();
    return true;
}

void ImageOutput::clear()
{
    cancel();
    stopMovie();
    m_output.reset();
    m_picture.reset();
    m_loadedPixels = {};
    m_pixels = {};
    m_statedSize = {};
}

QSizeF ImageOutput::naturalSize() const
{
    const QSizeF pixels = m_pixels.isEmpty() ? unknownSize : m_pixels;
    const double width = m_statedSize.width(), height = m_statedSize.height();
    if (width > 0 && height > 0) return m_statedSize;
    if (width > 0) return {width, pixels.height() * width / pixels.width()};
    if (height > 0) return {pixels.width() * height / pixels.height(), height};
    return pixels;
}

QSizeF ImageOutput::shownSize(int width) const
{
    constexpr double highest = 4000;
    const QSizeF natural = naturalSize() * theme().zoom;
    const QSizeF room(std::max(16, width - 2 * margin), highest);
    return natural.width() <= room.width() && natural.height() <= room.height()
               ? natural
               : natural.scaled(room, Qt::KeepAspectRatio);
}

int ImageOutput::heightForWidth(int width) const
{
    if (!problem().isEmpty()) return QFontMetrics(theme().interface).height() + 3 * margin;
    return std::max(1, qCeil(shownSize(width).height())) + 2 * margin;
}

QRectF ImageOutput::imageRect() const
{
    return {QPointF(margin, margin), shownSize(width())};
}

void ImageOutput::load()
{
    if (!m_output || width() <= 2 * margin) return;
    const QSize pixels = (shownSize(width()) * devicePixelRatioF()).toSize().expandedTo(QSize(1, 1));
    if (pixels == m_loadedPixels) return;
    // A picture of its own size or less is decoded once, whatever the width.
    const bool isVector = m_mimeType == "image/svg+xml"_L1;
    const bool isWhole = !isVector && !m_pixels.isEmpty() && pixels.width() >= m_pixels.width();
    const ImageStore::Key key{m_output->identity(), m_mimeType, isWhole ? QSize() : pixels};
    m_loadedPixels = pixels;
    cancel();
    if (const auto kept = services().images.find(key)) return take(kept);
    m_request = services().images.request(key, m_output->mimeJson(m_mimeType), this,
                                          [this](const auto& picture) { take(picture); });
}

void ImageOutput::take(const std::shared_ptr<const StoredPicture>& picture)
{
    const int before = heightForWidth(width());
    m_picture = picture;
    if (!picture->problem.isEmpty()) setAccessibleName(tr("Output, image: %1").arg(picture->problem));
    if (m_pixels.isEmpty() && !picture->image.isNull()) m_pixels = picture->image.size();
    update();
    if (heightForWidth(width()) != before) Q_EMIT heightChanged();
}

void ImageOutput::resizeEvent(QResizeEvent* /*event*/)
{
    load();
}

void ImageOutput::applyTheme()
{
    load();
    update();
}

void ImageOutput::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    if (hasFocus()) {
        painter.setPen(theme().accent);
        painter.drawRect(imageRect().adjusted(-1.5, -1.5, 1.5, 1.5));
    }
    if (!m_picture) return;
    if (m_picture->image.isNull()) return paintProblem(painter);
    const QRectF place = imageRect();
    if (theme().dark && m_picture->isDarkOnClear) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0xf2f3f5));
        painter.drawRoundedRect(place.adjusted(-2, -2, 2, 2), 3, 3);
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    if (m_movie && m_movie->state() != QMovie::NotRunning)
        painter.drawImage(place, m_movie->currentImage());
    else
        painter.drawImage(place, m_picture->image);
}

void ImageOutput::paintProblem(QPainter& painter) const
{
    painter.setFont(theme().interface);
    painter.setPen(theme().muted);
    painter.drawText(rect().adjusted(margin, 0, -margin, 0), Qt::AlignVCenter | Qt::AlignLeft, problem());
}

void ImageOutput::showEvent(QShowEvent* /*event*/)
{
    if (m_mimeType == "image/gif"_L1 && m_output) startMovie();
}

void ImageOutput::hideEvent(QHideEvent* /*event*/)
{
    stopMovie();
}

void ImageOutput::startMovie()
{
    constexpr qint64 mostMoving = 4 * 1024 * 1024; // frames are decoded on this thread
    if (m_movie || !m_output || qint64(m_pixels.width()) * m_pixels.height() > mostMoving) return;
    runInBackground(
        this, [json = m_output->mimeJson(m_mimeType), type = m_mimeType] { return mimeBytes(json, type); },
        [this, identity = m_output->identity()](const std::shared_ptr<QByteArray>& bytes) {
            if (!m_output || !(m_output->identity() == identity) || m_movie || !isVisible()) return;
            m_movieBytes = new QBuffer(this);
            m_movieBytes->setData(*bytes);
            m_movieBytes->open(QIODevice::ReadOnly);
            m_movie = new QMovie(m_movieBytes, "gif", this);
            connect(m_movie, &QMovie::frameChanged, this, [this] { update(); });
            if (m_movie->frameCount() == 1) return stopMovie();
            m_movie->start();
        });
}

void ImageOutput::stopMovie()
{
    delete m_movie;
    delete m_movieBytes;
    m_movie = nullptr;
    m_movieBytes = nullptr;
}

void ImageOutput::addActions(QMenu& menu, QPoint /*position*/)
{
    menu.addAction(icon(u"copy"_s), tr("Copy Image"), this, &ImageOutput::copy);
    menu.addAction(icon(u"save"_s), tr("Save Image As…"), this, &ImageOutput::save);
    menu.addSeparator();
    menu.addAction(icon(u"expand"_s), tr("Open in Window"), this, &ImageOutput::openWindow);
}

void ImageOutput::copy()
{
    if (!m_output) return;
    runInBackground(
        QGuiApplication::clipboard(),
        [json = m_output->mimeJson(m_mimeType), type = m_mimeType] {
            return decodePicture(type, mimeBytes(json, type), {}).image;
        },
        [](const std::shared_ptr<QImage>& image) {
            if (!image->isNull()) QGuiApplication::clipboard()->setImage(*image);
        });
}

void ImageOutput::save()
{
    if (!m_output) return;
    saveBytes(this, u"output."_s + convert::fileSuffix(m_mimeType),
              [json = m_output->mimeJson(m_mimeType), type = m_mimeType] { return mimeBytes(json, type); });
}

void ImageOutput::mouseDoubleClickEvent(QMouseEvent* /*event*/)
{
    openWindow();
}

void ImageOutput::openWindow()
{
    if (!m_output || !problem().isEmpty()) return;
    auto* image = new ImageWindow(services().appearance, window());
    image->setWindowTitle(accessibleName());
    image->load(m_output->mimeJson(m_mimeType), m_mimeType);
    image->show();
}

} // namespace cahier::widgets
