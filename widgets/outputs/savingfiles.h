// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <functional>

QT_BEGIN_NAMESPACE
class QString;
class QWidget;
QT_END_NAMESPACE

namespace cahier::widgets {

/// Asks where to, then writes what `make` gives; both making and writing happen on a worker. A failure is
/// told in a message box over `parent`.
void saveBytes(QWidget* parent, const QString& suggestedName, std::function<QByteArray()> make);

} // namespace cahier::widgets
