// SPDX-License-Identifier: GPL-3.0-or-later
// What typing does beyond putting in a character: closing brackets, indentation.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/indentation.h>
#include <widgets/editor/indicators.h>

#include <algorithm>
#include <numeric>

namespace cahier::widgets {

namespace {

bool isWord(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c & 0x80) != 0;
}

char closingOf(char opening)
{
    switch (opening) {
    case '(':
        return ')';
    case '[':
        return ']';
    case '{':
        return '}';
    case '"':
    case '\'':
        return opening;
    default:
        return 0;
    }
}

/// The code of a line without its comment and the space before it; empty when the line ends in a string.
QByteArrayView codeOf(QByteArrayView line)
{
    char quote = 0;
    qsizetype end = 0;
    for (; end < line.size(); ++end) {
        const char c = line[end];
        if (quote != 0 && c == '\\')
            ++end;
        else if (quote != 0)
            quote = c == quote ? char(0) : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '#')
            break;
    }
    return quote != 0 ? QByteArrayView() : line.first(end).trimmed();
}

bool leavesBlock(QByteArrayView code)
{
    for (const QByteArrayView word : {"return", "pass", "break", "continue", "raise"})
        if (code.startsWith(word) && (code.size() == word.size() || !isWord(code[word.size()]))) return true;
    return false;
}

} // namespace

/// In the order of the selections. What is selected afterwards is said by each replacement.
void CodeEditor::replaceSpans(const std::vector<Replacement>& replacements)
{
    if (send(SCI_GETREADONLY) != 0) return;
    const auto main = size_t(send(SCI_GETMAINSELECTION));
    std::vector<size_t> order(replacements.size());
    std::iota(order.begin(), order.end(), size_t(0));
    std::ranges::sort(order, {}, [&](size_t i) { return replacements[i].start; });
    std::vector<Span> after(replacements.size());
    long shift = 0;
    for (const size_t i : order) {
        const Replacement& one = replacements[i];
        const long start = one.start + shift;
        if (one.end > one.start || !one.text.isEmpty()) replaceBytes(start, one.end + shift, one.text);
        if (one.closer >= 0) {
            send(SCI_SETINDICATORCURRENT, closerIndicator);
            send(SCI_INDICATORFILLRANGE, start + one.closer, one.closerLength);
        }
        after[i] = {start + one.anchor, start + one.caret};
        shift += one.text.size() - (one.end - one.start);
    }
    setSpans(after, main);
}

bool CodeEditor::typeCharacter(QChar typed)
{
    if (!m_autoClosing || typed.unicode() >= 0x80 || send(SCI_SELECTIONISRECTANGLE) != 0) return false;
    const char c = char(typed.unicode());
    const bool quote = c == '"' || c == '\'';
    if (closingOf(c) == 0 && c != ')' && c != ']' && c != '}') return false;
    std::vector<Replacement> edits;
    for (const Span& span : spans())
        edits.push_back(closingReplacement(span, typed));
    if (quote && isProse(cellLanguage().language) &&
        std::ranges::all_of(spans(), [](const Span& one) { return one.start() == one.end(); }))
        return false;
    replaceSpans(edits);
    return true;
}

CodeEditor::Replacement CodeEditor::closingReplacement(const Span& span, QChar typed) const
{
    const char c = char(typed.unicode());
    const char closing = closingOf(c);
    const QByteArray selected = bytes(span.start(), span.end());
    if (closing != 0 && !selected.isEmpty()) { // around the selection
        const long length = selected.size();
        const bool forwards = span.caret >= span.anchor;
        return {span.start(), span.end(), QByteArray(1, c) + selected + closing, forwards ? 1 : 1 + length,
                forwards ? 1 + length : 1};
    }
    const long at = span.start();
    const char next = byteAt(at);
    const Replacement plain{at, span.end(), QByteArray(1, c), 1, 1};
    if (selected.isEmpty() && next == c && send(SCI_INDICATORVALUEAT, closerIndicator, at) != 0)
        return {at, at, {}, 1, 1}; // over the one that was put in
    if (closing == 0) return plain;
    const bool room = next == 0 || next == ' ' || next == '\t' || next == '\n' || next == '\r' ||
                      QByteArrayView(")]},:;").contains(next);
    if (!room) return plain;
    const char before = at > 0 ? byteAt(at - 1) : char(0);
    if (closing == c) { // a quote
        const char beforeThat = at > 1 ? byteAt(at - 2) : char(0);
        const bool third = before == c && beforeThat == c && (at < 3 || byteAt(at - 3) != c);
        if (third && isPython(cellLanguage().language)) return {at, at, QByteArray(4, c), 1, 1, 1, 3};
        const bool prefix = QByteArrayView("fFrRbBuU").contains(before) && before != 0 && !isWord(beforeThat);
        if (before == c || before == '\\' || (isWord(before) && !prefix)) return plain;
    }
    return {at, at, QByteArray(1, c) + closing, 1, 1, 1};
}

