// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/rowmap.h>

#include <algorithm>

namespace cahier::widgets {

void RowMap::setColumns(qsizetype columns)
{
    m_columns = columns;
    m_rowsBefore.clear();
    m_widest = 0;
    m_lineCount = 0;
    m_rowCount = 0;
}

qsizetype RowMap::rowsOf(const TextBuffer& buffer, qsizetype line) const
{
    if (m_columns <= 0) return 1;
    return std::max<qsizetype>(1, (buffer.columnCount(line) + m_columns - 1) / m_columns);
}

void RowMap::update(const TextBuffer& buffer, qsizetype firstChanged)
{
    const bool wasIdentity = isIdentity();
    m_widest = buffer.widestLine();
    m_lineCount = buffer.lineCount();
    if (isIdentity()) {
        m_rowsBefore.clear();
        m_rowCount = m_lineCount;
        return;
    }
    const qsizetype from = wasIdentity ? 0 : std::min(firstChanged, m_lineCount) / stride;
    m_rowsBefore.resize(size_t(std::min<qsizetype>(from + 1, qsizetype(m_rowsBefore.size()))));
    if (m_rowsBefore.empty()) m_rowsBefore.push_back(0);
    qint64 row = m_rowsBefore.back();
    for (qsizetype line = qsizetype(m_rowsBefore.size() - 1) * stride; line < m_lineCount; ++line) {
        if (line % stride == 0 && size_t(line / stride) >= m_rowsBefore.size()) m_rowsBefore.push_back(row);
        row += rowsOf(buffer, line);
    }
    m_rowCount = row;
}

qint64 RowMap::rowOfLine(const TextBuffer& buffer, qsizetype line) const
{
    if (isIdentity()) return line;
    qint64 row = m_rowsBefore[size_t(line / stride)];
    for (qsizetype i = line / stride * stride; i < line; ++i)
        row += rowsOf(buffer, i);
    return row;
}

RowMap::Place RowMap::placeOf(const TextBuffer& buffer, qint64 row) const
{
    if (m_lineCount == 0) return {};
    row = std::clamp<qint64>(row, 0, m_rowCount - 1);
    if (isIdentity()) return {row, 0};
    const auto next = std::ranges::upper_bound(m_rowsBefore, row);
    const auto block = std::prev(next);
    qsizetype line = qsizetype(block - m_rowsBefore.begin()) * stride;
    qint64 left = row - *block;
    while (line < m_lineCount - 1 && left >= rowsOf(buffer, line))
        left -= rowsOf(buffer, line++);
    return {line, qsizetype(left)};
}

} // namespace cahier::widgets
