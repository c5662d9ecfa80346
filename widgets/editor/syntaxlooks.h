// SPDX-License-Identifier: GPL-3.0-or-later
// Private to widgets/editor: what Highlighting and codeColouring() ask of KSyntaxHighlighting.
#pragma once

#include <widgets/editor/highlighting.h>
#include <widgets/theme/theme.h>

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Format>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/Theme>

namespace cahier::widgets {

/// By the notebooks' and fences' names, mime types and file suffixes; invalid where there is none.
[[nodiscard]] KSyntaxHighlighting::Definition
findDefinition(const KSyntaxHighlighting::Repository& repository, const QString& language);
[[nodiscard]] QString syntaxThemeName(const Theme& theme);
/// Readable on the theme's editor.
[[nodiscard]] CodeLook lookOf(const KSyntaxHighlighting::Format& format,
                              const KSyntaxHighlighting::Theme& syntaxTheme, const Theme& theme);

} // namespace cahier::widgets
