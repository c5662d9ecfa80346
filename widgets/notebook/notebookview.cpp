// SPDX-License-Identifier: GPL-3.0-or-later
// The notebook, the session, mode and selection. notebookviewlayout.cpp places the cells.
#include <widgets/notebook/notebookview.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/celltoolbar.h>
#include <widgets/notebook/insertionbar.h>
#include <widgets/theme/appearance.h>
#include <widgets/theme/thinscrollbar.h>

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellType;
using notebook::Notebook;
using runtime::Session;

namespace {

constexpr int frameMs = 16;

} // namespace

NotebookView::NotebookView(const ViewServices& services, Notebook& notebook, Session& session,
                           CellSelection& selection, QWidget* parent)
    : QAbstractScrollArea(parent), m_services(services), m_notebook(notebook), m_session(session),
      m_selection(selection), m_math(notebook), m_toolbar(new CellToolbar(viewport())),
      m_insertion(new InsertionBar(viewport()))
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBar(new ThinScrollBar(services.appearance, Qt::Vertical, this));
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Notebook"));
    viewport()->setMouseTracking(true);
    viewport()->setBackgroundRole(QPalette::Base);
    m_outputTimer.setSingleShot(true);
    m_outputTimer.setInterval(frameMs);
    m_autoScroll.setInterval(frameMs);
    connect(&m_outputTimer, &QTimer::timeout, this, &NotebookView::flushOutputs);
    connect(&m_autoScroll, &QTimer::timeout, this, &NotebookView::autoScroll);
    connect(m_toolbar, &CellToolbar::triggered, this, &NotebookView::commandRequested);
    connect(m_insertion, &InsertionBar::insertRequested, this, &NotebookView::insertRequested);
    connect(&m_services.appearance, &Appearance::changed, this, [this] {
        m_measured.clear();
        resetHeights();
        layoutCells();
        viewport()->update();
    });
    m_context.language = m_notebook.language();
    connect(&m_math, &NotebookMath::changed, this, [this] {
        for (const auto& [index, shown] : m_shown)
            shown.widget->setMath(m_math.contextOf(*shown.widget->key()));
    });
    watchNotebook();
    watchSession();
    updateHidden();
    resetHeights();
}

NotebookView::~NotebookView()
{
    // The focus must not go to a cell that is being destroyed.
    m_notebook.disconnect(this);
    m_session.disconnect(this);
    m_selection.disconnect(this);
}

void NotebookView::watchNotebook()
{
    connect(&m_notebook, &Notebook::cellsInserted, this, [this] { cellsChanged(); });
    connect(&m_notebook, &Notebook::cellsRemoved, this, [this] { cellsChanged(); });
    connect(&m_notebook, &Notebook::cellsReordered, this, [this] { cellsChanged(); });
    connect(&m_notebook, &Notebook::textReplaced, this, &NotebookView::textReplaced);
    connect(&m_notebook, &Notebook::cellChanged, this, &NotebookView::refreshCell);
    connect(&m_notebook, &Notebook::metadataChanged, this, &NotebookView::updateLanguage);
    connect(&m_notebook, &Notebook::outputsChanged, this, [this](CellKey key, int first) {
        const auto dirty = m_dirtyOutputs.constFind(key);
        m_dirtyOutputs.insert(key, dirty == m_dirtyOutputs.constEnd() ? first : std::min(first, *dirty));
        if (!m_outputTimer.isActive()) m_outputTimer.start();
    });
    connect(&m_selection, &CellSelection::changed, this, &NotebookView::showSelection);
}

void NotebookView::watchSession()
{
    connect(&m_session, &Session::runChanged, this, [this](CellKey key) {
        if (CellWidget* widget = widgetFor(key)) widget->setRun(m_session.cellRun(key));
    });
    connect(&m_session, &Session::queueChanged, this, [this] {
        for (const auto& [index, shown] : m_shown)
            shown.widget->setRun(m_session.cellRun(*shown.widget->key()));
    });
    connect(&m_session, &Session::inputRequested, this, &NotebookView::showInput);
    connect(&m_session, &Session::inputWithdrawn, this, &NotebookView::showInput);
}

