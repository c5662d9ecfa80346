// SPDX-License-Identifier: GPL-3.0-or-later
// Moving cells by the mouse, and what floats over the cells.
#include <widgets/notebook/notebookview.h>

#include <widgets/notebook/celltoolbar.h>
#include <widgets/notebook/insertionbar.h>

#include <QScrollBar>

#include <algorithm>

namespace cahier::widgets {

namespace {

constexpr int gapHeight = 8;

} // namespace

/// The gap between cells that is nearest to `y`: its number is the index of the cell below it.
int NotebookView::gapAt(int y) const
{
    const int index = m_heights.indexAt(m_heights.top(m_anchorIndex) - m_anchorTop + y);
    if (index < 0) return 0;
    return y > viewTop(index) + m_heights.height(index) / 2 ? index + 1 : index;
}

int NotebookView::gapTop(int gap) const
{
    return viewTop(gap) - gapHeight / 2;
}

void NotebookView::dragTo(const QPoint& global)
{
    m_dragAt = viewport()->mapFromGlobal(global);
    const int gap = gapAt(m_dragAt.y());
    if (gap != m_dropGap) {
        m_dropGap = gap;
        viewport()->update();
    }
    m_autoScroll.start();
}

void NotebookView::autoScroll()
{
    constexpr int edge = 40, fastest = 24;
    const int height = viewport()->height();
    int dy = 0;
    if (m_dragAt.y() < edge)
        dy = std::min(fastest, (edge - m_dragAt.y()) / 2);
    else if (m_dragAt.y() > height - edge)
        dy = -std::min(fastest, (m_dragAt.y() - height + edge) / 2);
    if (dy == 0) return;
    verticalScrollBar()->setValue(verticalScrollBar()->value() - dy);
    m_dropGap = gapAt(m_dragAt.y());
    viewport()->update();
}

void NotebookView::dropAt(const QPoint& global)
{
    dragTo(global);
    const int gap = m_dropGap;
    endDrag();
    Q_EMIT moveRequested(gap);
}

void NotebookView::endDrag()
{
    m_autoScroll.stop();
    m_dropGap = -1;
    viewport()->update();
}

void NotebookView::placeToolbar()
{
    const int index = m_selection.activeIndex();
    const auto shown = m_shown.find(index);
    if (shown == m_shown.end() || m_dropGap >= 0) return m_toolbar->hide();
    const QSize size = m_toolbar->sizeHint();
    const int top = viewTop(index), bottom = top + shown->second.height;
    // It stays in view while any of a tall cell does.
    const int y = std::min(std::max(top - size.height() / 2, 2), bottom - size.height());
    if (bottom < size.height() || top > viewport()->height()) return m_toolbar->hide();
    m_toolbar->setGeometry(viewport()->width() - size.width() - 24, std::max(y, 2), size.width(),
                           size.height());
    m_toolbar->show();
    m_toolbar->raise();
}

void NotebookView::placeInsertionBar(const QPoint& at)
{
    const int gap = gapAt(at.y());
    const bool near = std::abs(gapTop(gap) - at.y()) <= gapHeight;
    if (!near || m_dropGap >= 0 || (gap < m_notebook.cellCount() && isHidden(gap)))
        return m_insertion->hide();
    const int height = m_insertion->sizeHint().height();
    m_insertion->setGap(gap);
    m_insertion->setGeometry(0, gapTop(gap) - height / 2, viewport()->width(), height);
    m_insertion->show();
    m_insertion->raise();
}

} // namespace cahier::widgets
