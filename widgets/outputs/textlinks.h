// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QUrl>

#include <vector>

namespace cahier::widgets {

/// A stretch of a line of output that leads somewhere: to `url`, or to a line of the cell that ran with
/// `executionCount`.
struct TextLink {
    qsizetype start = 0;
    qsizetype length = 0;
    QUrl url;                ///< http, https or, from a traceback, a file with its line as fragment ("L12")
    int executionCount = -1; ///< of the cell; -1 for addresses and files
    int line = 0;            ///< from 1
};

/// The links in one line. Places in code count in tracebacks alone.
[[nodiscard]] std::vector<TextLink> findLinks(const QString& line, bool isTraceback);

} // namespace cahier::widgets
