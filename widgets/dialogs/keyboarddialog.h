// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/commands/commandlist.h>

#include <QDialog>
#include <QSortFilterProxyModel>

class QComboBox;
class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeView;

namespace cahier::widgets {

/// Every command with its keys, in the keymap that is chosen: to be searched, and to be changed.
class KeyboardDialog : public QDialog {
    Q_OBJECT
public:
    /// All of these must outlive it.
    KeyboardDialog(const CommandList& commands, Settings& settings, const Appearance& appearance,
                   QWidget* parent = nullptr);

private:
    void load();
    void applyTheme();
    void showCurrent();
    void setKey();
    [[nodiscard]] QString currentCommand() const;
    /// The command that has this key where it would count, or empty.
    [[nodiscard]] QString holderOf(const QString& command, const QKeySequence& key) const;
    [[nodiscard]] QLayout* makeEditor();

    const CommandList& m_commands;
    Settings& m_settings;
    const Appearance& m_appearance;
    QComboBox* m_keymap;
    QLineEdit* m_search;
    QTreeView* m_view;
    QSortFilterProxyModel* m_rows;
    QKeySequenceEdit* m_edit;
    QPushButton* m_set;
    QPushButton* m_reset;
    QLabel* m_hint;
};

} // namespace cahier::widgets
