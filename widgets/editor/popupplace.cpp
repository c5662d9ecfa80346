// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/popupplace.h>

#include <QGuiApplication>
#include <QScreen>

#include <algorithm>

namespace cahier::widgets {

QRect popupPlace(const QRect& cursor, const QSize& size)
{
    constexpr int gap = 2;
    const QScreen* screen = QGuiApplication::screenAt(cursor.center());
    if (!screen) screen = QGuiApplication::primaryScreen();
    const QRect space = screen->availableGeometry();
    const int below = space.bottom() - cursor.bottom() - gap;
    const int above = cursor.top() - space.top() - gap;
    QRect place(cursor.bottomLeft() + QPoint(0, gap), size);
    if (size.height() > below && above > below) {
        place.setHeight(std::min(size.height(), above));
        place.moveBottom(cursor.top() - gap);
    } else {
        place.setHeight(std::min(size.height(), std::max(below, 60)));
    }
    place.moveLeft(
        std::clamp(place.left(), space.left(), std::max(space.left(), space.right() - place.width())));
    return place;
}

} // namespace cahier::widgets
