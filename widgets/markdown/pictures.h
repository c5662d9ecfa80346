// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures that Markdown refers to. For worker threads: reads files.
#pragma once

#include <core/notebook/rawjson.h>

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <QString>

#include <optional>

namespace cahier::widgets {

/// One picture in a text. `data` is what its file, attachment or address holds; without data it is shown as a
/// placeholder.
struct Picture {
    QString address, alternative;
    QSize wanted;    ///< as HTML's width and height say, in pixels; 0: not said
    QSize natural;   ///< from the data's header
    QByteArray data; ///< emptied once decoded
    bool remote = false;
    QImage image;
    int position = -1; ///< in the document
};

/// Finds the picture's data and size: "attachment:name", "data:", and files below `folder` (no other place on
/// the disk, none over 20 MB). Nothing is fetched.
void findPicture(Picture& picture, const notebook::RawJson& attachments, const QString& folder);

/// Decodes, not larger than needed to fill `widest` pixels. Null if it cannot be.
[[nodiscard]] QImage decodePicture(const QByteArray& data, int widest);

} // namespace cahier::widgets
