// SPDX-License-Identifier: GPL-3.0-or-later
// What formulas of one notebook share though cells are drawn one by one: equation numbers, labels and macros,
// all in the order of the document. (JupyterLab lets MathJax count in the order in which it happens to draw.)
//
// Numbered are, as with MathJax's tags: 'ams', the environments equation, align, gather, multline, alignat,
// flalign, xalignat, eqnarray, numcases, subnumcases, one number a row (equation and multline: one in all),
// but for rows with \notag, \nonumber or \tag.
//
// Macros are what \newcommand, \renewcommand, \providecommand, \def, \gdef, \let, \newenvironment,
// \renewenvironment, \DeclareMathOperator and \DeclarePairedDelimiter define in any formula; they hold in all
// later formulas of the notebook.
#pragma once

#include <widgets/mathematics/formula.h>
#include <widgets/mathematics/mathfinder.h>

#include <QHash>

#include <memory>
#include <span>

namespace cahier::widgets {

struct Equation {
    QString label; ///< or empty
    QString tag;   ///< as \tag gives it; empty: numbered, if numbered is set
    bool numbered = false;

    bool operator==(const Equation&) const = default;
};

/// What one cell adds. Worth keeping with the cell: only its text decides it.
struct CellMath {
    std::vector<Equation> equations; ///< those with a number, tag or label
    QStringList definitions;

    bool operator==(const CellMath&) const = default;
};

/// Returns at once for text without a backslash.
[[nodiscard]] CellMath scanMath(QStringView markdown);

struct EquationPlace {
    QString tag;  ///< "3", without brackets
    int cell = 0; ///< index into what was given to numberEquations
};

/// What a cell's formulas need to know of the cells before it. Cheap to copy.
struct MathContext {
    int numberFrom = 1;
    QStringList definitions;
    std::shared_ptr<const QHash<QString, EquationPlace>> labels; ///< the notebook's; may be null

    [[nodiscard]] QString
    tagOf(const QString& label) const; ///< "???" for an unknown label, as MathJax has it
    /// Whether a cell with this text looks the same in both contexts.
    [[nodiscard]] bool looksLike(const MathContext& other) const;
};

/// The context of each cell. Of equal labels the first counts.
[[nodiscard]] std::vector<MathContext> numberEquations(std::span<const CellMath> cells);

/// The keys of the formulas among these spans, which are all of one cell's, in order. A reference has an
/// empty key.
[[nodiscard]] std::vector<FormulaKey> formulaKeys(const std::vector<MathSpan>& spans,
                                                  const MathContext& context);

} // namespace cahier::widgets
