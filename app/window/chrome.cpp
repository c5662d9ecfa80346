// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/chrome.h>

using namespace Qt::StringLiterals;

namespace cahier::window {

QString toolBarStyle(const widgets::Theme& theme)
{
    return u"QToolBar { background: %1; border: none; border-bottom: 1px solid %2; padding: 3px 6px; "
           u"spacing: 2px; }"
           "QToolBar::separator { background: %2; width: 1px; margin: 4px 6px; }"
           "QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 4px 5px; color: %3; }"
           "QToolButton:hover, QToolButton:pressed { background: %2; }"
           "QToolButton:checked { background: %4; }"
           "QToolButton:focus { border-color: %5; }"
           "QToolButton:disabled { color: %6; }"_s.arg(
               theme.chrome.name(), theme.border.name(), theme.text.name(), theme.selection.name(),
               theme.accent.name(),
               theme.palette().color(QPalette::Disabled, QPalette::Text).name(QColor::HexArgb));
}

QString tabBarStyle(const widgets::Theme& theme)
{
    return u"QTabBar { background: %1; border: none; }"
           "QTabBar::tab { background: %1; color: %2; border: none; border-right: 1px solid %3;"
           " border-top: 2px solid transparent; padding: 5px 6px 6px 10px; }"
           "QTabBar::tab:hover { color: %4; }"
           "QTabBar::tab:selected { background: %5; color: %4; border-top-color: %6; }"
           "QTabBar:focus { border: none; }"_s.arg(theme.chrome.name(), theme.muted.name(),
                                                   theme.border.name(), theme.text.name(), theme.page.name(),
                                                   theme.accent.name());
}

} // namespace cahier::window
