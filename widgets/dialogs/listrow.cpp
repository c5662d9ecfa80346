// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/listrow.h>

#include <QPainter>
#include <QStyleOptionViewItem>

namespace cahier::widgets {

namespace {

constexpr int markSize = 16, padding = listRowPadding;

} // namespace

QSize listRowSize(const QStyleOptionViewItem& option)
{
    return {100, option.fontMetrics.height() * 2 + 2 * padding};
}

void paintListRow(QPainter& painter, const QStyleOptionViewItem& option, const Theme& theme,
                  const ListRow& row)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QRectF place = QRectF(option.rect).adjusted(padding / 2.0, 0, -padding / 2.0, 0);
    if (option.state & QStyle::State_Selected) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.selection);
        painter.drawRoundedRect(place, 4, 4);
    }
    place.adjust(padding, padding / 2.0, -padding, -padding / 2.0);
    row.mark.paint(&painter,
                   QRect(int(place.left()), int(place.center().y()) - markSize / 2, markSize, markSize));
    place.setLeft(place.left() + markSize + padding);
    painter.setPen(row.noteInk.isValid() ? row.noteInk : theme.muted);
    painter.drawText(place, Qt::AlignVCenter | Qt::AlignRight, row.note);
    place.setRight(place.right() - option.fontMetrics.horizontalAdvance(row.note) - 2 * padding);
    const QRectF upper = place.adjusted(0, 0, 0, -place.height() / 2),
                 lower = place.adjusted(0, place.height() / 2, 0, 0);
    const int width = static_cast<int>(place.width());
    painter.setPen(theme.muted);
    painter.drawText(lower, Qt::AlignVCenter | Qt::AlignLeft,
                     option.fontMetrics.elidedText(row.detail, Qt::ElideMiddle, width));
    painter.setPen(theme.text);
    painter.drawText(upper, Qt::AlignVCenter | Qt::AlignLeft,
                     option.fontMetrics.elidedText(row.title, Qt::ElideRight, width));
    painter.restore();
}

} // namespace cahier::widgets
