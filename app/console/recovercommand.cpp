// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/commands.h>
#include <app/console/terminal.h>
#include <core/notebook/notebook.h>
#include <core/notebook/recovery.h>
#include <core/notebook/savefile.h>

#include <QCommandLineParser>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

constexpr QLatin1StringView usage = R"(Usage: cahier recover [NOTEBOOK [-o OUT | --discard]]

Brings back what was typed or computed but not saved when Cahier was killed or the machine went down.
Without NOTEBOOK it lists what there is.

Options:
  -o, --output OUT   write the recovered notebook there instead of over NOTEBOOK
      --discard      delete what is kept for NOTEBOOK
  -h, --help         this text

Exit status: 0 success (also when there was nothing to recover), 2 wrong usage or a file problem.
)"_L1;

int list()
{
    const auto entries = notebook::listRecovery(notebook::defaultRecoveryFolder());
    if (entries.empty()) printOut(u"There is nothing to recover.\n"_s);
    for (const notebook::RecoveryEntry& entry : entries) {
        printOut(u"%1  %2%3\n"_s.arg(entry.changed.toString(u"yyyy-MM-dd HH:mm:ss"_s),
                                     entry.path.isEmpty() ? entry.journal + u" (never saved)"_s : entry.path,
                                     entry.fileChanged ? u"  (the file changed since)"_s : QString()));
    }
    return exitSuccess;
}

Result<QString> writeRecovered(const notebook::RecoveryEntry& entry, const QString& output)
{
    if (output.isEmpty() && entry.fileChanged) {
        return failure(
            ErrorCode::ChangedOnDisk,
            u"%1 was changed by another program since. Write the recovered version elsewhere with -o."_s.arg(
                entry.path));
    }
    auto data = notebook::recover(entry);
    if (!data) return std::unexpected(data.error());
    const notebook::Notebook notebook(std::move(*data));
    const QString target = output.isEmpty() ? entry.path : output;
    const notebook::NotebookBytes bytes = notebook::writeNotebook(notebook.snapshot());
    for (const QString& notice : bytes.notices())
        printError(u"note: "_s + notice + u'\n');
    const auto saved = notebook::saveFile(target, bytes);
    if (!saved) return std::unexpected(saved.error());
    return target;
}

int recoverNotebook(const QString& path, const QString& output, bool discard)
{
    const auto entry =
        notebook::findRecovery(notebook::defaultRecoveryFolder(), QFileInfo(path).absoluteFilePath());
    if (!entry) {
        printError(u"There is nothing to recover for %1.\n"_s.arg(path));
        return exitSuccess;
    }
    if (!discard) {
        const auto written = writeRecovered(*entry, output);
        if (!written) {
            printFailure(written.error());
            return exitUsage;
        }
        printError(u"recovered %1 as it was at %2\n"_s.arg(
            *written, entry->changed.toString(u"yyyy-MM-dd HH:mm:ss"_s)));
    }
    notebook::discardRecovery(*entry);
    return exitSuccess;
}

} // namespace

int recoverCommand(const QStringList& arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{{u"o"_s, u"output"_s}, {}, u"OUT"_s}, {u"discard"_s, {}}, {{u"h"_s, u"help"_s}, {}}});
    if (!parser.parse(QStringList{u"cahier recover"_s} + arguments))
        return usageError(parser.errorText(), u"recover"_s);
    if (parser.isSet(u"help"_s)) {
        printOut(usage);
        return exitSuccess;
    }
    const QStringList files = parser.positionalArguments();
    const QString output = parser.value(u"output"_s);
    const bool discard = parser.isSet(u"discard"_s);
    if (files.size() > 1) return usageError(u"one notebook at a time"_s, u"recover"_s);
    if (files.isEmpty() && (discard || !output.isEmpty()))
        return usageError(u"which notebook?"_s, u"recover"_s);
    if (discard && !output.isEmpty())
        return usageError(u"-o and --discard exclude each other"_s, u"recover"_s);
    return files.isEmpty() ? list() : recoverNotebook(files.front(), output, discard);
}

} // namespace cahier::console
