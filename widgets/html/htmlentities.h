// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringView>

namespace cahier::widgets {

/// "&amp;" as "&"; a text that is no entity as it is.
[[nodiscard]] QString decodeEntity(const QString& entity);
[[nodiscard]] QString decodeEntities(QStringView text);

} // namespace cahier::widgets
