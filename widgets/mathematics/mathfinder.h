// SPDX-License-Identifier: GPL-3.0-or-later
// Where the mathematics is in Markdown, found before Markdown's own syntax is looked at, as JupyterLab does:
// `$…$`, `$$…$$`, `\(…\)`, `\[…\]` (with one or two backslashes), `\begin{x}…\end{x}`, and references to
// equations, `\ref{…}` and `\eqref{…}`, in text. Not in code; never over an empty line.
//
// A dollar is an amount, not a formula, where the next one is followed by a digit ("$5 and $6") or looks like
// the start of another amount; JupyterLab sets such text as a formula. `\(` and `\[` are also Markdown's
// escapes: what they enclose is a formula only if it looks like one.
#pragma once

#include <QString>
#include <QStringView>

#include <vector>

namespace cahier::widgets {

enum class MathKind {
    Inline,
    Display,
    Reference, ///< \ref or \eqref outside formulas
};

struct MathSpan {
    qsizetype start = 0, length = 0; ///< in the source, with the delimiters
    MathKind kind = MathKind::Inline;
    QString tex; ///< without delimiters; an environment with its \begin and \end; a reference's label
};

/// In order. Linear in the length of the text.
[[nodiscard]] std::vector<MathSpan> findMath(QStringView markdown);

} // namespace cahier::widgets
