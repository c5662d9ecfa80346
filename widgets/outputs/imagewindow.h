// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/imagestore.h>
#include <widgets/theme/appearance.h>

#include <QDialog>

QT_BEGIN_NAMESPACE
class QScrollArea;
QT_END_NAMESPACE

namespace cahier::widgets {

/// A picture in a window of its own, zoomed with Ctrl and the wheel, + and -, 0 for its own size, F to fit.
/// Deletes itself when closed.
class ImageWindow : public QDialog {
    Q_OBJECT
public:
    ImageWindow(Appearance& appearance, QWidget* parent);
    void load(const notebook::RawJson& json, const QString& mimeType);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    class Canvas;

    void take(const StoredPicture& picture);
    void zoomBy(double factor);
    void fit();
    void applyTheme();

    Appearance& m_appearance;
    QScrollArea* m_scroll;
    Canvas* m_canvas;
    bool m_fits = true;
};

} // namespace cahier::widgets
