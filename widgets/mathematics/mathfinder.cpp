// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/mathematics/mathfinder.h>

#include <QHash>

#include <algorithm>

namespace cahier::widgets {

using namespace Qt::StringLiterals;

namespace {

/// One line as far as it decides what is code.
struct Line {
    qsizetype start = 0, end = 0; ///< end is behind the line end
    qsizetype content = 0;        ///< after blanks and quote marks
    int indent = 0;               ///< columns before it
    bool blank = false;
};

Line lineAt(QStringView text, qsizetype start)
{
    Line line{.start = start};
    const qsizetype end = text.indexOf(u'\n', start);
    line.end = end < 0 ? text.size() : end + 1;
    line.content = start;
    for (; line.content < line.end; ++line.content) {
        const QChar c = text[line.content];
        if (c == u' ')
            ++line.indent;
        else if (c == u'\t')
            line.indent += 4 - line.indent % 4;
        else if (c == u'>' && line.indent < 4)
            line.indent = 0;
        else
            break;
    }
    line.blank = line.content == line.end || text[line.content] == u'\n' || text[line.content] == u'\r';
    return line;
}

qsizetype runLength(QStringView text, qsizetype at)
{
    qsizetype end = at;
    while (end < text.size() && text[end] == text[at])
        ++end;
    return end - at;
}

bool startsListItem(QStringView text, const Line& line)
{
    qsizetype at = line.content;
    const QChar first = text[at];
    if (first == u'-' || first == u'*' || first == u'+') return at + 1 < line.end && text[at + 1].isSpace();
    while (at < line.end && text[at].isDigit())
        ++at;
    return at > line.content && at + 1 < line.end && (text[at] == u'.' || text[at] == u')') &&
           text[at + 1].isSpace();
}

/// Cuts the text into stretches that are not code blocks and hold no empty line: mathematics and code spans
/// are looked for in each.
class Paragraphs {
public:
    explicit Paragraphs(QStringView text) : m_text(text) {}

    /// The next stretch as start and end; start is the end of the text when there is none.
    std::pair<qsizetype, qsizetype> next()
    {
        qsizetype start = -1;
        while (m_at < m_text.size()) {
            const Line line = lineAt(m_text, m_at);
            m_at = line.end;
            const bool between = isCode(line) || line.blank;
            m_afterBlank = line.blank;
            if (between && start >= 0) return {start, line.start};
            if (!between && start < 0) start = line.start;
        }
        return {start < 0 ? m_text.size() : start, m_text.size()};
    }

private:
    bool isCode(const Line& line)
    {
        const QStringView text = m_text.sliced(line.content, line.end - line.content);
        const bool fence = text.startsWith("```"_L1) || text.startsWith("~~~"_L1);
        if (!m_fence.isNull()) {
            if (fence && text[0] == m_fence && runLength(text, 0) >= m_fenceLength &&
                text.sliced(runLength(text, 0)).trimmed().isEmpty())
                m_fence = {};
            return true;
        }
        if (line.blank) return false;
        const qsizetype length = fence ? runLength(text, 0) : 0;
        if (fence && (text[0] == u'~' || !text.sliced(length).contains(u'`'))) {
            m_fence = text[0];
            m_fenceLength = length;
            return true;
        }
        m_inCode = line.indent >= 4 && !m_inList && (m_afterBlank || m_inCode);
        if (!m_inCode) noteList(line);
        return m_inCode;
    }

    void noteList(const Line& line)
    {
        if (startsListItem(m_text, line))
            m_inList = true;
        else if (line.indent == 0 && m_afterBlank)
            m_inList = false;
    }

