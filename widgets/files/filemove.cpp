// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filemove.h>

#include <widgets/files/filenames.h>
#include <widgets/files/filequestions.h>

namespace cahier::widgets {

using Answer = TransferQueue::Answer;
using runtime::Removal;

FileMove::FileMove(std::shared_ptr<runtime::Runtime> runtime, QStringList paths, QString folder,
                   QWidget* context)
    : QObject(context), m_runtime(std::move(runtime)), m_paths(std::move(paths)), m_folder(std::move(folder)),
      m_context(context), m_changed{m_folder}
{
    QMetaObject::invokeMethod(this, &FileMove::move, Qt::QueuedConnection);
}

QString FileMove::target() const
{
    const QString name = lastName(m_paths.front());
    return joinedPath(m_folder, m_number > 0 ? numberedName(name, m_number) : name);
}

void FileMove::next()
{
    m_paths.removeFirst();
    m_number = 0;
    move();
}

void FileMove::move()
{
    if (m_paths.isEmpty()) {
        Q_EMIT finished(m_changed, m_error);
        return deleteLater();
    }
    const QString from = m_paths.front();
    if (parentPath(from) == m_folder) return next();
    m_runtime->files()->rename(from, target()).then(this, [this, from](const Result<void>& moved) {
        if (!moved && moved.error().code == ErrorCode::IllegalState) return handleConflict();
        if (!moved) return fail(moved.error());
        if (!m_changed.contains(parentPath(from))) m_changed += parentPath(from);
        next();
    });
}

void FileMove::fail(const Error& error)
{
    if (!m_error) m_error = error;
    next();
}

void FileMove::handleConflict()
{
    if (m_number > 0) return apply(Answer::KeepBoth);
    if (m_forAll) return apply(*m_forAll);
    m_runtime->files()->stat(target()).then(this, [this](const Result<runtime::FileEntry>& there) {
        const bool isFolder = there && there->kind == runtime::FileEntry::Kind::Folder;
        ReplaceQuestion question;
        question.name = lastName(target());
        question.folder = m_folder;
        question.isFolder = isFolder;
        question.several = m_paths.size() > 1;
        question.explanation = tr("What is replaced goes to the trash, where there is one.");
        askReplace(m_context, question, [self = QPointer(this)](Answer answer, bool forAll) {
            if (!self) return;
            if (forAll) self->m_forAll = answer;
            self->apply(answer);
        });
    });
}

void FileMove::apply(Answer answer)
{
    switch (answer) {
    case Answer::Skip:
        return next();
    case Answer::KeepBoth:
        ++m_number;
        return move();
    case Answer::Replace:
        // What would be replaced holds what is to be moved.
        if (isWithin(m_paths.front(), target()))
            return fail(
                {ErrorCode::IllegalState,
                 tr("“%1” cannot replace the folder that it lies in.").arg(shownName(lastName(target())))});
        makeWay(Removal::Trash);
    }
}

void FileMove::makeWay(Removal removal)
{
    m_runtime->files()->remove(target(), removal).then(this, [this, removal](const Result<void>& removed) {
        if (removed) return move();
        const bool hasNoTrash = removed.error().code == ErrorCode::Unsupported;
        if (hasNoTrash && removal == Removal::Trash) return makeWay(Removal::ForGood);
        fail(removed.error());
    });
}

} // namespace cahier::widgets
