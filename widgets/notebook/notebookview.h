// SPDX-License-Identifier: GPL-3.0-or-later
// The virtual list of a notebook's cells: only those near the viewport have widgets.
#pragma once

#include <core/notebook/notebook.h>
#include <core/runtime/session.h>
#include <widgets/notebook/cellheights.h>
#include <widgets/notebook/cellselection.h>
#include <widgets/notebook/cellwidget.h>
#include <widgets/notebook/notebookmath.h>
#include <widgets/notebook/viewservices.h>

#include <QAbstractScrollArea>
#include <QHash>
#include <QTimer>

#include <map>
#include <memory>
#include <vector>

namespace cahier::widgets {

class CellToolbar;
class CodeEditor;
class InsertionBar;

/// Shows a notebook and lets its text be edited. What is done to whole cells is asked for by signals; the
/// page does it. Everything that changes comes back through the notebook's own signals.
///
/// The line under the reader's eye stays where it is, whatever changes its height above: the view keeps one
/// cell (the anchor) at its place and lays out the others around it.
class NotebookView : public QAbstractScrollArea {
    Q_OBJECT
public:
    enum class Mode {
        Command, ///< keys are about cells
        Edit     ///< keys go into a cell's text
    };
    enum class Reveal {
        Nearest, ///< scroll as little as it takes
        Top,
        Centre
    };

    /// Everything given must outlive it.
    NotebookView(const ViewServices& services, notebook::Notebook& notebook, runtime::Session& session,
                 CellSelection& selection, QWidget* parent = nullptr);
    ~NotebookView() override;

    [[nodiscard]] Mode mode() const { return m_mode; }
    /// The active cell's editor gets the focus; rendered Markdown shows its source.
    void enterEditMode();
    void enterCommandMode();
    /// The editor of the active cell while it is edited; else null.
    [[nodiscard]] CodeEditor* activeEditor() const;
    void reveal(notebook::CellKey key, Reveal how = Reveal::Nearest);
    /// Puts the cursor there and shows it, whatever is folded; Markdown begins to be edited.
    void showTextAt(notebook::CellKey key, qsizetype position, qsizetype length);
    /// Markdown cells among these show their rendered text again.
    void render(const std::vector<notebook::CellKey>& keys);

    /// Marks what a search found.
    void setMatches(QHash<notebook::CellKey, CellMatches> matches);
    /// Selects the cell, which has the current match, and shows that; what is folded is opened for it. The
    /// focus and rendered Markdown stay as they are.
    void showMatch(notebook::CellKey key);

    void setFolder(const QString& folder);
    void setLineNumbers(bool shown);
    void setAutoClose(bool on);
    [[nodiscard]] bool lineNumbers() const { return m_context.lineNumbers; }

