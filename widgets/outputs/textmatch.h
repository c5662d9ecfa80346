// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtTypes>

namespace cahier::widgets {

/// Something found in an output's text: its line and characters as text::plainText() gives them.
struct TextMatch {
    qsizetype line = 0;
    qsizetype start = 0;
    qsizetype length = 0;
};

} // namespace cahier::widgets
