// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/editor/textrange.h>
#include <widgets/outputs/textmatch.h>

#include <map>
#include <vector>

namespace cahier::widgets {

/// What a search found in one cell. At most one of the matches is the current one.
struct CellMatches {
    QRegularExpression expression;
    std::vector<TextRange> source;
    int current = -1;                     ///< of those in the source
    std::map<int, OutputMatches> outputs; ///< by the output's index
};

} // namespace cahier::widgets
