// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/theme/appearance.h>

#include <QApplication>
#include <QStyleHints>

#include <algorithm>

namespace cahier::widgets {

Appearance::Appearance(QObject* parent)
    : QObject(parent), m_interface(QApplication::font()), m_code(monospaceFont())
{
    connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, [this] {
        if (m_scheme == ColourScheme::System) update();
    });
    update();
}

void Appearance::setScheme(ColourScheme scheme)
{
    if (scheme == m_scheme) return;
    m_scheme = scheme;
    update();
}

void Appearance::setZoom(double zoom)
{
    zoom = std::clamp(zoom, 0.5, 4.0);
    if (qFuzzyCompare(zoom, m_zoom)) return;
    m_zoom = zoom;
    update();
}

void Appearance::setCodeFont(const QString& family, double points)
{
    QFont font = monospaceFont();
    if (!family.isEmpty()) font.setFamilies({family});
    if (points > 0) font.setPointSizeF(points);
    if (font == m_code) return;
    m_code = font;
    update();
}

void Appearance::setWrapsOutputs(bool wraps)
{
    if (std::exchange(m_wrapsOutputs, wraps) != wraps) Q_EMIT changed();
}

void Appearance::update()
{
    const bool dark = m_scheme == ColourScheme::System
                          ? QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark
                          : m_scheme == ColourScheme::Dark;
    m_theme = makeTheme(dark, m_zoom, m_interface, m_code);
    QApplication::setPalette(m_theme.palette());
    Q_EMIT changed();
}

} // namespace cahier::widgets
