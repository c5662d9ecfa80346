// SPDX-License-Identifier: GPL-3.0-or-later
// The blocks that are more than paragraphs: code, rules and tables.
#include <widgets/markdown/documentbuilder.h>

#include <algorithm>

namespace cahier::widgets {

void DocumentBuilder::code(QString text, const QString& language)
{
    if (m_full) return;
    while (text.endsWith(u'\n'))
        text.chop(1);
    const qsizetype room = charactersAtMost - m_cursor.position();
    if (text.size() > room) {
        text.truncate(std::max<qsizetype>(0, room));
        m_full = true;
    }
    QTextBlockFormat block = paragraphFormat();
    const double padding = .55 * m_em;
    block.setProperty(CodePanel, padding);
    block.setLeftMargin(block.leftMargin() + 1.4 * padding);
    block.setRightMargin(1.4 * padding);
    block.setTopMargin(padding + .6 * m_em);
    block.setBottomMargin(padding + .9 * m_em);
    block.setLineHeight(.16 * m_em, QTextBlockFormat::LineDistanceHeight);
    block.setAlignment(Qt::AlignLeft);
    newBlock(block);
    QTextCharFormat plain;
    plain.setFont(m_theme.code);
    plain.setForeground(m_theme.text);
    const int start = m_cursor.position();
    const auto runs = m_colourCode ? m_colourCode(text, language) : std::vector<FormatRun>();
    const qsizetype length = text.size();
    m_cursor.insertText(text.replace(u'\n', QChar::LineSeparator), plain);
    for (const FormatRun& run : runs) {
        if (run.start < 0 || run.length <= 0 || run.start + run.length > length) continue;
        QTextCharFormat format;
        if (run.foreground.isValid()) format.setForeground(run.foreground);
        if (run.bold) format.setFontWeight(QFont::Bold);
        if (run.italic) format.setFontItalic(true);
        QTextCursor stretch(m_cursor);
        stretch.setPosition(start + static_cast<int>(run.start));
        stretch.setPosition(start + static_cast<int>(run.start + run.length), QTextCursor::KeepAnchor);
        stretch.mergeCharFormat(format);
    }
    m_open = false;
}

void DocumentBuilder::rule()
{
    QTextBlockFormat format = paragraphFormat();
    format.setProperty(Rule, true);
    format.setTopMargin(1.1 * m_em);
    format.setBottomMargin(1.1 * m_em);
    format.setLineHeight(1, QTextBlockFormat::FixedHeight);
    newBlock(format);
    m_open = false;
}

void DocumentBuilder::shrinkBlock()
{
    QTextCharFormat tiny;
    QFont font = m_theme.prose;
    font.setPixelSize(1);
    tiny.setFont(font);
    QTextBlockFormat none;
    none.setLineHeight(1, QTextBlockFormat::FixedHeight);
    none.setTopMargin(.65 * m_em);
    const QVariantList bars = quoteBars();
    if (!bars.isEmpty()) none.setProperty(QuoteBars, bars);
    m_cursor.setBlockFormat(none);
    m_cursor.setBlockCharFormat(tiny);
}

void DocumentBuilder::beginTable(int rows, int columns)
{
    if (m_full || m_table) return;
    constexpr int cellsAtMost = 20'000;
    columns = std::clamp(columns, 1, 200);
    rows = std::clamp(rows, 1, cellsAtMost / columns);
    if (!m_levels.empty() && m_levels.back().itemPending) ensureBlock();
    QTextTableFormat format;
    format.setBorder(1);
    format.setBorderBrush(m_theme.border);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderCollapse(true);
    format.setCellPadding(.38 * m_em);
    format.setCellSpacing(0);
    format.setLeftMargin(left());
    format.setBottomMargin(.65 * m_em);
    const QVariantList bars = quoteBars();
    if (!bars.isEmpty()) format.setProperty(QuoteBars, bars);
    if (!m_fresh) m_cursor.insertBlock();
    shrinkBlock();
    m_table = m_cursor.insertTable(rows, columns, format);
}

void DocumentBuilder::beginCell(int row, int column, bool header, Qt::Alignment alignment, int columnSpan,
                                int rowSpan)
{
    pushFormat([&](QTextCharFormat& format) {
        if (header) format.setFontWeight(QFont::DemiBold);
    });
    m_alignments.push_back(alignment);
    if (!m_table || row >= m_table->rows() || column >= m_table->columns()) return;
    columnSpan = std::min(columnSpan, m_table->columns() - column);
    rowSpan = std::min(rowSpan, m_table->rows() - row);
    if (columnSpan > 1 || rowSpan > 1) m_table->mergeCells(row, column, rowSpan, columnSpan);
    QTextTableCell cell = m_table->cellAt(row, column);
    QTextTableCellFormat format = cell.format().toTableCellFormat();
    format.setBorder(1);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderBrush(m_theme.border);
    if (header) format.setBackground(m_theme.chrome);
    cell.setFormat(format);
    m_cursor = cell.firstCursorPosition();
    m_fresh = true;
    m_open = false;
}

void DocumentBuilder::endCell()
{
    popFormat();
    popAlignment();
    m_open = false;
}

void DocumentBuilder::endTable()
{
    if (!m_table) return;
    m_cursor = m_table->lastCursorPosition();
    m_cursor.movePosition(QTextCursor::NextBlock);
    m_table = nullptr;
    shrinkBlock();
    m_fresh = true;
    m_open = false;
}

} // namespace cahier::widgets
