// SPDX-License-Identifier: GPL-3.0-or-later
// What a tab asks its user.
#include <app/window/notebooktab.h>

#include <app/window/questions.h>
#include <widgets/dialogs/runtimedialog.h>

#include <nlohmann/json.hpp>

#include <QDir>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace cahier::window {

void NotebookTab::save(const NotebookFile::Done& done)
{
    if (m_file->path().isEmpty())
        saveAs(done);
    else
        m_file->save(done);
}

void NotebookTab::saveAs(const NotebookFile::Done& done)
{
    if (!m_open) return;
    QString suggested = m_file->path();
    if (suggested.isEmpty()) {
        const QString folder = m_services.settings.lastFolder();
        suggested = (folder.isEmpty() ? QDir::homePath() : folder) + u'/' + m_file->title();
    }
    askSaveName(
        this, suggested,
        [this, done](const QString& path) {
            m_services.settings.setLastFolder(QFileInfo(path).absolutePath());
            m_file->saveAs(path, done);
        },
        [done] {
            if (done) done(false);
        });
}

void NotebookTab::revert()
{
    if (m_file->path().isEmpty()) return;
    if (!m_file->isModified()) return m_file->revert();
    ask(this, tr("Drop the changes to %1?").arg(m_file->title()),
        tr("The notebook is read from its file again. What was changed since it was saved is lost."),
        {{tr("Drop the changes"), QMessageBox::DestructiveRole, [this] { m_file->revert(); }},
         {tr("Cancel"), QMessageBox::RejectRole, {}}});
}

void NotebookTab::locate()
{
    askOpenNames(this, QFileInfo(m_file->path()).absolutePath(), [this](const QStringList& paths) {
        if (!paths.isEmpty()) m_file->open(paths.front());
    });
}

void NotebookTab::chooseRuntime()
{
    if (!m_open) return;
    KernelController& kernel = *m_open->kernel;
    kernel.lookNearby();
    const QString running = kernel.hasKernel() ? m_open->session->kernelId() : QString();
    auto* const dialog = new widgets::RuntimeDialog(
        m_services.runtimes,
        {kernel.place().id, kernel.specName(), running, kernel.accelerator(),
         runtime::wishIn(m_file->document()->notebook().metadata()), kernel.isBusy(), kernel.folder()},
        m_services.appearance, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::RuntimeDialog::chosen, &kernel, &KernelController::changeTo);
    Q_EMIT runtimeDialogOpened(dialog);
    dialog->open();
}

void NotebookTab::restartKernel(bool runAll)
{
    if (!m_open) return;
    const auto restart = [kernel = QPointer(m_open->kernel.get()), runAll] {
        if (kernel) kernel->restart(runAll);
    };
    if (!m_open->kernel->hasKernel()) return restart();
    ask(this, runAll ? tr("Restart the kernel and run all cells?") : tr("Restart the kernel?"),
        tr("Its variables are lost, and what runs ends."),
        {{tr("Restart"), QMessageBox::AcceptRole, restart}, {tr("Cancel"), QMessageBox::RejectRole, {}}});
}

void NotebookTab::settleChanges(const std::function<void()>& proceed, const std::function<void()>& giveUp)
{
    if (!m_file->isModified()) return proceed();
    ask(this, tr("Save the changes to %1?").arg(m_file->title()), tr("They are lost otherwise."),
        {{tr("Save"), QMessageBox::AcceptRole,
          [this, proceed, giveUp] { save([proceed, giveUp](bool saved) { saved ? proceed() : giveUp(); }); }},
         {tr("Do not save"), QMessageBox::DestructiveRole, proceed},
         {tr("Cancel"), QMessageBox::RejectRole, giveUp}});
}

void NotebookTab::settleKernel(const std::function<void(bool stop)>& proceed)
{
    if (!m_open || !m_open->kernel->isBusy()) return proceed(false);
    const int waiting = m_open->session->queueLength();
    QString explanation =
        tr("It can go on without the window; what it prints is shown when the notebook is opened again.");
    if (m_file->path().isEmpty())
        explanation = tr("This notebook has no file, so the kernel could not be found again.");
    else if (waiting > 0)
        explanation += u' ' + tr("The %n cell(s) that wait would not be run.", nullptr, waiting);
    std::vector<Answer> answers;
    if (!m_file->path().isEmpty())
        answers.push_back({tr("Keep it running"), QMessageBox::AcceptRole, [proceed] { proceed(false); }});
    answers.push_back({tr("Stop it"), QMessageBox::DestructiveRole, [proceed] { proceed(true); }});
    answers.push_back({tr("Cancel"), QMessageBox::RejectRole, {}});
    ask(this, tr("The kernel of %1 is busy.").arg(m_file->title()), explanation, answers);
}

} // namespace cahier::window
