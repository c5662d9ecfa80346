// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/files/filearrangement.h>

#include <core/runtime/runtime.h>

#include <QAbstractTableModel>
#include <QMap>

#include <functional>
#include <optional>

namespace cahier::widgets {

/// The files of a runtime's machine below one folder. A table whose rows know their depth: a tree of a
/// hundred thousand items would be laid out again for each that comes. A folder is asked for when it is first
/// expanded; its files come in several answers, are sorted and filtered on a worker and announced in batches.
class FilesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, SizeColumn, ModifiedColumn, ColumnCount };
    enum Role {
        PathRole = Qt::UserRole, ///< empty for a note
        FolderRole,              ///< whether it is one, or a link to one
        LinkRole,
        ReachableRole, ///< whether the machine finds it by its name
        DepthRole,     ///< 0 directly below the root
        ExpandedRole,
        NoteRole, ///< a Note
    };
    /// What a row says in place of a file.
    enum class Note : quint8 { None, Listing, Empty, Failed, Truncated };
    enum class State {
        None,    ///< no runtime, or one without files
        Listing, ///< the root's first files have not come yet
        Listed,
        Failed, ///< the root could not be listed: error()
    };
    /// Of one folder: more than that is no list for people.
    static constexpr std::size_t mostFiles = 200'000;

    explicit FilesModel(QObject* parent = nullptr);
    ~FilesModel() override;

    /// Null: none. Shows nothing until setRoot().
    void setRuntime(std::shared_ptr<runtime::Runtime> runtime, bool isThisMachine);
    /// Absolute, or from ~ on; empty: the home folder.
    void setRoot(const QString& folder);
    [[nodiscard]] QString root() const; ///< absolute once it is listed
    [[nodiscard]] State state() const;
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }
    /// How many of the root's files have come while it is listed.
    [[nodiscard]] std::size_t rootCount() const;
    /// Some folder's files are on their way, or being sorted.
    [[nodiscard]] bool isBusy() const;

    /// Lists every folder that is open again; what is expanded and selected stays so.
    void refresh();
    /// Lists this folder again if it was listed.
    void refreshFolder(const QString& path);
    /// Of a folder's row, or of the note that it failed: asks again.
    void setExpanded(int row, bool expanded);
    void setOrder(const FileOrder& order);
    [[nodiscard]] const FileOrder& order() const { return m_order; }

    [[nodiscard]] QString pathOf(int row) const;        ///< empty for a note
    [[nodiscard]] int rowOf(const QString& path) const; ///< -1: not shown
    /// Of many paths at once; those that are not shown are left out.
    [[nodiscard]] std::vector<int> rowsOf(const QStringList& paths) const;
    /// The row of the folder that a row lies in; -1: the root.
    [[nodiscard]] int parentRow(int row) const;
    /// The folder's path for its own row, else that of the folder it lies in; the root for -1.
    [[nodiscard]] QString folderAt(int row) const;
    [[nodiscard]] Note noteAt(int row) const;
    /// Null for a note. Valid until the model changes.
    [[nodiscard]] const runtime::FileEntry* entryAt(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Renaming: changes nothing here, but renameRequested() tells.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] QStringList mimeTypes() const override;
    [[nodiscard]] QMimeData* mimeData(const QModelIndexList& indexes) const override;
    [[nodiscard]] Qt::DropActions supportedDragActions() const override;

    /// What a drag within a panel carries: the paths, one after another with zero characters between.
    static constexpr auto pathsFormat = "application/x-cahier-files";

Q_SIGNALS:
    void stateChanged();
    /// The folder's files are all there, or it failed.
    void listed(const QString& folder);
    void renameRequested(const QString& path, const QString& name);

private:
    /// A folder that was expanded once.
    struct Folder {
        QString path;
        int depth = -1; ///< of the root, whose files have 0
        bool expanded = true;
        std::shared_ptr<const ListedFiles> files; ///< null: nothing came yet
        std::vector<quint32> shown;
        QMap<quint32, std::shared_ptr<Folder>> folders; ///< by the file's id
        FilePages pages;                                ///< what came of the listing that is under way
        std::size_t came = 0;
        int round = 0; ///< of listings: answers to earlier ones no longer count
        bool listing = false;
        bool arranging = false, arrangeAgain = false;
        bool truncated = false;
        std::optional<Error> error;
    };
    struct Row {
        Folder* folder = nullptr;
        const ListedFile* file = nullptr; ///< null for a note
        quint32 id = 0;
        Note note = Note::None;
        [[nodiscard]] bool isSameAs(const Row& other) const
        {
            return folder == other.folder && id == other.id && note == other.note;
        }
    };
    using FolderPtr = std::shared_ptr<Folder>;

    // filesmodel.cpp: asking
    void list(const FolderPtr& folder);
    void ask(const FolderPtr& folder, const QString& from);
    void take(const FolderPtr& folder, const Result<runtime::FileListing>& listing);
    void fail(Folder& folder, const Error& error);
    [[nodiscard]] static bool showsMore(const Folder& folder);
    void arrangeSoon(const FolderPtr& folder);
    void takeArrangement(const FolderPtr& folder, Arrangement arrangement, bool complete);
    void forEach(const std::function<void(const FolderPtr&)>& visit) const;
    [[nodiscard]] FolderPtr find(const QString& path) const;
    void dropTree();

    // filesmodelrows.cpp: what is shown
    void addRows(Folder& folder, std::vector<Row>& rows) const;
    void addNote(Folder& folder, std::vector<Row>& rows) const;
    void updateRows();
    void replaceMixed(std::vector<Row> wanted, std::size_t start, std::size_t end);
    void removeRun(std::size_t first, std::size_t count);
    void insertRun(const std::vector<Row>& wanted, std::size_t first, std::size_t count);
    [[nodiscard]] const Row* rowAt(int row) const;
    [[nodiscard]] Folder* folderOf(const Row& row) const;

    // filesmodeldata.cpp: how it is said
    [[nodiscard]] QString noteText(const Row& row) const;
    [[nodiscard]] QVariant fileData(const Row& row, int column, int role) const;
    [[nodiscard]] QString toolTip(const Row& row) const;
    [[nodiscard]] QString spoken(const Row& row, int column) const;

    std::shared_ptr<runtime::Runtime> m_runtime;
    bool m_isThisMachine = false;
    FolderPtr m_root;              ///< null: none
    std::vector<FolderPtr> m_gone; ///< no longer there, while rows may still show them
    std::optional<Error> m_error;
    FileOrder m_order;
    std::vector<Row> m_rows;
};

/// A length in the desktop's language, "12.3 MB".
[[nodiscard]] QString sizeText(qint64 bytes);

} // namespace cahier::widgets
