// SPDX-License-Identifier: GPL-3.0-or-later
// Widgets, places and scrolling.
#include <widgets/notebook/notebookview.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/theme/appearance.h>

#include <QApplication>
#include <QScrollBar>

#include <algorithm>

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellType;

namespace {

constexpr int spacing = 8; // between cells; belongs to the cell above
constexpr int margin = 12; // before the first and after the last cell
constexpr int poolLimit = 24;
constexpr qsizetype longOutputs = 200; // bytes of JSON

} // namespace

int NotebookView::lineHeight() const
{
    return QFontMetrics(m_services.appearance.theme().code).lineSpacing();
}

int NotebookView::estimatedHeight(const Cell& cell, int line)
{
    if (cell.type() != CellType::Code) return 3 * line;
    const auto outputs = static_cast<qsizetype>(cell.outputsJson().text().size());
    return 4 * line + (outputs > longOutputs ? 6 * line : 0);
}

int NotebookView::likelyHeight(const Cell& cell, int line) const
{
    const auto measured = m_measured.constFind(cell.key());
    return measured != m_measured.constEnd() ? *measured : estimatedHeight(cell, line);
}

void NotebookView::resetHeights()
{
    std::vector<int> heights(static_cast<size_t>(m_notebook.cellCount()));
    const int line = lineHeight();
    for (int index = 0; index < m_notebook.cellCount(); ++index) {
        if (isHidden(index)) continue;
        heights[static_cast<size_t>(index)] = likelyHeight(m_notebook.cellAt(index), line) + spacing;
    }
    m_heights.assign(std::move(heights));
}

bool NotebookView::isHidden(int index) const
{
    return !m_hidden.empty() && m_hidden[static_cast<size_t>(index)];
}

int NotebookView::visibleNeighbour(int index, int direction) const
{
    for (index += direction; index >= 0 && index < m_notebook.cellCount(); index += direction)
        if (!isHidden(index)) return index;
    return -1;
}

int NotebookView::viewTop(int index) const
{
    return m_anchorTop + static_cast<int>(m_heights.top(index) - m_heights.top(m_anchorIndex));
}

CellWidget* NotebookView::widgetFor(CellKey key) const
{
    const auto shown = m_shown.find(m_notebook.indexOf(key));
    return shown == m_shown.end() ? nullptr : shown->second.widget.get();
}

std::unique_ptr<CellWidget> NotebookView::takeFromPool(CellType type)
{
    if (m_pool.empty()) return makeWidget();
    // One that showed the same kind has the parts already.
    auto fits = std::ranges::find_if(m_pool, [type](const auto& widget) {
        return (widget->editor() != nullptr) == (type != CellType::Markdown);
    });
    if (fits == m_pool.end()) {
        if (m_pool.size() < poolLimit / 2) return makeWidget();
        fits = m_pool.begin();
    }
    std::unique_ptr<CellWidget> widget = std::move(*fits);
    m_pool.erase(fits);
    return widget;
}

std::unique_ptr<CellWidget> NotebookView::makeWidget()
{
    auto widget = std::make_unique<CellWidget>(m_services, viewport());
    connectWidget(*widget);
    return widget;
}

CellWidget& NotebookView::realize(int index)
{
    if (const auto shown = m_shown.find(index); shown != m_shown.end()) return *shown->second.widget;
    const Cell& cell = m_notebook.cellAt(index);
    std::unique_ptr<CellWidget> widget = takeFromPool(cell.type());
    CellWidget& result = *widget;
    result.resize(viewport()->width(), result.height());
    result.setMath(m_math.contextOf(cell.key()));
    m_realizing = true;
    result.setHeightHint(likelyHeight(cell, lineHeight()));
    result.bind(cell, m_context);
    result.setRun(m_session.cellRun(cell.key()));
    result.setPlace(index, m_notebook.cellCount());
    result.setStanding(index == m_selection.activeIndex() ? CellStanding::Active
                       : m_selection.contains(index)      ? CellStanding::Selected
                                                          : CellStanding::Plain);
    const bool folds = !m_hidden.empty() && isFolded(cell, Fold::Heading);
    result.setHiddenBelow(folds ? sectionLength(m_notebook, index) : 0);
    m_realizing = false;
    if (!m_matches.isEmpty()) result.setMatches(m_matches.value(cell.key()));
    m_shown.emplace(index, Shown{std::move(widget)});
    return result;
}

