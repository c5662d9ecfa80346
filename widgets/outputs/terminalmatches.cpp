// SPDX-License-Identifier: GPL-3.0-or-later
// What a search found in terminal text.
#include <widgets/outputs/terminaltext.h>

#include <algorithm>

namespace cahier::widgets {

namespace {
constexpr int padding = 4;
}

void TerminalText::setMatches(std::vector<TextMatch> matches, int current)
{
    m_found = std::move(matches);
    m_currentMatch = current;
    m_revealWaits = false;
    placeMatches();
    update();
}

/// To lines as they are cut.
void TerminalText::placeMatches()
{
    m_matches = m_found;
    for (TextMatch& match : m_matches) {
        match.line = buffer().lineOfLogical(match.line);
        while (buffer().isCut(match.line) && match.start >= line(match.line).text.size())
            match.start -= line(match.line++).text.size();
    }
}

QRect TerminalText::revealMatch()
{
    if (m_currentMatch < 0 || size_t(m_currentMatch) >= m_matches.size()) return rect();
    const TextMatch& match = m_matches[size_t(m_currentMatch)];
    m_revealWaits = match.line >= buffer().lineCount();
    if (m_revealWaits) return rect();
    const GridLine& text = line(match.line);
    const qsizetype column = text.columnAt(std::min(match.start, text.text.size()));
    const qsizetype row = column / std::max<qsizetype>(1, m_rows.columns());
    const qint64 top = (m_rows.rowOfLine(buffer(), match.line) + row) * m_rowHeight;
    if (top < m_offset || top + m_rowHeight + acrossHeight(width()) > m_offset + height())
        setOffset(top - height() / 3);
    if (!m_appearance.wrapsOutputs()) showColumn(column);
    return {0, int(top - m_offset) + padding, width(), m_rowHeight};
}

} // namespace cahier::widgets
