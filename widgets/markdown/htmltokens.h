// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>

#include <vector>

namespace cahier::widgets {

struct HtmlToken {
    enum class Kind { Text, Open, Close } kind = Kind::Text;
    QString text; ///< of Text, with entities decoded; a tag's name, in small letters
    QHash<QString, QString> attributes;
};

/// HTML as tags and text. Comments, declarations and processing instructions are left out.
[[nodiscard]] std::vector<HtmlToken> htmlTokens(QStringView html);

/// "&amp;" as "&"; a text that is no entity as it is.
[[nodiscard]] QString decodeEntity(const QString& entity);
[[nodiscard]] QString decodeEntities(QStringView text);

} // namespace cahier::widgets
