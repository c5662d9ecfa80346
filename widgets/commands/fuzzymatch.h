// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStringView>

#include <optional>

namespace cahier::widgets {

/// How well a few typed letters fit a text.
struct FuzzyMatch {
    int score = 0;           ///< higher is better; comparable for one pattern
    QList<qsizetype> places; ///< the indices in the text of the pattern's letters, rising
};

/// Nothing unless all letters of the pattern (blanks aside) are in the text in their order, whatever their
/// case. Of the ways to find them the best counts: letters at the start of words and letters in a row score.
[[nodiscard]] std::optional<FuzzyMatch> fuzzyMatch(QStringView pattern, QStringView text);

} // namespace cahier::widgets
