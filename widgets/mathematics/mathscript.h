// SPDX-License-Identifier: GPL-3.0-or-later
// MathJax behind an interface: it and its JavaScript engine are a module (core/modules/module.h).
#pragma once

#include <widgets/mathematics/formula.h>

#include <QByteArray>
#include <QString>

namespace cahier::widgets {

/// What MathJax made of a formula; lengths as in Formula.
struct TypesetFormula {
    QString error; ///< a sentence; then the rest is empty
    QByteArray svg;
    QByteArray tagSvg;
    double width = 0, height = 0, depth = 0, tagWidth = 0;
};

/// Used from one thread, but for interrupt().
class MathScript {
public:
    MathScript() = default;
    virtual ~MathScript() = default;
    Q_DISABLE_COPY_MOVE(MathScript)

    /// The first one loads MathJax (some 0.3 s), and so does one after an interrupted one.
    [[nodiscard]] virtual TypesetFormula typeset(const FormulaKey& key) = 0;
    /// Ends the formula in work, if there is one, with an error. Any thread.
    virtual void interrupt() = 0;
};

inline constexpr const char* mathScriptModule = "cahier-mathjax";
inline constexpr const char* mathScriptFunction = "cahierMakeMathScript";

} // namespace cahier::widgets
