// SPDX-License-Identifier: GPL-3.0-or-later
// QScintilla's header spells Qt's keywords, which QT_NO_KEYWORDS takes away. Include it through this one.
#pragma once

#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#include <Qsci/qsciscintillabase.h> // IWYU pragma: export
#undef signals
#undef slots
