// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filesmodel.h>

#include <widgets/files/filenames.h>
#include <widgets/outputs/background.h>

#include <QThreadPool>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::FileListing;

namespace {

/// Destroying a hundred thousand names takes time that the window's thread does not have.
template <typename T> void discard(T value)
{
    QThreadPool::globalInstance()->start([value = std::move(value)] {});
}

} // namespace

FilesModel::FilesModel(QObject* parent) : QAbstractTableModel(parent) {}

FilesModel::~FilesModel() = default;

void FilesModel::setRuntime(std::shared_ptr<runtime::Runtime> runtime, bool isThisMachine)
{
    dropTree();
    m_runtime = std::move(runtime);
    m_isThisMachine = isThisMachine;
    Q_EMIT stateChanged();
}

void FilesModel::dropTree()
{
    beginResetModel();
    m_rows.clear();
    m_error.reset();
    FolderPtr root = std::exchange(m_root, nullptr);
    endResetModel();
    if (root) discard(std::move(root));
}

void FilesModel::setRoot(const QString& folder)
{
    dropTree();
    if (m_runtime && m_runtime->files()) {
        m_root = std::make_shared<Folder>();
        m_root->path = folder;
        list(m_root);
    }
    Q_EMIT stateChanged();
}

QString FilesModel::root() const
{
    return m_root ? m_root->path : QString();
}

FilesModel::State FilesModel::state() const
{
    if (!m_root) return State::None;
    if (m_error) return State::Failed;
    return m_root->files ? State::Listed : State::Listing;
}

std::size_t FilesModel::rootCount() const
{
    return m_root ? m_root->came : 0;
}

bool FilesModel::isBusy() const
{
    bool busy = false;
    forEach([&](const FolderPtr& folder) { busy = busy || folder->listing || folder->arranging; });
    return busy;
}

void FilesModel::forEach(const std::function<void(const FolderPtr&)>& visit) const
{
    std::vector<FolderPtr> waiting;
    if (m_root) waiting.push_back(m_root);
    while (!waiting.empty()) {
        const FolderPtr folder = std::move(waiting.back());
        waiting.pop_back();
        waiting.insert(waiting.end(), folder->folders.begin(), folder->folders.end());
        visit(folder);
    }
}

FilesModel::FolderPtr FilesModel::find(const QString& path) const
{
    FolderPtr found;
    forEach([&](const FolderPtr& folder) {
        if (folder->path == path) found = folder;
    });
    return found;
}

void FilesModel::refresh()
{
    std::vector<FolderPtr> folders;
    forEach([&](const FolderPtr& folder) {
        if (folder->expanded) folders.push_back(folder);
    });
    for (const FolderPtr& folder : folders)
        list(folder);
    Q_EMIT stateChanged();
}

void FilesModel::refreshFolder(const QString& path)
{
    if (const FolderPtr folder = find(path)) list(folder);
}

void FilesModel::setExpanded(int row, bool expanded)
{
    const Row* const shown = rowAt(row);
    if (!shown) return;
    if (shown->note == Note::Failed) return list(find(shown->folder->path));
    if (!shown->file || shown->file->entry.kind != runtime::FileEntry::Kind::Folder) return;
    if (!canBeReached(shown->file->entry.name)) return;
    FolderPtr& folder = shown->folder->folders[shown->id];
    const bool isNew = !folder;
    if (isNew) {
        folder = std::make_shared<Folder>();
        folder->path = joinedPath(shown->folder->path, shown->file->entry.name);
        folder->depth = shown->folder->depth + 1;
        folder->expanded = false;
    }
    if (folder->expanded == expanded) return;
    folder->expanded = expanded;
    const FolderPtr kept = folder;
    updateRows();
    if (expanded && !kept->listing) list(kept);
}

void FilesModel::setOrder(const FileOrder& order)
{
    if (order == m_order) return;
    m_order = order;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    forEach([this](const FolderPtr& folder) {
        if (folder->files) arrangeSoon(folder);
    });
}

void FilesModel::list(const FolderPtr& folder)
{
    if (!folder || !m_runtime || !m_runtime->files()) return;
    ++folder->round;
    folder->listing = true;
    folder->error.reset();
    folder->pages.clear();
    folder->came = 0;
    if (folder == m_root && m_error) {
        m_error.reset();
        Q_EMIT stateChanged();
    }
    updateRows();
    ask(folder, {});
}

