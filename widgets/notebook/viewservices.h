// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace cahier::widgets {

class Appearance;
class Highlighting;
struct MarkdownServices;
struct OutputServices;

/// What every part of a notebook's view draws with. Made once by the application; outlives every view.
struct ViewServices {
    const Appearance& appearance;
    Highlighting& highlighting;
    const MarkdownServices& markdown;
    OutputServices& outputs;
};

} // namespace cahier::widgets
