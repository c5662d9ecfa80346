// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/editor/editcollector.h>
#include <widgets/editor/languages.h>
#include <widgets/editor/scintilla.h>
#include <widgets/editor/textrange.h>

#include <QElapsedTimer>
#include <QTimer>

#include <memory>
#include <optional>
#include <span>
#include <vector>

class QMenu;

namespace cahier::runtime {
struct Completions;
struct Inspection;
} // namespace cahier::runtime

namespace cahier::widgets {

class Appearance;
class CompletionPopup;
class Highlighting;
class InspectionTip;
class LineColours;

/// The source of one cell. Positions are UTF-16 units of its text. The text is kept as it was loaded, with
/// all kinds of line ends; lone surrogates alone show as U+FFFD (they count as one unit, and stay in the
/// model).
///
/// Changes by the user are told by textEdited() and are for the model to keep: the editor has no undo of its
/// own. It never scrolls vertically by itself: whoever places it makes it contentHeight() high, or, where
/// that is too high, at least as high as what is visible plus two lines, and calls setFirstDisplayLine().
///
/// Made to be used again: load() leaves nothing of the cell before but language, wrapping and line numbers.
class CodeEditor : public QsciScintillaBase {
    Q_OBJECT
public:
    /// Both must outlive the editor.
    CodeEditor(const Appearance& appearance, Highlighting& highlighting, QWidget* parent = nullptr);
    ~CodeEditor() override;

    // -- contents
    /// Replaces everything and tells nothing; the cursor is at 0.
    void load(const QString& text);
    /// A change that was made elsewhere; tells nothing. The cursor keeps its place in the text.
    void applyChange(qsizetype position, qsizetype removed, const QString& inserted);
    /// A change by the user, told by textEdited(); the cursor is behind the inserted text.
    void replaceText(const TextRange& range, const QString& text);
    [[nodiscard]] QString text() const;
    [[nodiscard]] QString text(const TextRange& range) const;
    [[nodiscard]] qsizetype textLength() const;
    /// "python", "R", …, "markdown", or empty for plain text; cell magics in the text are heeded.
    void setLanguage(const QString& notebookLanguage);
    [[nodiscard]] const CellLanguage& cellLanguage() const;
    void setReadOnly(bool readOnly);

    // -- cursor
    [[nodiscard]] qsizetype cursorPosition() const;
    void setCursorPosition(qsizetype position);
    [[nodiscard]] TextRange selectedRange() const;
    [[nodiscard]] QString selectedText() const;
    /// The cursor is at the end of the selection.
    void select(qsizetype start, qsizetype length);
    [[nodiscard]] int cursorCount() const;
    /// In the editor's coordinates; may be outside of it.
    [[nodiscard]] QRect cursorRect() const;
    [[nodiscard]] QRect rectAt(qsizetype position) const;
    [[nodiscard]] qsizetype positionAt(const QPoint& point) const;

    // -- geometry
    [[nodiscard]] int lineHeight() const;
    [[nodiscard]] int displayLineCount() const;
    /// All display lines, the padding, and the horizontal scroll bar where there is one.
    [[nodiscard]] int contentHeight() const;
    /// Empty space above the first line and below the last.
    [[nodiscard]] int verticalPadding() const;
    /// The display line at the top. The line k is at k * lineHeight() + verticalPadding() of the contents.
    void setFirstDisplayLine(int line);
    [[nodiscard]] int firstDisplayLine() const { return m_firstDisplayLine; }
    void setWrapped(bool wrapped);
    void setLineNumbersVisible(bool visible);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

    // -- looks
    void setAutoClosing(bool on) { m_autoClosing = on; }
    void setPlaceholderText(const QString& text);
    /// Marks what a search found; `current` is an index or -1.
    void setMatches(const std::vector<TextRange>& matches, int current);

    // -- the kernel's help
    /// The answer to completionRequested(); ignored if it does not fit the text any more.
    void showCompletions(const runtime::Completions& completions);
    /// The answer to inspectionRequested(); likewise.
    void showInspection(const runtime::Inspection& inspection);
    /// Closes completions and tooltip; for the view when it scrolls.
    void closePopups();

