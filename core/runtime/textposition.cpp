// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/runtime/textposition.h>

#include <algorithm>

namespace cahier::runtime {

namespace {

qsizetype unitsAt(QStringView text, qsizetype unit)
{
    const bool pair =
        text[unit].isHighSurrogate() && unit + 1 < text.size() && text[unit + 1].isLowSurrogate();
    return pair ? 2 : 1;
}

} // namespace

qsizetype codePointsBefore(QStringView text, qsizetype unit)
{
    const qsizetype end = std::clamp<qsizetype>(unit, 0, text.size());
    qsizetype count = 0;
    for (qsizetype at = 0; at < end; ++count) {
        at += unitsAt(text, at);
        if (at > end) break;
    }
    return count;
}

qsizetype unitOfCodePoint(QStringView text, qsizetype codePoint)
{
    qsizetype at = 0;
    for (qsizetype count = 0; count < codePoint && at < text.size(); ++count)
        at += unitsAt(text, at);
    return at;
}

} // namespace cahier::runtime
