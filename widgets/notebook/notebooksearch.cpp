// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/notebooksearch.h>

#include <widgets/outputs/searchedtext.h>

#include <QCoreApplication>

#include <span>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::Cell;
using notebook::Notebook;
using notebook::Output;

namespace {

void findIn(const QString& text, const SearchMatch& place, const QRegularExpression& expression,
            std::vector<SearchMatch>& matches)
{
    for (auto it = expression.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        if (match.capturedLength() == 0) continue;
        matches.push_back(place);
        matches.back().start = match.capturedStart();
        matches.back().length = match.capturedLength();
    }
}

void findInOutput(const Output& output, const SearchMatch& place, const QRegularExpression& expression,
                  std::vector<SearchMatch>& matches)
{
    const SearchedText searched = searchedText(output);
    const size_t first = matches.size();
    findIn(searched.text, place, expression, matches);
    qsizetype line = 0, lineStart = 0;
    for (SearchMatch& match : std::span(matches).subspan(first)) {
        for (qsizetype end = lineStart;
             (end = searched.text.indexOf(u'\n', lineStart)) >= 0 && end < match.start;) {
            lineStart = end + 1;
            ++line;
        }
        match.start -= lineStart;
        match.line = line;
        match.mimeType = searched.mimeType;
    }
}

/// The match, where it still is at its place; else one without a match.
QRegularExpressionMatch again(const QString& source, const SearchMatch& match,
                              const QRegularExpression& expression)
{
    QRegularExpressionMatch found = expression.match(source, match.start, QRegularExpression::NormalMatch,
                                                     QRegularExpression::AnchorAtOffsetMatchOption);
    return found.capturedLength() == match.length ? found : QRegularExpressionMatch();
}

QString expanded(const QRegularExpressionMatch& match, const QString& replacement)
{
    QString text;
    for (qsizetype i = 0; i < replacement.size(); ++i) {
        if (replacement[i] != u'\\' || i + 1 == replacement.size()) {
            text += replacement[i];
            continue;
        }
        const QChar next = replacement[++i];
        if (next >= u'0' && next <= u'9')
            text += match.captured(next.unicode() - u'0');
        else if (next == u'n')
            text += u'\n';
        else if (next == u't')
            text += u'\t';
        else
            text += next;
    }
    return text;
}

} // namespace

Result<QRegularExpression> searchExpression(const SearchQuery& query)
{
    QString pattern = query.regularExpression ? query.text : QRegularExpression::escape(query.text);
    if (query.wholeWords) pattern = u"\\b(?:"_s + pattern + u")\\b"_s;
    QRegularExpression::PatternOptions options = QRegularExpression::MultilineOption;
    if (!query.matchCase) options |= QRegularExpression::CaseInsensitiveOption;
    QRegularExpression expression(pattern, options);
    if (!expression.isValid()) {
        return failure(ErrorCode::InvalidFormat,
                       QCoreApplication::translate("NotebookSearch", "Character %1: %2")
                           .arg(expression.patternErrorOffset() + 1)
                           .arg(expression.errorString()));
    }
    expression.optimize();
    return expression;
}

std::vector<SearchMatch> findMatches(const std::vector<Cell>& cells, const QRegularExpression& expression,
                                     bool inOutputs, const std::atomic<bool>* cancelled)
{
    std::vector<SearchMatch> matches;
    for (const Cell& cell : cells) {
        if (cancelled && cancelled->load(std::memory_order_relaxed)) break;
        findIn(cell.source(), {cell.key()}, expression, matches);
        if (!inOutputs) continue;
        int index = 0;
        for (const Output& output : cell.outputs())
            findInOutput(output, {cell.key(), index++}, expression, matches);
    }
    return matches;
}

QString replacementFor(const QString& source, const SearchMatch& match, const QRegularExpression& expression,
                       const QString& replacement, bool regularExpression)
{
    return regularExpression ? expanded(again(source, match, expression), replacement) : replacement;
}

int replaceAll(Notebook& notebook, const std::vector<SearchMatch>& matches,
               const QRegularExpression& expression, const QString& replacement, bool regularExpression)
{
    int count = 0;
    notebook.beginGroup(QCoreApplication::translate("NotebookSearch", "Replace All"));
    // From the end, so that the places before stay where they are.
    for (auto match = matches.rbegin(); match != matches.rend(); ++match) {
        const Cell* cell = match->output < 0 ? notebook.find(match->cell) : nullptr;
        if (!cell) continue;
        const QString source = cell->source();
        if (!again(source, *match, expression).hasMatch()) continue;
        notebook.replaceText(match->cell, match->start, match->length,
                             replacementFor(source, *match, expression, replacement, regularExpression));
        ++count;
    }
    notebook.endGroup();
    return count;
}

} // namespace cahier::widgets
