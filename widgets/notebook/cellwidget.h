// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/notebook.h>
#include <core/runtime/session.h>
#include <widgets/mathematics/equations.h>
#include <widgets/notebook/cellmatches.h>
#include <widgets/notebook/viewservices.h>

#include <QUrl>
#include <QWidget>

class QToolButton;

namespace cahier::widgets {

class CellGutter;
class CodeEditor;
class InputPrompt;
class MarkdownView;
class OutputArea;

/// How a cell stands in the selection.
enum class CellStanding { Plain, Selected, Active };

/// What all cells of one notebook have in common.
struct CellContext {
    QString language; ///< of code cells
    QString folder;   ///< the notebook's, for images; empty for a notebook that was never saved
    bool lineNumbers = false;
    bool autoClose = true;
};

/// One cell on the screen. Pooled: it shows one cell, then another. Its parts are made when first needed.
class CellWidget : public QWidget {
    Q_OBJECT
public:
    CellWidget(const ViewServices& services, QWidget* parent);

    /// Shows this cell; everything of the cell before is gone.
    void bind(const notebook::Cell& cell, const CellContext& context);
    [[nodiscard]] std::optional<notebook::CellKey> key() const { return m_key; }
    void unbind();

    // What changed in the cell that it shows.
    void applyText(const notebook::Cell& cell, qsizetype position, qsizetype removed,
                   const QString& inserted);
    /// The text was typed here: only the cell's value is new.
    void follow(const notebook::Cell& cell);
    void setMatches(const CellMatches& matches); ///< of a search
    /// Where the current match is, in its own coordinates; outputs scroll inside for it. Empty: nowhere.
    QRect revealMatch();
    void refresh(const notebook::Cell& cell, const CellContext& context); ///< type, metadata, count, folds
    void updateOutputs(const notebook::Cell& cell, int first);
    void setRun(const runtime::CellRun& run);
    void setStanding(CellStanding standing);
    void setPlace(int index, int count);
    /// Of its formulas; to be set before bind(), and when it changes.
    void setMath(const MathContext& math);
    /// Its height when it was shown before, for text that is still being laid out.
    void setHeightHint(int height) { m_heightHint = height; }
    void setHiddenBelow(int cells); ///< of a folded heading
    /// Only a part of one of its outputs is in sight.
    [[nodiscard]] bool hasBoundedOutput() const;
    void askInput(const QString& prompt, bool password);
    void withdrawInput();

    /// Markdown: the source instead of the rendered text.
    void setEditing(bool editing);
    [[nodiscard]] bool isEditing() const { return m_editing; }
    /// The editor, where it shows; else null.
    [[nodiscard]] CodeEditor* editor() const;
    [[nodiscard]] CodeEditor* focusableEditor(); ///< Markdown begins to be edited

    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    /// Which part of it can be seen, in its own coordinates: a tall editor is only as high as that.
    void setVisibleBand(int top, int bottom);
    [[nodiscard]] bool hasInputPrompt() const;

Q_SIGNALS:
    void heightChanged();
    void textEdited(qsizetype position, qsizetype removed, const QString& inserted);
    void editGroupBegan();
    void editGroupEnded();
    void editorFocused();
    void editorCreated(cahier::widgets::CodeEditor* editor);
    void editRequested(); ///< double click on rendered text
    void pressed(Qt::KeyboardModifiers modifiers);
    void runClicked();
    void stopClicked();
    void draggedTo(const QPoint& global);
    void dropped(const QPoint& global);
    void dragCancelled();
    void unfoldRequested(int fold); ///< a Fold
    void inputAnswered(const QString& value);
    void linkActivated(const QUrl& url);
    void sourceLineActivated(int executionCount, int line); ///< see OutputArea

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Parts; // where everything is, for a width
    [[nodiscard]] Parts arrange(int width) const;
    [[nodiscard]] int markdownHeight(int width) const;
    void place();
    void placeEditor(const QRect& area);
    void showParts();
    void makeEditor();
    void makeMarkdown();
    void makeOutputs();
    void loadMarkdown();
    void markSource();
    void updateGutterHeat();
    void updateName();
    QToolButton* makeFoldButton(int fold);

    const ViewServices& m_services;
    std::optional<notebook::CellKey> m_key;
    std::optional<notebook::Cell> m_cell;
    CellContext m_context;
    notebook::CellType m_type = notebook::CellType::Code;
    CellStanding m_standing = CellStanding::Plain;
    runtime::CellRun m_run;
    MathContext m_math;
    CellMatches m_matches;
    bool m_editing = false;
    bool m_sourceFolded = false;
    bool m_outputsFolded = false;
    bool m_hasOutputs = false;
    bool m_hover = false;
    bool m_placing = false;
    int m_index = 0, m_count = 0;
    int m_hiddenBelow = 0;
    int m_heightHint = 0;
    int m_bandTop = 0, m_bandBottom = 0;
    QRect m_editorArea; ///< where the whole editor would be

    CellGutter* m_gutter;
    CodeEditor* m_editor = nullptr;
    MarkdownView* m_markdown = nullptr;
    OutputArea* m_outputs = nullptr;
    InputPrompt* m_input = nullptr;
    QToolButton* m_sourceFold = nullptr;
    QToolButton* m_outputsFold = nullptr;
    QToolButton* m_headingFold = nullptr;
};

} // namespace cahier::widgets
