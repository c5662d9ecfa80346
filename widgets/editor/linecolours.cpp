// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/linecolours.h>

#include <widgets/editor/highlighting.h>
#include <widgets/editor/utf8.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

/// Lines longer than this are not coloured: minified scripts and embedded data would take seconds.
constexpr qsizetype longestColoured = 20'000;

qsizetype utf8Length(QStringView text)
{
    qsizetype bytes = 0;
    for (const QChar unit : text) {
        if (unit.unicode() < 0x80)
            bytes += 1;
        else if (unit.unicode() < 0x800 || unit.isSurrogate()) // a pair takes four
            bytes += 2;
        else
            bytes += 3;
    }
    return bytes;
}

} // namespace

void LineColours::reset(int lineCount)
{
    m_lines.assign(size_t(lineCount), {});
    m_firstStale = 0;
}

void LineColours::setLanguage(const CellLanguage& language)
{
    if (language == m_language) return;
    m_language = language;
    updateDefinition();
    makeAllStale();
}

bool LineColours::updateDefinition()
{
    const QString found = m_highlighting.definition(m_language.language);
    if (!m_highlighting.isReady()) {
        // Known to be the wrong one: plain until the right one is there.
        if (!m_highlighter || m_highlighting.isLoaded(m_language.language)) return false;
        m_highlighter.reset();
        m_definition.clear();
        return true;
    }
    if (found == m_definition) return false;
    m_definition = found;
    m_highlighter = found.isEmpty() ? nullptr : m_highlighting.makeHighlighter(found);
    if (m_highlighter) m_top = m_highlighter->highlight({}, {}, *this);
    makeAllStale();
    return true;
}

void LineColours::makeAllStale()
{
    for (Line& line : m_lines)
        line = {};
    m_firstStale = 0;
}

void LineColours::changeLine(int line, int added)
{
    const auto next = m_lines.begin() + line + 1;
    if (added > 0)
        m_lines.insert(next, size_t(added), Line{});
    else if (added < 0)
        m_lines.erase(next, next + std::min<qsizetype>(-added, m_lines.end() - next));
    m_lines[size_t(line)].stale = true;
    m_firstStale = std::min(m_firstStale, line);
}

int LineColours::firstStale()
{
    while (m_firstStale < lineCount() && !m_lines[size_t(m_firstStale)].stale)
        ++m_firstStale;
    return m_firstStale;
}

const QByteArray& LineColours::colour(int line, const QByteArray& utf8)
{
    const SyntaxHighlighter::State begin =
        line > m_language.magicLine + 1 ? m_lines[size_t(line) - 1].end : SyntaxHighlighter::State();
    const bool cellMagic = line <= m_language.magicLine;
    run(utf8, begin,
        cellMagic || (m_language.lineMagics && (isSame(begin, m_top) || line <= m_language.magicLine + 1)));
    Line& present = m_lines[size_t(line)];
    const bool goesOn = !isSame(present.end, m_end);
    present.end = m_end;
    present.stale = false;
    if (goesOn && line + 1 < lineCount()) {
        m_lines[size_t(line) + 1].stale = true;
        m_firstStale = std::min(m_firstStale, line + 1);
    }
    return m_styles;
}

const QByteArray& LineColours::guess(const QByteArray& utf8)
{
    run(utf8, m_top, m_language.lineMagics);
    return m_styles;
}

bool LineColours::isSame(const SyntaxHighlighter::State& a, const SyntaxHighlighter::State& b) const
{
    return !m_highlighter || m_highlighter->isSame(a, b);
}

void LineColours::run(const QByteArray& utf8, const SyntaxHighlighter::State& begin, bool mayBeMagic)
{
    m_styles.fill(char(Highlighting::plainStyle), utf8.size());
    m_end = begin;
    if (!m_highlighter || utf8.size() > longestColoured) return;
    m_text = fromUtf8(utf8);
    m_ascii = m_text.size() == utf8.size();
    m_unit = m_byte = 0;
    if (mayBeMagic && colourMagic(m_text)) {
        m_end = m_top;
        return;
    }
    m_end = m_highlighter->highlight(m_text, begin, *this);
}

bool LineColours::colourMagic(QStringView text)
{
    qsizetype start = 0;
    while (start < text.size() && text[start].isSpace())
        ++start;
    if (start == text.size()) return false;
    qsizetype end = start;
    if (text[start] == u'!') {
        while (end < text.size() && text[end] == u'!')
            ++end;
    } else if (text[start] == u'%' && start + 1 < text.size() && !text[start + 1].isSpace()) {
        while (end < text.size() && !text[end].isSpace())
            ++end;
    } else if (text[start] == u'?' || (text.endsWith(u'?') && !text.contains(u'#'))) {
        end = text.size();
    }
    if (end == start) return false;
    fill(utf8Length(text.first(start)), utf8Length(text.sliced(start, end - start)),
         Highlighting::magicStyle);
    return true;
}

void LineColours::applyFormat(int offset, int length, int format)
{
    const int style = m_highlighting.styleOf(format);
    if (length <= 0 || style == Highlighting::plainStyle) return;
    if (m_ascii) return fill(offset, length, style);
    // Formats come in the order of the text.
    m_byte += utf8Length(QStringView(m_text).sliced(m_unit, offset - m_unit));
    m_unit = offset;
    fill(m_byte, utf8Length(QStringView(m_text).sliced(offset, length)), style);
}

void LineColours::fill(qsizetype from, qsizetype count, int style)
{
    from = std::min(from, m_styles.size());
    std::fill_n(m_styles.begin() + from, std::min(count, m_styles.size() - from), char(style));
}

} // namespace cahier::widgets
