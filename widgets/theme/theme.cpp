// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/theme/theme.h>

#include <QFontDatabase>
#include <QFontInfo>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

void setLightColours(Theme& theme)
{
    theme.page = QColor(0xffffff);
    theme.chrome = QColor(0xf4f5f7);
    theme.editor = QColor(0xf7f8fa);
    theme.border = QColor(0xdde1e6);
    theme.text = QColor(0x1f2328);
    theme.muted = QColor(0x57606a);
    theme.accent = QColor(0x0a66c2);
    theme.onAccent = QColor(0xffffff);
    theme.error = QColor(0xb3261e);
    theme.warning = QColor(0x8a5a00);
    theme.success = QColor(0x1a7035);
    theme.errorPage = QColor(0xfdf1f0);
    theme.selection = QColor(0xcfe3fa);
    theme.match = QColor(0xfff1a8);
    theme.currentMatch = QColor(0xffc35c);
    theme.ansi = {QColor(0x24292f), QColor(0xb3261e), QColor(0x1a7035), QColor(0x7d5600),
                  QColor(0x0a58b0), QColor(0x8034b8), QColor(0x0b6b78), QColor(0x57606a),
                  QColor(0x57606a), QColor(0xc2302a), QColor(0x1d7a3a), QColor(0x8a5a00),
                  QColor(0x1568c8), QColor(0x9340cc), QColor(0x0d7684), QColor(0x24292f)};
}

void setDarkColours(Theme& theme)
{
    theme.page = QColor(0x1d2025);
    theme.chrome = QColor(0x17191d);
    theme.editor = QColor(0x24282e);
    theme.border = QColor(0x363c45);
    theme.text = QColor(0xdfe3e8);
    theme.muted = QColor(0x9ea7b3);
    theme.accent = QColor(0x6cb2ff);
    theme.onAccent = QColor(0x0c1520);
    theme.error = QColor(0xff8a80);
    theme.warning = QColor(0xe3b341);
    theme.success = QColor(0x5fd477);
    theme.errorPage = QColor(0x2e2224);
    theme.selection = QColor(0x2c4a70);
    theme.match = QColor(0x5a4a10);
    theme.currentMatch = QColor(0x7a5500);
    theme.ansi = {QColor(0x9ea7b3), QColor(0xff8a80), QColor(0x5fd477), QColor(0xe3b341),
                  QColor(0x79b8ff), QColor(0xd2a8ff), QColor(0x62d3de), QColor(0xdfe3e8),
                  QColor(0x9ea7b3), QColor(0xffa198), QColor(0x7ee08f), QColor(0xf2cc60),
                  QColor(0x9ccbff), QColor(0xdfbfff), QColor(0x83e0e9), QColor(0xffffff)};
}

QColor colourOf(const text::AnsiColour& colour, const std::array<QColor, 16>& basic)
{
    if (colour.kind == text::AnsiColour::Kind::Rgb) return {colour.red, colour.green, colour.blue};
    if (colour.index < basic.size()) return basic[colour.index];
    const auto [red, green, blue] = text::xtermColour(colour.index);
    return {red, green, blue};
}

QFont scaled(QFont font, double zoom)
{
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * zoom);
    else
        font.setPixelSize(std::max(1, qRound(font.pixelSize() * zoom)));
    return font;
}

double luminance(const QColor& colour)
{
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

} // namespace

QColor Theme::foreground(const text::AnsiColour& colour) const
{
    return colour.kind == text::AnsiColour::Kind::Default ? text : colourOf(colour, ansi);
}

QColor Theme::background(const text::AnsiColour& colour) const
{
    return colour.kind == text::AnsiColour::Kind::Default ? QColor() : colourOf(colour, ansi);
}

QPalette Theme::palette() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, chrome);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, page);
    palette.setColor(QPalette::AlternateBase, editor);
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, chrome);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, error);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, onAccent);
    palette.setColor(QPalette::Accent, accent);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::ToolTipBase, editor);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Light, dark ? border.lighter(130) : page);
    palette.setColor(QPalette::Midlight, border);
    palette.setColor(QPalette::Mid, border.darker(dark ? 110 : 115));
    palette.setColor(QPalette::Dark, border.darker(dark ? 140 : 140));
    palette.setColor(QPalette::Shadow, dark ? QColor(Qt::black) : border.darker(180));
    QColor disabled = muted;
    disabled.setAlphaF(0.6F);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, disabled);
    return palette;
}

Theme makeTheme(bool dark, double zoom, const QFont& interface, const QFont& code)
{
    Theme theme;
    theme.dark = dark;
    theme.zoom = zoom;
    if (dark)
        setDarkColours(theme);
    else
        setLightColours(theme);
    theme.interface = interface;
    theme.prose = scaled(interface, zoom * 1.1);
    theme.code = scaled(code, zoom);
    return theme;
}

QFont monospaceFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (!QFontInfo(font).fixedPitch()) {
        font.setFamilies({u"JetBrains Mono"_s, u"Source Code Pro"_s, u"Noto Sans Mono"_s,
                          u"DejaVu Sans Mono"_s, u"Liberation Mono"_s, u"monospace"_s});
        font.setFixedPitch(true);
    }
    font.setStyleHint(QFont::Monospace);
    return font;
}

double contrast(const QColor& a, const QColor& b)
{
    const double one = luminance(a), other = luminance(b);
    return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

QColor readable(const QColor& ink, const QColor& ground)
{
    constexpr double enough = 4.5;
    constexpr float step = 0.04F;
    const bool lighter = contrast(Qt::white, ground) > contrast(Qt::black, ground);
    QColor result = ink;
    for (float by = step; by <= 1 && contrast(result, ground) < enough; by += step)
        result.setHslF(std::max(0.0F, ink.hslHueF()), ink.hslSaturationF(),
                       std::clamp(ink.lightnessF() + (lighter ? by : -by), 0.0F, 1.0F));
    return result;
}

} // namespace cahier::widgets
