// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/findcontroller.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/notebook/findbar.h>
#include <widgets/notebook/notebookview.h>

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

#include <algorithm>
#include <utility>

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellKey;
using notebook::Notebook;

namespace {

constexpr int pauseMs = 150; // between a change and the next search

} // namespace

FindController::FindController(Notebook& notebook, NotebookView& view, CellSelection& selection, FindBar& bar,
                               QObject* parent)
    : QObject(parent), m_notebook(notebook), m_view(view), m_selection(selection), m_bar(bar)
{
    m_again.setSingleShot(true);
    m_again.setInterval(pauseMs);
    connect(&m_again, &QTimer::timeout, this, [this] { search(false); });
    connect(&bar, &FindBar::queryChanged, this, [this] {
        m_replacesThen = false; // that was about another query
        search(true);
    });
    connect(&bar, &FindBar::nextRequested, this, [this] { go(1); });
    connect(&bar, &FindBar::previousRequested, this, [this] { go(-1); });
    connect(&bar, &FindBar::replaceRequested, this, &FindController::replaceCurrent);
    connect(&bar, &FindBar::replaceAllRequested, this, &FindController::replaceEverything);
    connect(&bar, &FindBar::closed, this, &FindController::close);
    const auto later = [this] {
        if (!m_bar.isHidden()) m_again.start();
    };
    connect(&notebook, &Notebook::textReplaced, this, later);
    connect(&notebook, &Notebook::cellsInserted, this, later);
    connect(&notebook, &Notebook::cellsRemoved, this, later);
    connect(&notebook, &Notebook::cellsReordered, this, later);
    connect(&notebook, &Notebook::outputsChanged, this, later);
}

FindController::~FindController()
{
    cancelSearch();
}

void FindController::cancelSearch()
{
    if (m_cancelled) *m_cancelled = true;
    m_cancelled.reset();
}

void FindController::open(bool replace)
{
    const CodeEditor* editor = m_view.activeEditor();
    const QString selected = editor ? editor->selectedText() : QString();
    m_bar.open(replace, selected.contains(u'\n') ? QString() : selected);
}

void FindController::close()
{
    m_bar.hide();
    m_again.stop();
    cancelSearch();
    m_replacesThen = false;
    m_matches.clear();
    m_current = -1;
    showMatches();
    m_view.setFocus();
}

std::vector<Cell> FindController::cells() const
{
    std::vector<Cell> cells;
    for (int index = 0; index < m_notebook.cellCount(); ++index) {
        const Cell& cell = m_notebook.cellAt(index);
        if (m_within.isEmpty() || m_within.contains(cell.key())) cells.push_back(cell);
    }
    return cells;
}

void FindController::search(bool moves)
{
    cancelSearch();
    m_again.stop();
    const SearchQuery query = m_bar.query();
    if (!m_bar.inSelection())
        m_within.clear();
    else if (m_within.isEmpty()) {
        const std::vector<CellKey> selected = m_selection.keys();
        m_within = QSet<CellKey>(selected.begin(), selected.end());
    }
    if (query.text.isEmpty()) return take({}, false);
    const auto expression = searchExpression(query);
    if (!expression) {
        take({}, false);
        return m_bar.setError(expression.error().message);
    }
    m_expression = *expression;
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    QThreadPool::globalInstance()->start([self = QPointer(this), cells = cells(), expression = m_expression,
                                          outputs = query.inOutputs, cancelled = m_cancelled, moves] {
        auto matches = findMatches(cells, expression, outputs, cancelled.get());
        QMetaObject::invokeMethod(qApp, [self, cancelled, moves, matches = std::move(matches)]() mutable {
            if (self && !*cancelled) self->take(std::move(matches), moves);
        });
    });
}

void FindController::take(std::vector<SearchMatch> matches, bool moves)
{
    m_cancelled.reset();
    const std::optional<SearchMatch> before =
        m_current >= 0 ? std::optional(m_matches[static_cast<size_t>(m_current)]) : std::nullopt;
    m_matches = std::move(matches);
    const auto same = before ? std::ranges::find(m_matches, *before) : m_matches.end();
    if (same != m_matches.end())
        m_current = static_cast<int>(same - m_matches.begin());
    else
        m_current = m_matches.empty() ? -1 : nearest();
    showMatches();
    m_bar.setResult(m_current, static_cast<qsizetype>(m_matches.size()));
    if (moves && m_current >= 0) showCurrent();
    Q_EMIT searched();
    if (std::exchange(m_replacesThen, false)) replaceEverything();
}

/// The first match in or below the active cell.
int FindController::nearest() const
{
    const int active = m_selection.activeIndex();
    const auto match = std::ranges::find_if(
        m_matches, [&](const SearchMatch& found) { return m_notebook.indexOf(found.cell) >= active; });
    return match == m_matches.end() ? 0 : static_cast<int>(match - m_matches.begin());
}

void FindController::go(int direction)
{
    if (m_matches.empty()) return;
    const int count = static_cast<int>(m_matches.size());
    m_current = (m_current + direction + count) % count;
    m_bar.setResult(m_current, count);
    showMatches();
    showCurrent();
}

void FindController::showMatches()
{
    QHash<CellKey, CellMatches> matches;
    for (size_t i = 0; i < m_matches.size(); ++i) {
        const SearchMatch& match = m_matches[i];
        const bool current = int(i) == m_current;
        CellMatches& ofCell = matches[match.cell];
        ofCell.expression = m_expression;
        if (match.output < 0) {
            if (current) ofCell.current = int(ofCell.source.size());
            ofCell.source.push_back({match.start, match.length});
            continue;
        }
        OutputMatches& ofOutput = ofCell.outputs[match.output];
        ofOutput.mimeType = match.mimeType;
        ofOutput.expression = m_expression;
        if (current) ofOutput.current = int(ofOutput.places.size());
        ofOutput.places.push_back({match.line, match.start, match.length});
    }
    m_view.setMatches(std::move(matches));
}

void FindController::showCurrent()
{
    m_view.showMatch(m_matches[size_t(m_current)].cell);
}

void FindController::replaceCurrent()
{
    if (m_current < 0) return;
    const SearchMatch match = m_matches[static_cast<size_t>(m_current)];
    const Cell* cell = m_notebook.find(match.cell);
    if (match.output >= 0 || !cell) return go(1);
    const QString text = replacementFor(cell->source(), match, m_expression, m_bar.replacement(),
                                        m_bar.query().regularExpression);
    m_notebook.endTyping();
    m_notebook.replaceText(match.cell, match.start, match.length, text);
    m_notebook.endTyping();
    // What was behind it is found again at its new place; the next one becomes current.
    const qsizetype growth = text.size() - match.length;
    m_matches.erase(m_matches.begin() + m_current);
    for (SearchMatch& later : m_matches)
        if (later.cell == match.cell && later.output < 0 && later.start > match.start) later.start += growth;
    if (m_current == static_cast<int>(m_matches.size())) m_current = m_matches.empty() ? -1 : 0;
    m_bar.setResult(m_current, static_cast<qsizetype>(m_matches.size()));
    showMatches();
    if (m_current >= 0) showCurrent();
}

void FindController::replaceEverything()
{
    if (m_again.isActive()) search(false); // what was found is out of date
    if (m_cancelled) {
        m_replacesThen = true;
        return;
    }
    const int count =
        replaceAll(m_notebook, m_matches, m_expression, m_bar.replacement(), m_bar.query().regularExpression);
    search(false);
    m_bar.setError(tr("%n replaced", nullptr, count));
}

} // namespace cahier::widgets
