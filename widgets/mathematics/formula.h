// SPDX-License-Identifier: GPL-3.0-or-later
// One typeset formula: a value that is made on a worker and painted in any colour and size.
#pragma once

#include <QByteArray>
#include <QColor>
#include <QFont>
#include <QPainterPath>
#include <QPointF>
#include <QString>
#include <QStringList>
#include <QTransform>

#include <utility>
#include <vector>

class QPainter;

namespace cahier::widgets {

/// Everything that a formula's looks depend on, but for colour and size.
struct FormulaKey {
    QString tex;
    bool display = false;
    int numberFrom = 0;      ///< the number of its first numbered equation; 0 where it numbers none
    QStringList definitions; ///< macro definitions before it (\newcommand, \def, …), in order
    QList<std::pair<QString, QString>>
        references; ///< label and tag of each equation that it refers to or labels

    bool operator==(const FormulaKey&) const = default;
};

[[nodiscard]] size_t qHash(const FormulaKey& key, size_t seed = 0);

/// A glyph, a line or a text. Coordinates are TeX's: 1000 to the em, y upwards before `transform`, which
/// turns them into ems, y downwards, from the left end of the baseline.
struct FormulaShape {
    QPainterPath path; ///< shared by all glyphs that look alike
    QString text;      ///< of characters that MathJax's font lacks: drawn in the reader's font
    QTransform transform;
    QColor fill, stroke; ///< invalid: the text's colour
    bool filled = true;
    double strokeWidth = 0; ///< 0: none
    QList<qreal> dashes;    ///< in stroke widths
    bool bold = false, italic = false;
    double textSize = 0;
};

/// Lengths are in em of the surrounding text.
struct Formula {
    QByteArray svg;    ///< the formula alone, in currentColor
    QByteArray tagSvg; ///< the numbers of its equations, which stand at the right end of the line, or empty
    double width = 0, height = 0, depth = 0; ///< height above and depth below the baseline
    double tagWidth = 0;
    QString error; ///< a sentence; then there is nothing else
    std::vector<FormulaShape> shapes, tagShapes;

    [[nodiscard]] double widthWithTag() const
    {
        return tagShapes.empty() ? width : width + 2 * (tagWidth + 1);
    }
};

/// An em in pixels such that mathematics looks as large as text in this font.
[[nodiscard]] double formulaEm(const QFont& font);

/// `origin` is the left end of the baseline. Vectors: crisp at every scale.
void paintFormula(QPainter& painter, const Formula& formula, QPointF origin, double em, const QColor& colour);
/// Its equation numbers, which end at `right`.
void paintFormulaTag(QPainter& painter, const Formula& formula, QPointF right, double em,
                     const QColor& colour);

} // namespace cahier::widgets
