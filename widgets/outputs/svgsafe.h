// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace cahier::widgets {

/// A static SVG with nothing in it that runs, or that is fetched from a file or the network: scripts, foreign
/// objects, animations, references other than to itself, images other than data. Nothing where it is not SVG,
/// or would draw more than a screen can show (elements that use each other over and over).
[[nodiscard]] std::optional<QByteArray> safeSvg(const QByteArray& svg);

} // namespace cahier::widgets
