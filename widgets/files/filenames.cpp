// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filenames.h>

#include <QCoreApplication>
#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr qsizetype longestName = 255; // bytes: NAME_MAX of Linux
constexpr qsizetype namesInList = 8;

QString tr(const char* text, int count = -1)
{
    return QCoreApplication::translate("Files", text, nullptr, count);
}

bool isDeceptive(QChar character)
{
    constexpr QChar joiner(u'\u200d'), nonJoiner(u'\u200c'); // parts of words and of emoji
    switch (character.category()) {
    case QChar::Other_Control:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    case QChar::Other_Format:
        return character != joiner && character != nonJoiner;
    default:
        return false;
    }
}

QString escaped(QChar character)
{
    switch (character.unicode()) {
    case u'\n':
        return u"\\n"_s;
    case u'\r':
        return u"\\r"_s;
    case u'\t':
        return u"\\t"_s;
    default:
        return u"\\u%1"_s.arg(static_cast<uint>(character.unicode()), 4, 16, QChar(u'0'));
    }
}

} // namespace

QString shownName(const QString& name)
{
    if (std::ranges::none_of(name, isDeceptive)) return name;
    QString shown;
    for (const QChar character : name)
        isDeceptive(character) ? shown += escaped(character) : shown += character;
    return shown;
}

bool canBeReached(const QString& name)
{
    return !name.contains(QChar(QChar::ReplacementCharacter));
}

QString problemWithName(const QString& name)
{
    if (name.isEmpty()) return tr("A file needs a name.");
    if (name == "."_L1 || name == ".."_L1) return tr("“%1” stands for a folder already.").arg(name);
    if (name.contains(u'/')) return tr("A name cannot contain “/”.");
    if (name.contains(QChar(u'\0'))) return tr("A name cannot contain a zero character.");
    if (name.toUtf8().size() > longestName)
        return tr("The name is too long: %1 bytes are allowed.").arg(longestName);
    return {};
}

QString numberedName(const QString& name, int number)
{
    qsizetype dot = name.lastIndexOf(u'.');
    const QStringView stem = QStringView(name).first(std::max<qsizetype>(dot, 0));
    if (stem.endsWith(".tar"_L1)) dot -= 4;
    if (dot <= 0) dot = name.size();
    return u"%1 (%2)%3"_s.arg(name.first(dot)).arg(number).arg(name.sliced(dot));
}

QString joinedPath(const QString& folder, const QString& name)
{
    return folder.endsWith(u'/') ? folder + name : folder + u'/' + name;
}

QString parentPath(const QString& path)
{
    const qsizetype slash = path.lastIndexOf(u'/');
    return slash <= 0 ? u"/"_s : path.first(slash);
}

QString lastName(const QString& path)
{
    return path.sliced(path.lastIndexOf(u'/') + 1);
}

bool isWithin(const QString& path, const QString& folder)
{
    return path == folder || path.startsWith(folder.endsWith(u'/') ? folder : folder + u'/');
}

QStringList outermost(const QStringList& paths)
{
    const QSet<QString> all(paths.begin(), paths.end());
    QStringList result;
    for (const QString& path : paths) {
        bool inside = false;
        for (qsizetype slash = path.lastIndexOf(u'/'); slash > 0 && !inside;
             slash = path.lastIndexOf(u'/', slash - 1))
            inside = all.contains(path.first(slash));
        if (!inside) result += path;
    }
    return result;
}

QString nameList(const QStringList& paths)
{
    QStringList lines;
    for (const QString& path : paths.first(std::min(paths.size(), namesInList)))
        lines += shownName(lastName(path));
    const auto more = static_cast<int>(paths.size() - lines.size());
    if (more > 0) lines += tr("and %n more", more);
    return lines.join(u'\n');
}

} // namespace cahier::widgets
