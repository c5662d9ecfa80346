// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/commands/palettemodel.h>

#include <QFrame>
#include <QPointer>

class QLabel;
class QLineEdit;
class QListView;

namespace cahier::widgets {

/// Finds and performs a command by a few letters of its name. Lies over the upper middle of its window; opens
/// with the focus in its field, and gives the focus back when it goes.
class CommandPalette : public QFrame {
    Q_OBJECT
public:
    /// A child of `window`. All of these must outlive it.
    CommandPalette(CommandList& commands, Settings& settings, const Appearance& appearance, QWidget& window);

    void open();
    /// Nothing is performed.
    void dismiss();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void applyTheme();
    void place();
    void filter(const QString& text);
    void step(int rows);
    void performCurrent();
    [[nodiscard]] bool handleKey(int key);

    CommandList& m_commands;
    Settings& m_settings;
    const Appearance& m_appearance;
    QLineEdit* m_field;
    QListView* m_list;
    QLabel* m_hint; ///< nothing fits, or why the current command is not available
    PaletteModel* m_model;
    QPointer<QWidget> m_focusBefore;
};

} // namespace cahier::widgets
