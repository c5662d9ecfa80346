// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/commands/commandtable.h>

#include <QCoreApplication>
#include <QHash>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr const char* context = "Commands";

constexpr auto page = CommandOwner::Page;
constexpr auto window = CommandOwner::Window;

// clang-format off
constexpr std::array table{
    CommandRow{"file.new", QT_TRANSLATE_NOOP("Commands", "New notebook"), "new", window, "window:Ctrl+N", "window:Ctrl+N"},
    CommandRow{"file.open", QT_TRANSLATE_NOOP("Commands", "Open…"), "open", window, "window:Ctrl+O", "window:Ctrl+O"},
    CommandRow{"file.openRecent", QT_TRANSLATE_NOOP("Commands", "Open recent"), "clock", window, "", ""},
    CommandRow{"file.save", QT_TRANSLATE_NOOP("Commands", "Save"), "save", window, "window:Ctrl+S command:S", "window:Ctrl+S window:Ctrl+M,S"},
    CommandRow{"file.saveAs", QT_TRANSLATE_NOOP("Commands", "Save as…"), nullptr, window, "window:Ctrl+Shift+S", "window:Ctrl+Shift+S"},
    CommandRow{"file.revert", QT_TRANSLATE_NOOP("Commands", "Revert to the file…"), "undo", window, "", ""},
    CommandRow{"file.close", QT_TRANSLATE_NOOP("Commands", "Close"), "close", window, "window:Ctrl+W", "window:Ctrl+W"},
    CommandRow{"file.reopenClosed", QT_TRANSLATE_NOOP("Commands", "Reopen closed notebook"), nullptr, window, "window:Ctrl+Shift+T", "window:Ctrl+Shift+T"},
    CommandRow{"file.quit", QT_TRANSLATE_NOOP("Commands", "Quit"), nullptr, window, "window:Ctrl+Q", "window:Ctrl+Q"},

    CommandRow{"edit.undo", QT_TRANSLATE_NOOP("Commands", "Undo"), "undo", page, "page:Ctrl+Z command:Z", "page:Ctrl+Z page:Ctrl+M,Z"},
    CommandRow{"edit.redo", QT_TRANSLATE_NOOP("Commands", "Redo"), "redo", page, "page:Ctrl+Shift+Z page:Ctrl+Y command:Shift+Z", "page:Ctrl+Shift+Z page:Ctrl+Y"},
    CommandRow{"cell.cut", QT_TRANSLATE_NOOP("Commands", "Cut cells"), "cut", page, "command:X command:Ctrl+X", "page:Ctrl+M,X command:Ctrl+X"},
    CommandRow{"cell.copy", QT_TRANSLATE_NOOP("Commands", "Copy cells"), "copy", page, "command:C command:Ctrl+C", "page:Ctrl+M,C command:Ctrl+C"},
    CommandRow{"cell.pasteBelow", QT_TRANSLATE_NOOP("Commands", "Paste cells below"), "paste", page, "command:V command:Ctrl+V", "page:Ctrl+M,V command:Ctrl+V"},
    CommandRow{"cell.pasteAbove", QT_TRANSLATE_NOOP("Commands", "Paste cells above"), nullptr, page, "command:Shift+V", ""},
    CommandRow{"cell.duplicate", QT_TRANSLATE_NOOP("Commands", "Duplicate cells"), "duplicate", page, "", ""},
    CommandRow{"cell.delete", QT_TRANSLATE_NOOP("Commands", "Delete cells"), "delete", page, "command:D,D", "page:Ctrl+M,D"},
    CommandRow{"cells.selectAll", QT_TRANSLATE_NOOP("Commands", "Select all cells"), "select-all", page, "command:Ctrl+A", "command:Ctrl+A page:Ctrl+Shift+A"},
    CommandRow{"edit.find", QT_TRANSLATE_NOOP("Commands", "Find"), "find", page, "page:Ctrl+F command:F", "page:Ctrl+F"},
    CommandRow{"edit.replace", QT_TRANSLATE_NOOP("Commands", "Find and replace"), "replace", page, "page:Ctrl+H", "page:Ctrl+H page:Ctrl+M,F"},
    CommandRow{"edit.findNext", QT_TRANSLATE_NOOP("Commands", "Find next"), nullptr, page, "page:F3 page:Ctrl+G", "page:F3 page:Ctrl+G"},
    CommandRow{"edit.findPrevious", QT_TRANSLATE_NOOP("Commands", "Find previous"), nullptr, page, "page:Shift+F3 page:Ctrl+Shift+G", "page:Shift+F3 page:Ctrl+Shift+G"},
    CommandRow{"edit.toggleComment", QT_TRANSLATE_NOOP("Commands", "Toggle comment"), "comment", page, "edit:Ctrl+/", "edit:Ctrl+/"},

    CommandRow{"view.palette", QT_TRANSLATE_NOOP("Commands", "Command palette"), "palette", window, "window:Ctrl+Shift+P command:P", "window:Ctrl+Shift+P"},
    CommandRow{"view.outline", QT_TRANSLATE_NOOP("Commands", "Outline"), "outline", window, "window:Ctrl+Shift+K", "window:Ctrl+Shift+K", true},
    CommandRow{"view.files", QT_TRANSLATE_NOOP("Commands", "Files"), "files", window, "", "", true},
    CommandRow{"view.resources", QT_TRANSLATE_NOOP("Commands", "Resources"), "gauge", window, "", "", true},
    CommandRow{"view.zoomIn", QT_TRANSLATE_NOOP("Commands", "Zoom in"), "zoom-in", window, "window:Ctrl++ window:Ctrl+=", "window:Ctrl++ window:Ctrl+="},
    CommandRow{"view.zoomOut", QT_TRANSLATE_NOOP("Commands", "Zoom out"), "zoom-out", window, "window:Ctrl+-", "window:Ctrl+-"},
    CommandRow{"view.zoomReset", QT_TRANSLATE_NOOP("Commands", "Reset zoom"), nullptr, window, "window:Ctrl+0", "window:Ctrl+0"},
    CommandRow{"view.lineNumbers", QT_TRANSLATE_NOOP("Commands", "Toggle line numbers"), "line-numbers", page, "command:L command:Shift+L", "page:Ctrl+M,L"},
    CommandRow{"view.schemeSystem", QT_TRANSLATE_NOOP("Commands", "Colours as the desktop has them"), nullptr, window, "", "", true},
    CommandRow{"view.schemeLight", QT_TRANSLATE_NOOP("Commands", "Light colours"), "sun", window, "", "", true},
    CommandRow{"view.schemeDark", QT_TRANSLATE_NOOP("Commands", "Dark colours"), "moon", window, "", "", true},
    CommandRow{"view.nextTab", QT_TRANSLATE_NOOP("Commands", "Next notebook"), nullptr, window, "window:Ctrl+Tab window:Ctrl+PgDown", "window:Ctrl+Tab window:Ctrl+PgDown"},
    CommandRow{"view.previousTab", QT_TRANSLATE_NOOP("Commands", "Previous notebook"), nullptr, window, "window:Ctrl+Shift+Tab window:Ctrl+PgUp", "window:Ctrl+Shift+Tab window:Ctrl+PgUp"},
    CommandRow{"view.fullScreen", QT_TRANSLATE_NOOP("Commands", "Full screen"), "expand", window, "window:F11", "window:F11", true},
    CommandRow{"view.settings", QT_TRANSLATE_NOOP("Commands", "Settings…"), "settings", window, "window:Ctrl+,", "window:Ctrl+,"},
    CommandRow{"view.commandMode", QT_TRANSLATE_NOOP("Commands", "Leave the editor"), nullptr, page, "edit:Esc edit:Ctrl+M", "edit:Esc"},
    CommandRow{"view.editMode", QT_TRANSLATE_NOOP("Commands", "Edit the cell"), "edit", page, "command:Return", "command:Return"},
    CommandRow{"view.selectAbove", QT_TRANSLATE_NOOP("Commands", "Go to the cell above"), nullptr, page, "command:Up command:K", "command:Up command:K page:Ctrl+M,P"},
    CommandRow{"view.selectBelow", QT_TRANSLATE_NOOP("Commands", "Go to the cell below"), nullptr, page, "command:Down command:J", "command:Down command:J page:Ctrl+M,N"},
    CommandRow{"view.extendAbove", QT_TRANSLATE_NOOP("Commands", "Extend the selection above"), nullptr, page, "command:Shift+Up command:Shift+K", "command:Shift+Up command:Shift+K"},
    CommandRow{"view.extendBelow", QT_TRANSLATE_NOOP("Commands", "Extend the selection below"), nullptr, page, "command:Shift+Down command:Shift+J", "command:Shift+Down command:Shift+J"},
    CommandRow{"view.firstCell", QT_TRANSLATE_NOOP("Commands", "Go to the first cell"), nullptr, page, "command:Ctrl+Home command:Ctrl+Up", "command:Ctrl+Home command:Ctrl+Up"},
    CommandRow{"view.lastCell", QT_TRANSLATE_NOOP("Commands", "Go to the last cell"), nullptr, page, "command:Ctrl+End command:Ctrl+Down", "command:Ctrl+End command:Ctrl+Down"},

    CommandRow{"cell.insertAbove", QT_TRANSLATE_NOOP("Commands", "Insert code cell above"), nullptr, page, "command:A", "page:Ctrl+M,A"},
    CommandRow{"cell.insertBelow", QT_TRANSLATE_NOOP("Commands", "Insert code cell below"), "add-code", page, "command:B", "page:Ctrl+M,B"},
    CommandRow{"cell.insertTextBelow", QT_TRANSLATE_NOOP("Commands", "Insert text cell below"), "add-text", page, "", "page:Ctrl+M,T"},

    CommandRow{"cell.moveUp", QT_TRANSLATE_NOOP("Commands", "Move up"), "move-up", page, "page:Ctrl+Shift+Up", "page:Ctrl+Shift+Up page:Ctrl+M,K"},
    CommandRow{"cell.moveDown", QT_TRANSLATE_NOOP("Commands", "Move down"), "move-down", page, "page:Ctrl+Shift+Down", "page:Ctrl+Shift+Down page:Ctrl+M,J"},
    CommandRow{"cell.split", QT_TRANSLATE_NOOP("Commands", "Split at the cursor"), "split", page, "edit:Ctrl+Shift+-", "edit:Ctrl+Shift+- page:Ctrl+M,-"},
    CommandRow{"cell.merge", QT_TRANSLATE_NOOP("Commands", "Merge with the cell below"), "merge", page, "command:Shift+M", "page:Ctrl+M,/"},
    CommandRow{"cell.toCode", QT_TRANSLATE_NOOP("Commands", "Change to code"), nullptr, page, "command:Y", "page:Ctrl+M,Y"},
    CommandRow{"cell.toMarkdown", QT_TRANSLATE_NOOP("Commands", "Change to text"), nullptr, page, "command:M", "page:Ctrl+M,M"},
    CommandRow{"cell.toRaw", QT_TRANSLATE_NOOP("Commands", "Change to raw"), nullptr, page, "command:R", "page:Ctrl+M,R"},
    CommandRow{"cell.heading1", QT_TRANSLATE_NOOP("Commands", "Heading 1"), nullptr, page, "command:1", "page:Ctrl+M,1"},
    CommandRow{"cell.heading2", QT_TRANSLATE_NOOP("Commands", "Heading 2"), nullptr, page, "command:2", "page:Ctrl+M,2"},
    CommandRow{"cell.heading3", QT_TRANSLATE_NOOP("Commands", "Heading 3"), nullptr, page, "command:3", "page:Ctrl+M,3"},
    CommandRow{"cell.heading4", QT_TRANSLATE_NOOP("Commands", "Heading 4"), nullptr, page, "command:4", "page:Ctrl+M,4"},
    CommandRow{"cell.heading5", QT_TRANSLATE_NOOP("Commands", "Heading 5"), nullptr, page, "command:5", "page:Ctrl+M,5"},
    CommandRow{"cell.heading6", QT_TRANSLATE_NOOP("Commands", "Heading 6"), nullptr, page, "command:6", "page:Ctrl+M,6"},
    CommandRow{"cell.clearOutput", QT_TRANSLATE_NOOP("Commands", "Clear output"), "clear", page, "", ""},
    CommandRow{"cells.clearAllOutputs", QT_TRANSLATE_NOOP("Commands", "Clear all outputs"), nullptr, page, "", ""},
    CommandRow{"cell.toggleInput", QT_TRANSLATE_NOOP("Commands", "Show or hide the input"), "eye", page, "", ""},
    CommandRow{"cell.toggleOutput", QT_TRANSLATE_NOOP("Commands", "Show or hide the output"), nullptr, page, "command:O", "page:Ctrl+M,O"},
    CommandRow{"cell.toggleOutputScroll", QT_TRANSLATE_NOOP("Commands", "Toggle scrolling of outputs"), nullptr, page, "command:Shift+O", ""},
    CommandRow{"cells.collapseHeading", QT_TRANSLATE_NOOP("Commands", "Collapse the section"), "chevron-right", page, "command:Left", "command:Left"},
    CommandRow{"cells.expandHeading", QT_TRANSLATE_NOOP("Commands", "Expand the section"), "chevron-down", page, "command:Right", "command:Right"},

    CommandRow{"cell.run", QT_TRANSLATE_NOOP("Commands", "Run"), "run", page, "page:Ctrl+Return", "page:Ctrl+Return"},
    CommandRow{"cell.runAndAdvance", QT_TRANSLATE_NOOP("Commands", "Run and go on"), nullptr, page, "page:Shift+Return", "page:Shift+Return"},
    CommandRow{"cell.runAndInsert", QT_TRANSLATE_NOOP("Commands", "Run and insert a cell below"), nullptr, page, "page:Alt+Return", "page:Alt+Return"},
    CommandRow{"cells.runAll", QT_TRANSLATE_NOOP("Commands", "Run all"), "run-all", page, "page:Ctrl+F9", "page:Ctrl+F9"},
    CommandRow{"cells.runAbove", QT_TRANSLATE_NOOP("Commands", "Run the cells above"), "run-above", page, "page:Ctrl+F8", "page:Ctrl+F8"},
    CommandRow{"cells.runBelow", QT_TRANSLATE_NOOP("Commands", "Run this cell and those below"), "run-below", page, "page:Ctrl+F10", "page:Ctrl+F10"},
    CommandRow{"cells.runSelection", QT_TRANSLATE_NOOP("Commands", "Run the selection"), nullptr, page, "page:Ctrl+Shift+Return", "page:Ctrl+Shift+Return"},
    CommandRow{"cell.cancel", QT_TRANSLATE_NOOP("Commands", "Take out of the queue"), nullptr, page, "", ""},

    CommandRow{"kernel.interrupt", QT_TRANSLATE_NOOP("Commands", "Interrupt"), "stop", window, "command:I,I", "window:Ctrl+M,I"},
    CommandRow{"kernel.restart", QT_TRANSLATE_NOOP("Commands", "Restart…"), "restart", window, "command:0,0", "window:Ctrl+M,."},
    CommandRow{"kernel.restartAndRunAll", QT_TRANSLATE_NOOP("Commands", "Restart and run all…"), "run-all", window, "", ""},
    CommandRow{"kernel.shutdown", QT_TRANSLATE_NOOP("Commands", "Shut down"), "power", window, "", ""},
    CommandRow{"runtime.connect", QT_TRANSLATE_NOOP("Commands", "Connect"), nullptr, window, "", ""},
    CommandRow{"runtime.disconnect", QT_TRANSLATE_NOOP("Commands", "Disconnect"), nullptr, window, "", ""},
    CommandRow{"runtime.change", QT_TRANSLATE_NOOP("Commands", "Change runtime type…"), "kernel", window, "", ""},
    CommandRow{"runtime.environments", QT_TRANSLATE_NOOP("Commands", "Environments…"), nullptr, window, "", ""},
    CommandRow{"runtime.sessions", QT_TRANSLATE_NOOP("Commands", "Manage sessions…"), nullptr, window, "", ""},
    CommandRow{"runtime.manage", QT_TRANSLATE_NOOP("Commands", "Manage runtimes…"), nullptr, window, "", ""},

    CommandRow{"help.welcome", QT_TRANSLATE_NOOP("Commands", "Welcome page"), nullptr, window, "", ""},
    CommandRow{"help.keyboard", QT_TRANSLATE_NOOP("Commands", "Keyboard shortcuts"), "keyboard", window, "window:F1 command:H", "window:F1 window:Ctrl+M,H"},
    CommandRow{"help.about", QT_TRANSLATE_NOOP("Commands", "About Cahier"), "info", window, "", ""},
};
// clang-format on

