// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/files/filesview.h>

#include <widgets/files/fileheader.h>
#include <widgets/files/filepainter.h>
#include <widgets/theme/thinscrollbar.h>

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QPainter>

#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace cahier::widgets {

namespace {

constexpr int mostRemembered = 1000; ///< selected rows

} // namespace

FilesView::FilesView(FilesModel& model, const Appearance& appearance, QWidget* parent)
    : QTableView(parent), m_model(model), m_appearance(appearance)
{
    setModel(&model);
    setItemDelegate(new FilePainter(appearance, this));
    setAccessibleName(tr("Files"));
    setFrameShape(NoFrame);
    setShowGrid(false);
    setWordWrap(false);
    setMouseTracking(true);
    setTabKeyNavigation(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, this));
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setDragEnabled(true);
    setAcceptDrops(true);
    setDragDropMode(DragDrop);
    setDropIndicatorShown(false);
    setHorizontalHeader(new FileHeader(appearance, this));
    viewport()->setAutoFillBackground(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setSortIndicator(FilesModel::NameColumn, Qt::AscendingOrder);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setSectionResizeMode(FilesModel::NameColumn, QHeaderView::Stretch);
    m_hoverTimer.setSingleShot(true);
    m_hoverTimer.setInterval(700ms);
    connect(&m_hoverTimer, &QTimer::timeout, this, &FilesView::openHovered);
    connect(horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
            [this](int column, Qt::SortOrder direction) {
                FileOrder order = m_model.order();
                order.by = static_cast<FileSort>(column);
                order.descending = direction == Qt::DescendingOrder;
                m_model.setOrder(order);
            });
    connect(&model, &QAbstractItemModel::modelAboutToBeReset, this, &FilesView::remember);
    connect(&model, &QAbstractItemModel::modelReset, this, &FilesView::restore);
    connect(&appearance, &Appearance::changed, this, &FilesView::applyTheme);
    applyTheme();
}

void FilesView::applyTheme()
{
    verticalHeader()->setDefaultSectionSize(FilePainter::rowHeight(fontMetrics()));
    const QLocale locale;
    const QString date = locale.toString(QDateTime(QDate(2028, 12, 28), QTime(22, 58)), QLocale::ShortFormat);
    setColumnWidth(FilesModel::SizeColumn, fontMetrics().horizontalAdvance(u"1,000.0 MB"_s) + 12);
    setColumnWidth(FilesModel::ModifiedColumn, fontMetrics().horizontalAdvance(date) + 16);
    viewport()->update();
}

void FilesView::setPlaceholder(const QString& text)
{
    m_placeholder = text;
    setAccessibleDescription(text);
    viewport()->update();
}

QStringList FilesView::selectedPaths() const
{
    QStringList paths;
    const QModelIndexList rows = selectionModel()->selectedRows();
    for (const QModelIndex& index : rows)
        if (index.flags().testFlag(Qt::ItemIsDragEnabled)) paths += m_model.pathOf(index.row());
    return paths;
}

int FilesView::selectedCount() const
{
    int count = 0;
    for (const QItemSelectionRange& range : selectionModel()->selection())
        if (range.left() == FilesModel::NameColumn) count += range.height();
    return count;
}