// The notebook

void NotebookView::cellsChanged()
{
    std::map<int, Shown> shown;
    for (auto& [index, cell] : m_shown) {
        const int now = m_notebook.indexOf(*cell.widget->key());
        if (now >= 0) {
            cell.widget->setPlace(now, m_notebook.cellCount());
            shown.emplace(now, std::move(cell));
            continue;
        }
        if (cell.widget->isAncestorOf(QApplication::focusWidget())) setFocus();
        cell.widget->hide();
        cell.widget->unbind();
        m_pool.push_back(std::move(cell.widget));
    }
    m_shown = std::move(shown);
    updateHidden();
    resetHeights();
    layoutCells();
    viewport()->update();
}

/// The selection hears of the notebook's changes before the view does.
void NotebookView::catchUp()
{
    const bool same = m_heights.count() == m_notebook.cellCount() &&
                      std::ranges::all_of(m_shown, [this](const auto& entry) {
                          return m_notebook.indexOf(*entry.second.widget->key()) == entry.first;
                      });
    if (!same) cellsChanged();
}

void NotebookView::textReplaced(CellKey key, qsizetype position, qsizetype removed, const QString& inserted)
{
    CellWidget* widget = widgetFor(key);
    if (!widget) {
        m_measured.remove(key);
        return;
    }
    if (m_typingIn == key)
        widget->follow(*m_notebook.find(key));
    else
        widget->applyText(*m_notebook.find(key), position, removed, inserted);
}

void NotebookView::refreshCell(CellKey key)
{
    const Cell* cell = m_notebook.find(key);
    const int index = m_notebook.indexOf(key);
    if (!cell || index < 0) return;
    if (CellWidget* widget = widgetFor(key)) widget->refresh(*cell, m_context);
    if (cell->type() != CellType::Markdown && m_hidden.empty()) return;
    const std::vector<bool> before = m_hidden;
    updateHidden();
    if (m_hidden == before) return;
    resetHeights();
    for (const auto& [at, shown] : m_shown) {
        const Cell& heading = m_notebook.cellAt(at);
        const bool folds = !m_hidden.empty() && isFolded(heading, Fold::Heading);
        shown.widget->setHiddenBelow(folds ? sectionLength(m_notebook, at) : 0);
    }
    layoutCells();
}

void NotebookView::updateHidden()
{
    m_hidden = hiddenCells(m_notebook);
}

void NotebookView::flushOutputs()
{
    for (const auto& [key, first] : std::exchange(m_dirtyOutputs, {}).asKeyValueRange()) {
        const Cell* cell = m_notebook.find(key);
        CellWidget* widget = widgetFor(key);
        if (cell && widget)
            widget->updateOutputs(*cell, first);
        else
            m_measured.remove(key);
    }
}

void NotebookView::updateLanguage()
{
    if (m_context.language == m_notebook.language()) return;
    m_context.language = m_notebook.language();
    refreshAll();
}

void NotebookView::setFolder(const QString& folder)
{
    if (m_context.folder == folder) return;
    m_context.folder = folder;
    refreshAll();
}

void NotebookView::setLineNumbers(bool shown)
{
    if (m_context.lineNumbers == shown) return;
    m_context.lineNumbers = shown;
    refreshAll();
}

void NotebookView::setAutoClose(bool on)
{
    if (m_context.autoClose == on) return;
    m_context.autoClose = on;
    refreshAll();
}

void NotebookView::refreshAll()
{
    for (const auto& [index, shown] : m_shown)
        shown.widget->refresh(m_notebook.cellAt(index), m_context);
    layoutCells();
}

// What a cell's widget says

