// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/imagewindow.h>

#include <widgets/outputs/background.h>
#include <widgets/outputs/mimetext.h>

#include <QKeyEvent>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace cahier::widgets {

class ImageWindow::Canvas : public QWidget {
public:
    using QWidget::QWidget;

    void setPicture(const StoredPicture& picture) { m_picture = picture; }
    [[nodiscard]] const StoredPicture& picture() const { return m_picture; }
    [[nodiscard]] double zoom() const { return m_zoom; }
    void setZoom(double zoom)
    {
        constexpr double smallest = 0.02, largest = 32;
        constexpr double mostPoints = 30'000;
        const int side = std::max({1, m_picture.image.width(), m_picture.image.height()});
        m_zoom = std::clamp(zoom, smallest, std::min(largest, std::max(smallest, mostPoints / side)));
        resize((QSizeF(m_picture.image.size()) * m_zoom).toSize().expandedTo(QSize(1, 1)));
        update();
    }

protected:
    void paintEvent(QPaintEvent* /*event*/) override
    {
        QPainter painter(this);
        if (m_picture.isDarkOnClear) painter.fillRect(rect(), QColor(0xf2f3f5));
        painter.setRenderHint(QPainter::SmoothPixmapTransform, m_zoom < 2);
        painter.drawImage(rect(), m_picture.image);
    }

private:
    StoredPicture m_picture;
    double m_zoom = 1;
};

ImageWindow::ImageWindow(Appearance& appearance, QWidget* parent)
    : QDialog(parent), m_appearance(appearance), m_scroll(new QScrollArea(this)), m_canvas(new Canvas)
{
    setAttribute(Qt::WA_DeleteOnClose);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setAlignment(Qt::AlignCenter);
    m_scroll->setWidget(m_canvas);
    connect(&m_appearance, &Appearance::changed, this, &ImageWindow::applyTheme);
    applyTheme();
    resize(960, 720);
}

void ImageWindow::applyTheme()
{
    QPalette palette = m_appearance.theme().palette();
    palette.setColor(QPalette::Window, m_appearance.theme().page);
    setPalette(palette);
}

void ImageWindow::load(const notebook::RawJson& json, const QString& mimeType)
{
    runInBackground(
        this, [json, mimeType] { return decodePicture(mimeType, mimeBytes(json, mimeType), {}); },
        [this](const std::shared_ptr<StoredPicture>& picture) { take(*picture); });
}

void ImageWindow::take(const StoredPicture& picture)
{
    m_canvas->setPicture(picture);
    m_canvas->setAccessibleName(windowTitle());
    fit();
}

void ImageWindow::fit()
{
    const QSize image = m_canvas->picture().image.size();
    if (image.isEmpty()) return;
    m_fits = true;
    const QSize room = m_scroll->maximumViewportSize();
    m_canvas->setZoom(
        std::min({1.0, double(room.width()) / image.width(), double(room.height()) / image.height()}));
}

void ImageWindow::zoomBy(double factor)
{
    m_fits = false;
    m_canvas->setZoom(m_canvas->zoom() * factor);
}

void ImageWindow::keyPressEvent(QKeyEvent* event)
{
    constexpr double step = 1.25;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(step);
    case Qt::Key_Minus:
        return zoomBy(1 / step);
    case Qt::Key_0:
        m_fits = false;
        return m_canvas->setZoom(1);
    case Qt::Key_F:
        return fit();
    default:
        QDialog::keyPressEvent(event);
    }
}

void ImageWindow::wheelEvent(QWheelEvent* event)
{
    if (!event->modifiers().testFlag(Qt::ControlModifier)) return event->ignore();
    constexpr double stepsPerDoubling = 480;
    zoomBy(std::exp2(event->angleDelta().y() / stepsPerDoubling));
    event->accept();
}

void ImageWindow::resizeEvent(QResizeEvent* event)
{
    QDialog::resizeEvent(event);
    if (m_fits) fit();
}

} // namespace cahier::widgets
