// SPDX-License-Identifier: GPL-3.0-or-later
// Which representation of an output to show: one ranking for exports and for the window.
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace cahier::convert {

/// Where the output goes, which decides what is richest there.
enum class Medium {
    Html,     ///< a page: HTML, then images, then text
    Markdown, ///< Markdown files: images and Markdown before HTML
    Terminal, ///< text only
    Window,   ///< drawn by Qt: images, then safe HTML, mathematics, Markdown, JSON, text
};

/// How well a type shows what it means there: the lower the better; nothing for one that cannot be shown. In
/// the window any JSON type is shown, except those that only a script of theirs can show.
[[nodiscard]] std::optional<int> mimeRank(const QString& mimeType, Medium medium);

/// Whether only a script in a web view can show this type: JavaScript, widgets, and the plots of libraries
/// that draw in a browser.
[[nodiscard]] bool needsWebView(const QString& mimeType);

/// The MIME type of `available` to show, or an empty string when none can be shown there.
[[nodiscard]] QString bestMimeType(const QStringList& available, Medium medium);

} // namespace cahier::convert
