// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/syntaxlooks.h>

#include <core/modules/module.h>
#include <widgets/editor/languages.h>

namespace cahier::widgets {

std::unique_ptr<SyntaxEngine> makeSyntaxEngine()
{
    auto engine = makeFromModule<SyntaxEngine>(QLatin1StringView(syntaxModule), syntaxEngineFunction);
    if (engine) return std::move(*engine);
    qWarning("No code will be coloured. %s", qUtf8Printable(engine.error().text()));
    return nullptr;
}

QString findDefinition(const SyntaxEngine& engine, const QString& language)
{
    const QString name = definitionName(language);
    return engine.find(name.isEmpty() ? language : name);
}

CodeLook lookOf(const SyntaxLook& look, const Theme& theme)
{
    return {.foreground = look.foreground.isValid() ? readable(look.foreground, theme.editor) : theme.text,
            .bold = look.bold,
            .italic = look.italic,
            .underline = look.underline};
}

} // namespace cahier::widgets
