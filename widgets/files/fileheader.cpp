// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/fileheader.h>

#include <widgets/theme/icons.h>

#include <QPainter>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int margin = 6, nameMargin = 10, arrow = 12, padding = 4;

} // namespace

FileHeader::FileHeader(const Appearance& appearance, QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent), m_appearance(appearance)
{
    setAccessibleName(tr("Columns"));
    setSectionsClickable(true);
    setHighlightSections(false);
    setSortIndicatorShown(true);
    setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
}

QSize FileHeader::sizeHint() const
{
    return {0, fontMetrics().height() + 2 * padding};
}

void FileHeader::paintEvent(QPaintEvent* event)
{
    {
        QPainter painter(viewport());
        painter.fillRect(viewport()->rect(), m_appearance.theme().chrome);
        painter.fillRect(QRect(0, height() - 1, width(), 1), m_appearance.theme().border);
    }
    QHeaderView::paintEvent(event);
}

void FileHeader::paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const
{
    const Theme& theme = m_appearance.theme();
    const bool isName = logicalIndex == 0;
    const bool isSorted = sortIndicatorSection() == logicalIndex;
    QRect place = rect.adjusted(isName ? nameMargin : margin, 0, -margin, 0);
    const QString title = model()->headerData(logicalIndex, Qt::Horizontal).toString();
    painter->setPen(isSorted ? theme.text : theme.muted);
    painter->setFont(font());
    if (isSorted) {
        const bool descends = sortIndicatorOrder() == Qt::DescendingOrder;
        const int text = fontMetrics().horizontalAdvance(title);
        const int left = isName ? std::min(place.left() + text + padding, place.right() - arrow)
                                : std::max(place.left(), place.right() - text - arrow - padding);
        icon(descends ? u"chevron-down"_s : u"chevron-up"_s)
            .paint(painter, QRect(left, rect.center().y() - arrow / 2 + 1, arrow, arrow));
        if (isName) place.setRight(left);
    }
    painter->drawText(place, Qt::AlignVCenter | (isName ? Qt::AlignLeft : Qt::AlignRight),
                      fontMetrics().elidedText(title, Qt::ElideRight, place.width()));
}

} // namespace cahier::widgets