    // -- commands that menus have too
    void cut();
    void copy();
    void paste();
    void selectAll();
    void toggleComment();

Q_SIGNALS:
    void textEdited(qsizetype position, qsizetype removed, const QString& inserted);
    /// Around several textEdited() that are one undo step.
    void editGroupBegan();
    void editGroupEnded();
    void cursorMoved();
    /// The user moved the cursor; show this part of the editor. In its coordinates, may be outside of it.
    void revealRequested(const QRect& rect);
    /// Up on the first display line, Down on the last.
    void leftUpwards();
    void leftDownwards();
    void focusGained();
    void focusLost();
    void contentHeightChanged();
    void completionRequested(qsizetype cursor);
    /// detail: 0, or 1 when asked again.
    void inspectionRequested(qsizetype cursor, int detail);
    /// The menu is about to be shown; more actions may be added. It deletes itself.
    void contextMenuRequested(QMenu* menu);

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    [[nodiscard]] bool canInsertFromMimeData(const QMimeData* source) const override;

private:
    /// One action of the user: what changes in it is told at its end.
    class Action;
    struct Binding;
    /// Bytes [start, end) give way to `text`; the selection is then from `anchor` to `caret`, bytes from
    /// start.
    struct Replacement {
        long start = 0, end = 0;
        QByteArray text;
        long anchor = 0, caret = 0;
        long closer = -1; ///< where in `text` is a closing bracket that may be typed over
        long closerLength = 1;
    };
    struct Span { ///< a selection, in bytes
        long anchor = 0, caret = 0;
        [[nodiscard]] long start() const { return std::min(anchor, caret); }
        [[nodiscard]] long end() const { return std::max(anchor, caret); }
    };

    /// What stood at the cursor when the kernel was asked.
    struct PendingHelp {
        qsizetype cursor = 0;
        qsizetype lineStart = 0;
        QString head; ///< the line before the cursor
        quint64 revision = 0;
    };

    // codeeditor.cpp: contents
    long send(unsigned message, long first = 0, long second = 0) const;
    long send(unsigned message, long first, const char* second) const;
    void setUp();
    void setUpDocument();
    void replaceBytes(long start, long end, const QByteArray& text);
    [[nodiscard]] QByteArray bytes(long start, long end) const;
    [[nodiscard]] char byteAt(long position) const;
    void handleModified(int position, int type, const char* text, int length, int linesAdded);
    void rebuildIndex();
    void colourChangedLines(long position, int linesAdded);
    void adoptLineEnds(const QString& text);
    void tellEdits();
    void beginAction();
    void endAction();
    void settle();
    void updateLanguage();

    // codeeditorpositions.cpp: bytes and UTF-16 units, selections, geometry
    [[nodiscard]] qsizetype toUnits(long position) const;
    [[nodiscard]] long toBytes(qsizetype unit) const;
    [[nodiscard]] std::vector<Span> spans() const;
    void setSpans(const std::vector<Span>& spans, size_t main);
    [[nodiscard]] bool isAscii(long line) const;
    [[nodiscard]] QRect byteRect(long position) const;
    void showCaretColumn();
    void updateContentHeight();
    void updateScrollWidth(bool anew);
    [[nodiscard]] long widthOfLine(long line) const;
    void updateMargin();
    void restoreFirstLine();

    // codeeditorlooks.cpp
    void applyAppearance();
    void applyIndicators();
    void applyLooks();
    void styleNeeded(int position);
    bool colourUpTo(int line, const QElapsedTimer& clock);
    void guessVisible();
    void colourMore();
    void colourAgain();
    void putStyles(int line, const QByteArray& styles);
    [[nodiscard]] QByteArray lineBytes(int line) const;
    [[nodiscard]] int lastVisibleLine() const;
    void matchBrackets();
    void updateCurrentLine();
    [[nodiscard]] long matchingBracket(long position) const;