KeyPlace placeNamed(QStringView name)
{
    if (name == "page"_L1) return KeyPlace::Page;
    if (name == "command"_L1) return KeyPlace::CommandMode;
    if (name == "edit"_L1) return KeyPlace::EditMode;
    return KeyPlace::Window;
}

} // namespace

std::span<const CommandRow> commandTable()
{
    return table;
}

const CommandRow* findCommand(QStringView id)
{
    static const QHash<QString, const CommandRow*> index = [] {
        QHash<QString, const CommandRow*> rows;
        for (const CommandRow& row : table)
            rows.insert(QString::fromLatin1(row.id), &row);
        return rows;
    }();
    return index.value(id.toString());
}

QString titleOf(const CommandRow& command)
{
    return QCoreApplication::translate(context, command.title);
}

std::vector<CommandKey> defaultKeys(const CommandRow& command, Keymap keymap)
{
    std::vector<CommandKey> keys;
    const char* const text = keymap == Keymap::Colab ? command.colabKeys : command.jupyterKeys;
    const QString written = QString::fromLatin1(text);
    for (const QString& one : written.split(u' ', Qt::SkipEmptyParts)) {
        const qsizetype colon = one.indexOf(u':');
        keys.push_back({placeNamed(QStringView(one).first(colon)),
                        QKeySequence(one.sliced(colon + 1), QKeySequence::PortableText)});
    }
    return keys;
}