int NotebookView::measure(int index)
{
    CellWidget& widget = realize(index);
    const int height = widget.heightForWidth(viewport()->width());
    m_measured.insert(m_notebook.cellAt(index).key(), height);
    m_heights.set(index, height + spacing);
    return height + spacing;
}

void NotebookView::placeCell(int index, int y)
{
    Shown& shown = m_shown.at(index);
    shown.top = y;
    shown.height = m_heights.height(index) - spacing;
    shown.widget->setVisibleBand(std::max(0, -y), std::max(0, viewport()->height() - y));
    const QRect place(0, y, viewport()->width(), shown.height);
    if (shown.widget->geometry() != place) shown.widget->setGeometry(place);
    if (shown.widget->QWidget::isHidden()) shown.widget->show();
}

void NotebookView::arrangeFromAnchor()
{
    const int bottom = viewport()->height();
    int y = m_anchorTop;
    for (int index = m_anchorIndex; index >= 0 && y < bottom; index = visibleNeighbour(index, 1)) {
        const int height = measure(index);
        placeCell(index, y);
        y += height;
    }
    int top = m_anchorTop;
    for (int index = visibleNeighbour(m_anchorIndex, -1); index >= 0 && top > 0;
         index = visibleNeighbour(index, -1)) {
        top -= measure(index);
        placeCell(index, top);
    }
}

void NotebookView::layoutCells()
{
    if (m_realizing) return;
    if (m_layingOut) {
        m_layoutAgain = true;
        return;
    }
    m_layingOut = true;
    constexpr int rounds = 4; // measuring may change what was placed before; it settles in two
    for (int round = 0; round < rounds; ++round) {
        m_layoutAgain = false;
        if (m_notebook.cellCount() == 0) {
            m_anchor.reset();
            m_anchorIndex = 0;
            break;
        }
        if (!m_anchor) m_anchorTop = margin; // nothing was shown yet
        m_anchorIndex = m_anchor ? m_notebook.indexOf(*m_anchor) : -1;
        if (m_anchorIndex < 0)
            m_anchorIndex = std::clamp(m_selection.activeIndex(), 0, m_notebook.cellCount() - 1);
        if (isHidden(m_anchorIndex)) m_anchorIndex = std::max(0, visibleNeighbour(m_anchorIndex, -1));
        m_anchor = m_notebook.cellAt(m_anchorIndex).key();
        arrangeFromAnchor();
        // Nothing is shown before the first cell or after the last one.
        const int end = viewTop(m_notebook.cellCount()) + margin;
        const int start = viewTop(0);
        int shift = 0;
        if (end < viewport()->height()) shift = viewport()->height() - end;
        if (start + shift > margin) shift = margin - start;
        if (shift == 0 && !m_layoutAgain) break;
        m_anchorTop += shift;
    }
    releaseFarCells();
    chooseAnchor();
    updateScrollBar();
    placeToolbar();
    m_layingOut = false;
}

void NotebookView::releaseFarCells()
{
    const int bottom = viewport()->height();
    for (auto shown = m_shown.begin(); shown != m_shown.end();) {
        CellWidget& widget = *shown->second.widget;
        const int top = viewTop(shown->first);
        const bool visible =
            !isHidden(shown->first) && top < bottom && top + m_heights.height(shown->first) > 0;
        // What is being typed into or dragged stays, wherever it is scrolled to.
        const bool needed = widget.isAncestorOf(QApplication::focusWidget()) || widget.hasInputPrompt() ||
                            (m_dropGap >= 0 && m_selection.contains(shown->first));
        if (visible || needed) {
            if (!visible)
                placeCell(shown->first,
                          isHidden(shown->first) ? -m_heights.height(shown->first) - bottom : top);
            ++shown;
            continue;
        }
        widget.hide();
        widget.unbind();
        if (m_pool.size() < poolLimit) m_pool.push_back(std::move(shown->second.widget));
        shown = m_shown.erase(shown);
    }
}

