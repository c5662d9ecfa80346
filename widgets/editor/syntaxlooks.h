// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor: what Highlighting and codeColouring() ask of the syntax engine.
#pragma once

#include <widgets/editor/highlighting.h>
#include <widgets/editor/syntaxengine.h>
#include <widgets/theme/theme.h>

namespace cahier::widgets {

/// Null, after a line in the log, where the module is missing. Any thread.
[[nodiscard]] std::unique_ptr<SyntaxEngine> makeSyntaxEngine();
/// The definition by the notebooks' and fences' names, mime types and file suffixes; empty where there is
/// none.
[[nodiscard]] QString findDefinition(const SyntaxEngine& engine, const QString& language);
/// Readable on the theme's editor.
[[nodiscard]] CodeLook lookOf(const SyntaxLook& look, const Theme& theme);

} // namespace cahier::widgets
