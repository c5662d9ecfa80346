// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/decorations.h>

#include <QAbstractTextDocumentLayout>
#include <QPainter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextLayout>
#include <QTextTable>

#include <cmath>

namespace cahier::widgets {

namespace {

constexpr double barWidth = 3;

class DecorationPainter {
public:
    DecorationPainter(QPainter& painter, const MarkdownDocument& document)
        : m_painter(painter), m_document(document), m_layout(*document.documentLayout())
    {
    }

    void paint(const QRectF& area)
    {
        QRectF before;
        QVariantList barsBefore;
        for (QTextBlock block = m_document.begin(); block.isValid(); block = block.next()) {
            const QRectF rect = m_layout.blockBoundingRect(block);
            const QTextBlockFormat format = block.blockFormat();
            const QTextTable* table = QTextCursor(block).currentTable();
            const QVariantList bars =
                (table ? table->format().property(QuoteBars) : format.property(QuoteBars)).toList();
            if (rect.bottom() + 50 >= area.top()) {
                const double padding = format.doubleProperty(CodePanel);
                if (padding > 0) panel(rect, format, padding);
                if (format.boolProperty(Rule)) rule(rect, format);
                if (format.hasProperty(ListMark)) listMark(block, rect, format.intProperty(ListMark));
                for (const QVariant& bar : bars)
                    quoteBar(bar.toDouble(), barsBefore.contains(bar) ? before.bottom() : rect.top(),
                             rect.bottom());
            }
            if (rect.top() > area.bottom() + 50) return;
            before = rect;
            barsBefore = bars;
        }
    }

private:
    void panel(const QRectF& rect, const QTextBlockFormat& format, double padding)
    {
        const double left = format.leftMargin() - 1.4 * padding;
        const QRectF around(left + .5, rect.top() - padding + .5, m_document.textWidth() - left - 1,
                            rect.height() + 2 * padding - 1);
        m_painter.setPen(m_document.theme().border);
        m_painter.setBrush(m_document.theme().editor);
        m_painter.drawRoundedRect(around, 4, 4);
    }

    void rule(const QRectF& rect, const QTextBlockFormat& format)
    {
        const double y = std::floor(rect.center().y());
        m_painter.fillRect(QRectF(format.leftMargin(), y, m_document.textWidth() - format.leftMargin(), 1),
                           m_document.theme().border);
    }

    void listMark(const QTextBlock& block, const QRectF& rect, int mark)
    {
        const Theme& theme = m_document.theme();
        const QFontMetricsF metrics(theme.prose);
        const QTextLayout& layout = *block.layout();
        const double ascent = layout.lineCount() > 0 ? layout.lineAt(0).ascent() : metrics.ascent();
        const double x = metrics.xHeight();
        const QPointF centre(block.blockFormat().leftMargin() - 1.5 * x, rect.top() + ascent - .5 * x);
        const bool task = mark == OpenMark || mark == DoneMark;
        const double radius = task ? .72 * x : .27 * x;
        const QRectF box(centre - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius));
        const bool filled = mark == DiscMark || mark == SquareMark || mark == DoneMark;
        const QColor ink = mark == DoneMark ? theme.accent : task ? theme.muted : theme.text;
        m_painter.setPen(QPen(ink, x / 7));
        m_painter.setBrush(filled ? QBrush(ink) : QBrush(Qt::NoBrush));
        if (mark == DiscMark || mark == CircleMark)
            m_painter.drawEllipse(box);
        else
            m_painter.drawRoundedRect(box, task ? x / 5 : 0, task ? x / 5 : 0);
        if (mark != DoneMark) return;
        m_painter.setPen(QPen(theme.onAccent, x / 4.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        m_painter.drawPolyline(QPolygonF{centre + QPointF(-.36, .02) * x, centre + QPointF(-.1, .3) * x,
                                         centre + QPointF(.38, -.3) * x});
    }

    void quoteBar(double x, double top, double bottom)
    {
        m_painter.fillRect(QRectF(x, top, barWidth, bottom - top), m_document.theme().border);
    }

    QPainter& m_painter;
    const MarkdownDocument& m_document;
    QAbstractTextDocumentLayout& m_layout;
};

} // namespace

void paintDecorations(QPainter& painter, const MarkdownDocument& document, const QRectF& area)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    DecorationPainter(painter, document).paint(area);
    painter.restore();
}

} // namespace cahier::widgets
