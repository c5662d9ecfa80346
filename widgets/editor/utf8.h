// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor.
#pragma once

#include <QByteArrayView>
#include <QStringDecoder>

namespace cahier::widgets {

/// Unlike QString::fromUtf8() it keeps a byte order mark.
inline QString fromUtf8(QByteArrayView bytes)
{
    return QStringDecoder(QStringDecoder::Utf8, QStringConverter::Flag::ConvertInitialBom).decode(bytes);
}

} // namespace cahier::widgets
