// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/html/htmlentities.h>

#include <QTextDocumentFragment>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype longestEntity = 34;

QString numericEntity(QStringView digits)
{
    bool valid = false;
    const bool hex = digits.startsWith(u'x', Qt::CaseInsensitive);
    const uint code = hex ? digits.sliced(1).toUInt(&valid, 16) : digits.toUInt(&valid);
    if (!valid) return {};
    if (code == 0 || code > 0x10ffff || QChar::isSurrogate(code)) return u"\ufffd"_s;
    return QString::fromUcs4(reinterpret_cast<const char32_t*>(&code), 1);
}

} // namespace

QString decodeEntity(const QString& entity)
{
    if (entity.startsWith("&#"_L1)) {
        const QString character =
            numericEntity(QStringView(entity).sliced(2).chopped(entity.endsWith(u';') ? 1 : 0));
        return character.isEmpty() ? entity : character;
    }
    if (entity == "&nbsp;"_L1) return QString(QChar::Nbsp);
    const QString decoded = QTextDocumentFragment::fromHtml(entity).toPlainText();
    return decoded.isEmpty() ? entity : decoded;
}

QString decodeEntities(QStringView text)
{
    QString result;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype start = text.indexOf(u'&', at);
        if (start < 0) return result.append(text.sliced(at));
        result += text.sliced(at, start - at);
        const qsizetype end = text.sliced(start, qMin(longestEntity, text.size() - start)).indexOf(u';');
        const QStringView name = text.sliced(start, end < 0 ? 1 : end + 1);
        const bool blank = name.size() < 3 || name.contains(u' ') || name.contains(u'<');
        result += blank ? name.first(1).toString() : decodeEntity(name.toString());
        at = start + (blank ? 1 : name.size());
    }
    return result;
}

} // namespace cahier::widgets
