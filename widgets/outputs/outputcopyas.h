// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/cell.h>

QT_BEGIN_NAMESPACE
class QMenu;
QT_END_NAMESPACE

namespace cahier::widgets {

/// Adds a submenu with the representations of an output that are text, if there are any.
void addCopyAs(QMenu& menu, const notebook::Output& output);

} // namespace cahier::widgets
