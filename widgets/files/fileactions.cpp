// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/fileactions.h>

#include <widgets/files/filemove.h>
#include <widgets/files/filenames.h>
#include <widgets/files/filequestions.h>

#include <algorithm>

namespace cahier::widgets {

using runtime::Removal;

namespace {

constexpr int callsAtOnce = 16;
constexpr int highestNumber = 999;

} // namespace

FileActions::FileActions(QWidget* context) : QObject(context), m_context(context) {}

void FileActions::rename(const QString& path, const QString& name)
{
    if (!m_runtime || !m_runtime->files()) return;
    if (const QString problem = problemWithName(name); !problem.isEmpty())
        return Q_EMIT failed({ErrorCode::IllegalState, problem});
    const QString to = joinedPath(parentPath(path), name);
    m_runtime->files()->rename(path, to).then(this, [this, path, to](const Result<void>& done) {
        if (done) return Q_EMIT renamed(path, to);
        if (done.error().code != ErrorCode::IllegalState) return Q_EMIT failed(done.error());
        const QString sentence = tr("“%1” cannot be renamed: there is a “%2” already.");
        Q_EMIT failed(
            {ErrorCode::IllegalState, sentence.arg(shownName(lastName(path)), shownName(lastName(to)))});
    });
}

void FileActions::makeFolder(const QString& folder)
{
    if (m_runtime && m_runtime->files()) makeFolderNamed(folder, 0);
}

void FileActions::makeFolderNamed(const QString& folder, int number)
{
    const QString name = number == 0 ? tr("New folder") : numberedName(tr("New folder"), number);
    const QString path = joinedPath(folder, name);
    m_runtime->files()->makeFolder(path).then(
        this, [this, folder, path, number, runtime = m_runtime](const Result<void>& made) {
            if (made) return Q_EMIT folderMade(path);
            const bool isTaken = made.error().code == ErrorCode::IllegalState && number < highestNumber;
            if (!isTaken) return Q_EMIT failed(made.error());
            if (runtime == m_runtime) makeFolderNamed(folder, number + 1);
        });
}

void FileActions::remove(const QStringList& all)
{
    if (!m_runtime || !m_runtime->files() || all.isEmpty()) return;
    const QStringList paths = outermost(all);
    const auto count = static_cast<int>(paths.size());
    const QString question = count == 1
                                 ? tr("Move “%1” to the trash?").arg(shownName(lastName(paths.front())))
                                 : tr("Move %n files and folders to the trash?", nullptr, count);
    const QString where =
        tr("On %1, in %2.").arg(m_runtime->displayName(), shownName(parentPath(paths.front())));
    askAboutFiles(m_context, question, count == 1 ? where : nameList(paths),
                  {{tr("Move to trash"), QMessageBox::AcceptRole,
                    [this, paths, runtime = m_runtime] { removeNow(runtime, paths, Removal::Trash); }},
                   {tr("Cancel"), QMessageBox::RejectRole, {}}});
}

// The runtime may be another one by the time that a question is answered.
void FileActions::removeNow(const RuntimePtr& runtime, const QStringList& paths, Removal removal)
{
    forEach(
        paths, [runtime, removal](const QString& path) { return runtime->files()->remove(path, removal); },
        [this, runtime, paths](const std::vector<Failure>& failures) {
            takeRemoved(runtime, paths, failures);
        });
}

void FileActions::takeRemoved(const RuntimePtr& runtime, const QStringList& paths,
                              const std::vector<Failure>& failures)
{
    QStringList folders;
    for (const QString& path : paths)
        if (!folders.contains(parentPath(path))) folders += parentPath(path);
    for (const QString& folder : std::as_const(folders))
        Q_EMIT changed(folder);
    QStringList withoutTrash;
    for (const Failure& failure : failures)
        if (failure.error.code == ErrorCode::Unsupported) withoutTrash += failure.path;
    const auto other = std::ranges::find_if(
        failures, [](const Failure& failure) { return failure.error.code != ErrorCode::Unsupported; });
    if (other != failures.end()) Q_EMIT failed(other->error);
    if (withoutTrash.isEmpty()) return;
    const auto count = static_cast<int>(withoutTrash.size());
    const QString question = count == 1
                                 ? tr("Delete “%1” for good?").arg(shownName(lastName(withoutTrash.front())))
                                 : tr("Delete %n files and folders for good?", nullptr, count);
    const QString why = tr("There is no trash there. This cannot be undone.");
    askAboutFiles(m_context, question, count == 1 ? why : why + u'\n' + nameList(withoutTrash),
                  {{tr("Cancel"), QMessageBox::RejectRole, {}},
                   {tr("Delete for good"), QMessageBox::DestructiveRole,
                    [this, runtime, withoutTrash] { removeNow(runtime, withoutTrash, Removal::ForGood); }}});
}

void FileActions::move(const QStringList& paths, const QString& folder)
{
    if (!m_runtime || !m_runtime->files() || paths.isEmpty()) return;
    auto* const move = new FileMove(m_runtime, outermost(paths), folder, m_context);
    connect(move, &FileMove::finished, this,
            [this](const QStringList& folders, const std::optional<Error>& error) {
                for (const QString& one : folders)
                    Q_EMIT changed(one);
                if (error) Q_EMIT failed(*error);
            });
}

void FileActions::forEach(const QStringList& paths, Call call, Done done)
{
    struct Run {
        QStringList waiting;
        qsizetype open = 0;
        bool isOver = false;
        std::vector<Failure> failures;
        std::function<void()> goOn;
    };
    const auto run = std::make_shared<Run>();
    run->waiting = paths;
    // Held by the answers that are waited for, and by nothing else.
    run->goOn = [this, weak = std::weak_ptr(run), call = std::move(call), done = std::move(done)] {
        const std::shared_ptr<Run> present = weak.lock();
        while (present->open < callsAtOnce && !present->waiting.isEmpty()) {
            const QString path = present->waiting.takeFirst();
            ++present->open;
            call(path).then(this, [present, path](const Result<void>& result) {
                --present->open;
                if (!result) present->failures.push_back({path, result.error()});
                present->goOn();
            });
        }
        const bool isOver = present->open == 0 && present->waiting.isEmpty();
        if (isOver && !std::exchange(present->isOver, true)) done(present->failures);
    };
    run->goOn();
}

} // namespace cahier::widgets
