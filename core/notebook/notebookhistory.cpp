// SPDX-License-Identifier: GPL-3.0-or-later
// How steps of the history are applied, forwards and backwards.
#include <core/notebook/celldata.h>
#include <core/notebook/history.h>
#include <core/notebook/jsontext.h>
#include <core/notebook/notebook.h>
#include <core/notebook/origin.h>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cahier::notebook {
namespace {

/// The ranges of neighbouring indices: first index and count.
std::vector<std::pair<int, int>> runsOf(const std::vector<std::pair<int, CellKey>>& places)
{
    std::vector<std::pair<int, int>> runs;
    for (const auto& [index, key] : places) {
        if (!runs.empty() && runs.back().first + runs.back().second == index)
            ++runs.back().second;
        else
            runs.emplace_back(index, 1);
    }
    return runs;
}

/// What follows `first` in `outputs`; all of it where it does not begin with them.
std::vector<Output> withoutFirst(const std::vector<Output>& outputs, const std::vector<Output>& first)
{
    const auto isSame = [](const Output& a, const Output& b) { return &a.data() == &b.data(); };
    const bool begins =
        outputs.size() >= first.size() && std::equal(first.begin(), first.end(), outputs.begin(), isSame);
    return {outputs.begin() + (begins ? ptrdiff_t(first.size()) : 0), outputs.end()};
}

} // namespace

void Notebook::record(const QString& title, HistoryStep step)
{
    step.title = title;
    step.stateBefore = m_history->state();
    step.stateAfter = nextState();
    if (m_history->inGroup())
        m_history->addToGroup(std::move(step));
    else
        forgetDropped(m_history->push(std::move(step)));
    announceState();
    Q_EMIT historyChanged();
}

void Notebook::beginGroup(const QString& title)
{
    m_history->beginGroup(title);
}

void Notebook::endGroup()
{
    if (auto step = m_history->endGroup()) {
        forgetDropped(m_history->push(std::move(*step)));
        m_history->seal();
    }
    Q_EMIT historyChanged();
}

/// Cells whose insertion can no longer be redone are gone for good.
void Notebook::forgetDropped(const std::vector<HistoryStep>& steps)
{
    for (const HistoryStep& step : steps)
        for (const HistoryOp& op : step.ops)
            if (const auto* place = std::get_if<PlaceOp>(&op); place && place->insertion)
                for (const auto& [index, key] : place->places)
                    m_removed.remove(key);
}

bool Notebook::canUndo() const
{
    return m_history->undoStep() != nullptr;
}

bool Notebook::canRedo() const
{
    return m_history->redoStep() != nullptr;
}

QString Notebook::undoTitle() const
{
    const HistoryStep* step = m_history->undoStep();
    return step ? step->title : QString();
}

QString Notebook::redoTitle() const
{
    const HistoryStep* step = m_history->redoStep();
    return step ? step->title : QString();
}

void Notebook::undo()
{
    const HistoryStep* step = m_history->undoStep();
    if (!step) return;
    const HistoryStep copy = *step; // a slot may edit and so change the history
    m_history->stepBack();
    apply(copy, false);
    announceState();
    Q_EMIT historyChanged();
}

void Notebook::redo()
{
    const HistoryStep* step = m_history->redoStep();
    if (!step) return;
    const HistoryStep copy = *step;
    m_history->stepForward();
    apply(copy, true);
    announceState();
    Q_EMIT historyChanged();
}

void Notebook::apply(const HistoryStep& step, bool forward)
{
    for (size_t i = 0; i < step.ops.size(); ++i)
        applyOp(step, forward ? i : step.ops.size() - 1 - i, forward);
}

void Notebook::applyOp(const HistoryStep& step, size_t index, bool forward)
{
    const HistoryOp& op = step.ops[index];
    if (const auto* text = std::get_if<TextOp>(&op)) {
        const QString& out = forward ? text->removed : text->inserted;
        applyText(text->key, text->position, out.size(), forward ? text->inserted : text->removed);
    } else if (const auto* place = std::get_if<PlaceOp>(&op)) {
        if (place->insertion == forward)
            insertPlaced(place->places);
        else
            removePlaced(place->places);
    } else if (const auto* order = std::get_if<OrderOp>(&op)) {
        reorder(forward ? order->after : order->before);
    } else if (const auto* parts = std::get_if<PartsOp>(&op)) {
        applyParts(parts->key, forward ? parts->after : parts->before);
    } else if (const auto* outputs = std::get_if<OutputsOp>(&op)) {
        applyOutputs(*outputs, forward);
    } else if (const auto* metadata = std::get_if<MetadataOp>(&op)) {
        applyMetadata(forward ? metadata->after : metadata->before);
    }
}

