// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/markdown/documentobjects.h>

#include <QFontMetricsF>
#include <QPainter>
#include <QTextBlock>

#include <algorithm>
#include <cmath>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

double emOf(const QTextFormat& format)
{
    return format.doubleProperty(ObjectEm);
}

/// How far the layout lets an object go below the baseline.
double descentOf(const QTextFormat& format)
{
    return QFontMetrics(format.toCharFormat().font()).descent();
}

/// A formula that does not fit its line is drawn as small as it takes: its end matters as much as its
/// beginning, and what is too small to be read is its tool tip.
double fittingScale(const Formula& formula, double em, double available)
{
    const double width = formula.widthWithTag() * em;
    return width <= available || width <= 0 ? 1 : available / width;
}

QString pendingText(const FormulaSlot& slot)
{
    return slot.source.simplified();
}

QString placeholderText(const Picture& picture)
{
    const QString name = picture.alternative.isEmpty() ? picture.address.left(200) : picture.alternative;
    if (picture.remote) return DocumentObjects::tr("Picture on the web, not loaded: %1").arg(name);
    return DocumentObjects::tr("Picture not found: %1").arg(name);
}

} // namespace

DocumentObjects::DocumentObjects(MarkdownDocument* document) : QObject(document), m_document(document) {}

void DocumentObjects::alignOnBaseline(QTextCharFormat& format, const Formula& formula, const Theme& theme)
{
    QFont font = theme.prose;
    font.setPixelSize(100);
    const double descent = std::max(1.0, QFontMetricsF(font).descent()) / 100;
    const double depth =
        std::ceil(std::max(0.0, formula.depth * emOf(format) - .2)); // the layout's are whole pixels
    int size = std::max(1, int(depth / descent));
    do
        font.setPixelSize(size++);
    while (QFontMetrics(font).descent() < depth && size < 10'000);
    format.setFont(font);
    format.setVerticalAlignment(QTextCharFormat::AlignBaseline);
}

double DocumentObjects::availableWidth(int position) const
{
    const QTextBlockFormat block = m_document->findBlock(position).blockFormat();
    const double width = m_document->textWidth() > 0 ? m_document->textWidth() : 800;
    return std::max(40.0, width - block.leftMargin() - block.rightMargin() - 1);
}

QSizeF DocumentObjects::intrinsicSize(QTextDocument*, int position, const QTextFormat& format)
{
    const size_t index = size_t(format.intProperty(ObjectIndex));
    if (format.objectType() == FormulaObject)
        return index < m_document->formulas().size()
                   ? formulaSize(m_document->formulas()[index], position, format)
                   : QSizeF();
    return index < m_document->pictures().size() ? pictureSize(m_document->pictures()[index], position)
                                                 : QSizeF();
}

QSizeF DocumentObjects::formulaSize(const FormulaSlot& slot, int position, const QTextFormat& format) const
{
    const double available = availableWidth(position);
    const double em = emOf(format);
    if (!slot.formula || !slot.formula->error.isEmpty()) {
        const QFontMetricsF metrics(m_document->theme().code);
        const QString text = slot.formula ? slot.formula->error : pendingText(slot);
        const double height = slot.formula || !slot.key.display ? metrics.ascent() : 2.6 * em;
        return {std::min(available, metrics.horizontalAdvance(text) + 2), height};
    }
    const Formula& formula = *slot.formula;
    const double scaled = em * fittingScale(formula, em, available);
    const double width = formula.tagShapes.empty() ? std::min(available, formula.width * scaled) : available;
    // A small formula alone in its line leaves the line as high as with text.
    const double ascent = slot.key.display ? 0 : QFontMetricsF(m_document->theme().prose).ascent();
    return {width, std::ceil(std::max(ascent, formula.height * scaled)) + descentOf(format)};
}

QSizeF DocumentObjects::pictureSize(const Picture& picture, int position) const
{
    const double available = availableWidth(position);
    if (picture.natural.isEmpty()) {
        const QFontMetricsF metrics(m_document->theme().prose);
        return {std::min(available, metrics.horizontalAdvance(placeholderText(picture)) + 20),
                metrics.height() + 10};
    }
    const double zoom = m_document->theme().zoom;
    QSizeF size = QSizeF(picture.natural) * zoom;
    const QSizeF wanted = QSizeF(picture.wanted) * zoom;
    if (wanted.width() > 0 && wanted.height() > 0)
        size = wanted;
    else if (wanted.width() > 0)
        size *= wanted.width() / size.width();
    else if (wanted.height() > 0)
        size *= wanted.height() / size.height();
    return size.width() > available ? size * (available / size.width()) : size;
}

void DocumentObjects::drawObject(QPainter* painter, const QRectF& rect, QTextDocument*, int,
                                 const QTextFormat& format)
{
    const size_t index = size_t(format.intProperty(ObjectIndex));
    painter->save();
    if (format.objectType() == PictureObject && index < m_document->pictures().size())
        drawPicture(*painter, rect, m_document->pictures()[index]);
    else if (format.objectType() == FormulaObject && index < m_document->formulas().size())
        drawFormula(*painter, rect, m_document->formulas()[index], format);
    painter->restore();
}

void DocumentObjects::drawFormula(QPainter& painter, const QRectF& rect, const FormulaSlot& slot,
                                  const QTextFormat& format) const
{
    const Theme& theme = m_document->theme();
    const QColor ink = format.foreground().style() == Qt::NoBrush ? theme.text : format.foreground().color();
    if (!slot.formula || !slot.formula->error.isEmpty()) {
        painter.setFont(theme.code);
        painter.setPen(slot.formula ? theme.error : theme.muted);
        const QFontMetricsF metrics(theme.code);
        const QString text = slot.formula ? slot.formula->error : pendingText(slot);
        const double baseline =
            slot.key.display && !slot.formula ? rect.center().y() + metrics.ascent() / 2 : rect.bottom();
        painter.drawText(QPointF(rect.left() + 1, baseline),
                         metrics.elidedText(text, Qt::ElideRight, rect.width()));
        return;
    }
    const Formula& formula = *slot.formula;
    painter.setFont(theme.prose);
    const double em = emOf(format) * fittingScale(formula, emOf(format), rect.width());
    const double baseline = rect.bottom() - descentOf(format);
    const double left = formula.tagShapes.empty() ? rect.left() : rect.center().x() - formula.width * em / 2;
    paintFormula(painter, formula, {left, baseline}, em, ink);
    if (!formula.tagShapes.empty()) paintFormulaTag(painter, formula, {rect.right(), baseline}, em, ink);
}

void DocumentObjects::drawPicture(QPainter& painter, const QRectF& rect, const Picture& picture) const
{
    const Theme& theme = m_document->theme();
    if (!picture.image.isNull()) {
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        painter.drawImage(rect, picture.image);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.border);
    painter.setBrush(theme.chrome);
    painter.drawRoundedRect(rect.adjusted(.5, .5, -.5, -.5), 4, 4);
    if (!picture.natural.isEmpty()) return; // it comes
    painter.setFont(theme.prose);
    painter.setPen(picture.remote ? theme.accent : theme.muted);
    const QFontMetricsF metrics(theme.prose);
    painter.drawText(rect.adjusted(10, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                     metrics.elidedText(placeholderText(picture), Qt::ElideMiddle, rect.width() - 18));
}

} // namespace cahier::widgets
