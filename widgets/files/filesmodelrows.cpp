// SPDX-License-Identifier: GPL-3.0-or-later
// The rows that the folders give, and the news of what changed in them.
#include <widgets/files/filesmodel.h>

#include <widgets/files/filenames.h>

#include <QSet>

#include <algorithm>
#include <span>

namespace cahier::widgets {

namespace {

/// More changes than that are announced as a new list.
constexpr std::size_t mostMixed = 4000;
constexpr std::size_t mostRuns = 40;

using RowKey = std::pair<const void*, quint64>;
using RowKeys = QSet<RowKey>;

template <typename Row> RowKey keyOf(const Row& row)
{
    return {row.folder, (quint64(row.note) << 32) | row.id};
}

template <typename Rows> RowKeys keysOf(const Rows& rows)
{
    RowKeys keys;
    for (const auto& row : rows)
        keys.insert(keyOf(row));
    return keys;
}

/// Whether those that stay do so in their order, with few runs of new ones between them.
template <typename Rows>
bool keepsOrder(const Rows& old, const Rows& wanted, const RowKeys& before, const RowKeys& after)
{
    std::vector<RowKey> staying;
    for (const auto& row : old)
        if (after.contains(keyOf(row))) staying.push_back(keyOf(row));
    std::size_t runs = 0, at = 0;
    bool isNewRun = true;
    for (const auto& row : wanted) {
        const bool isNew = !before.contains(keyOf(row));
        if (!isNew && staying[at++] != keyOf(row)) return false;
        if (isNew && isNewRun) ++runs;
        isNewRun = !isNew;
    }
    return runs <= mostRuns;
}

} // namespace

void FilesModel::addNote(Folder& folder, std::vector<Row>& rows) const
{
    Note note = Note::None;
    if (folder.error)
        note = Note::Failed;
    else if (!folder.files || (folder.listing && folder.came > folder.files->size()))
        note = Note::Listing;
    else if (folder.truncated)
        note = Note::Truncated;
    else if (folder.files->empty() && &folder != m_root.get())
        note = Note::Empty;
    if (note != Note::None) rows.push_back({&folder, nullptr, 0, note});
}

void FilesModel::addRows(Folder& folder, std::vector<Row>& rows) const
{
    if (folder.files) {
        for (const quint32 index : folder.shown) {
            const ListedFile& file = (*folder.files)[index];
            rows.push_back({&folder, &file, file.id});
            if (folder.folders.isEmpty()) continue;
            const FolderPtr below = folder.folders.value(file.id);
            if (!below || !below->expanded) continue;
            const std::size_t size = rows.size();
            addRows(*below, rows);
            const bool isEmpty = rows.size() == size || rows[size].note == Note::Empty;
            if (isEmpty && !m_order.filter.isEmpty() && !matches(file.entry.name, m_order.filter))
                rows.resize(size - 1);
        }
    }
    addNote(folder, rows);
}

void FilesModel::updateRows()
{
    std::vector<Row> wanted;
    wanted.reserve(m_rows.size() + 16);
    if (m_root && !m_error) addRows(*m_root, wanted);
    const auto same = [](const Row& a, const Row& b) { return a.isSameAs(b); };
    const auto [oldStart, newStart] = std::ranges::mismatch(m_rows, wanted, same);
    const auto start = static_cast<std::size_t>(newStart - wanted.begin());
    const std::size_t most = std::min(m_rows.size(), wanted.size()) - start;
    std::size_t end = 0;
    while (end < most && m_rows[m_rows.size() - 1 - end].isSameAs(wanted[wanted.size() - 1 - end]))
        ++end;
    const std::size_t gone = m_rows.size() - start - end, came = wanted.size() - start - end;
    if (gone == 0 && came == 0) {
        m_rows = std::move(wanted);
    } else if (gone == 0) {
        beginInsertRows({}, static_cast<int>(start), static_cast<int>(start + came - 1));
        m_rows = std::move(wanted);
        endInsertRows();
    } else if (came == 0) {
        beginRemoveRows({}, static_cast<int>(start), static_cast<int>(start + gone - 1));
        m_rows = std::move(wanted);
        endRemoveRows();
    } else {
        replaceMixed(std::move(wanted), start, end);
    }
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_rows.size()) - 1, ColumnCount - 1));
}

