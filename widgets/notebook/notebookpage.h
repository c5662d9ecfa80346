// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/document.h>
#include <core/runtime/session.h>
#include <widgets/notebook/cellactions.h>
#include <widgets/notebook/cellselection.h>
#include <widgets/notebook/notebookview.h>
#include <widgets/notebook/viewservices.h>

#include <QAction>
#include <QUrl>
#include <QWidget>

#include <optional>
#include <span>
#include <vector>

namespace cahier::widgets {

class FindBar;
class FindController;
class NoticeBar;

/// One open notebook: its cells, the find bar and notices. Carries out the commands that are about cells, by
/// their names in the one list of commands.
class NotebookPage : public QWidget {
    Q_OBJECT
public:
    /// Everything given must outlive it.
    NotebookPage(const ViewServices& services, notebook::Document& document, runtime::Session& session,
                 QWidget* parent = nullptr);
    ~NotebookPage() override;

    /// False when the command is not the page's, or not available.
    bool perform(const QString& command);
    [[nodiscard]] bool isAvailable(const QString& command) const;
    /// The commands that it knows.
    [[nodiscard]] static QStringList commands();

    void showNotice(const QString& sentence, const QList<QAction*>& ways = {});
    void removeNotice(const QString& sentence);
    void revealCell(notebook::CellKey key);
    [[nodiscard]] std::optional<notebook::CellKey> activeCell() const { return m_selection.active(); }
    [[nodiscard]] notebook::Notebook& notebook() const { return m_notebook; }
    [[nodiscard]] NotebookView& view() { return *m_view; }
    [[nodiscard]] CellSelection& selection() { return m_selection; }
    [[nodiscard]] FindController& finder() { return *m_find; }
    void setAutoClose(bool on) { m_view->setAutoClose(on); }
    void setLineNumbers(bool shown) { m_view->setLineNumbers(shown); }

Q_SIGNALS:
    /// isAvailable() may answer otherwise now.
    void availabilityChanged();
    /// The owner makes sure that there is a kernel and enqueues the cells.
    void runRequested(const std::vector<cahier::notebook::CellKey>& cells);
    void linkActivated(const QUrl& url);
    void activeCellChanged();

private:
    using CellKey = notebook::CellKey;
    struct Command;
    [[nodiscard]] static std::span<const Command> table();
    [[nodiscard]] static const Command* find(const QString& name);

    // notebookpage.cpp
    void watch();
    void help(CodeEditor* editor);

    // notebookpagecommands.cpp
    void run(const std::vector<CellKey>& keys);
    void runSelected();
    void runAndAdvance();
    void runAndInsert();
    void runRange(int first, int last);
    void stop(CellKey key);
    void insert(int index, notebook::CellType type);
    void remove();
    void copy();
    void cut();
    void paste(bool above);
    void split();
    void changeType(notebook::CellType type);
    void toggleFold(int fold);
    void toggleOutputScroll();
    void foldHeading(bool folded);
    void moveActive(int direction, bool extend);
    void goTo(int index);
    void undo(bool forward);
    void toggleComment();
    [[nodiscard]] bool hasCells() const { return m_notebook.cellCount() > 0; }
    [[nodiscard]] bool isEditing() const { return m_view->activeEditor() != nullptr; }

    notebook::Document& m_document;
    notebook::Notebook& m_notebook;
    runtime::Session& m_session;
    CellSelection m_selection;
    CellActions m_actions;
    NotebookView* m_view;
    FindBar* m_findBar;
    NoticeBar* m_notices;
    FindController* m_find;
};

} // namespace cahier::widgets
