// SPDX-License-Identifier: GPL-3.0-or-later
// How the files are shown, named and dragged.
#include <widgets/files/filesmodel.h>

#include <widgets/files/filenames.h>

#include <QDateTime>
#include <QLocale>
#include <QMimeData>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::FileEntry;

namespace {

QString dateText(qint64 modified, QLocale::FormatType format)
{
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(modified), format);
}

} // namespace

QString sizeText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
}

int FilesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FilesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FilesModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == DepthRole) return row.folder->depth + 1;
    if (role == NoteRole) return QVariant::fromValue(row.note);
    if (row.file) return fileData(row, index.column(), role);
    const bool speaks = role == Qt::DisplayRole || role == Qt::ToolTipRole || role == Qt::AccessibleTextRole;
    return speaks && index.column() == NameColumn ? noteText(row) : QVariant();
}

QVariant FilesModel::fileData(const Row& row, int column, int role) const
{
    const FileEntry& entry = row.file->entry;
    switch (role) {
    case Qt::DisplayRole:
        if (column == NameColumn) return shownName(entry.name);
        if (column == ModifiedColumn) return dateText(entry.modified, QLocale::ShortFormat);
        return entry.kind == FileEntry::Kind::File ? sizeText(entry.size) : QString();
    case Qt::EditRole:
        return entry.name;
    case Qt::TextAlignmentRole:
        return int(column == NameColumn ? Qt::AlignLeft | Qt::AlignVCenter
                                        : Qt::AlignRight | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return toolTip(row);
    case Qt::AccessibleTextRole:
        return spoken(row, column);
    case PathRole:
        return joinedPath(row.folder->path, entry.name);
    case FolderRole:
        return entry.kind == FileEntry::Kind::Folder;
    case LinkRole:
        return entry.isLink;
    case ReachableRole:
        return canBeReached(entry.name);
    case ExpandedRole: {
        const Folder* const folder = folderOf(row);
        return folder && folder->expanded;
    }
    default:
        return {};
    }
}

QString FilesModel::noteText(const Row& row) const
{
    switch (row.note) {
    case Note::None:
        return {};
    case Note::Listing:
        return row.folder->came == 0
                   ? tr("Listing…")
                   : tr("Listing… %n files so far", nullptr, static_cast<int>(row.folder->came));
    case Note::Empty:
        return tr("Empty");
    case Note::Failed:
        return row.folder->error ? row.folder->error->message : QString();
    case Note::Truncated:
        return tr("There are more files: the first %n are listed.", nullptr,
                  static_cast<int>(row.folder->files->size()));
    }
    return {};
}

QString FilesModel::toolTip(const Row& row) const
{
    const FileEntry& entry = row.file->entry;
    QStringList lines{shownName(joinedPath(row.folder->path, entry.name))};
    if (entry.kind == FileEntry::Kind::File) lines += sizeText(entry.size);
    lines += tr("Changed %1").arg(dateText(entry.modified, QLocale::LongFormat));
    if (entry.isLink)
        lines += entry.kind == FileEntry::Kind::Other ? tr("A link that leads nowhere, or to no file")
                                                      : tr("A link");
    if (!canBeReached(entry.name)) lines += tr("Its name is not UTF-8: nothing can be done with it here.");
    QString text = lines.join(u'\n').toHtmlEscaped(); // a name must not become markup
    return u"<p style='white-space:pre'>"_s + text + u"</p>"_s;
}

QString FilesModel::spoken(const Row& row, int column) const
{
    const FileEntry& entry = row.file->entry;
    if (column != NameColumn) return fileData(row, column, Qt::DisplayRole).toString();
    const Folder* const folder = folderOf(row);
    QStringList parts{shownName(entry.name)};
    if (entry.kind == FileEntry::Kind::Folder)
        parts += folder && folder->expanded ? tr("open folder") : tr("folder");
    if (entry.isLink) parts += tr("link");
    parts += tr("level %1").arg(row.folder->depth + 2);
    return parts.join(u", "_s);
}

QVariant FilesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return int(section == NameColumn ? Qt::AlignLeft | Qt::AlignVCenter
                                         : Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case SizeColumn:
        return tr("Size");
    case ModifiedColumn:
        return tr("Changed");
    default:
        return {};
    }
}

Qt::ItemFlags FilesModel::flags(const QModelIndex& index) const
{
    const Row* const row = rowAt(index.row());
    if (!row) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    if (!row->file || !canBeReached(row->file->entry.name)) return flags;
    flags |= Qt::ItemIsDragEnabled;
    if (index.column() == NameColumn) flags |= Qt::ItemIsEditable;
    return flags;
}

bool FilesModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const FileEntry* const entry = entryAt(index.row());
    const QString name = value.toString();
    if (role != Qt::EditRole || !entry || name == entry->name) return false;
    Q_EMIT renameRequested(pathOf(index.row()), name);
    return true;
}

QStringList FilesModel::mimeTypes() const
{
    return {QLatin1StringView(pathsFormat), u"text/uri-list"_s};
}

QMimeData* FilesModel::mimeData(const QModelIndexList& indexes) const
{
    QStringList paths;
    for (const QModelIndex& index : indexes)
        if (index.column() == NameColumn && index.flags().testFlag(Qt::ItemIsDragEnabled))
            paths += pathOf(index.row());
    if (paths.isEmpty()) return nullptr;
    auto* const data = new QMimeData;
    data->setData(QLatin1StringView(pathsFormat), paths.join(QChar(u'\0')).toUtf8());
    data->setText(paths.join(u'\n'));
    if (!m_isThisMachine) return data;
    QList<QUrl> urls;
    for (const QString& path : std::as_const(paths))
        urls += QUrl::fromLocalFile(path);
    data->setUrls(urls);
    return data;
}

Qt::DropActions FilesModel::supportedDragActions() const
{
    return Qt::CopyAction | Qt::MoveAction;
}

} // namespace cahier::widgets
