// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filecopies.h>

#include <widgets/files/filenames.h>

#include <QCoreApplication>
#include <QFileInfo>

namespace cahier::widgets {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Files", text);
}

/// With every link followed, of something that need not be there.
QString realPath(const QString& path)
{
    const QString whole = QFileInfo(path).canonicalFilePath();
    if (!whole.isEmpty()) return whole;
    const QString folder = QFileInfo(parentPath(path)).canonicalFilePath();
    return joinedPath(folder.isEmpty() ? parentPath(path) : folder, lastName(path));
}

} // namespace

LocalFacts lookAt(const FileCopy& copy)
{
    LocalFacts facts;
    if (copy.isThisMachine) {
        const QString source = realPath(copy.source()), target = realPath(copy.target());
        if (source == target)
            facts.allowed = failure(ErrorCode::IllegalState,
                                    tr("“%1” is there already.").arg(shownName(lastName(source))));
        else if (isWithin(target, source))
            facts.allowed =
                failure(ErrorCode::IllegalState,
                        tr("The folder “%1” cannot be copied into itself.").arg(shownName(lastName(source))));
    }
    if (!copy.isUpload()) {
        const QFileInfo target(copy.localPath);
        facts.targetExists = target.exists() || target.isSymLink();
        facts.targetIsFolder = target.isDir();
    }
    return facts;
}

} // namespace cahier::widgets
