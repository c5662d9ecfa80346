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

constexpr QLatin1StringView usage = R"(Usage: cahier recover [NOTEBOOK [-o OUT [--force] | --discard]]

Brings back what was typed or computed but not saved when Cahier was killed or the machine went down.
Without NOTEBOOK it lists what there is. For one that was never saved give the name that the list says, and OUT.

Options:
  -o, --output OUT   write the recovered notebook there instead of over NOTEBOOK
  -f, --force        write over OUT where there is such a file
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

struct RecoverOptions {
    QString output; ///< empty: the notebook itself
    bool force = false;
    bool discard = false;
};

Result<QString> writeRecovered(const notebook::RecoveryEntry& entry, const RecoverOptions& options)
{
    const QString& output = options.output;
    if (output.isEmpty() && entry.path.isEmpty())
        return failure(ErrorCode::IllegalState,
                       u"This notebook was never saved. Say with -o where to write it."_s);
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
    notebook::SaveOptions expected;
    if (output.isEmpty())
        expected.expected = entry.identity;
    else if (!options.force)
        expected.expected = notebook::FileIdentity();
    const auto saved = notebook::saveFile(target, bytes, expected);
    if (saved) return target;
    Error error = saved.error();
    if (error.code == ErrorCode::ChangedOnDisk && !output.isEmpty())
        error.message =
            u"%1 exists already. Choose another name, or write over it with --force."_s.arg(output);
    return std::unexpected(error);
}

int recoverNotebook(const QString& path, const RecoverOptions& options)
{
    const auto entry =
        notebook::findRecovery(notebook::defaultRecoveryFolder(), QFileInfo(path).absoluteFilePath());
    if (!entry) {
        printError(u"There is nothing to recover for %1.\n"_s.arg(path));
        return exitSuccess;
    }
    if (!options.discard) {
        const auto written = writeRecovered(*entry, options);
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
    parser.addOptions({{{u"o"_s, u"output"_s}, {}, u"OUT"_s},
                       {{u"f"_s, u"force"_s}, {}},
                       {u"discard"_s, {}},
                       {{u"h"_s, u"help"_s}, {}}});
    if (!parser.parse(QStringList{u"cahier recover"_s} + arguments))
        return usageError(parser.errorText(), u"recover"_s);
    if (parser.isSet(u"help"_s)) {
        printOut(usage);
        return exitSuccess;
    }
    const QStringList files = parser.positionalArguments();
    const RecoverOptions options{parser.value(u"output"_s), parser.isSet(u"force"_s),
                                 parser.isSet(u"discard"_s)};
    if (files.size() > 1) return usageError(u"one notebook at a time"_s, u"recover"_s);
    if (files.isEmpty() && (options.discard || !options.output.isEmpty()))
        return usageError(u"which notebook?"_s, u"recover"_s);
    if (options.discard && !options.output.isEmpty())
        return usageError(u"-o and --discard exclude each other"_s, u"recover"_s);
    if (options.force && options.output.isEmpty()) return usageError(u"--force is for -o"_s, u"recover"_s);
    return files.isEmpty() ? list() : recoverNotebook(files.front(), options);
}

} // namespace cahier::console
