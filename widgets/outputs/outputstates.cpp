// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/outputstates.h>

#include <algorithm>

namespace cahier::widgets {

OutputState OutputStates::stateOf(const notebook::OutputIdentity& output) const
{
    const auto found =
        std::ranges::find_if(m_states, [&](const auto& entry) { return entry.first == output; });
    return found == m_states.end() ? OutputState() : found->second;
}

void OutputStates::remember(const notebook::OutputIdentity& output, const OutputState& state)
{
    constexpr size_t most = 500;
    std::erase_if(m_states, [&](const auto& entry) { return entry.first == output; });
    if (!state.expanded.has_value() && state.scrollOffset < 0) return;
    m_states.emplace_front(output, state);
    if (m_states.size() > most) m_states.pop_back();
}

} // namespace cahier::widgets
