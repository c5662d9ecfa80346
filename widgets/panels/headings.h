// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

namespace cahier::widgets {

struct Heading {
    int level = 1; ///< 1 to 6
    QString title; ///< without Markdown's marks
    friend bool operator==(const Heading&, const Heading&) = default;
};

/// The headings of a Markdown text: "# Title" and underlined ones, none inside fenced code. One pass over the
/// text, and only over its first 64 kB: a cell's headings stand at its head.
[[nodiscard]] std::vector<Heading> headingsIn(QStringView markdown);

} // namespace cahier::widgets
