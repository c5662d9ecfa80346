// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputregistry.h>

namespace cahier::widgets {

/// Streams, errors, text, images, HTML, JSON and files. LaTeX and Markdown are added by who can draw them.
void addBuiltInOutputs(OutputRegistry& registry);

} // namespace cahier::widgets
