// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/mathematics/formula.h>

#include <QHash>

#include <expected>

namespace cahier::widgets {

/// Reads the SVG that MathJax writes (svg, g, path, line, rect, ellipse, polygon and text with plain
/// attributes, no style sheets, no links) into shapes. Keeps the glyphs that it has seen, so that formulas
/// share them.
class FormulaReader {
public:
    /// An error is a sentence.
    [[nodiscard]] std::expected<std::vector<FormulaShape>, QString> read(const QByteArray& svg);

    /// The path that an SVG path's `d` describes; what follows a mistake is left out.
    [[nodiscard]] static QPainterPath pathFromData(QStringView data);
    [[nodiscard]] static QTransform transformFromText(QStringView text);

private:
    QHash<QString, QPainterPath> m_glyphs;
};

} // namespace cahier::widgets