KeyPlace placeFor(const CommandRow& command, const QKeySequence& key)
{
    const QKeyCombination first = key[0];
    const bool isLetter = first.key() < Qt::Key_Escape;
    const bool isFunction = first.key() >= Qt::Key_F1 && first.key() <= Qt::Key_F35;
    const Qt::KeyboardModifiers modifiers = first.keyboardModifiers();
    const bool edits = isLetter ? (modifiers & ~Qt::ShiftModifier) == Qt::NoModifier
                                : modifiers == Qt::NoModifier && !isFunction;
    if (edits) return KeyPlace::CommandMode;
    return command.owner == CommandOwner::Page ? KeyPlace::Page : KeyPlace::Window;
}

bool overlap(KeyPlace one, KeyPlace other)
{
    const bool apart = (one == KeyPlace::CommandMode && other == KeyPlace::EditMode) ||
                       (one == KeyPlace::EditMode && other == KeyPlace::CommandMode);
    return !apart;
}

QString placeName(KeyPlace place)
{
    switch (place) {
    case KeyPlace::Window:
        return {};
    case KeyPlace::Page:
        return QCoreApplication::translate(context, "Notebook");
    case KeyPlace::CommandMode:
        return QCoreApplication::translate(context, "Command mode");
    case KeyPlace::EditMode:
        return QCoreApplication::translate(context, "Edit mode");
    }
    return {};
}

} // namespace cahier::widgets