    /// The cell's widget, if it has one now.
    [[nodiscard]] CellWidget* widgetFor(notebook::CellKey key) const;
    [[nodiscard]] int realizedCount() const { return static_cast<int>(m_shown.size()); }
    /// Hidden below a folded heading.
    [[nodiscard]] bool isHidden(int index) const;
    using QAbstractScrollArea::isHidden;
    /// The next visible cell from `index` in direction -1 or 1; -1 when there is none.
    [[nodiscard]] int visibleNeighbour(int index, int direction) const;

Q_SIGNALS:
    void modeChanged(cahier::widgets::NotebookView::Mode mode);
    void runRequested(cahier::notebook::CellKey key);
    void stopRequested(cahier::notebook::CellKey key);
    void insertRequested(int index, cahier::notebook::CellType type);
    void moveRequested(int index);                 ///< the selected cells before the cell at `index`
    void commandRequested(const QString& command); ///< of the cell tool bar
    void linkActivated(const QUrl& url);
    /// A traceback leads to a cell that is not there, or has run again since.
    void executionMissed(int executionCount);
    /// A cell's editor was made: for completion and the like.
    void editorCreated(cahier::widgets::CodeEditor* editor);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void paintEvent(QPaintEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    using CellKey = notebook::CellKey;

    // notebookview.cpp: the notebook, the session, mode and selection
    void watchNotebook();
    void watchSession();
    void cellsChanged();
    void catchUp();
    void leaveEditor(int direction);
    void textReplaced(CellKey key, qsizetype position, qsizetype removed, const QString& inserted);
    void refreshCell(CellKey key);
    void flushOutputs();
    void refreshAll();
    void showSelection();
    void showInput();
    void setMode(Mode mode);
    void press(CellKey key, Qt::KeyboardModifiers modifiers);
    void updateHidden();
    void updateLanguage();

    // notebookviewlayout.cpp: widgets, places and scrolling
    void resetHeights();
    [[nodiscard]] int lineHeight() const; ///< of code
    [[nodiscard]] static int estimatedHeight(const notebook::Cell& cell, int line);
    /// Measured, where it was.
    [[nodiscard]] int likelyHeight(const notebook::Cell& cell, int line) const;
    void layoutCells();
    void arrangeFromAnchor();
    [[nodiscard]] int measure(int index);
    void placeCell(int index, int y);
    void releaseFarCells();
    void chooseAnchor();
    void updateScrollBar();
    void scrollBy(int dy);
    [[nodiscard]] int viewTop(int index) const;
    CellWidget& realize(int index);
    std::unique_ptr<CellWidget> takeFromPool(notebook::CellType type);
    std::unique_ptr<CellWidget> makeWidget();
    void connectWidget(CellWidget& widget);
    void revealRect(const CellWidget& widget, const QRect& rect);

    // notebookviewplaces.cpp: where a search or a traceback leads
    void showSourceLine(CellKey traceback, int executionCount, int line);
    [[nodiscard]] std::optional<CellKey> cellOfExecution(CellKey traceback, int executionCount) const;

    // notebookviewdrag.cpp: moving cells by the mouse, and what floats over them
    void dragTo(const QPoint& global);
    void dropAt(const QPoint& global);
    void endDrag();
    void autoScroll();
    [[nodiscard]] int gapAt(int y) const;
    [[nodiscard]] int gapTop(int gap) const;
    void placeToolbar();
    void placeInsertionBar(const QPoint& at);

    struct Shown {
        std::unique_ptr<CellWidget> widget;
        int top = 0; ///< in the viewport
        int height = 0;
    };

    const ViewServices& m_services;
    notebook::Notebook& m_notebook;
    runtime::Session& m_session;
    CellSelection& m_selection;
    NotebookMath m_math;
    CellContext m_context;
    Mode m_mode = Mode::Command;

    CellHeights m_heights;          ///< by index; hidden cells have none
    QHash<CellKey, int> m_measured; ///< at the present width
    std::vector<bool> m_hidden;     ///< by index; empty when none is
    std::map<int, Shown> m_shown;   ///< by index
    std::vector<std::unique_ptr<CellWidget>> m_pool;
    std::optional<CellKey> m_anchor;
    int m_anchorIndex = 0;
    int m_anchorTop = 0;      ///< of the anchor cell, in the viewport
    bool m_realizing = false; ///< a cell is being bound; its height is asked for afterwards
    bool m_layingOut = false;
    bool m_layoutAgain = false;
    bool m_settingBar = false;
    std::optional<CellKey> m_typingIn; ///< the cell whose own editor is changing it

    QHash<CellKey, int> m_dirtyOutputs; ///< first changed output
    QTimer m_outputTimer;
    std::optional<CellKey> m_revealedActive; ///< the active cell that was shown when it became so
    std::optional<CellKey> m_inputCell;
    QHash<CellKey, CellMatches> m_matches;

    CellToolbar* m_toolbar;
    InsertionBar* m_insertion;
    int m_dropGap = -1; ///< while cells are dragged
    QPoint m_dragAt;
    QTimer m_autoScroll;
};

} // namespace cahier::widgets