void Notebook::applyText(CellKey key, qsizetype position, qsizetype removed, const QString& inserted)
{
    Cell* cell = cellRef(key);
    if (!cell) return;
    CellData& data = cell->detached();
    if (!data.isChanged(CellPart::Source)) {
        QString source = cell->source();
        data.change(CellPart::Source).source = std::move(source);
        data.decodedSource.reset();
    }
    data.edits->source.replace(position, removed, inserted);
    if (indexOf(key) >= 0) Q_EMIT textReplaced(key, position, removed, inserted);
}

void Notebook::insertPlaced(const std::vector<std::pair<int, CellKey>>& places)
{
    size_t next = 0;
    for (const auto& [first, count] : runsOf(places)) {
        std::vector<Cell> cells;
        for (int i = 0; i < count; ++i, ++next)
            if (const auto found = m_removed.constFind(places[next].second); found != m_removed.cend())
                cells.push_back(*found);
        for (const Cell& cell : cells)
            m_removed.remove(cell.key());
        m_cells.insert(m_cells.begin() + first, std::make_move_iterator(cells.begin()),
                       std::make_move_iterator(cells.end()));
        m_index.clear();
        Q_EMIT cellsInserted(first, count);
    }
}

void Notebook::removePlaced(const std::vector<std::pair<int, CellKey>>& places)
{
    auto runs = runsOf(places);
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const auto begin = m_cells.begin() + run->first;
        const auto end = begin + run->second;
        for (auto cell = begin; cell != end; ++cell)
            m_removed.insert(cell->key(), *cell);
        m_cells.erase(begin, end);
        m_index.clear();
        Q_EMIT cellsRemoved(run->first, run->second);
    }
}

void Notebook::reorder(const std::vector<CellKey>& order)
{
    std::vector<Cell> cells;
    cells.reserve(order.size());
    for (const CellKey key : order)
        cells.push_back(m_cells[size_t(indexOf(key))]);
    m_cells = std::move(cells);
    m_index.clear();
    Q_EMIT cellsReordered();
}

void Notebook::applyParts(CellKey key, const CellParts& parts)
{
    Cell* cell = cellRef(key);
    if (!cell) return;
    CellData& data = cell->detached();
    data.type = parts.type;
    data.change(CellPart::Type).typeName = parts.typeName;
    data.change(CellPart::Metadata).metadata = parts.metadata;
    data.change(CellPart::Attachments).attachments = parts.attachments;
    if (indexOf(key) >= 0) Q_EMIT cellChanged(key);
}

void Notebook::applyOutputs(const OutputsOp& op, bool forward)
{
    Cell* cell = cellRef(op.key);
    if (!cell) return;
    if (cell->data().outputsRevision == op.revision) {
        std::vector<Output> outputs = forward ? op.after : op.before;
        CellData& data = cell->detached();
        data.change(CellPart::Outputs).outputs = std::move(outputs);
        data.change(CellPart::Count).executionCount = forward ? op.countAfter : op.countBefore;
    } else if (op.moved && cell->data().clearedRevision <= op.revision) {
        std::vector<Output> outputs = forward ? withoutFirst(cell->outputs(), op.before) : op.before;
        if (!forward) outputs.insert(outputs.end(), cell->outputs().begin(), cell->outputs().end());
        cell->detached().change(CellPart::Outputs).outputs = std::move(outputs);
    } else {
        return;
    }
    if (indexOf(op.key) < 0) return;
    Q_EMIT outputsChanged(op.key, 0);
    Q_EMIT cellChanged(op.key);
}

void Notebook::applyMetadata(const RawJson& metadata)
{
    m_metadata = metadata;
    if (!m_languageInfo.isEmpty()) {
        nlohmann::json value = this->metadata();
        const nlohmann::json info = toDom(m_languageInfo.text());
        if (value.value("language_info", nlohmann::json()) != info) {
            value["language_info"] = info;
            m_metadata = RawJson(QByteArray::fromStdString(toText(value)));
        }
    }
    Q_EMIT metadataChanged();
}

} // namespace cahier::notebook
