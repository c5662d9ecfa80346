// SPDX-License-Identifier: GPL-3.0-or-later
// Which language a cell is written in, from what notebooks call languages and from IPython's cell magics.
#pragma once

#include <QString>

namespace cahier::widgets {

struct CellLanguage {
    QString language;        ///< as definitionName() understands it; empty: none
    int magicLine = -1;      ///< the line of the cell magic (`%%bash`), -1 without one
    bool lineMagics = false; ///< lines may be IPython's `%magic` or `!command`

    friend bool operator==(const CellLanguage&, const CellLanguage&) = default;
};

/// `notebookLanguage`: metadata.language_info.name ("python", "R", "C++17"), "markdown", or empty.
[[nodiscard]] CellLanguage languageOfCell(QStringView source, const QString& notebookLanguage);

/// The name of KSyntaxHighlighting's definition for a language, mime type, fence tag or alias; empty where
/// the table does not know it.
[[nodiscard]] QString definitionName(const QString& language);

[[nodiscard]] bool isPython(const QString& language);
/// Prose: quotes are not closed, Tab does not complete.
[[nodiscard]] bool isProse(const QString& language);

} // namespace cahier::widgets
