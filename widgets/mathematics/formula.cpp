// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/formula.h>

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace cahier::widgets {

size_t qHash(const FormulaKey& key, size_t seed)
{
    return qHashMulti(seed, key.tex, key.display, key.numberFrom, key.definitions.size(),
                      key.references.size());
}

double formulaEm(const QFont& font)
{
    constexpr double exOfTeX = 0.442; // of an em, in MathJax's font
    const QFontMetricsF metrics(font);
    const double em = font.pixelSize() > 0 ? font.pixelSize() : metrics.height() / 1.17;
    // Letters as high as the text's, but not much larger than the text on the whole.
    return std::clamp(metrics.xHeight() / exOfTeX, em, 1.12 * em);
}

namespace {

QFont fontOf(const FormulaShape& shape, const QFont& base)
{
    QFont font = base;
    font.setPixelSize(std::max(1, qRound(shape.textSize)));
    font.setBold(shape.bold);
    font.setItalic(shape.italic);
    return font;
}

void paintShape(QPainter& painter, const FormulaShape& shape, const QColor& colour)
{
    const QColor fill = shape.fill.isValid() ? shape.fill : colour;
    if (!shape.text.isEmpty()) {
        painter.setPen(fill);
        painter.setFont(fontOf(shape, painter.font()));
        painter.drawText(QPointF(0, 0), shape.text);
        return;
    }
    if (shape.filled) painter.fillPath(shape.path, fill);
    if (shape.strokeWidth > 0) {
        QPen pen(shape.stroke.isValid() ? shape.stroke : colour, shape.strokeWidth, Qt::SolidLine,
                 Qt::FlatCap, Qt::MiterJoin);
        if (!shape.dashes.isEmpty()) pen.setDashPattern(shape.dashes);
        painter.strokePath(shape.path, pen);
    }
}

void paintShapes(QPainter& painter, const std::vector<FormulaShape>& shapes, QPointF origin, double em,
                 const QColor& colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(origin);
    painter.scale(em, em);
    const QTransform base = painter.transform();
    for (const FormulaShape& shape : shapes) {
        painter.setTransform(shape.transform * base);
        paintShape(painter, shape, colour);
    }
    painter.restore();
}

} // namespace

void paintFormula(QPainter& painter, const Formula& formula, QPointF origin, double em, const QColor& colour)
{
    paintShapes(painter, formula.shapes, origin, em, colour);
}

void paintFormulaTag(QPainter& painter, const Formula& formula, QPointF right, double em,
                     const QColor& colour)
{
    paintShapes(painter, formula.tagShapes, right - QPointF(formula.tagWidth * em, 0), em, colour);
}

} // namespace cahier::widgets
