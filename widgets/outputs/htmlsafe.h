// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>

namespace cahier::widgets {

/// HTML that only lays out text and pictures it brings along.
struct SafeHtml {
    QString html;
    bool isEmpty = true;       ///< nothing to see is left
    bool isTooComplex = false; ///< more than a text document shows well
};

/// Keeps an allowed list of elements and attributes: no scripts, forms, frames or style sheets, links to
/// http, https and mailto, pictures as data, colours and weights out of styles. Colours that cannot be read
/// on `page` go.
[[nodiscard]] SafeHtml safeHtml(QStringView html, const QColor& page);

/// Where a link of an output may lead.
[[nodiscard]] bool isSafeLink(const QString& address);

} // namespace cahier::widgets
