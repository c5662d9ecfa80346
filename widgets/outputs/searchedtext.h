// SPDX-License-Identifier: GPL-3.0-or-later
// What a search in outputs looks through: the text as its widget shows it, so that places in one are places
// in the other.
#pragma once

#include <core/notebook/cell.h>

namespace cahier::widgets {

struct SearchedText {
    QString mimeType; ///< empty for streams and errors
    QString text;
};

/// Streams and errors without escape sequences, a table as tab-separated lines, the words of other HTML, the
/// source of Markdown, else text/plain. Any thread; parses.
[[nodiscard]] SearchedText searchedText(const notebook::Output& output);

/// A traceback as it is shown: IPython's first rule, which the header stands for, is left out.
[[nodiscard]] QString shownTraceback(const notebook::Output& error);

} // namespace cahier::widgets
