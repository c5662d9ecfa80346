// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputstates.h>
#include <widgets/theme/appearance.h>

namespace cahier::widgets {

class ImageStore;
class OutputRegistry;

/// What widgets that show outputs share. Made by the application; everything in it outlives them.
struct OutputServices {
    Appearance& appearance;
    OutputRegistry& registry;
    ImageStore& images;
    OutputStates& states;
};

} // namespace cahier::widgets
