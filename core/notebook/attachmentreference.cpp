// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/attachmentreference.h>

#include <QUrl>

namespace cahier::notebook {

qsizetype attachmentReferenceLength(QStringView source, qsizetype from, const QString& name)
{
    const qsizetype longest = from + name.toUtf8().size() * 3;
    for (qsizetype end = from; end <= source.size() && end <= longest; ++end) {
        const bool ends =
            end == source.size() || source[end].isSpace() || QStringView(u")>\"'").contains(source[end]);
        const QStringView token = source.sliced(from, end - from);
        if (ends && (token == name || QUrl::fromPercentEncoding(token.toUtf8()) == name)) return token.size();
        if (end < source.size() && source[end] == u'\n') break;
    }
    return 0;
}

} // namespace cahier::notebook
