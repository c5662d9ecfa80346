// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/imagestore.h>
#include <widgets/outputs/outputwidget.h>

#include <optional>

QT_BEGIN_NAMESPACE
class QBuffer;
class QMovie;
QT_END_NAMESPACE

namespace cahier::widgets {

/// A picture. Its height is known from its header; it is decoded on a worker at the size it is shown.
class ImageOutput : public OutputWidget {
    Q_OBJECT
public:
    explicit ImageOutput(OutputServices& services, QWidget* parent = nullptr);
    ~ImageOutput() override;

    [[nodiscard]] bool setOutput(const notebook::Output& output, const QString& mimeType) override;
    void clear() override;
    [[nodiscard]] int heightForWidth(int width) const override;
    void addActions(QMenu& menu, QPoint position) override;
    void copy() override;
    /// The picture was decoded, or turned out to be broken.
    [[nodiscard]] bool isReady() const { return m_picture != nullptr; }
    [[nodiscard]] QString problem() const { return m_picture ? m_picture->problem : QString(); }

protected:
    void applyTheme() override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] QSizeF naturalSize() const;
    [[nodiscard]] QSizeF shownSize(int width) const;
    [[nodiscard]] QRectF imageRect() const;
    void load();
    void take(const std::shared_ptr<const StoredPicture>& picture);
    void startMovie();
    void stopMovie();
    void paintProblem(QPainter& painter) const;
    void save();
    void openWindow();
    void cancel();

    std::optional<notebook::Output> m_output;
    QString m_mimeType;
    QSize m_pixels;      ///< as the header says; empty where it does not
    QSizeF m_statedSize; ///< as the metadata says
    std::shared_ptr<const StoredPicture> m_picture;
    QSize m_loadedPixels; ///< of m_picture or what was asked for
    ImageStore::Cancelled m_request;
    QMovie* m_movie = nullptr;
    QBuffer* m_movieBytes = nullptr;
};

} // namespace cahier::widgets