bool FilesView::select(const QString& path)
{
    const int row = m_model.rowOf(path);
    if (row < 0) return false;
    selectionModel()->setCurrentIndex(m_model.index(row, 0),
                                      QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(m_model.index(row, 0));
    return true;
}

void FilesView::rename(const QString& path)
{
    if (select(path)) edit(currentIndex());
}

void FilesView::remember()
{
    m_currentBefore = m_model.pathOf(currentIndex().row());
    m_topBefore = m_model.pathOf(rowAt(0));
    m_selectedBefore.clear();
    if (selectedCount() <= mostRemembered) m_selectedBefore = selectedPaths();
}

void FilesView::restore()
{
    QItemSelection selection;
    for (const int row : m_model.rowsOf(m_selectedBefore))
        selection.select(m_model.index(row, 0), m_model.index(row, FilesModel::ColumnCount - 1));
    if (const int row = m_currentBefore.isEmpty() ? -1 : m_model.rowOf(m_currentBefore); row >= 0)
        selectionModel()->setCurrentIndex(m_model.index(row, 0), QItemSelectionModel::NoUpdate);
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    if (const int row = m_topBefore.isEmpty() ? -1 : m_model.rowOf(m_topBefore); row >= 0)
        scrollTo(m_model.index(row, 0), PositionAtTop);
}

bool FilesView::isOnChevron(const QModelIndex& index, QPoint position) const
{
    if (index.column() != FilesModel::NameColumn || !index.data(FilesModel::FolderRole).toBool())
        return false;
    const QRect mark = FilePainter::chevronRect(visualRect(index), index.data(FilesModel::DepthRole).toInt());
    return mark.adjusted(-3, -4, 2, 4).contains(position);
}

void FilesView::mousePressEvent(QMouseEvent* event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    const bool isFailed = m_model.noteAt(index.row()) == FilesModel::Note::Failed;
    if (event->button() == Qt::LeftButton && (isFailed || isOnChevron(index, event->position().toPoint()))) {
        m_model.setExpanded(index.row(), !index.data(FilesModel::ExpandedRole).toBool());
        return;
    }
    if (!index.isValid()) clearSelection();
    QTableView::mousePressEvent(event);
}

void FilesView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    const QModelIndex index = indexAt(position);
    if (isOnChevron(index, position)) return mousePressEvent(event);
    if (event->button() == Qt::LeftButton && index.isValid()) Q_EMIT opened(index);
}

bool FilesView::goSideways(bool right)
{
    const QModelIndex current = currentIndex();
    if (!current.isValid()) return false;
    const bool isFolder = current.data(FilesModel::FolderRole).toBool();
    const bool expanded = current.data(FilesModel::ExpandedRole).toBool();
    if (isFolder && right != expanded) {
        m_model.setExpanded(current.row(), right);
        return true;
    }
    const int target = right ? (isFolder ? current.row() + 1 : -1) : m_model.parentRow(current.row());
    if (target >= 0 && target < m_model.rowCount()) setCurrentIndex(m_model.index(target, 0));
    return true;
}

void FilesView::hover(int row)
{
    const int before = std::exchange(m_hoveredRow, row);
    if (row == before) return;
    for (const int one : {before, row})
        if (one >= 0) viewport()->update(0, rowViewportPosition(one), viewport()->width(), rowHeight(one));
}

void FilesView::mouseMoveEvent(QMouseEvent* event)
{
    hover(rowAt(event->position().toPoint().y()));
    QTableView::mouseMoveEvent(event);
}

bool FilesView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave) hover(-1);
    return QTableView::viewportEvent(event);
}

void FilesView::keyPressEvent(QKeyEvent* event)
{
    const bool plain = event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier;
    const bool sideways = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (plain && sideways && goSideways(event->key() == Qt::Key_Right)) return;
    const bool enters = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (plain && enters && currentIndex().isValid() && state() != EditingState) {
        Q_EMIT opened(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

void FilesView::keyboardSearch(const QString& search)
{
    // Names are searched, whichever column was clicked.
    const QModelIndex name = currentIndex().siblingAtColumn(FilesModel::NameColumn);
    if (name.isValid()) selectionModel()->setCurrentIndex(name, QItemSelectionModel::NoUpdate);
    QTableView::keyboardSearch(search);
}

QModelIndex FilesView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    // In a list of rows they lead to the first and the last one.
    if (action == MoveHome && m_model.rowCount() > 0) return m_model.index(0, 0);
    if (action == MoveEnd && m_model.rowCount() > 0) return m_model.index(m_model.rowCount() - 1, 0);
    return QTableView::moveCursor(action, modifiers);
}

void FilesView::contextMenuEvent(QContextMenuEvent* event)
{
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    Q_EMIT menuRequested(byKey ? viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft())
                               : event->globalPos());
}

void FilesView::resizeEvent(QResizeEvent* event)
{
    const int name = fontMetrics().averageCharWidth() * 24;
    const int size = columnWidth(FilesModel::SizeColumn) > 0 ? columnWidth(FilesModel::SizeColumn)
                                                             : horizontalHeader()->defaultSectionSize();
    const int date = fontMetrics().averageCharWidth() * 20;
    setColumnHidden(FilesModel::SizeColumn, viewport()->width() < name + size);
    setColumnHidden(FilesModel::ModifiedColumn, viewport()->width() < name + size + date);
    QTableView::resizeEvent(event);
}

void FilesView::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected)
{
    QTableView::selectionChanged(selected, deselected);
    Q_EMIT selectionEdited();
}

} // namespace cahier::widgets
