// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/modules/module.h>

#include <QCoreApplication>
#include <QLibrary>

using namespace Qt::StringLiterals;

namespace cahier {

Result<void (*)()> moduleFunction(const QString& module, const char* function)
{
    const QString folder = QCoreApplication::applicationDirPath() + u'/' + QStringLiteral(CAHIER_MODULES);
    QLibrary library(folder + u'/' + module);
    // Qt's own libraries do not bear being unloaded.
    library.setLoadHints(QLibrary::PreventUnloadHint);
    if (void (*const found)() = library.resolve(function)) return found;
    return failure(
        ErrorCode::NotFound,
        QCoreApplication::translate("Modules", "A part of the program is missing: %1.").arg(module),
        library.errorString());
}

} // namespace cahier
