// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>
#include <QTimer>

namespace cahier::widgets {

/// An INI file whose changes are written on a worker, soon after them; at the latest in the destructor.
class IniFile {
public:
    explicit IniFile(const QString& path);

    [[nodiscard]] QVariant value(QAnyStringView key, const QVariant& otherwise = {}) const
    {
        return m_settings.value(key, otherwise);
    }
    [[nodiscard]] bool contains(QAnyStringView key) const { return m_settings.contains(key); }
    [[nodiscard]] QStringList allKeys() const { return m_settings.allKeys(); }
    void setValue(QAnyStringView key, const QVariant& value);
    void remove(QAnyStringView key);

private:
    struct QuietSettings : QSettings {
        using QSettings::QSettings;
        bool event(QEvent* event) override;
    };
    QuietSettings m_settings;
    QTimer m_writing;
};

} // namespace cahier::widgets
