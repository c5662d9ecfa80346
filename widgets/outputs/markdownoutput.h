// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/markdownview.h>
#include <widgets/outputs/outputregistry.h>

namespace cahier::widgets {

/// text/markdown and text/latex. What the services name outlives the registry.
void addMarkdownOutputs(OutputRegistry& registry, const MarkdownServices& services);

} // namespace cahier::widgets
