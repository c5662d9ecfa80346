// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>

#include <optional>

namespace cahier::widgets {

/// The size in pixels that a picture's first bytes say (PNG, GIF, JPEG, WebP), or that of an SVG's root.
/// Decodes nothing. Nothing where the bytes do not say it.
[[nodiscard]] std::optional<QSize> imageSize(const QString& mimeType, const QByteArray& beginning);

} // namespace cahier::widgets
