// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGuiApplication>

/// What reads fonts and entities needs one; it has no display.
inline void startGuiApplication(int* argc, char*** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    static QGuiApplication application(*argc, *argv);
}
