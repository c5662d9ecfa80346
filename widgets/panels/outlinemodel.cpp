// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/outlinemodel.h>

#include <QElapsedTimer>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::CellKey;
using notebook::CellType;

namespace {

constexpr int sliceMs = 3;

} // namespace

void OutlineModel::setNotebook(notebook::Notebook* notebook)
{
    if (m_notebook) m_notebook->disconnect(this);
    beginResetModel();
    m_notebook = notebook;
    m_headings.clear();
    m_collapsed.clear();
    m_rows.clear();
    m_unread.clear();
    m_unreadSet.clear();
    endResetModel();
    m_timer.disconnect(this);
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &OutlineModel::readSlice);
    if (!m_notebook) return;
    using notebook::Notebook;
    connect(notebook, &Notebook::textReplaced, this, [this](CellKey cell) { readLater(cell); });
    connect(notebook, &Notebook::cellChanged, this, &OutlineModel::readLater);
    connect(notebook, &Notebook::cellsInserted, this, [this](int index, int count) {
        for (int cell = index; cell < index + count; ++cell)
            readLater(m_notebook->cellAt(cell).key());
    });
    connect(notebook, &Notebook::cellsRemoved, &m_timer, qOverload<>(&QTimer::start));
    connect(notebook, &Notebook::cellsReordered, &m_timer, qOverload<>(&QTimer::start));
    for (int cell = 0; cell < notebook->cellCount(); ++cell)
        readLater(notebook->cellAt(cell).key());
    m_timer.start();
}

void OutlineModel::readLater(CellKey cell)
{
    const notebook::Cell* const found = m_notebook->find(cell);
    const bool counts = found && (found->type() == CellType::Markdown || m_headings.contains(cell));
    if (!counts || m_unreadSet.contains(cell)) return;
    m_unread.push_back(cell);
    m_unreadSet.insert(cell);
    m_timer.start();
}

void OutlineModel::readSlice()
{
    if (!m_notebook) return;
    QElapsedTimer clock;
    clock.start();
    while (!m_unread.empty() && clock.elapsed() < sliceMs) {
        const CellKey cell = m_unread.front();
        m_unread.pop_front();
        m_unreadSet.remove(cell);
        read(cell);
    }
    if (!m_unread.empty()) return m_timer.start();
    update();
    Q_EMIT completed();
}

void OutlineModel::read(CellKey key)
{
    const notebook::Cell* const cell = m_notebook->find(key);
    std::vector<Heading> headings;
    if (cell && cell->type() == CellType::Markdown) headings = headingsIn(cell->source());
    if (headings.empty())
        m_headings.remove(key);
    else
        m_headings.insert(key, std::move(headings));
}

std::vector<OutlineModel::Row> OutlineModel::wantedRows() const
{
    std::vector<Row> rows;
    std::vector<int> open; // the levels that the next heading may stand under
    int hiddenBelow = 0;   // a collapsed heading's level; 0: none
    for (int index = 0; index < m_notebook->cellCount(); ++index) {
        const auto found = m_headings.constFind(m_notebook->cellAt(index).key());
        if (found == m_headings.constEnd()) continue;
        int place = 0;
        for (const Heading& heading : *found) {
            const Place here{found.key(), place++};
            while (!open.empty() && open.back() >= heading.level)
                open.pop_back();
            const int depth = static_cast<int>(open.size());
            open.push_back(heading.level);
            if (!rows.empty() && rows.back().depth < depth) rows.back().hasChildren = true;
            if (hiddenBelow > 0 && heading.level > hiddenBelow) continue;
            const bool collapsed = m_collapsed.contains(here);
            hiddenBelow = collapsed ? heading.level : 0;
            rows.push_back({here.first, here.second, depth, false, collapsed, heading});
        }
    }
    return rows;
}

/// Only what is between the common beginning and the common end is announced as new.
void OutlineModel::update()
{
    std::vector<Row> wanted = wantedRows();
    const auto [oldStart, newStart] = std::ranges::mismatch(m_rows, wanted);
    const auto start = static_cast<int>(newStart - wanted.begin());
    const int most = static_cast<int>(std::min(m_rows.size(), wanted.size())) - start;
    int end = 0;
    while (end < most && m_rows[m_rows.size() - 1 - static_cast<std::size_t>(end)] ==
                             wanted[wanted.size() - 1 - static_cast<std::size_t>(end)])
        ++end;
    const int before = static_cast<int>(m_rows.size()) - start - end;
    const int after = static_cast<int>(wanted.size()) - start - end;
    const int same = std::min(before, after);
    if (after > before) {
        beginInsertRows({}, start + same, start + after - 1);
        m_rows = std::move(wanted);
        endInsertRows();
    } else if (before > after) {
        beginRemoveRows({}, start + same, start + before - 1);
        m_rows = std::move(wanted);
        endRemoveRows();
    } else {
        m_rows = std::move(wanted);
    }
    if (same > 0) Q_EMIT dataChanged(index(start, 0), index(start + same - 1, 0));
}

void OutlineModel::setCollapsed(int row, bool collapsed)
{
    if (row < 0 || row >= rowCount()) return;
    const Row& heading = m_rows.at(static_cast<std::size_t>(row));
    if (!heading.hasChildren && !heading.isCollapsed) return;
    if (collapsed)
        m_collapsed.insert({heading.cell, heading.place});
    else
        m_collapsed.remove({heading.cell, heading.place});
    update();
}

int OutlineModel::rowOf(CellKey cell) const
{
    if (!m_notebook) return -1;
    const int wanted = m_notebook->indexOf(cell);
    if (wanted < 0) return -1;
    const auto above = [this, wanted](const Row& row) { return m_notebook->indexOf(row.cell) <= wanted; };
    const auto end = std::ranges::partition_point(m_rows, above);
    int row = static_cast<int>(end - m_rows.begin()) - 1;
    // Of a cell with several headings the first.
    while (row > 0 && m_rows[static_cast<std::size_t>(row)].cell == cell &&
           m_rows[static_cast<std::size_t>(row) - 1].cell == cell)
        --row;
    return row;
}

int OutlineModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant OutlineModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = m_rows.at(static_cast<std::size_t>(index.row()));
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return row.heading.title;
    case Qt::AccessibleTextRole:
        return tr("%1, level %2").arg(row.heading.title).arg(row.depth + 1);
    case CellRole:
        return QVariant::fromValue(row.cell);
    case DepthRole:
        return row.depth;
    case LevelRole:
        return row.heading.level;
    case HasChildrenRole:
        return row.hasChildren;
    case CollapsedRole:
        return row.isCollapsed;
    default:
        return {};
    }
}

} // namespace cahier::widgets
