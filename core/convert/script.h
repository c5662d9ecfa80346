// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/error.h>
#include <core/notebook/notebook.h>

namespace cahier::convert {

/// The notebook as a Python program in the "percent" format that editors read back as cells: "# %%" before
/// each code cell, "# %% [markdown]" before text
/// (https://jupytext.readthedocs.io/en/latest/formats-scripts.html). IPython's magics and shell commands are
/// not Python: their lines become comments. Fails with Unsupported for a notebook in another language.
[[nodiscard]] Result<QString> toPythonScript(const notebook::Notebook& notebook);

/// The source of one code cell with magics and shell commands as comments. Text inside of a multi-line
/// string is left alone.
[[nodiscard]] QString commentMagics(const QString& source);

} // namespace cahier::convert
