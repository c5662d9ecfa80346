// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRegularExpression>
#include <QString>

#include <vector>

namespace cahier::widgets {

/// Something found in an output's text (see searchedtext.h): its line and characters.
struct TextMatch {
    qsizetype line = 0;
    qsizetype start = 0;
    qsizetype length = 0;
};

/// What a search found in one output.
struct OutputMatches {
    QString mimeType; ///< what was searched; empty for streams and errors
    QRegularExpression expression;
    std::vector<TextMatch> places; ///< in the order of the text
    int current = -1;              ///< which of them; -1: none
};

} // namespace cahier::widgets
