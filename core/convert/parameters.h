// SPDX-License-Identifier: GPL-3.0-or-later
// Parameterised notebooks, as papermill does it: values given from outside go into a code cell tagged
// "injected-parameters" after the cell tagged "parameters"
// (https://papermill.readthedocs.io/en/latest/usage-parameterize.html).
#pragma once

#include <core/error.h>
#include <core/notebook/notebook.h>

#include <nlohmann/json.hpp>

#include <span>

namespace cahier::convert {

struct Parameter {
    QString name;
    nlohmann::json value; ///< a string, number, boolean or null
};

/// "name=value". The value becomes True, False, None, an integer or a float where it looks like one, as
/// papermill's -p does; with `raw` it stays text, as its -r does. Fails with InvalidFormat.
[[nodiscard]] Result<Parameter> parseParameter(const QString& text, bool raw);

/// The assignments in the notebook's language: Python, R, Julia or Bash; Unsupported for others.
[[nodiscard]] Result<QString> parameterSource(const QString& language, std::span<const Parameter> parameters);

/// Puts the parameters in: in place of an earlier injected cell, else after the "parameters" cell, else on
/// top. One undo step.
[[nodiscard]] Result<void> injectParameters(notebook::Notebook& notebook,
                                            std::span<const Parameter> parameters);

} // namespace cahier::convert
