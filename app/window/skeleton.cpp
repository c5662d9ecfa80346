// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/skeleton.h>

#include <QPainter>

#include <algorithm>
#include <array>

namespace cahier::window {

namespace {

constexpr int gutter = 72, gap = 18, maxWidth = 1000;
constexpr std::array heights{64, 36, 110, 36, 150, 64};

} // namespace

Skeleton::Skeleton(const widgets::Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance)
{
    setAccessibleName(tr("The notebook is being opened"));
}

void Skeleton::paintEvent(QPaintEvent*)
{
    const widgets::Theme& theme = m_appearance.theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.page);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.editor);
    const int width = std::min(maxWidth, this->width() - gutter - 2 * gap);
    int top = gap;
    for (const int height : heights) {
        painter.drawRoundedRect(gutter, top, width, height, 4, 4);
        top += height + gap;
    }
}

} // namespace cahier::window