void NotebookView::chooseAnchor()
{
    if (!m_anchor) return;
    const int bottom = viewport()->height();
    const auto inView = [&](int index) {
        if (index < 0 || isHidden(index)) return false;
        const int top = viewTop(index);
        return top >= 0 && top < bottom;
    };
    int index = m_mode == Mode::Edit ? m_selection.activeIndex() : -1;
    if (!inView(index)) {
        index = m_heights.indexAt(m_heights.top(m_anchorIndex) - m_anchorTop);
        if (const int next = visibleNeighbour(index, 1); viewTop(index) < 0 && inView(next)) index = next;
    }
    m_anchorTop = viewTop(index);
    m_anchorIndex = index;
    m_anchor = m_notebook.cellAt(index).key();
}

void NotebookView::updateScrollBar()
{
    m_settingBar = true;
    const qint64 total = m_heights.total() + 2 * margin;
    const int page = viewport()->height();
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setSingleStep(QFontMetrics(m_services.appearance.theme().code).lineSpacing());
    verticalScrollBar()->setRange(0, static_cast<int>(std::max<qint64>(0, total - page)));
    verticalScrollBar()->setValue(margin - viewTop(0));
    m_settingBar = false;
}

void NotebookView::scrollContentsBy(int, int dy)
{
    if (m_settingBar || m_notebook.cellCount() == 0) return;
    if (std::abs(dy) < 2 * viewport()->height()) return scrollBy(dy);
    const qint64 y = verticalScrollBar()->value() - margin;
    m_anchorIndex = m_heights.indexAt(y);
    m_anchor = m_notebook.cellAt(m_anchorIndex).key();
    m_anchorTop = static_cast<int>(m_heights.top(m_anchorIndex) - y);
    layoutCells();
}

void NotebookView::scrollBy(int dy)
{
    if (CodeEditor* editor = activeEditor()) editor->closePopups();
    m_anchorTop += dy;
    // The anchor is the cell that is seen, so that heights are only guessed for what is not.
    if (const int seen = m_heights.indexAt(m_heights.top(m_anchorIndex) - m_anchorTop); seen >= 0) {
        const int top = viewTop(seen);
        m_anchorIndex = seen;
        m_anchor = m_notebook.cellAt(seen).key();
        m_anchorTop = top;
    }
    layoutCells();
}

void NotebookView::reveal(CellKey key, Reveal how)
{
    catchUp();
    const int index = m_notebook.indexOf(key);
    if (index < 0) return;
    if (isHidden(index)) {
        for (int heading = index; heading >= 0; --heading) {
            const Cell& cell = m_notebook.cellAt(heading);
            if (!isHidden(heading) && isFolded(cell, Fold::Heading)) {
                setFolded(m_notebook, cell.key(), Fold::Heading, false);
                break;
            }
        }
    }
    const int height = measure(index) - spacing, page = viewport()->height();
    int top = viewTop(index);
    const int least = visibleNeighbour(index, -1) < 0 ? margin : 0; // above the first cell is the page's edge
    if (how == Reveal::Top || (how == Reveal::Nearest && top < least && top + height < page))
        top = margin;
    else if (how == Reveal::Centre)
        top = std::max(margin, (page - height) / 2);
    else if (how == Reveal::Nearest && top + height > page && top > 0)
        top = std::max(margin, page - height - spacing - margin);
    m_anchor = key;
    m_anchorIndex = index;
    m_anchorTop = top;
    layoutCells();
}

void NotebookView::revealRect(const CellWidget& widget, const QRect& rect)
{
    constexpr int edge = 6;
    const QRect inView = rect.translated(widget.pos());
    int dy = 0;
    if (inView.top() < edge)
        dy = edge - inView.top();
    else if (inView.bottom() > viewport()->height() - edge)
        dy = viewport()->height() - edge - inView.bottom();
    if (dy != 0) scrollBy(dy);
}

void NotebookView::resizeEvent(QResizeEvent*)
{
    m_measured.clear();
    resetHeights();
    layoutCells();
}

} // namespace cahier::widgets
