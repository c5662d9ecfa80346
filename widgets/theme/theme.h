// SPDX-License-Identifier: GPL-3.0-or-later
// The colours and fonts that everything Cahier draws uses.
#pragma once

#include <core/text/ansi.h>

#include <QColor>
#include <QFont>
#include <QPalette>

#include <array>

namespace cahier::widgets {

/// One look: a value, cheap enough to copy into a worker. Text colours have a contrast of at least 4.5 on
/// page, chrome and editor.
struct Theme {
    bool dark = false;
    double zoom = 1; ///< of what notebooks show; 1 is 100 %. The fonts below have it applied

    QColor page;     ///< behind cells and rendered text
    QColor chrome;   ///< tool bars, panels, the window
    QColor editor;   ///< behind code
    QColor border;   ///< lines between things
    QColor text;     ///< on all of the above
    QColor muted;    ///< less important text
    QColor accent;   ///< the active cell, links, the focus; readable as text
    QColor onAccent; ///< text on the accent colour
    QColor error;    ///< text and icons
    QColor warning;
    QColor success;
    QColor errorPage; ///< behind a traceback
    QColor selection; ///< behind selected text
    QColor match;     ///< behind what a search found
    QColor currentMatch;
    std::array<QColor, 16> ansi; ///< xterm's 0..15, as they look well on page

    QFont interface; ///< the desktop's; without zoom
    QFont prose;     ///< rendered Markdown
    QFont code;      ///< monospace

    /// Colour of terminal text; default gives `text`, or an invalid colour for a background.
    [[nodiscard]] QColor foreground(const text::AnsiColour& colour) const;
    [[nodiscard]] QColor background(const text::AnsiColour& colour) const;
    /// For Qt's own widgets.
    [[nodiscard]] QPalette palette() const;
};

/// `interface` is the desktop's font.
[[nodiscard]] Theme makeTheme(bool dark, double zoom, const QFont& interface, const QFont& code);
/// The desktop's monospace font, or a good one that is there.
[[nodiscard]] QFont monospaceFont();
/// Contrast as WCAG 2.1 defines it, 1 to 21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);
/// The colour, or the nearest one of its hue that can be read on the ground (WCAG 2.1, level AA: 4.5).
[[nodiscard]] QColor readable(const QColor& ink, const QColor& ground);

} // namespace cahier::widgets
