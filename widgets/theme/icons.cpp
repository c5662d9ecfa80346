// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/theme/icons.h>

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

/// Icons are one colour, which their files call currentColor.
class SymbolicIcon : public QIconEngine {
public:
    explicit SymbolicIcon(QString path) : m_path(std::move(path)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatio() : 1;
        painter->drawPixmap(rect, drawn(rect.size(), mode, ratio));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override
    {
        return drawn(size, mode, 1);
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal scale) override
    {
        return drawn(size, mode, scale);
    }

    [[nodiscard]] QIconEngine* clone() const override { return new SymbolicIcon(m_path); }
    [[nodiscard]] QString key() const override { return u"cahier-symbolic"_s; }

private:
    [[nodiscard]] QPixmap drawn(const QSize& size, QIcon::Mode mode, qreal ratio) const
    {
        const QPalette palette = QApplication::palette();
        const QColor colour = mode == QIcon::Disabled
                                  ? palette.color(QPalette::Disabled, QPalette::ButtonText)
                              : mode == QIcon::Selected ? palette.color(QPalette::HighlightedText)
                                                        : palette.color(QPalette::ButtonText);
        const QString key = u"%1 %2 %3 %4 %5"_s.arg(m_path, colour.name(QColor::HexArgb))
                                .arg(size.width())
                                .arg(size.height())
                                .arg(ratio);
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size * ratio);
        pixmap.setDevicePixelRatio(ratio);
        pixmap.fill(Qt::transparent);
        QFile file(m_path);
        if (file.open(QIODevice::ReadOnly)) {
            QSvgRenderer renderer(file.readAll().replace("currentColor", colour.name().toUtf8()));
            QPainter painter(&pixmap);
            painter.setOpacity(colour.alphaF());
            renderer.setAspectRatioMode(Qt::KeepAspectRatio);
            renderer.render(&painter, QRectF(QPointF(), size));
        }
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    QString m_path;
};

} // namespace

QIcon icon(const QString& name)
{
    const QString path = u":/cahier/icons/%1.svg"_s.arg(name);
    return QFile::exists(path) ? QIcon(new SymbolicIcon(path)) : QIcon();
}

} // namespace cahier::widgets
