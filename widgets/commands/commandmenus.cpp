// SPDX-License-Identifier: GPL-3.0-or-later
// Which command is in which menu.
#include <widgets/commands/commandtable.h>

#include <QCoreApplication>
#include <QHash>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

using Entry = CommandMenu::Entry;

const Entry separator{};

std::vector<CommandMenu> makeMenus()
{
    const Entry schemes{nullptr,
                        QT_TRANSLATE_NOOP("Commands", "&Colours"),
                        {"view.schemeSystem", "view.schemeLight", "view.schemeDark"}};
    const Entry go{nullptr,
                   QT_TRANSLATE_NOOP("Commands", "&Go"),
                   {"view.selectAbove", "view.selectBelow", "view.extendAbove", "view.extendBelow",
                    "view.firstCell", "view.lastCell", "view.editMode", "view.commandMode"}};
    const Entry headings{nullptr,
                         QT_TRANSLATE_NOOP("Commands", "&Heading"),
                         {"cell.heading1", "cell.heading2", "cell.heading3", "cell.heading4", "cell.heading5",
                          "cell.heading6"}};
    return {
        {QT_TRANSLATE_NOOP("Commands", "&File"),
         {{"file.new"},
          {"file.open"},
          {"file.openRecent"},
          {"file.reopenClosed"},
          separator,
          {"file.save"},
          {"file.saveAs"},
          {"file.revert"},
          separator,
          {"file.close"},
          {"file.quit"}}},
        {QT_TRANSLATE_NOOP("Commands", "&Edit"),
         {{"edit.undo"},
          {"edit.redo"},
          separator,
          {"cell.cut"},
          {"cell.copy"},
          {"cell.pasteBelow"},
          {"cell.pasteAbove"},
          {"cell.duplicate"},
          {"cell.delete"},
          {"cells.selectAll"},
          separator,
          {"edit.find"},
          {"edit.replace"},
          {"edit.findNext"},
          {"edit.findPrevious"},
          separator,
          {"edit.toggleComment"},
          separator,
          {"view.settings"}}},
        {QT_TRANSLATE_NOOP("Commands", "&View"),
         {{"view.palette"},
          {"view.outline"},
          {"view.files"},
          {"view.resources"},
          separator,
          {"view.zoomIn"},
          {"view.zoomOut"},
          {"view.zoomReset"},
          schemes,
          separator,
          {"view.lineNumbers"},
          {"cells.collapseHeading"},
          {"cells.expandHeading"},
          go,
          separator,
          {"view.nextTab"},
          {"view.previousTab"},
          {"view.fullScreen"}}},
        {QT_TRANSLATE_NOOP("Commands", "&Insert"),
         {{"cell.insertBelow"}, {"cell.insertTextBelow"}, {"cell.insertAbove"}}},
        {QT_TRANSLATE_NOOP("Commands", "&Cell"),
         {{"cell.moveUp"},
          {"cell.moveDown"},
          {"cell.split"},
          {"cell.merge"},
          separator,
          {"cell.toCode"},
          {"cell.toMarkdown"},
          {"cell.toRaw"},
          headings,
          separator,
          {"cell.toggleInput"},
          {"cell.toggleOutput"},
          {"cell.toggleOutputScroll"},
          {"cell.clearOutput"},
          {"cells.clearAllOutputs"}}},
        {QT_TRANSLATE_NOOP("Commands", "&Runtime"),
         {{"cell.run"},
          {"cell.runAndAdvance"},
          {"cell.runAndInsert"},
          {"cells.runSelection"},
          separator,
          {"cells.runAll"},
          {"cells.runAbove"},
          {"cells.runBelow"},
          {"cell.cancel"},
          separator,
          {"kernel.interrupt"},
          {"kernel.restart"},
          {"kernel.restartAndRunAll"},
          {"kernel.shutdown"},
          separator,
          {"runtime.connect"},
          {"runtime.disconnect"},
          {"runtime.change"},
          {"runtime.environments"},
          separator,
          {"runtime.sessions"},
          {"runtime.manage"}}},
        {QT_TRANSLATE_NOOP("Commands", "&Help"), {{"help.welcome"}, {"help.keyboard"}, {"help.about"}}},
    };
}

} // namespace

const std::vector<CommandMenu>& commandMenus()
{
    static const std::vector<CommandMenu> menus = makeMenus();
    return menus;
}

QString menuTitle(const char* title)
{
    return QCoreApplication::translate("Commands", title);
}

QString categoryOf(QStringView id)
{
    static const QHash<QString, const char*> categories = [] {
        QHash<QString, const char*> found;
        for (const CommandMenu& menu : commandMenus()) {
            for (const CommandMenu::Entry& entry : menu.entries) {
                if (entry.command) found.insert(QString::fromLatin1(entry.command), menu.title);
                for (const char* const command : entry.commands)
                    found.insert(QString::fromLatin1(command), menu.title);
            }
        }
        return found;
    }();
    const char* const title = categories.value(id.toString());
    return title ? menuTitle(title).remove(u'&') : QString();
}

} // namespace cahier::widgets