bool CodeEditor::enter()
{
    if (send(SCI_GETREADONLY) != 0) return true;
    std::vector<Replacement> edits;
    for (const Span& span : spans())
        edits.push_back(enterReplacement(span));
    replaceSpans(edits);
    return true;
}

CodeEditor::Replacement CodeEditor::enterReplacement(const Span& span) const
{
    const long lineStart = send(SCI_POSITIONFROMLINE, send(SCI_LINEFROMPOSITION, span.start()));
    const QByteArray before = bytes(lineStart, span.start());
    const QByteArray indent = before.first(leadingSpace(before));
    const QByteArray unit = indent.endsWith('\t') ? QByteArray("\t") : QByteArray(indentUnit, ' ');
    QByteArray inner = indent;
    const QByteArrayView code = codeOf(before);
    const char last = code.isEmpty() ? char(0) : code.back();
    const bool opens = QByteArrayView("([{").contains(last) && last != 0;
    if (!isProse(cellLanguage().language)) {
        const bool python = isPython(cellLanguage().language);
        if (opens || (python && last == ':'))
            inner += unit;
        else if (python && leavesBlock(code) && inner.endsWith(unit))
            inner.chop(unit.size());
    }
    const QByteArray end = send(SCI_GETEOLMODE) == SC_EOL_CRLF ? "\r\n"
                           : send(SCI_GETEOLMODE) == SC_EOL_CR ? "\r"
                                                               : "\n";
    const QByteArray text = end + inner;
    const bool closes = opens && inner != indent && byteAt(span.end()) == closingOf(last);
    return {span.start(), span.end(), closes ? text + end + indent : text, text.size(), text.size()};
}

bool CodeEditor::backspace()
{
    if (send(SCI_SELECTIONISRECTANGLE) != 0) {
        send(SCI_DELETEBACK);
        return true;
    }
    std::vector<Replacement> edits;
    for (const Span& span : spans())
        edits.push_back(backspaceReplacement(span));
    std::ranges::sort(edits, {}, &Replacement::start);
    const bool overlap = std::ranges::adjacent_find(edits, [](const Replacement& a, const Replacement& b) {
                             return a.end > b.start;
                         }) != edits.end();
    if (overlap)
        send(SCI_DELETEBACK);
    else
        replaceSpans(edits);
    return true;
}

CodeEditor::Replacement CodeEditor::backspaceReplacement(const Span& span) const
{
    const long at = span.start();
    if (span.end() > at || at == 0) return {at, span.end()};
    const long lineStart = send(SCI_POSITIONFROMLINE, send(SCI_LINEFROMPOSITION, at));
    const QByteArray before = bytes(lineStart, at);
    if (before.endsWith(' ') && leadingSpace(before) == before.size() && !before.contains('\t'))
        return {at - ((before.size() - 1) % indentUnit + 1), at};
    const long previous = send(SCI_POSITIONBEFORE, at);
    const char opening = byteAt(previous);
    const bool pair = previous == at - 1 && closingOf(opening) != 0 && byteAt(at) == closingOf(opening) &&
                      send(SCI_INDICATORVALUEAT, closerIndicator, at) != 0;
    return {previous, pair ? at + 1 : at};
}

bool CodeEditor::insertSpaces()
{
    std::vector<Replacement> edits;
    for (const Span& span : spans()) {
        const long column = send(SCI_GETCOLUMN, span.start());
        const long count = indentUnit - column % indentUnit;
        edits.push_back({span.start(), span.end(), QByteArray(count, ' '), count, count});
    }
    replaceSpans(edits);
    return true;
}

} // namespace cahier::widgets
