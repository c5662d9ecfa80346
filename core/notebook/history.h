// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/notebook: the undo history as data. Notebook applies the steps.
#pragma once

#include <core/notebook/cell.h>

#include <QElapsedTimer>

#include <functional>
#include <variant>
#include <vector>

namespace cahier::notebook {

struct TextOp {
    CellKey key{};
    qsizetype position = 0;
    QString removed;
    QString inserted;
};

/// Cells that come (or go): their indices in the list that has them, ascending.
struct PlaceOp {
    bool insertion = true;
    std::vector<std::pair<int, CellKey>> places;
};

struct OrderOp {
    std::vector<CellKey> before;
    std::vector<CellKey> after;
};

/// The parts of a cell that only edits change.
struct CellParts {
    CellType type = CellType::Code;
    QString typeName;
    RawJson metadata;
    RawJson attachments;
};

struct PartsOp {
    CellKey key{};
    CellParts before;
    CellParts after;
};

/// Applied only where no run has changed the outputs since `revision`; but where the outputs went to another
/// cell (`moved`), undoing puts them before what a run has added since.
struct OutputsOp {
    CellKey key{};
    quint64 revision = 0;
    bool moved = false;
    std::vector<Output> before;
    std::vector<Output> after;
    std::optional<qint64> countBefore;
    std::optional<qint64> countAfter;
};

struct MetadataOp {
    RawJson before;
    RawJson after;
};

using HistoryOp = std::variant<TextOp, PlaceOp, OrderOp, PartsOp, OutputsOp, MetadataOp>;

struct HistoryStep {
    QString title;
    std::vector<HistoryOp> ops;
    quint64 stateBefore = 0;
    quint64 stateAfter = 0;
};

class History {
public:
    History();
    void setClock(std::function<qint64()> milliseconds) { m_clock = std::move(milliseconds); }

    /// Adds a step that was made. Gives the steps that can no longer be redone.
    std::vector<HistoryStep> push(HistoryStep step);
    /// Joins typing to the step before where it belongs to it: neighbouring, within a second, no new line
    /// begun. False where it is a step of its own.
    bool coalesce(const TextOp& typed, quint64 stateAfter);
    /// Nothing joins the present step any more.
    void seal() { m_open = false; }

    void beginGroup(const QString& title);
    /// The group's step when the outermost group ended and something was done in it.
    std::optional<HistoryStep> endGroup();
    [[nodiscard]] bool inGroup() const { return m_groupDepth > 0; }
    void addToGroup(HistoryStep step);

    [[nodiscard]] const HistoryStep* undoStep() const;
    [[nodiscard]] const HistoryStep* redoStep() const;
    void stepBack();
    void stepForward();
    [[nodiscard]] quint64 state() const;
    void setInitialState(quint64 state) { m_initialState = state; }

private:
    std::vector<HistoryStep> m_steps;
    size_t m_done = 0; ///< how many of them are done; the rest can be redone
    quint64 m_initialState = 0;
    bool m_open = false; ///< typing may join the last step
    qint64 m_lastTyped = 0;
    int m_groupDepth = 0;
    HistoryStep m_group;
    std::function<qint64()> m_clock;
    QElapsedTimer m_timer;
};

} // namespace cahier::notebook