void NotebookView::connectWidget(CellWidget& widget)
{
    CellWidget* const cell = &widget;
    connect(cell, &CellWidget::heightChanged, this, &NotebookView::layoutCells);
    connect(cell, &CellWidget::textEdited, this,
            [this, cell](qsizetype position, qsizetype removed, const QString& inserted) {
                m_typingIn = cell->key();
                m_notebook.replaceText(*cell->key(), position, removed, inserted);
                m_typingIn.reset();
            });
    connect(cell, &CellWidget::editGroupBegan, this, [this] { m_notebook.beginGroup(tr("Edit")); });
    connect(cell, &CellWidget::editGroupEnded, this, [this] { m_notebook.endGroup(); });
    connect(cell, &CellWidget::editorFocused, this, [this, cell] {
        m_selection.select(m_notebook.indexOf(*cell->key()));
        setMode(Mode::Edit);
    });
    connect(cell, &CellWidget::editRequested, this, [this, cell] {
        m_selection.select(m_notebook.indexOf(*cell->key()));
        enterEditMode();
    });
    connect(cell, &CellWidget::pressed, this,
            [this, cell](Qt::KeyboardModifiers modifiers) { press(*cell->key(), modifiers); });
    connect(cell, &CellWidget::runClicked, this, [this, cell] {
        m_selection.select(m_notebook.indexOf(*cell->key()));
        Q_EMIT runRequested(*cell->key());
    });
    connect(cell, &CellWidget::stopClicked, this, [this, cell] { Q_EMIT stopRequested(*cell->key()); });
    connect(cell, &CellWidget::draggedTo, this, &NotebookView::dragTo);
    connect(cell, &CellWidget::dropped, this, &NotebookView::dropAt);
    connect(cell, &CellWidget::dragCancelled, this, &NotebookView::endDrag);
    connect(cell, &CellWidget::unfoldRequested, this,
            [this, cell](int fold) { setFolded(m_notebook, *cell->key(), Fold(fold), false); });
    connect(cell, &CellWidget::inputAnswered, this, [this](const QString& value) {
        (void)m_session.replyInput(value); // one that is void by now is gone all the same
        showInput();
        setFocus();
    });
    connect(cell, &CellWidget::linkActivated, this, &NotebookView::linkActivated);
    connect(cell, &CellWidget::sourceLineActivated, this, [this, cell](int executionCount, int line) {
        showSourceLine(*cell->key(), executionCount, line);
    });
    connect(cell, &CellWidget::editorCreated, this, [this, cell](CodeEditor* editor) {
        connect(editor, &CodeEditor::revealRequested, this, [this, cell, editor](const QRect& rect) {
            if (!m_layingOut) revealRect(*cell, rect.translated(editor->pos()));
        });
        connect(editor, &CodeEditor::leftUpwards, this, [this] { leaveEditor(-1); });
        connect(editor, &CodeEditor::leftDownwards, this, [this] { leaveEditor(1); });
        Q_EMIT editorCreated(editor);
    });
}

void NotebookView::leaveEditor(int direction)
{
    const int next = visibleNeighbour(m_selection.activeIndex(), direction);
    if (next < 0) return;
    m_selection.select(next);
    const Cell& cell = m_notebook.cellAt(next);
    if (cell.type() == CellType::Markdown) return enterCommandMode();
    enterEditMode();
    if (CodeEditor* editor = activeEditor())
        editor->setCursorPosition(direction > 0 ? 0 : cell.source().size());
}

void NotebookView::press(CellKey key, Qt::KeyboardModifiers modifiers)
{
    const int index = m_notebook.indexOf(key);
    if (modifiers & Qt::ShiftModifier)
        m_selection.extendTo(index);
    else if (!m_selection.contains(index) || m_selection.size() == 1)
        m_selection.select(index);
    enterCommandMode();
}

// Mode and selection

void NotebookView::setMode(Mode mode)
{
    if (m_mode == mode) return;
    m_mode = mode;
    Q_EMIT modeChanged(mode);
}

