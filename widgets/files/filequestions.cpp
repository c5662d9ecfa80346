// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filequestions.h>

#include <widgets/files/filenames.h>

#include <QCoreApplication>
#include <QGridLayout>
#include <QPushButton>

namespace cahier::widgets {

namespace {

constexpr int boxWidth = 420;

QString tr(const char* text)
{
    return QCoreApplication::translate("Files", text);
}

} // namespace

QMessageBox* askAboutFiles(QWidget* context, const QString& question, const QString& explanation,
                           const std::vector<FileAnswer>& answers, QCheckBox* check)
{
    auto* const box =
        new QMessageBox(QMessageBox::NoIcon, {}, question, QMessageBox::NoButton, context->window());
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(explanation);
    if (check) box->setCheckBox(check);
    std::vector<std::pair<QAbstractButton*, std::function<void()>>> ways;
    for (const FileAnswer& answer : answers) {
        QPushButton* const button = box->addButton(answer.title, answer.role);
        if (answer.role == QMessageBox::RejectRole) box->setEscapeButton(button);
        if (&answer == &answers.front()) box->setDefaultButton(button);
        ways.emplace_back(button, answer.take);
    }
    QObject::connect(box, &QMessageBox::buttonClicked, context,
                     [ways, context](const QAbstractButton* clicked) {
                         for (const auto& [button, take] : ways)
                             if (button == clicked && take)
                                 QMetaObject::invokeMethod(context, take, Qt::QueuedConnection);
                     });
    // A box of its own choice is as narrow as a column of a newspaper.
    if (auto* const grid = qobject_cast<QGridLayout*>(box->layout()))
        grid->addItem(new QSpacerItem(boxWidth, 0), grid->rowCount(), 0, 1, grid->columnCount());
    box->open();
    return box;
}

QMessageBox* askReplace(QWidget* context, const ReplaceQuestion& question, const TakeReplaceAnswer& take)
{
    using Answer = TransferQueue::Answer;
    const QString sentence =
        question.isFolder ? tr("There is a folder “%1” already.") : tr("There is a file “%1” already.");
    const QString where = tr("It is in %1.").arg(shownName(question.folder));
    const auto forAll = std::make_shared<bool>(false);
    const auto way = [take, forAll](Answer answer) {
        return [take, forAll, answer] { take(answer, *forAll); };
    };
    const QString replace = question.merges ? tr("Merge") : tr("Replace");
    auto* const all = question.several ? new QCheckBox(tr("Do the same for the others")) : nullptr;
    if (all) QObject::connect(all, &QCheckBox::toggled, all, [forAll](bool checked) { *forAll = checked; });
    return askAboutFiles(context, sentence.arg(shownName(question.name)), where + u' ' + question.explanation,
                         {{tr("Keep both"), QMessageBox::AcceptRole, way(Answer::KeepBoth)},
                          {replace, QMessageBox::DestructiveRole, way(Answer::Replace)},
                          {tr("Skip"), QMessageBox::RejectRole, way(Answer::Skip)}},
                         all);
}

} // namespace cahier::widgets
