// SPDX-License-Identifier: GPL-3.0-or-later
// Dragging files in, out and from folder to folder.
#include <widgets/files/filesview.h>

#include <widgets/files/filenames.h>

#include <QDrag>
#include <QDropEvent>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

/// What was dragged out of the view that it comes back to.
QStringList pathsIn(const QMimeData& data)
{
    const QString text = QString::fromUtf8(data.data(QLatin1StringView(FilesModel::pathsFormat)));
    return text.isEmpty() ? QStringList() : text.split(QChar(u'\0'));
}

QStringList localFilesIn(const QMimeData& data)
{
    QStringList paths;
    const QList<QUrl> urls = data.urls();
    for (const QUrl& url : urls)
        if (url.isLocalFile()) paths += url.toLocalFile();
    return paths;
}

} // namespace

void FilesView::startDrag(Qt::DropActions)
{
    QMimeData* const files = m_model.mimeData(selectedIndexes());
    if (!files) return;
    auto* const drag = new QDrag(this); // the drag belongs to Qt once it began
    drag->setMimeData(files);
    // Another program may only copy: what it moves it would delete here.
    drag->exec(Qt::CopyAction | Qt::MoveAction, Qt::CopyAction);
    endDrag();
}

QString FilesView::targetAt(QPoint position, int* row) const
{
    const int under = rowAt(position.y());
    const bool isFolder = under >= 0 && m_model.folderAt(under) == m_model.pathOf(under);
    *row = under < 0 || isFolder ? under : m_model.parentRow(under);
    return m_model.folderAt(under);
}

bool FilesView::canTake(const QDropEvent& event, const QString& folder) const
{
    if (m_model.state() != FilesModel::State::Listed) return false;
    if (event.source() != this) return !localFilesIn(*event.mimeData()).isEmpty();
    const QStringList paths = pathsIn(*event.mimeData());
    const auto fits = [&](const QString& path) {
        return parentPath(path) != folder && !isWithin(folder, path);
    };
    return !paths.isEmpty() && std::ranges::all_of(paths, fits);
}

void FilesView::considerDrop(QDropEvent& event)
{
    int row = -1;
    const QString folder = targetAt(event.position().toPoint(), &row);
    const bool takes = canTake(event, folder);
    if (takes && row != m_dropRow) m_hoverTimer.start();
    if (!takes) m_hoverTimer.stop();
    m_dropRow = row;
    m_dropFolder = takes ? folder : QString();
    event.setDropAction(event.source() == this ? Qt::MoveAction : Qt::CopyAction);
    event.setAccepted(takes);
    viewport()->update();
}

void FilesView::dragEnterEvent(QDragEnterEvent* event)
{
    considerDrop(*event);
    // Below another row it may be wanted.
    event->setAccepted(event->source() == this || !localFilesIn(*event->mimeData()).isEmpty());
}

void FilesView::dragMoveEvent(QDragMoveEvent* event)
{
    QAbstractItemView::dragMoveEvent(event); // scrolls near the edges
    considerDrop(*event);
}

void FilesView::dragLeaveEvent(QDragLeaveEvent* event)
{
    QAbstractItemView::dragLeaveEvent(event);
    endDrag();
}

void FilesView::dropEvent(QDropEvent* event)
{
    considerDrop(*event);
    const QString folder = m_dropFolder;
    stopAutoScroll();
    setState(NoState);
    endDrag();
    if (folder.isEmpty()) return;
    if (event->source() == this)
        Q_EMIT pathsDropped(pathsIn(*event->mimeData()), folder);
    else
        Q_EMIT filesDropped(localFilesIn(*event->mimeData()), folder);
}

void FilesView::endDrag()
{
    m_hoverTimer.stop();
    m_dropFolder.clear();
    m_dropRow = -1;
    viewport()->update();
}

void FilesView::openHovered()
{
    if (m_dropRow >= 0) m_model.setExpanded(m_dropRow, true);
}

/// The folder that a drop goes to, with what is shown of it.
QRect FilesView::dropRect() const
{
    if (m_dropRow < 0) return viewport()->rect();
    const int depth = m_model.index(m_dropRow, 0).data(FilesModel::DepthRole).toInt();
    int last = m_dropRow;
    const int lastVisible = rowAt(viewport()->height() - 1);
    const int end = lastVisible < 0 ? m_model.rowCount() - 1 : lastVisible;
    while (last < end && m_model.index(last + 1, 0).data(FilesModel::DepthRole).toInt() > depth)
        ++last;
    const int top = rowViewportPosition(m_dropRow);
    return {0, top, viewport()->width(), rowViewportPosition(last) + rowHeight(last) - top};
}

void FilesView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    QPainter painter(viewport());
    if (m_model.rowCount() == 0 && !m_placeholder.isEmpty()) {
        painter.setPen(m_appearance.theme().muted);
        painter.drawText(viewport()->rect().adjusted(10, 6, -10, -6),
                         Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, m_placeholder);
    }
    if (m_dropFolder.isEmpty()) return;
    painter.setRenderHint(QPainter::Antialiasing);
    QColor ground = m_appearance.theme().accent;
    painter.setPen(QPen(ground, 2));
    ground.setAlphaF(0.12F);
    painter.setBrush(ground);
    painter.drawRoundedRect(QRectF(dropRect()).adjusted(1, 1, -1, -1), 3, 3);
}

} // namespace cahier::widgets
