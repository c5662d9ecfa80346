// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/syntaxlooks.h>

#include <widgets/editor/languages.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace syntax = KSyntaxHighlighting;

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

syntax::Definition findDefinition(const syntax::Repository& repository, const QString& language)
{
    if (const QString name = definitionName(language); !name.isEmpty())
        return repository.definitionForName(name);
    if (language.isEmpty()) return {};
    const QString lower = language.toLower();
    const QList<syntax::Definition> all = repository.definitions();
    const auto same = std::ranges::find_if(
        all, [&lower](const syntax::Definition& one) { return one.name().toLower() == lower; });
    if (same != all.end()) return *same;
    if (language.contains(u'/')) return repository.definitionForMimeType(language);
    const syntax::Definition bySuffix = repository.definitionForFileName("x."_L1 + lower);
    return bySuffix.isValid() ? bySuffix : repository.definitionForFileName(language);
}

QString syntaxThemeName(const Theme& theme)
{
    return theme.dark ? u"GitHub Dark"_s : u"GitHub Light"_s;
}

CodeLook lookOf(const syntax::Format& format, const syntax::Theme& syntaxTheme, const Theme& theme)
{
    CodeLook look{.foreground = theme.text,
                  .bold = format.isBold(syntaxTheme),
                  .italic = format.isItalic(syntaxTheme),
                  .underline = format.isUnderline(syntaxTheme)};
    const bool ordinary = format.textStyle() == syntax::Theme::Normal && !format.hasTextColorOverride();
    if (!ordinary && format.hasTextColor(syntaxTheme))
        look.foreground = readable(format.textColor(syntaxTheme), theme.editor, theme.dark);
    return look;
}

} // namespace cahier::widgets
