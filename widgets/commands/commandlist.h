// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of a window as actions: one list for its menus, tool bar, palette, keys and tests.
#pragma once

#include <widgets/commands/commandtable.h>

#include <QAction>
#include <QHash>
#include <QObject>

#include <functional>
#include <vector>

class QMenu;
class QMenuBar;

namespace cahier::widgets {

/// Holds one QAction for each row of commandTable(). Whoever performs a command binds it; a command that is
/// not bound is disabled. The actions carry the keys that count in the whole window; those that count in a
/// notebook only are shown in menus, and act through PageKeys.
class CommandList : public QObject {
    Q_OBJECT
public:
    using Perform = std::function<void()>;
    using IsAvailable = std::function<bool()>;
    /// A sentence, for a command that is not available.
    using WhyNot = std::function<QString()>;

    /// Follows the keys in `settings`, which must outlive it.
    explicit CommandList(const Settings& settings, QObject* parent = nullptr);

    /// Null when there is no such command.
    [[nodiscard]] QAction* action(const QString& id) const { return m_actions.value(id); }
    /// In the table's order.
    [[nodiscard]] const QStringList& ids() const { return m_ids; }
    /// As the user set them, else the keymap's.
    [[nodiscard]] std::vector<CommandKey> keys(const QString& id) const;
    /// The first key as text for people, or empty.
    [[nodiscard]] QString keyText(const QString& id) const;
    /// Why it is disabled, where that is known.
    [[nodiscard]] QString whyNot(const QString& id) const;

    void bind(const QString& id, Perform perform, IsAvailable isAvailable = {}, WhyNot whyNot = {});
    [[nodiscard]] bool isAvailable(const QString& id) const;
    /// False when it is not bound or not available.
    bool perform(const QString& id);
    /// Asks every command again whether it is available.
    void refresh();

    /// A menu for each of commandMenus(); that of file.openRecent stays empty.
    void fillMenuBar(QMenuBar& bar);
    /// The menu that hangs on a command, as file.openRecent; null before fillMenuBar().
    [[nodiscard]] QMenu* menu(const QString& id) const { return m_menus.value(id); }

Q_SIGNALS:
    void performed(const QString& id);
    void keysChanged();

private:
    struct Binding {
        Perform perform;
        IsAvailable isAvailable;
        WhyNot whyNot;
    };
    void makeAction(const CommandRow& row);
    void applyKeys();
    void showKeys(QAction& action, const QString& id);
    void addTo(QMenu& menu, const CommandMenu::Entry& entry);

    const Settings& m_settings;
    QStringList m_ids;
    QHash<QString, QAction*> m_actions;
    QHash<QString, Binding> m_bindings;
    QHash<QString, QMenu*> m_menus;
    QHash<QString, QList<QKeySequence>> m_overrides;
};

/// The same sequence for the Enter key of the number pad; nothing where Return is not in it.
[[nodiscard]] std::optional<QKeySequence> withKeypadEnter(const QKeySequence& key);
/// As people call it: "Ctrl+Enter", not "Ctrl+Return".
[[nodiscard]] QString keyText(const QKeySequence& key);

} // namespace cahier::widgets
