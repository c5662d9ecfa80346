// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/questions.h>

#include <QCoreApplication>
#include <QFileDialog>
#include <QGridLayout>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr int boxWidth = 420;

QString tr(const char* text)
{
    return QCoreApplication::translate("Questions", text);
}

QString notebookFilter()
{
    return tr("Notebooks (*.ipynb)") + u";;"_s + tr("All files (*)");
}

} // namespace

QMessageBox* ask(QWidget* parent, const QString& question, const QString& explanation,
                 const std::vector<Answer>& answers)
{
    auto* const box = new QMessageBox(QMessageBox::NoIcon, {}, question, QMessageBox::NoButton, parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(explanation);
    std::vector<std::pair<QAbstractButton*, std::function<void()>>> ways;
    for (const Answer& answer : answers) {
        QPushButton* const button = box->addButton(answer.title, answer.role);
        if (answer.role == QMessageBox::RejectRole) box->setEscapeButton(button);
        if (&answer == &answers.front()) box->setDefaultButton(button);
        ways.emplace_back(button, answer.take);
    }
    // The dialog is gone when the answer is taken: that may delete its parent.
    QObject::connect(box, &QMessageBox::buttonClicked, parent,
                     [ways, parent](const QAbstractButton* clicked) {
                         for (const auto& [button, take] : ways) {
                             if (button == clicked && take)
                                 QMetaObject::invokeMethod(parent, take, Qt::QueuedConnection);
                         }
                     });
    // A box of its own choice is as narrow as a column of a newspaper.
    if (auto* const grid = qobject_cast<QGridLayout*>(box->layout()))
        grid->addItem(new QSpacerItem(boxWidth, 0), grid->rowCount(), 0, 1, grid->columnCount());
    box->open();
    return box;
}

void askSaveName(QWidget* parent, const QString& suggested, const std::function<void(const QString&)>& take,
                 const std::function<void()>& giveUp)
{
    auto* const dialog = new QFileDialog(parent, tr("Save the notebook as"), {}, notebookFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"ipynb"_s);
    dialog->selectFile(suggested);
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, take);
    if (giveUp) QObject::connect(dialog, &QFileDialog::rejected, parent, giveUp);
    dialog->open();
}

void askOpenNames(QWidget* parent, const QString& folder, const std::function<void(const QStringList&)>& take)
{
    auto* const dialog = new QFileDialog(parent, tr("Open notebooks"), folder, notebookFilter());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    QObject::connect(dialog, &QFileDialog::filesSelected, parent, take);
    dialog->open();
}

} // namespace cahier::window
