// SPDX-License-Identifier: GPL-3.0-or-later
// Text and pictures out of an output's JSON. Whatever is of an unexpected type gives an empty text.
#pragma once

#include <QByteArray>
#include <QString>

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace cahier::convert {

/// A member that is a string, else an empty text.
[[nodiscard]] QString textMember(const nlohmann::json& object, const char* name);

/// data[mimeType] of an output whose multi-line lists are joined; JSON values are written with indent 2.
[[nodiscard]] QString mimeText(const nlohmann::json& output, const QString& mimeType);

/// The traceback of an error output, lines joined; "ename: evalue" where there is none.
[[nodiscard]] QString tracebackText(const nlohmann::json& error);

/// The bytes of a picture as nbformat stores it: SVG as text, others as base64.
[[nodiscard]] QByteArray pictureBytes(const QString& mimeType, const QString& data);

/// The types of pictures that a page may show. Anything can stand where a file should say a type.
[[nodiscard]] bool isPictureType(const QString& mimeType);

/// The picture of an attachment's bundle: its type and data as nbformat stores it.
struct Picture {
    QString mimeType;
    QString data;
};
/// The first of the bundle of this name that is a picture.
[[nodiscard]] std::optional<Picture> attachedPicture(const nlohmann::json& attachments, const QString& name);

/// The same as a data: address.
[[nodiscard]] QString dataAddress(const QString& mimeType, const QString& data);

/// "png" for image/png, "svg" for image/svg+xml, …
[[nodiscard]] QString fileSuffix(const QString& mimeType);

} // namespace cahier::convert
