// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputtext.h>
#include <widgets/outputs/rowmap.h>
#include <widgets/outputs/textlinks.h>
#include <widgets/outputs/textmatch.h>
#include <widgets/theme/appearance.h>

#include <QBasicTimer>
#include <QCache>
#include <QPointer>
#include <QWidget>

#include <compare>

QT_BEGIN_NAMESPACE
class QPainter;
QT_END_NAMESPACE

namespace cahier::widgets {

class ThinScrollBar;
class WheelGate;

/// Shows terminal text of any size: only the rows in sight are decoded, laid out and painted. Lines wrap, or
/// scroll sideways, as the appearance has it. Where the widget is lower than its contents it scrolls inside.
class TerminalText : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Output, ErrorStream, Traceback };

    TerminalText(Appearance& appearance, QWidget* parent = nullptr);

    /// The first to be set shows its beginning, or its end where it is live.
    void setText(std::shared_ptr<OutputText> text, Kind kind);
    [[nodiscard]] const std::shared_ptr<OutputText>& text() const { return m_text; }
    /// In the order of the text, which may still have to be decoded; `current` is an index or -1. Stay until
    /// the next setText().
    void setMatches(std::vector<TextMatch> matches, int current);
    /// Scrolls so that the current match is in sight, as soon as there is enough text. Returns its row; the
    /// whole widget where there is none.
    QRect revealMatch();

    /// Of the whole text; no more than a widget can be high.
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    /// Of that many rows.
    [[nodiscard]] int heightOfRows(int rows) const;
    /// Whether the text takes more rows than that.
    [[nodiscard]] bool hasMoreRows(int width, int rows) const;

    [[nodiscard]] bool hasSelection() const { return m_anchor != m_caret; }
    void copy() const;
    void copyAll() const;
    void selectAll();
    void scrollToEnd();
    [[nodiscard]] qint64 scrollOffset() const { return m_offset; }
    /// The column at the left edge; 0 where lines wrap.
    [[nodiscard]] qsizetype firstColumn() const { return m_firstColumn; }
    [[nodiscard]] bool isAtEnd() const { return m_atEnd; }
    /// As soon as there is enough text.
    void setScrollOffset(qint64 offset);
    /// The links in the line under a point of the widget.
    [[nodiscard]] std::vector<TextLink> linksAt(QPoint point) const;

Q_SIGNALS:
    /// More, fewer or other lines: heightForWidth() may give something else.
    void contentsChanged();
    void linkActivated(const QUrl& url);
    void sourceLineActivated(int executionCount, int line);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Position {
        qsizetype line = 0;
        qsizetype index = 0;
        auto operator<=>(const Position&) const = default;
    };
    struct HoveredLink {
        qsizetype line = -1;
        TextLink link;
    };
    struct Pen;

    // terminaltext.cpp: size, scrolling, contents
    void applyTheme();
    void takeChange(qsizetype firstLine);
    void updateRows(qsizetype firstChanged);
    void updateScrollBar();
    void setOffset(qint64 offset);
    [[nodiscard]] qsizetype columnsFor(int width) const;
    /// In sight at that width, whether or not lines wrap there.
    [[nodiscard]] qsizetype columnsInSight(int width) const;
    /// Of the bar along the bottom; 0 where none is needed.
    [[nodiscard]] int acrossHeight(int width) const;
    void setFirstColumn(qsizetype column);
    void showColumn(qsizetype column);
    [[nodiscard]] qint64 contentHeight() const;
    [[nodiscard]] qint64 largestOffset() const;
    [[nodiscard]] const TextBuffer& buffer() const { return m_text->buffer(); }
    [[nodiscard]] const GridLine& line(qsizetype line) const;

    // terminalpaint.cpp
    void paintRow(QPainter& painter, RowMap::Place place, double y) const;
    void paintGrounds(QPainter& painter, const Pen& pen) const;
    void paintMarks(QPainter& painter, const Pen& pen) const;
    void paintSpan(QPainter& painter, const Pen& pen, const GridLine::Span& span) const;
    void paintPieces(QPainter& painter, const Pen& pen, qsizetype from, qsizetype to) const;
    void paintLinks(QPainter& painter, const Pen& pen) const;

    // terminalselection.cpp
    [[nodiscard]] Position positionAt(QPoint point) const;
    [[nodiscard]] std::optional<HoveredLink> linkAt(QPoint point) const;
    void hover(QPoint point, Qt::KeyboardModifiers modifiers);
    void activate(const TextLink& link);
    void setSelection(Position anchor, Position caret);
    void selectWord(Position at);
    [[nodiscard]] Position moved(int key, bool byWord) const;
    [[nodiscard]] bool scrollBy(int key);
    void showCaret();
    void copyRange(Position from, Position to) const;
    void placeMatches();

    Appearance& m_appearance;
    std::shared_ptr<OutputText> m_text;
    Kind m_kind = Kind::Output;
    RowMap m_rows;
    mutable QCache<qsizetype, GridLine> m_lines{4000};
    ThinScrollBar* m_bar = nullptr;
    ThinScrollBar* m_across = nullptr; ///< made for the first text that is too wide
    qsizetype m_firstColumn = 0;
    WheelGate* m_gate = nullptr;
    qint64 m_offset = 0;        ///< pixels above the top edge
    qint64 m_wantedOffset = -1; ///< waits for the text to be decoded
    bool m_atEnd = false;
    double m_columnWidth = 8;
    int m_rowHeight = 16;
    int m_ascent = 12;

    Position m_anchor, m_caret;
    bool m_selecting = false;
    QPoint m_pointer;
    QBasicTimer m_autoScroll;
    std::optional<HoveredLink> m_hovered;
    std::vector<TextMatch> m_found;   ///< as the search counts lines
    std::vector<TextMatch> m_matches; ///< as the buffer does
    int m_currentMatch = -1;
    bool m_revealWaits = false; ///< for the line of the current match
};

} // namespace cahier::widgets
