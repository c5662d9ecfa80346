// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/theme.h>

#include <QObject>

namespace cahier::widgets {

enum class ColourScheme {
    System, ///< as the desktop has it
    Light,
    Dark,
};

/// The present theme and the news that it changed. One for the program, made by the application and handed to
/// whatever draws; it outlives them. Also sets the application's palette.
class Appearance : public QObject {
    Q_OBJECT
public:
    explicit Appearance(QObject* parent = nullptr);

    [[nodiscard]] const Theme& theme() const { return m_theme; }
    [[nodiscard]] ColourScheme scheme() const { return m_scheme; }
    void setScheme(ColourScheme scheme);
    /// Clamped to 0.5 .. 4.
    void setZoom(double zoom);
    /// An empty family: the desktop's. `points` 0: the desktop's size.
    void setCodeFont(const QString& family, double points);

    /// Whether the lines of text outputs wrap; else they scroll sideways.
    [[nodiscard]] bool wrapsOutputs() const { return m_wrapsOutputs; }
    void setWrapsOutputs(bool wraps);

Q_SIGNALS:
    void changed();

private:
    void update();

    Theme m_theme;
    ColourScheme m_scheme = ColourScheme::System;
    double m_zoom = 1;
    bool m_wrapsOutputs = true;
    QFont m_interface;
    QFont m_code;
};

} // namespace cahier::widgets
