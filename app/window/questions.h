// SPDX-License-Identifier: GPL-3.0-or-later
// Questions that wait for an answer without a nested event loop.
#pragma once

#include <QMessageBox>
#include <QString>

#include <functional>
#include <vector>

namespace cahier::window {

struct Answer {
    QString title;
    QMessageBox::ButtonRole role;
    std::function<void()> take;
};

/// Opens a window-modal question over `parent` and returns at once. Escape is the answer whose role is
/// RejectRole. The first answer is the default one.
QMessageBox* ask(QWidget* parent, const QString& question, const QString& explanation,
                 const std::vector<Answer>& answers);

/// Asks for a file name to save a notebook under. Nothing is taken when the user gives up, which is told too.
void askSaveName(QWidget* parent, const QString& suggested, const std::function<void(const QString&)>& take,
                 const std::function<void()>& giveUp = {});
void askOpenNames(QWidget* parent, const QString& folder,
                  const std::function<void(const QStringList&)>& take);

} // namespace cahier::window
