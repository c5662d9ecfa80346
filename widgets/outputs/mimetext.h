// SPDX-License-Identifier: GPL-3.0-or-later
// What is in a MIME bundle, decoded. For workers, or for short values.
#pragma once

#include <core/notebook/rawjson.h>

#include <QString>

namespace cahier::widgets {

/// A text value; at most about `limit` bytes of it.
[[nodiscard]] QByteArray mimeUtf8(const notebook::RawJson& json, size_t limit = size_t(-1));
/// The bytes of a picture or file: base64 unless the type is text.
[[nodiscard]] QByteArray mimeBytes(const notebook::RawJson& json, const QString& mimeType);
/// The first `limit` bytes of them, or a few less.
[[nodiscard]] QByteArray mimeBeginning(const notebook::RawJson& json, const QString& mimeType, size_t limit);
[[nodiscard]] bool isTextType(const QString& mimeType);
[[nodiscard]] bool isJsonType(const QString& mimeType);

} // namespace cahier::widgets
