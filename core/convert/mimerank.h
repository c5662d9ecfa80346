// SPDX-License-Identifier: GPL-3.0-or-later
// Which representation of an output to show: one ranking for exports and for the window.
#pragma once

#include <QString>
#include <QStringList>

namespace cahier::convert {

/// Where the output goes, which decides what is richest there.
enum class Medium {
    Html,     ///< a page: HTML, then images, then text
    Markdown, ///< Markdown files: images and Markdown before HTML
    Terminal, ///< text only
};

/// The MIME type of `available` to show, or an empty string when none can be shown there.
[[nodiscard]] QString bestMimeType(const QStringList& available, Medium medium);

} // namespace cahier::convert
