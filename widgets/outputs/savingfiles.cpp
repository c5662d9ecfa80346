// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/savingfiles.h>

#include <widgets/outputs/background.h>

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QSaveFile>

namespace cahier::widgets {

namespace {

/// Nothing when the file was written, else why not.
QString write(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    const bool written =
        file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    return written ? QString() : file.errorString();
}

void showFailure(QWidget* parent, const QString& path, const QString& reason)
{
    auto* box = new QMessageBox(QMessageBox::Warning, QCoreApplication::translate("Outputs", "Not saved"),
                                QCoreApplication::translate("Outputs", "%1 could not be written.")
                                    .arg(QDir::toNativeSeparators(path)),
                                QMessageBox::Ok, parent);
    box->setInformativeText(reason);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

} // namespace

void saveBytes(QWidget* parent, const QString& suggestedName, std::function<QByteArray()> make)
{
    auto* dialog = new QFileDialog(parent->window(), QCoreApplication::translate("Outputs", "Save Output"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(suggestedName);
    dialog->setDefaultSuffix(QFileInfo(suggestedName).suffix());
    QWidget* window = parent->window();
    QObject::connect(dialog, &QFileDialog::fileSelected, window, [window, make](const QString& path) {
        runInBackground(
            window, [path, make] { return write(path, make()); },
            [window, path](const std::shared_ptr<QString>& reason) {
                if (!reason->isEmpty()) showFailure(window, path, *reason);
            });
    });
    dialog->open();
}

} // namespace cahier::widgets
