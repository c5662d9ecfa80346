// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/settings/settings.h>

#include <QDialog>

class QFormLayout;

namespace cahier::widgets {

/// Shows and changes the settings. Each change counts at once; there is nothing to confirm.
class SettingsDialog : public QDialog {
    Q_OBJECT
public:
    /// Both must outlive it.
    SettingsDialog(Settings& settings, const Appearance& appearance, QWidget* parent = nullptr);

Q_SIGNALS:
    void keyboardReferenceRequested();

private:
    [[nodiscard]] QFormLayout* addSection(const QString& title);
    void addAppearance();
    void addEditing();
    void addOutputs();
    void addKeyboard();
    void addFiles();
    void addKernels();
    void addRow(QFormLayout& form, const QString& text, QWidget* field);
    void addSwitch(QFormLayout& form, const QString& text, bool (Settings::*read)() const,
                   void (Settings::*write)(bool));
    void showValues();
    void applyTheme();

    Settings& m_settings;
    const Appearance& m_appearance;
    QWidget* m_content;
    std::vector<std::function<void()>> m_show; ///< puts one setting's value into its control
};

} // namespace cahier::widgets
