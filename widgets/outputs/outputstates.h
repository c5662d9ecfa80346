// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/cell.h>

#include <list>
#include <optional>

namespace cahier::widgets {

/// What the reader did to an output, remembered while its widget shows another one.
struct OutputState {
    std::optional<bool> expanded; ///< nothing: as its cell has it
    qint64 scrollOffset = -1;     ///< -1: where it begins by itself
};

/// The states of the outputs that were touched last. Small: most outputs never have one.
class OutputStates {
public:
    [[nodiscard]] OutputState stateOf(const notebook::OutputIdentity& output) const;
    void remember(const notebook::OutputIdentity& output, const OutputState& state);

private:
    std::list<std::pair<notebook::OutputIdentity, OutputState>> m_states; ///< the last first
};

} // namespace cahier::widgets
