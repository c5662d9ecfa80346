// SPDX-License-Identifier: GPL-3.0-or-later
// Marks of a search in text that was rendered from a source. Markdown's source and what is read differ, so
// that the places found in the source say little: the rendered text is searched again with the same
// expression. Which of the marks is the current one is told by the letters around it in the source.
#pragma once

#include <widgets/editor/textrange.h>
#include <widgets/theme/theme.h>

#include <QRegularExpression>
#include <QString>

#include <vector>

QT_BEGIN_NAMESPACE
class QTextEdit;
QT_END_NAMESPACE

namespace cahier::widgets {

struct RenderedSearch {
    QRegularExpression expression; ///< with an empty pattern nothing is marked
    QString source;
    std::vector<TextRange> found; ///< in the source
    int current = -1;             ///< of them
};

struct RenderedMatches {
    std::vector<TextRange> ranges;
    int current = -1;
};

/// All matches in a text; empty ones are left out.
[[nodiscard]] std::vector<TextRange> rangesIn(const QString& text, const QRegularExpression& expression);

/// Which of `shown`, places in the rendered text, is the search's current one. As many as in the source: the
/// one of the same number; else the one in the same surroundings. -1 where none is: what was found is not
/// seen, such as the address of a link.
[[nodiscard]] int renderedCurrent(const RenderedSearch& search, const QString& text,
                                  const std::vector<TextRange>& shown);

/// Draws the marks behind the text of a view.
void markMatches(QTextEdit& view, const RenderedMatches& matches, const Theme& theme);
/// Where a range is in the view's viewport.
[[nodiscard]] QRect rectOf(const QTextEdit& view, const TextRange& range);

} // namespace cahier::widgets
