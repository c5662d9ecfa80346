// SPDX-License-Identifier: GPL-3.0-or-later
// Every command of the window, as data. Who performs them is bound at run time: commandlist.h.
#pragma once

#include <widgets/settings/settings.h>

#include <QKeySequence>
#include <QString>
#include <QStringList>

#include <span>
#include <vector>

namespace cahier::widgets {

enum class CommandOwner {
    Window, ///< the window performs it
    Page,   ///< the notebook in front performs it
};

/// Where a key counts.
enum class KeyPlace {
    Window,      ///< anywhere in the window
    Page,        ///< with the focus in a notebook
    CommandMode, ///< in a notebook, while no text is typed
    EditMode,    ///< in a notebook, while a cell is edited
};

/// One row. Keys are written "PLACE:KEY PLACE:KEY", as "page:Ctrl+F command:F"; a place is window, page,
/// command or edit, a key QKeySequence::PortableText without blanks.
struct CommandRow {
    const char* id;
    const char* title; ///< what it does, in the imperative; to be translated in the context Commands
    const char* icon;  ///< resources/icons/NAME.svg; null: none
    CommandOwner owner;
    const char* jupyterKeys;
    const char* colabKeys;
    bool isCheckable = false;
};

struct CommandKey {
    KeyPlace place = KeyPlace::Window;
    QKeySequence key;
    friend bool operator==(const CommandKey&, const CommandKey&) = default;
};

[[nodiscard]] std::span<const CommandRow> commandTable();
/// Null when there is no such command.
[[nodiscard]] const CommandRow* findCommand(QStringView id);
[[nodiscard]] QString titleOf(const CommandRow& command);
[[nodiscard]] std::vector<CommandKey> defaultKeys(const CommandRow& command, Keymap keymap);
/// Where a key that the user chose for this command counts: a key that types or moves the cursor
/// in command mode only.
[[nodiscard]] KeyPlace placeFor(const CommandRow& command, const QKeySequence& key);
/// A key can be pressed in both places.
[[nodiscard]] bool overlap(KeyPlace one, KeyPlace other);
/// "Command mode", …; empty for Window.
[[nodiscard]] QString placeName(KeyPlace place);

/// A menu of the menu bar.
struct CommandMenu {
    struct Entry {
        const char* command = nullptr; ///< null: a separator, or the submenu
        const char* submenu = nullptr; ///< its title
        std::vector<const char*> commands{};
    };
    const char* title;
    std::vector<Entry> entries;
};

[[nodiscard]] const std::vector<CommandMenu>& commandMenus();
/// Of the menu bar or of a submenu.
[[nodiscard]] QString menuTitle(const char* title);
/// The title of the menu that a command is in, without the mnemonic; empty when it is in none.
[[nodiscard]] QString categoryOf(QStringView id);

} // namespace cahier::widgets
