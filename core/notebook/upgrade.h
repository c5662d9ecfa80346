// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook.
#pragma once

#include <QByteArray>
#include <QString>

#include <expected>
#include <string_view>

namespace cahier::notebook {

/// Gives the text of a notebook of nbformat 2 or 3 as nbformat 4.5, converted and laid out as Python's
/// nbformat does (nbformat.read(as_version=4), then nbformat.write); only the cell ids are different each
/// time there and are counted here. The error is the end of a sentence.
[[nodiscard]] std::expected<QByteArray, QString> upgradeNotebook(std::string_view text, int major);

} // namespace cahier::notebook
