// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/notebook/notebooksearch.h>

#include <QObject>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <memory>

namespace cahier::widgets {

class CellSelection;
class FindBar;
class NotebookView;

/// Find and replace in one notebook: searches on a worker, keeps what it found up to date while the notebook
/// changes, and shows it.
class FindController : public QObject {
    Q_OBJECT
public:
    /// All must outlive it.
    FindController(notebook::Notebook& notebook, NotebookView& view, CellSelection& selection, FindBar& bar,
                   QObject* parent = nullptr);
    ~FindController() override;

    void open(bool replace);
    void close();
    void go(int direction); ///< 1 the next match, -1 the one before
    [[nodiscard]] const std::vector<SearchMatch>& matches() const { return m_matches; }
    [[nodiscard]] int current() const { return m_current; }

Q_SIGNALS:
    void searched();

private:
    void search(bool moves);
    void cancelSearch();
    void take(std::vector<SearchMatch> matches, bool moves);
    [[nodiscard]] std::vector<notebook::Cell> cells() const;
    [[nodiscard]] int nearest() const;
    void showMatches();
    void showCurrent();
    void replaceCurrent();
    void replaceEverything();

    notebook::Notebook& m_notebook;
    NotebookView& m_view;
    CellSelection& m_selection;
    FindBar& m_bar;
    QRegularExpression m_expression;
    std::vector<SearchMatch> m_matches;
    int m_current = -1;
    bool m_replacesThen = false;      ///< everything that the search in work finds
    QTimer m_again;                   ///< after changes
    QSet<notebook::CellKey> m_within; ///< the cells that were selected when the search was limited to them
    std::shared_ptr<std::atomic<bool>> m_cancelled; ///< of the search in work; null without one
};

} // namespace cahier::widgets
