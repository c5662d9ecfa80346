// SPDX-License-Identifier: GPL-3.0-or-later
// Questions about files, which wait for their answers without a nested event loop.
#pragma once

#include <widgets/files/transferqueue.h>

#include <QCheckBox>
#include <QMessageBox>

#include <functional>

namespace cahier::widgets {

struct FileAnswer {
    QString title;
    QMessageBox::ButtonRole role;
    std::function<void()> take;
};

/// Opens a question over the window of `context` and returns at once. The first answer is the default; Escape
/// is the one whose role is RejectRole. An answer is taken when the question is gone, unless `context` is.
/// The question gets to own `check`; null: none.
QMessageBox* askAboutFiles(QWidget* context, const QString& question, const QString& explanation,
                           const std::vector<FileAnswer>& answers, QCheckBox* check = nullptr);

using TakeReplaceAnswer = std::function<void(TransferQueue::Answer answer, bool forAll)>;
struct ReplaceQuestion {
    QString name, folder; ///< of what is there already
    bool isFolder = false;
    bool several = false; ///< there may be more of the kind
    bool merges = false;  ///< a folder stays, and what comes goes into it
    QString explanation;
};
QMessageBox* askReplace(QWidget* context, const ReplaceQuestion& question, const TakeReplaceAnswer& take);

} // namespace cahier::widgets
