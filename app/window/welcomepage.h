// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/recovery.h>
#include <widgets/settings/settings.h>

#include <QWidget>

class QVBoxLayout;

namespace cahier::window {

/// Where one begins: new, open, the example, the notebooks of last time, and what a crash left that was never
/// saved.
class WelcomePage : public QWidget {
    Q_OBJECT
public:
    /// All of these outlive it.
    WelcomePage(const widgets::Settings& settings, const widgets::Appearance& appearance,
                QWidget* parent = nullptr);

    /// Notebooks without a file.
    void showUnsaved(const std::vector<notebook::RecoveryEntry>& entries);

Q_SIGNALS:
    void newRequested();
    void openRequested();
    void exampleRequested();
    void fileChosen(const QString& path);
    void recoveryChosen(const cahier::notebook::RecoveryEntry& entry);

private:
    void applyTheme();
    void fillRecent();
    [[nodiscard]] QLayout* makeActions();
    [[nodiscard]] QWidget* makeRow(const QString& title, const QString& note,
                                   const std::function<void()>& take);
    void addHeading(QVBoxLayout& layout, const QString& text);

    const widgets::Settings& m_settings;
    const widgets::Appearance& m_appearance;
    QWidget* m_column;
    QVBoxLayout* m_recent;
    QVBoxLayout* m_unsaved;
};

} // namespace cahier::window
