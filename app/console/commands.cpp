// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/commands.h>

#include <app/console/terminal.h>

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

struct Command {
    QLatin1StringView name;
    int (*run)(const QStringList&);
};

constexpr Command commands[] = {
    {"run"_L1, &runNotebookCommand},
    {"convert"_L1, &convertCommand},
    {"recover"_L1, &recoverCommand},
};

constexpr QLatin1StringView usage = R"(Usage: cahier [NOTEBOOK...]
       cahier COMMAND [arguments]

Without a command the notebooks are opened in the window, or those of last time.

Commands, which need no display:
  run NOTEBOOK       execute a notebook and save it with its results
  convert NOTEBOOK   write a notebook as ipynb, py, md or html
  recover NOTEBOOK   bring back what an interrupted run or edit had not saved

Options:
  -h, --help         this text; `cahier COMMAND --help` tells about a command
  --version          the version

Exit status: 0 success, 1 a cell failed, 2 wrong usage or a file problem, 130 interrupted.
)"_L1;

} // namespace

bool isForConsole(int argc, const char* const* argv)
{
    if (argc < 2) return false;
    const QString name = QString::fromLocal8Bit(argv[1]);
    for (const char* const option : {"--help", "-h", "help", "--version"}) {
        if (name == QLatin1StringView(option)) return true;
    }
    for (const Command& command : commands) {
        if (command.name == name) return true;
    }
    // A notebook that is missing is the window's to tell of; a word that is nothing is a mistake.
    const bool mayBeFile = name.startsWith(u'-') || name.contains(u'.') || name.contains(u'/');
    return !mayBeFile && !QFileInfo::exists(name);
}

int runCommand(const QStringList& arguments)
{
    if (arguments.isEmpty()) {
        printError(usage);
        return exitUsage;
    }
    const QString& name = arguments.front();
    if (name == "--help"_L1 || name == "-h"_L1 || name == "help"_L1) {
        printOut(usage);
        return exitSuccess;
    }
    if (name == "--version"_L1) {
        printOut(u"cahier " CAHIER_VERSION "\n"_s);
        return exitSuccess;
    }
    for (const Command& command : commands) {
        if (command.name == name) return command.run(arguments.sliced(1));
    }
    return usageError(u"there is no command and no notebook \"%1\""_s.arg(name), {});
}

} // namespace cahier::console