/// Rows left and rows came between `start` and `end` rows from the end: each run of them is announced, unless
/// there are many or some changed places.
void FilesModel::replaceMixed(std::vector<Row> wanted, std::size_t start, std::size_t end)
{
    const auto middle = [&](const std::vector<Row>& rows) {
        return std::span(rows).subspan(start, rows.size() - start - end);
    };
    const bool isSmall = middle(m_rows).size() + middle(wanted).size() <= mostMixed;
    const auto before = isSmall ? keysOf(middle(m_rows)) : RowKeys();
    const auto after = isSmall ? keysOf(middle(wanted)) : RowKeys();
    if (!isSmall || !keepsOrder(middle(m_rows), middle(wanted), before, after)) {
        beginResetModel();
        m_rows = std::move(wanted);
        endResetModel();
        return;
    }
    for (std::size_t row = m_rows.size() - end; row-- > start;) {
        if (after.contains(keyOf(m_rows[row]))) continue;
        const std::size_t last = row;
        while (row > start && !after.contains(keyOf(m_rows[row - 1])))
            --row;
        removeRun(row, last - row + 1);
    }
    for (std::size_t row = start; row < wanted.size() - end; ++row) {
        if (before.contains(keyOf(wanted[row]))) continue;
        std::size_t next = row + 1;
        while (next < wanted.size() - end && !before.contains(keyOf(wanted[next])))
            ++next;
        insertRun(wanted, row, next - row);
        row = next;
    }
    m_rows = std::move(wanted); // their files are the new ones
}

void FilesModel::removeRun(std::size_t first, std::size_t count)
{
    beginRemoveRows({}, static_cast<int>(first), static_cast<int>(first + count - 1));
    const auto from = m_rows.begin() + static_cast<std::ptrdiff_t>(first);
    m_rows.erase(from, from + static_cast<std::ptrdiff_t>(count));
    endRemoveRows();
}

void FilesModel::insertRun(const std::vector<Row>& wanted, std::size_t first, std::size_t count)
{
    beginInsertRows({}, static_cast<int>(first), static_cast<int>(first + count - 1));
    const std::span run = std::span(wanted).subspan(first, count);
    m_rows.insert(m_rows.begin() + static_cast<std::ptrdiff_t>(first), run.begin(), run.end());
    endInsertRows();
}

const FilesModel::Row* FilesModel::rowAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

FilesModel::Folder* FilesModel::folderOf(const Row& row) const
{
    return row.file ? row.folder->folders.value(row.id).get() : nullptr;
}

QString FilesModel::pathOf(int row) const
{
    const Row* const shown = rowAt(row);
    return shown && shown->file ? joinedPath(shown->folder->path, shown->file->entry.name) : QString();
}

int FilesModel::rowOf(const QString& path) const
{
    const FolderPtr folder = find(parentPath(path));
    if (!folder) return -1;
    const QString name = lastName(path);
    const auto found = std::ranges::find_if(m_rows, [&](const Row& row) {
        return row.folder == folder.get() && row.file && row.file->entry.name == name;
    });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

std::vector<int> FilesModel::rowsOf(const QStringList& paths) const
{
    QHash<const Folder*, QSet<QString>> names;
    for (const QString& path : paths)
        if (const FolderPtr folder = find(parentPath(path))) names[folder.get()].insert(lastName(path));
    std::vector<int> rows;
    if (names.isEmpty()) return rows;
    auto of = names.constEnd();
    for (int row = 0; row < rowCount() && std::ssize(rows) < paths.size(); ++row) {
        const Row& shown = m_rows[static_cast<std::size_t>(row)];
        if (!shown.file) continue;
        if (of == names.constEnd() || of.key() != shown.folder) of = names.constFind(shown.folder);
        if (of != names.constEnd() && of->contains(shown.file->entry.name)) rows.push_back(row);
    }
    return rows;
}

int FilesModel::parentRow(int row) const
{
    const Row* const shown = rowAt(row);
    if (!shown || shown->folder == m_root.get()) return -1;
    while (--row >= 0)
        if (folderOf(m_rows[static_cast<std::size_t>(row)]) == shown->folder) return row;
    return -1;
}

QString FilesModel::folderAt(int row) const
{
    const Row* const shown = rowAt(row);
    if (!shown) return root();
    const bool isFolder = shown->file && shown->file->entry.kind == runtime::FileEntry::Kind::Folder &&
                          canBeReached(shown->file->entry.name);
    return isFolder ? pathOf(row) : shown->folder->path;
}

FilesModel::Note FilesModel::noteAt(int row) const
{
    const Row* const shown = rowAt(row);
    return shown ? shown->note : Note::None;
}

const runtime::FileEntry* FilesModel::entryAt(int row) const
{
    const Row* const shown = rowAt(row);
    return shown && shown->file ? &shown->file->entry : nullptr;
}

} // namespace cahier::widgets