    QStringView m_text;
    qsizetype m_at = 0;
    QChar m_fence; ///< the character of the open fence
    qsizetype m_fenceLength = 0;
    bool m_afterBlank = true;
    bool m_inCode = false;
    bool m_inList = false;
};

/// Finds the mathematics of one paragraph.
class ParagraphScanner {
public:
    ParagraphScanner(QStringView text, qsizetype start, qsizetype end, std::vector<MathSpan>& found)
        : m_text(text.first(end)), m_at(start), m_found(found), m_budget(16 * (end - start) + 10'000)
    {
    }

    void scan()
    {
        while (m_at < m_text.size()) {
            const QChar c = m_text[m_at];
            if (c == u'`')
                codeSpan();
            else if (c == u'$')
                dollars();
            else if (c == u'\\')
                backslash();
            else
                ++m_at;
        }
    }

private:
    void codeSpan()
    {
        const qsizetype length = runLength(m_text, m_at);
        if (m_unclosed.value(length, -1) < 0) {
            for (qsizetype at = m_at + length; (at = m_text.indexOf(u'`', at)) >= 0 && m_budget > 0;) {
                const qsizetype run = runLength(m_text, at);
                --m_budget;
                at += run;
                if (run != length) continue;
                m_at = at;
                return;
            }
            m_unclosed.insert(length, m_at); // none further on either
        }
        m_at += length;
    }

    void dollars()
    {
        if (m_text.sliced(m_at).startsWith("$$"_L1)) {
            if (!enclosed(m_at + 2, u"$$"_s, MathKind::Display)) m_at += 2;
            return;
        }
        if (!enclosed(m_at + 1, u"$"_s, MathKind::Inline)) ++m_at;
    }

    void backslash()
    {
        const QStringView rest = m_text.sliced(m_at);
        if (rest.startsWith("\\begin{"_L1) && environment()) return;
        if (rest.startsWith("\\ref{"_L1) || rest.startsWith("\\eqref{"_L1)) {
            reference();
            return;
        }
        const qsizetype slashes = rest.startsWith("\\\\"_L1) ? 2 : 1;
        const QChar bracket = rest.size() > slashes ? rest[slashes] : QChar();
        if (bracket == u'(' || bracket == u'[') {
            const QString close = QString(slashes, u'\\') + (bracket == u'(' ? u')' : u']');
            const MathKind kind = bracket == u'(' ? MathKind::Inline : MathKind::Display;
            if (enclosed(m_at + slashes + 1, close, kind)) return;
        }
        m_at = std::min(m_at + 2, m_text.size()); // whatever it is, it is escaped
    }

    /// The place of `close` outside braces, or -1.
    [[nodiscard]] qsizetype findClose(qsizetype at, const QString& close)
    {
        int braces = 0;
        qsizetype inBraces = -1; // taken if the braces never balance
        for (; at < m_text.size() && m_budget > 0; ++at, --m_budget) {
            const QChar c = m_text[at];
            if (c == close[0] && m_text.sliced(at).startsWith(close)) {
                if (braces == 0) return at;
                if (inBraces < 0) inBraces = at;
            }
            if (c == u'\\')
                ++at;
            else if (c == u'{')
                ++braces;
            else if (c == u'}' && braces > 0)
                --braces;
        }
        return inBraces;
    }

    bool enclosed(qsizetype from, const QString& close, MathKind kind)
    {
        // Where a delimiter is not closed, none of its kind further on is: the scan stays linear.
        if (m_open.contains(close)) return false;
        const qsizetype end = findClose(from, close);
        if (end < 0) {
            m_open.append(close);
            return false;
        }
        const QStringView tex = m_text.sliced(from, end - from);
        const bool escape = close[0] == u'\\' && close.size() == 2;
        if (tex.trimmed().isEmpty() || (close == "$"_L1 && isAmount(from, end)) ||
            (escape && !looksLikeMath(tex, end + close.size())))
            return false;
        add(from, end, end + close.size(), kind);
        return true;
    }

    [[nodiscard]] bool isAmount(qsizetype from, qsizetype end) const
    {
        const QChar after = end + 1 < m_text.size() ? m_text[end + 1] : QChar(u' ');
        if (after.isDigit()) return true;
        return m_text[from].isDigit() && m_text[end - 1].isSpace() && !after.isSpace() && !after.isPunct();
    }

    [[nodiscard]] bool looksLikeMath(QStringView tex, qsizetype after) const
    {
        if (after < m_text.size() && (m_text[after] == u'(' || m_text[after] == u'[')) return false;
        if (tex.trimmed().size() <= 2) return true;
        return std::ranges::any_of(tex, [](QChar c) { return u"\\=^_{<>+"_s.contains(c); });
    }

    bool environment()
    {
        const qsizetype close = m_text.indexOf(u'}', m_at);
        if (close < 0) return false;
        const QStringView name = m_text.sliced(m_at + 7, close - m_at - 7);
        const bool plain = std::ranges::all_of(name, [](QChar c) { return c.isLetter() || c == u'*'; });
        if (name.isEmpty() || name.size() > 40 || !plain) return false;
        const QString end = u"\\end{%1}"_s.arg(name);
        const QString begin = u"\\begin{%1}"_s.arg(name);
        if (m_open.contains(end)) return false;
        int depth = 0;
        for (qsizetype at = m_at; (at = m_text.indexOf(u'\\', at)) >= 0 && m_budget > 0; ++at, --m_budget) {
            const QStringView rest = m_text.sliced(at);
            if (rest.startsWith(begin)) ++depth;
            if (!rest.startsWith(end) || --depth > 0) continue;
            add(m_at, at + end.size(), at + end.size(), MathKind::Display);
            return true;
        }
        m_open.append(end);
        return false;
    }

    void reference()
    {
        const qsizetype open = m_text.indexOf(u'{', m_at);
        const qsizetype close = m_text.indexOf(u'}', open);
        if (close < 0) {
            ++m_at;
            return;
        }
        add(open + 1, close, close + 1, MathKind::Reference);
    }

    void add(qsizetype from, qsizetype end, qsizetype after, MathKind kind)
    {
        m_found.push_back({m_at, after - m_at, kind, m_text.sliced(from, end - from).toString()});
        m_at = after;
    }

    QStringView m_text;
    qsizetype m_at;
    std::vector<MathSpan>& m_found;
    QHash<qsizetype, qsizetype> m_unclosed; ///< lengths of backtick runs with none to close them
    QStringList m_open;                     ///< what is not closed further on
    qsizetype m_budget; ///< of steps ahead, so that no text takes longer than its length allows
};

} // namespace

std::vector<MathSpan> findMath(QStringView markdown)
{
    std::vector<MathSpan> found;
    const auto special = [](QChar c) { return c == u'$' || c == u'\\'; };
    if (std::ranges::none_of(markdown, special)) return found;
    Paragraphs paragraphs(markdown);
    while (true) {
        const auto [start, end] = paragraphs.next();
        if (start == markdown.size()) return found;
        ParagraphScanner(markdown, start, end, found).scan();
    }
}

} // namespace cahier::widgets