void FilesModel::ask(const FolderPtr& folder, const QString& from)
{
    m_runtime->files()
        ->list(folder->path, from)
        .then(this, [this, weak = std::weak_ptr(folder), round = folder->round,
                     runtime = m_runtime](const Result<FileListing>& listing) {
            const FolderPtr asked = weak.lock();
            if (asked && asked->round == round && runtime == m_runtime) take(asked, listing);
        });
}

void FilesModel::take(const FolderPtr& folder, const Result<FileListing>& listing)
{
    if (!listing) return fail(*folder, listing.error());
    if (folder == m_root) folder->path = listing->folder;
    folder->pages.push_back(std::make_shared<const std::vector<runtime::FileEntry>>(listing->entries));
    folder->came += listing->entries.size();
    folder->truncated = listing->truncated && (listing->next.isEmpty() || folder->came >= mostFiles);
    folder->listing = !listing->next.isEmpty() && !folder->truncated;
    if (folder->listing) ask(folder, listing->next);
    if (showsMore(*folder)) arrangeSoon(folder);
    if (folder == m_root) Q_EMIT stateChanged();
    updateRows();
}

void FilesModel::fail(Folder& folder, const Error& error)
{
    folder.listing = false;
    folder.pages.clear();
    folder.error = error;
    const QString path = folder.path;
    if (&folder == m_root.get() && !folder.files) m_error = error;
    updateRows();
    Q_EMIT stateChanged();
    Q_EMIT listed(path);
}

bool FilesModel::showsMore(const Folder& folder)
{
    // What is shown of a long listing doubles each time: sorted and announced in few, growing batches. One
    // that replaces another is shown when it is whole.
    return !folder.listing || !folder.files || folder.came >= 2 * std::max(folder.files->size(), 1uz);
}

void FilesModel::arrangeSoon(const FolderPtr& folder)
{
    folder->arrangeAgain = folder->arranging;
    if (std::exchange(folder->arranging, true)) return;
    QSet<quint32> kept;
    for (auto child = folder->folders.cbegin(); child != folder->folders.cend(); ++child)
        if ((*child)->expanded) kept.insert(child.key());
    const bool complete = !folder->listing;
    const bool isNew = !folder->pages.empty() && showsMore(*folder);
    runInBackground(
        this,
        [pages = isNew ? folder->pages : FilePages(), before = folder->files, order = m_order, kept] {
            const auto files = pages.empty() && before ? before : listFiles(pages, before);
            return Arrangement{files, arrange(*files, order, kept)};
        },
        [this, weak = std::weak_ptr(folder), complete, round = folder->round,
         order = m_order](const std::shared_ptr<Arrangement>& arrangement) {
            const FolderPtr arranged = weak.lock();
            const bool counts = arranged && arranged->round == round && order == m_order;
            if (arranged) arranged->arranging = false;
            if (!counts) discard(std::move(arrangement->files));
            if (!arranged) return;
            if (!counts) return arrangeSoon(arranged);
            takeArrangement(arranged, std::move(*arrangement), complete);
            if (arranged->arrangeAgain && showsMore(*arranged)) arrangeSoon(arranged);
        });
}

void FilesModel::takeArrangement(const FolderPtr& folder, Arrangement arrangement, bool complete)
{
    const bool wasListed = folder->files != nullptr;
    auto old = std::exchange(folder->files, std::move(arrangement.files));
    folder->shown = std::move(arrangement.shown);
    FilePages pages;
    if (complete) pages = std::exchange(folder->pages, {});
    if (complete && !folder->folders.isEmpty()) {
        QSet<quint32> there;
        for (const ListedFile& file : *folder->files)
            if (file.entry.kind == runtime::FileEntry::Kind::Folder) there.insert(file.id);
        for (const quint32 id : folder->folders.keys())
            if (!there.contains(id)) m_gone.push_back(folder->folders.take(id));
    }
    updateRows();
    m_gone.clear();
    if (old != folder->files) discard(std::pair(std::move(old), std::move(pages)));
    if (folder == m_root && !wasListed) Q_EMIT stateChanged();
    if (complete) Q_EMIT listed(folder->path);
}

} // namespace cahier::widgets