void NotebookView::enterEditMode()
{
    const std::optional<CellKey> key = m_selection.active();
    if (!key) return;
    m_selection.collapse();
    reveal(*key);
    CellWidget* widget = widgetFor(*key);
    if (!widget) return;
    if (isFolded(*m_notebook.find(*key), Fold::Source)) setFolded(m_notebook, *key, Fold::Source, false);
    if (CodeEditor* editor = widget->focusableEditor()) {
        setMode(Mode::Edit);
        editor->setFocus();
    }
}

void NotebookView::enterCommandMode()
{
    const std::optional<CellKey> key = m_selection.active();
    setMode(Mode::Command);
    setFocus();
    if (key) render({*key});
}

void NotebookView::render(const std::vector<CellKey>& keys)
{
    for (const CellKey key : keys)
        if (CellWidget* widget = widgetFor(key)) widget->setEditing(false);
}

CodeEditor* NotebookView::activeEditor() const
{
    const std::optional<CellKey> key = m_selection.active();
    CellWidget* widget = key && m_mode == Mode::Edit ? widgetFor(*key) : nullptr;
    return widget ? widget->editor() : nullptr;
}

void NotebookView::showSelection()
{
    catchUp();
    for (const auto& [index, shown] : m_shown) {
        const bool active = index == m_selection.activeIndex();
        shown.widget->setStanding(active                        ? CellStanding::Active
                                  : m_selection.contains(index) ? CellStanding::Selected
                                                                : CellStanding::Plain);
        // A Markdown cell shows its source just while it is edited.
        if (!active) shown.widget->setEditing(false);
    }
    // Where the active cell is the same, others were inserted or removed: that scrolls nowhere.
    const bool moved = std::exchange(m_revealedActive, m_selection.active()) != m_selection.active();
    if (moved && m_selection.active() && m_mode == Mode::Command) reveal(*m_selection.active());
    placeToolbar();
}

void NotebookView::showInput()
{
    if (m_inputCell)
        if (CellWidget* widget = widgetFor(*m_inputCell)) widget->withdrawInput();
    m_inputCell.reset();
    const std::optional<runtime::InputPrompt>& input = m_session.pendingInput();
    if (!input) return;
    m_inputCell = input->cell ? input->cell : m_selection.active();
    if (!m_inputCell || m_notebook.indexOf(*m_inputCell) < 0) return;
    flushOutputs(); // what was printed before the question stands above it
    reveal(*m_inputCell);
    if (CellWidget* widget = widgetFor(*m_inputCell)) {
        widget->askInput(input->prompt, input->password);
        reveal(*m_inputCell);
    }
}

// Events

void NotebookView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), m_services.appearance.theme().page);
    if (m_notebook.cellCount() == 0) {
        painter.setPen(m_services.appearance.theme().muted);
        painter.drawText(viewport()->rect().adjusted(20, 0, -20, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("This notebook has no cells yet. Code and Text in the tool bar add one."));
    }
    if (m_dropGap < 0) return;
    const int y = gapTop(m_dropGap);
    painter.fillRect(QRect(8, y - 1, viewport()->width() - 16, 3), m_services.appearance.theme().accent);
}

bool NotebookView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave) m_insertion->hide();
    return QAbstractScrollArea::viewportEvent(event);
}

void NotebookView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) enterCommandMode();
}

void NotebookView::mouseMoveEvent(QMouseEvent* event)
{
    placeInsertionBar(event->position().toPoint());
}

void NotebookView::keyPressEvent(QKeyEvent* event)
{
    // Keys of commands are the window's actions; these scroll.
    const int page = viewport()->height() * 9 / 10;
    switch (event->key()) {
    case Qt::Key_PageDown:
        return scrollBy(-page);
    case Qt::Key_PageUp:
        return scrollBy(page);
    case Qt::Key_Space:
        return scrollBy(event->modifiers() & Qt::ShiftModifier ? page : -page);
    default:
        event->ignore();
    }
}

void NotebookView::focusInEvent(QFocusEvent* event)
{
    setMode(Mode::Command);
    QAbstractScrollArea::focusInEvent(event);
}

} // namespace cahier::widgets
