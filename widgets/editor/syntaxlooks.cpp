// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/syntaxlooks.h>

#include <widgets/editor/languages.h>
#include <widgets/modules/module.h>

#include <algorithm>

namespace cahier::widgets {

namespace {

/// The colour, or one of the same hue that can be read on the ground (WCAG 2.1, level AA).
QColor readable(QColor ink, const QColor& ground, bool dark)
{
    constexpr double enough = 4.5;
    for (int step = 0; step < 20 && contrast(ink, ground) < enough; ++step) {
        const float lightness = ink.lightnessF();
        ink.setHslF(std::max(0.0F, ink.hslHueF()), ink.hslSaturationF(),
                    std::clamp(lightness + (dark ? 0.04F : -0.04F), 0.0F, 1.0F));
    }
    return ink;
}

} // namespace

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
    return {.foreground =
                look.foreground.isValid() ? readable(look.foreground, theme.editor, theme.dark) : theme.text,
            .bold = look.bold,
            .italic = look.italic,
            .underline = look.underline};
}

} // namespace cahier::widgets
