// SPDX-License-Identifier: GPL-3.0-or-later
#include <core/notebook/history.h>

#include <iterator>

namespace cahier::notebook {
namespace {

constexpr qint64 typingPause = 1000; // ms

/// Makes `last` do what both did, where the second goes on with the first.
bool join(TextOp& last, const TextOp& next)
{
    if (last.key != next.key) return false;
    const bool typing = next.removed.isEmpty() && !last.inserted.isEmpty();
    if (typing && next.position == last.position + last.inserted.size() && !next.inserted.contains(u'\n')) {
        last.inserted += next.inserted;
        return true;
    }
    const bool erasing = next.inserted.isEmpty() && last.inserted.isEmpty();
    if (erasing && next.position + next.removed.size() == last.position) { // backspace
        last.removed.prepend(next.removed);
        last.position = next.position;
        return true;
    }
    if (erasing && next.position == last.position) { // delete
        last.removed += next.removed;
        return true;
    }
    return false;
}

} // namespace

History::History()
{
    m_timer.start();
    m_clock = [this] { return m_timer.elapsed(); };
}

std::vector<HistoryStep> History::push(HistoryStep step)
{
    const auto firstUndone = m_steps.begin() + qsizetype(m_done);
    std::vector<HistoryStep> dropped(std::make_move_iterator(firstUndone),
                                     std::make_move_iterator(m_steps.end()));
    m_steps.erase(firstUndone, m_steps.end());
    m_steps.push_back(std::move(step));
    ++m_done;
    m_open = true;
    m_lastTyped = m_clock();
    return dropped;
}

bool History::coalesce(const TextOp& typed, quint64 stateAfter)
{
    const qint64 now = m_clock();
    if (!m_open || inGroup() || m_done == 0 || m_done != m_steps.size() || now - m_lastTyped > typingPause)
        return false;
    HistoryStep& last = m_steps.back();
    auto* op = last.ops.size() == 1 ? std::get_if<TextOp>(&last.ops.front()) : nullptr;
    if (!op || !join(*op, typed)) return false;
    last.stateAfter = stateAfter;
    m_lastTyped = now;
    return true;
}

void History::beginGroup(const QString& title)
{
    if (m_groupDepth++ == 0) m_group = HistoryStep{title, {}, state(), 0};
}

std::optional<HistoryStep> History::endGroup()
{
    if (m_groupDepth == 0 || --m_groupDepth > 0 || m_group.ops.empty()) return std::nullopt;
    return std::exchange(m_group, HistoryStep());
}

void History::addToGroup(HistoryStep step)
{
    m_group.ops.insert(m_group.ops.end(), std::make_move_iterator(step.ops.begin()),
                       std::make_move_iterator(step.ops.end()));
    m_group.stateAfter = step.stateAfter;
}

const HistoryStep* History::undoStep() const
{
    return m_done > 0 && !inGroup() ? &m_steps[m_done - 1] : nullptr;
}

const HistoryStep* History::redoStep() const
{
    return m_done < m_steps.size() && !inGroup() ? &m_steps[m_done] : nullptr;
}

void History::stepBack()
{
    --m_done;
    m_open = false;
}

void History::stepForward()
{
    ++m_done;
    m_open = false;
}

quint64 History::state() const
{
    if (inGroup() && m_group.stateAfter != 0) return m_group.stateAfter;
    return m_done > 0 ? m_steps[m_done - 1].stateAfter : m_initialState;
}

} // namespace cahier::notebook
