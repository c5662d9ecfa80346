// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/formatrun.h>

namespace cahier::widgets {

class Appearance;

/// Colours code on any thread, in the colours that the appearance has at that moment; for rendered text. Has
/// languages of its own, loaded when first asked for. Call it in the appearance's thread; what it returns may
/// outlive the appearance.
[[nodiscard]] ColourCode codeColouring(const Appearance& appearance);

} // namespace cahier::widgets
