// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/theme.h>

#include <QIcon>
#include <QString>

class QPainter;
class QSize;
class QStyleOptionViewItem;

namespace cahier::widgets {

/// A row of a list with two lines: what it is, and below, less important, a detail; a note at the right.
struct ListRow {
    QIcon mark; ///< at the left, where there is always room for it
    QString title, detail, note;
    QColor noteInk; ///< invalid: that of the detail
};

constexpr int listRowPadding = 8;

[[nodiscard]] QSize listRowSize(const QStyleOptionViewItem& option);
void paintListRow(QPainter& painter, const QStyleOptionViewItem& option, const Theme& theme,
                  const ListRow& row);

} // namespace cahier::widgets
