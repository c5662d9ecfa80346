// SPDX-License-Identifier: GPL-3.0-or-later
// Find and replace over a whole notebook: what, where, and what a replacement says. No widgets.
#pragma once

#include <core/notebook/notebook.h>

#include <QRegularExpression>

#include <atomic>
#include <memory>
#include <vector>

namespace cahier::widgets {

struct SearchQuery {
    QString text;
    bool regularExpression = false;
    bool matchCase = false;
    bool wholeWords = false;
    bool inOutputs = false; ///< the text of outputs, too

    bool operator==(const SearchQuery&) const = default;
};

struct SearchMatch {
    notebook::CellKey cell{};
    int output = -1;     ///< the output's index; -1: in the source
    qsizetype start = 0; ///< UTF-16 units of the source, or of the line of searchedText()
    qsizetype length = 0;
    qsizetype line = 0; ///< of searchedText(); 0 in a source
    QString mimeType;   ///< of what was searched of the output

    bool operator==(const SearchMatch&) const = default;
};

/// The expression to search for; InvalidFormat with the place and reason where it is no valid one.
[[nodiscard]] Result<QRegularExpression> searchExpression(const SearchQuery& query);

/// All matches in the cells, in order. Empty matches are left out. Any thread; gives up early (with what it
/// has) once *cancelled is set.
[[nodiscard]] std::vector<SearchMatch> findMatches(const std::vector<notebook::Cell>& cells,
                                                   const QRegularExpression& expression, bool inOutputs,
                                                   const std::atomic<bool>* cancelled = nullptr);

/// What a match is replaced with: in a regular expression's replacement \0 to \9 are its groups, \n and \t a
/// line break and a tab, \\ a backslash.
[[nodiscard]] QString replacementFor(const QString& source, const SearchMatch& match,
                                     const QRegularExpression& expression, const QString& replacement,
                                     bool regularExpression);

/// Replaces these matches in sources (those in outputs are left alone) as one undo step; returns how many.
/// A match whose text is not there any more is skipped.
int replaceAll(notebook::Notebook& notebook, const std::vector<SearchMatch>& matches,
               const QRegularExpression& expression, const QString& replacement, bool regularExpression);

} // namespace cahier::widgets
