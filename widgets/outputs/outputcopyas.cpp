// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/background.h>
#include <widgets/outputs/mimetext.h>
#include <widgets/outputs/outputcopyas.h>

#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QMenu>

namespace cahier::widgets {

void addCopyAs(QMenu& menu, const notebook::Output& output)
{
    QStringList types = output.mimeTypes();
    types.removeIf([](const QString& type) { return !isTextType(type) && !isJsonType(type); });
    if (types.isEmpty()) return;
    QMenu* copyAs = menu.addMenu(QCoreApplication::translate("Outputs", "Copy As"));
    for (const QString& type : std::as_const(types)) {
        copyAs->addAction(type, &menu, [json = output.mimeJson(type), type] {
            runInBackground(
                QGuiApplication::clipboard(),
                [json, type] { return QString::fromUtf8(mimeBytes(json, type)); },
                [](const std::shared_ptr<QString>& text) { QGuiApplication::clipboard()->setText(*text); });
        });
    }
}

} // namespace cahier::widgets