    // codeeditorkeys.cpp
    static std::span<const Binding> bindings();
    static const Binding* bindingOf(const QKeyEvent& event);
    bool moveUp();
    bool moveDown();
    bool pageUp();
    bool pageDown();
    bool escape();
    bool tab();
    bool backTab();
    bool typeCharacter(QChar typed);
    bool enter();
    bool backspace();
    bool cutOrLine();
    bool copyOrLine();
    bool pasteHere();
    bool selectEverything();
    void typeText(const QString& text);

    // codeeditormouse.cpp
    [[nodiscard]] long bytesAt(const QMouseEvent* event) const;
    void beginRectangle(long position);
    void toggleCursor(long position);
    void showPreedit(const QInputMethodEvent& event);
    void setVirtualColumn(const QPoint& point);
    void moveCaretForMenu(const QPoint& point);

    // codeeditortyping.cpp and codeeditorcommands.cpp
    void replaceSpans(const std::vector<Replacement>& replacements);
    struct LineRange {
        int first = 0, last = 0;
    };
    [[nodiscard]] LineRange selectedLines() const;
    void replaceLines(const LineRange& lines, const std::vector<QByteArray>& texts);
    [[nodiscard]] bool canComment() const;
    /// What stands before and after a comment.
    [[nodiscard]] std::pair<QByteArray, QByteArray> commentMarks() const;
    bool commentLines();
    bool indentLines();
    bool outdentLines();
    bool deleteLines();
    bool moveLinesUp();
    bool moveLinesDown();
    bool addCursorAbove();
    bool addCursorBelow();
    void addCursor(int direction);
    bool selectNextOccurrence();
    bool insertSpaces();
    [[nodiscard]] bool wantsHelp() const;
    [[nodiscard]] Replacement closingReplacement(const Span& span, QChar typed) const;
    [[nodiscard]] Replacement enterReplacement(const Span& span) const;
    [[nodiscard]] Replacement backspaceReplacement(const Span& span) const;

    // codeeditorhelp.cpp
    [[nodiscard]] bool hasPopup() const;
    bool askCompletion();
    void followCompletions();
    void insertMatch(const QString& match);
    [[nodiscard]] PendingHelp presentHelp() const;
    [[nodiscard]] QRect globalRect(qsizetype position) const;
    bool askInspection();

    const Appearance& m_appearance;
    Highlighting& m_highlighting;
    std::unique_ptr<LineColours> m_colours;
    QString m_language; ///< the notebook's
    QString m_placeholder;
    size_t m_looksApplied = 0;
    QTimer m_colouring; ///< goes on where the time for one paint was over

    EditCollector m_edits;
    qsizetype m_deleting = 0;     ///< units of what is being deleted
    bool m_deletesReturn = false; ///< it has a carriage return
    int m_actionDepth = 0;
    bool m_userActs = false; ///< the action may scroll to the cursor
    bool m_foreign = false;  ///< the present change was made elsewhere
    bool m_composing = false;
    quint64 m_revision = 0; ///< counts changes of the text

    int m_firstDisplayLine = 0;
    int m_contentHeight = 0;
    long m_scrollWidth = 0;
    long m_lastCaret = 0, m_lastAnchor = 0;
    bool m_wrapped = false;
    bool m_lineNumbers = false;
    bool m_autoClosing = true;
    bool m_bracketsShown = false;
    bool m_addingCursor = false;     ///< with Ctrl and the mouse, which is still down
    TextRange m_preedit;             ///< in bytes
    std::optional<Span> m_rectangle; ///< being drawn with Alt and the mouse

    std::optional<PendingHelp> m_completionAsked, m_inspectionAsked;
    qsizetype m_completionStart = 0;
    qsizetype m_completionLine = 0; ///< where its line starts
    qsizetype m_completionFrom = 0; ///< where the cursor was when it was asked for
    QString m_completionTyped;
    qsizetype m_completionTail = 0;     ///< units behind the cursor that a match replaces
    CompletionPopup* m_popup = nullptr; ///< made on first use
    InspectionTip* m_tip = nullptr;     ///< likewise
    int m_detail = 0;
};

} // namespace cahier::widgets
