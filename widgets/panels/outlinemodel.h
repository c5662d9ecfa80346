// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/panels/headings.h>

#include <core/notebook/notebook.h>

#include <QAbstractListModel>
#include <QPointer>
#include <QSet>
#include <QTimer>

#include <deque>

namespace cahier::widgets {

/// The headings of a notebook's Markdown cells in their order, those under a collapsed one left out. A list
/// whose rows know their depth: with ten thousand headings a tree of items would be built again for each
/// change. Cells are read in slices of a few milliseconds, and again only when their text changed.
class OutlineModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        CellRole = Qt::UserRole, ///< notebook::CellKey
        DepthRole,               ///< 0 for the outermost
        LevelRole,               ///< the heading's own, 1 to 6
        HasChildrenRole,
        CollapsedRole,
    };

    using QAbstractListModel::QAbstractListModel;

    /// Null: none.
    void setNotebook(notebook::Notebook* notebook);
    void setCollapsed(int row, bool collapsed);
    /// The row of the heading that a cell stands under; -1 above the first one.
    [[nodiscard]] int rowOf(notebook::CellKey cell) const;
    /// Nothing is left to read.
    [[nodiscard]] bool isComplete() const { return m_unread.empty(); }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

Q_SIGNALS:
    /// The headings are those of the notebook as it is now.
    void completed();

private:
    struct Row {
        notebook::CellKey cell{};
        int place = 0; ///< among the headings of its cell
        int depth = 0;
        bool hasChildren = false, isCollapsed = false;
        Heading heading;
        friend bool operator==(const Row&, const Row&) = default;
    };
    using Place = std::pair<notebook::CellKey, int>;

    void read(notebook::CellKey cell);
    void readSlice();
    void readLater(notebook::CellKey cell);
    [[nodiscard]] std::vector<Row> wantedRows() const;
    void update();

    QPointer<notebook::Notebook> m_notebook;
    QHash<notebook::CellKey, std::vector<Heading>> m_headings; ///< of cells that have any
    QSet<Place> m_collapsed;
    std::vector<Row> m_rows;
    std::deque<notebook::CellKey> m_unread;
    QSet<notebook::CellKey> m_unreadSet;
    QTimer m_timer;
};

} // namespace cahier::widgets
