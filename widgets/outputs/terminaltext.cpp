// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/terminaltext.h>

#include <widgets/outputs/wheelgate.h>
#include <widgets/theme/thinscrollbar.h>

#include <QEvent>
#include <QFontMetricsF>
#include <QResizeEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cahier::widgets {

namespace {

constexpr int padding = 4;
constexpr int rightSpace = padding + ThinScrollBar::thickness;
/// Higher widgets scroll inside: coordinates beyond this are not safe everywhere.
constexpr int highest = 8'000'000;

} // namespace

TerminalText::TerminalText(Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_text(std::make_shared<OutputText>()),
      m_bar(new ThinScrollBar(Qt::Vertical, this)), m_gate(new WheelGate(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setCursor(Qt::IBeamCursor);
    m_bar->hide();
    connect(m_bar, &QScrollBar::valueChanged, this, [this](int value) { setOffset(value); });
    connect(&m_appearance, &Appearance::changed, this, &TerminalText::applyTheme);
    applyTheme();
}

void TerminalText::applyTheme()
{
    const Theme& theme = m_appearance.theme();
    m_bar->setTheme(theme);
    if (m_across) m_across->setTheme(theme);
    const QFontMetricsF metrics(theme.code);
    constexpr int sample = 100;
    m_columnWidth = std::max(1.0, metrics.horizontalAdvance(QString(sample, u'M')) / sample);
    m_rowHeight = std::max(1, qCeil(metrics.height() * 1.12));
    m_ascent = qRound(metrics.ascent() + (m_rowHeight - metrics.height()) / 2);
    updateRows(0);
    Q_EMIT contentsChanged();
}

void TerminalText::setText(std::shared_ptr<OutputText> text, Kind kind)
{
    m_kind = kind;
    if (m_text != text) {
        disconnect(m_text.get(), nullptr, this, nullptr);
        m_text = std::move(text);
        connect(m_text.get(), &OutputText::changed, this, &TerminalText::takeChange);
    }
    m_anchor = m_caret = {};
    m_hovered.reset();
    m_found.clear();
    m_matches.clear();
    m_currentMatch = -1;
    m_revealWaits = false;
    m_offset = 0;
    m_firstColumn = 0;
    m_wantedOffset = -1;
    m_atEnd = m_text->isLive();
    takeChange(0);
}

void TerminalText::takeChange(qsizetype firstLine)
{
    if (firstLine == 0) {
        m_lines.clear();
    } else {
        for (const qsizetype line : m_lines.keys())
            if (line >= firstLine) m_lines.remove(line);
    }
    const qsizetype last = std::max<qsizetype>(0, buffer().lineCount() - 1);
    if (m_anchor.line > last || m_caret.line > last) m_anchor = m_caret = {};
    updateRows(firstLine);
    if (!m_found.empty()) placeMatches();
    if (m_revealWaits) revealMatch();
    Q_EMIT contentsChanged();
}

void TerminalText::updateRows(qsizetype firstChanged)
{
    const qsizetype columns = columnsFor(width());
    if (columns != m_rows.columns()) {
        m_rows.setColumns(columns);
        firstChanged = 0;
    }
    const bool follow = m_atEnd && m_text->isLive();
    m_rows.update(buffer(), firstChanged);
    if (follow) m_offset = largestOffset();
    if (m_wantedOffset >= 0 && m_text->isComplete() && height() > 0)
        m_offset = std::exchange(m_wantedOffset, -1);
    updateScrollBar();
    update();
}

qsizetype TerminalText::columnsFor(int width) const
{
    // No line of a buffer is longer, but for half a wide character.
    return m_appearance.wrapsOutputs() ? columnsInSight(width) : TextBuffer::longestLine + 2;
}

qsizetype TerminalText::columnsInSight(int width) const
{
    return std::max<qsizetype>(10, qsizetype((width - padding - rightSpace) / m_columnWidth));
}

qint64 TerminalText::contentHeight() const
{
    return m_rows.rowCount() * m_rowHeight + 2 * padding + acrossHeight(width());
}

int TerminalText::acrossHeight(int width) const
{
    const bool isTooWide = !m_appearance.wrapsOutputs() && buffer().widestLine() > columnsInSight(width);
    return isTooWide ? ThinScrollBar::thickness : 0;
}

void TerminalText::setFirstColumn(qsizetype column)
{
    const qsizetype last = acrossHeight(width()) > 0 ? buffer().widestLine() - columnsInSight(width()) : 0;
    column = std::clamp<qsizetype>(column, 0, last);
    if (std::exchange(m_firstColumn, column) == column) return;
    updateScrollBar();
    update();
}

void TerminalText::showColumn(qsizetype column)
{
    constexpr qsizetype spare = 4;
    const qsizetype inSight = columnsInSight(width());
    if (column < m_firstColumn) setFirstColumn(column - spare);
    if (column >= m_firstColumn + inSight) setFirstColumn(column - inSight + spare);
}

qint64 TerminalText::largestOffset() const
{
    return std::max<qint64>(0, contentHeight() - height());
}

int TerminalText::heightOfRows(int rows) const
{
    return rows * m_rowHeight + 2 * padding;
}

bool TerminalText::hasMoreRows(int width, int rows) const
{
    if (buffer().lineCount() > rows) return true;
    RowMap map;
    map.setColumns(columnsFor(width));
    map.update(buffer(), 0);
    return map.rowCount() > rows;
}

int TerminalText::heightForWidth(int width) const
{
    qint64 rows = m_rows.rowCount();
    if (columnsFor(width) != m_rows.columns()) {
        RowMap map;
        map.setColumns(columnsFor(width));
        map.update(buffer(), 0);
        rows = map.rowCount();
    }
    return int(std::min<qint64>(rows * m_rowHeight + 2 * padding + acrossHeight(width), highest));
}

void TerminalText::updateScrollBar()
{
    m_offset = std::clamp<qint64>(m_offset, 0, largestOffset());
    m_atEnd = m_offset >= largestOffset();
    const QSignalBlocker blocker(m_bar);
    constexpr qint64 most = std::numeric_limits<int>::max() / 2;
    m_bar->setRange(0, int(std::min(largestOffset(), most)));
    m_bar->setPageStep(std::max(1, height() - m_rowHeight));
    m_bar->setSingleStep(m_rowHeight);
    m_bar->setValue(int(std::min(m_offset, most)));
    m_bar->setVisible(largestOffset() > 0);
    const int across = acrossHeight(width());
    m_firstColumn = across > 0 ? std::min(m_firstColumn, buffer().widestLine() - columnsInSight(width())) : 0;
    if (across > 0 && !m_across) {
        m_across = new ThinScrollBar(Qt::Horizontal, this);
        m_across->setTheme(m_appearance.theme());
        connect(m_across, &QScrollBar::valueChanged, this, [this](int value) { setFirstColumn(value); });
    }
    if (!m_across) return;
    const QSignalBlocker quiet(m_across);
    const qsizetype inSight = columnsInSight(width());
    m_across->setRange(0, int(std::max<qsizetype>(0, buffer().widestLine() - inSight)));
    m_across->setPageStep(int(inSight));
    m_across->setValue(int(m_firstColumn));
    m_across->setGeometry(0, height() - across, width() - ThinScrollBar::thickness, across);
    m_across->setVisible(across > 0);
}

void TerminalText::setOffset(qint64 offset)
{
    offset = std::clamp<qint64>(offset, 0, largestOffset());
    m_wantedOffset = -1;
    if (offset == m_offset) return;
    m_offset = offset;
    updateScrollBar();
    update();
}

void TerminalText::setScrollOffset(qint64 offset)
{
    setOffset(offset);
    m_wantedOffset = m_offset == offset ? -1 : offset;
}

void TerminalText::scrollToEnd()
{
    setOffset(largestOffset());
}

void TerminalText::resizeEvent(QResizeEvent* event)
{
    m_bar->setGeometry(width() - ThinScrollBar::thickness, 0, ThinScrollBar::thickness, height());
    const bool wasAtEnd = m_atEnd;
    const bool sameWidth = event->oldSize().width() == event->size().width();
    // The line at the top stays there when the width changes how lines wrap.
    const bool keepTop = !sameWidth && m_offset > 0 && m_rows.rowCount() > 0;
    const qsizetype topLine = keepTop ? m_rows.placeOf(buffer(), m_offset / m_rowHeight).line : 0;
    updateRows(buffer().lineCount());
    if (wasAtEnd && m_text->isLive())
        setOffset(largestOffset());
    else if (keepTop)
        setOffset(m_rows.rowOfLine(buffer(), topLine) * m_rowHeight);
}

void TerminalText::wheelEvent(QWheelEvent* event)
{
    constexpr int angleOfColumn = 40;
    const bool sideways = event->modifiers().testFlag(Qt::ShiftModifier) ||
                          std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y());
    if (sideways && acrossHeight(width()) > 0 && !event->modifiers().testFlag(Qt::ControlModifier)) {
        const QPoint angle = event->angleDelta();
        setFirstColumn(m_firstColumn - (angle.x() != 0 ? angle.x() : angle.y()) / angleOfColumn);
        return event->accept();
    }
    if (event->modifiers() & Qt::ControlModifier || !m_gate->takes(*event, *m_bar)) return event->ignore();
    constexpr int rowsPerStep = 3;
    constexpr int stepAngle = 120;
    const int pixels = event->pixelDelta().isNull()
                           ? event->angleDelta().y() * rowsPerStep * m_rowHeight / stepAngle
                           : event->pixelDelta().y();
    setOffset(m_offset - pixels);
    event->accept();
}

const GridLine& TerminalText::line(qsizetype line) const
{
    if (const GridLine* ready = m_lines.object(line)) return *ready;
    auto* made = new GridLine(buffer().line(line));
    constexpr qsizetype unitsPerCost = 64;
    const qsizetype cost = std::min<qsizetype>(1 + made->text.size() / unitsPerCost, m_lines.maxCost());
    m_lines.insert(line, made, cost);
    return *made;
}

} // namespace cahier::widgets
