// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/commands.h>
#include <app/console/files.h>
#include <app/console/notebookrun.h>
#include <app/console/resultsaver.h>
#include <app/console/runtimeaccess.h>
#include <app/console/signals.h>
#include <app/console/terminal.h>
#include <core/notebook/document.h>
#include <core/notebook/savefile.h>
#include <core/notebook/writer.h>

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QTemporaryFile>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

using notebook::Document;

/// Said before hours of computing, not after.
Result<void> checkOutput(const QString& output)
{
    if (output.isEmpty()) return {};
    const QFileInfo named(output);
    const QFileInfo file(named.isSymLink() ? named.symLinkTarget() : named.absoluteFilePath());
    const QFileInfo folder(file.absolutePath());
    constexpr auto writeBits = QFile::WriteOwner | QFile::WriteGroup | QFile::WriteOther;
    if (file.exists() && !file.isFile())
        return failure(ErrorCode::NotAFile,
                       u"%1 is not a regular file; results can only be saved to one."_s.arg(output));
    if (!folder.isDir())
        return failure(ErrorCode::NotFound, u"The folder %1 does not exist."_s.arg(folder.filePath()));
    QTemporaryFile probe(folder.filePath() + u"/.cahier-XXXXXX"_s);
    const bool readOnly = file.exists() && (!file.isWritable() || !(file.permissions() & writeBits));
    if (readOnly || !probe.open())
        return failure(ErrorCode::PermissionDenied,
                       u"%1 cannot be written; choose another place with -o."_s.arg(output),
                       readOnly ? QString() : probe.errorString());
    return {};
}

/// The notebook to run as a document at the place where its results go.
Result<std::shared_ptr<Document>> openForRun(const RunOptions& options)
{
    const QString output =
        options.output.isEmpty() ? QString() : QFileInfo(options.output).absoluteFilePath();
    const notebook::DocumentOptions kept{output.isEmpty() ? QString() : notebook::defaultRecoveryFolder()};
    if (isSameFile(options.output, options.notebook)) return Document::openNow(output, kept);
    const notebook::FileIdentity identity = notebook::identityAt(output);
    auto data = notebook::readNotebookFile(options.notebook);
    if (!data) return std::unexpected(data.error());
    return std::make_shared<Document>(std::move(*data), output, identity, kept);
}

void sayWhatIsKept(const RunOptions& options, RunReport& report)
{
    if (options.output.isEmpty()) return;
    const QString path = QFileInfo(options.output).absoluteFilePath();
    if (const auto entry = notebook::findRecovery(notebook::defaultRecoveryFolder(), path)) {
        report.notice(
            u"Results of an interrupted run of %1 are kept; `cahier recover %1 -o FILE` writes them."_s.arg(
                options.output));
    }
}

/// The results could not be saved where they belong: somewhere else, then.
void rescueResults(const RunOptions& options, Document& document, RunReport& report)
{
    if (document.flushJournal()) {
        report.failed(
            {ErrorCode::Io,
             u"The results are kept; `cahier recover %1 -o FILE` writes them."_s.arg(options.output),
             {}});
        return;
    }
    const QString name = QFileInfo(options.output).completeBaseName();
    const QString place =
        QDir::temp().filePath(u"%1-%2.ipynb"_s.arg(name).arg(QCoreApplication::applicationPid()));
    const auto saved = notebook::saveFile(place, notebook::writeNotebook(document.notebook().snapshot()));
    report.failed(saved ? Error{ErrorCode::Io, u"The results were saved to %1 instead."_s.arg(place), {}}
                        : saved.error());
}

int saveResults(const RunOptions& options, Document& document, ResultSaver& saver, RunReport& report,
                int status)
{
    if (options.output.isEmpty()) return status;
    const qsizetype said = document.notebook().notices().size();
    const auto saved = saver.finish();
    for (const QString& notice : document.notebook().notices().sliced(said))
        report.notice(notice);
    if (!saved) {
        report.failed(saved.error());
        rescueResults(options, document, report);
        return exitUsage;
    }
    document.close();
    report.saved(options.output);
    return status;
}

/// Waits until the runtime is there; nothing after an interruption.
Result<std::shared_ptr<runtime::Runtime>> openRuntime(RuntimeAccess& access, TerminationSignals& signals)
{
    Result<std::shared_ptr<runtime::Runtime>> result =
        failure(ErrorCode::Cancelled, u"Interrupted before the runtime was there."_s);
    QObject context;
    QObject::connect(&access, &RuntimeAccess::opened, &context,
                     [&result](const std::shared_ptr<runtime::Runtime>& runtime) {
                         result = runtime;
                         QCoreApplication::quit();
                     });
    QObject::connect(&access, &RuntimeAccess::failed, &context, [&result](const Error& error) {
        result = std::unexpected(error);
        QCoreApplication::quit();
    });
    QObject::connect(&signals, &TerminationSignals::received, &context, &QCoreApplication::quit);
    QMetaObject::invokeMethod(&access, &RuntimeAccess::open, Qt::QueuedConnection);
    QCoreApplication::exec();
    return result;
}

int runDocument(const RunOptions& options, Document& document, TerminationSignals& signals, RunReport& report)
{
    RuntimeAccess access(options.runtime, report);
    const auto runtime = openRuntime(access, signals);
    if (!runtime) {
        document.close();
        report.failed(runtime.error());
        return runtime.error().code == ErrorCode::Cancelled ? exitInterrupted : exitFailure;
    }
    NotebookRun run(options, document.notebook(), **runtime, report);
    QObject::connect(&access, &RuntimeAccess::failed, &run, &NotebookRun::fail);
    ResultSaver saver(document, report);
    QObject::connect(&document, &Document::journalFailed, &run,
                     [&report](const Error& error) { report.notice(error.text()); });
    if (!options.output.isEmpty())
        QObject::connect(&run, &NotebookRun::cellsRunning, &saver, &ResultSaver::start);

    int status = exitFailure;
    QObject::connect(&signals, &TerminationSignals::received, &run, &NotebookRun::interrupt);
    QObject::connect(&run, &NotebookRun::finished, qApp, [&status](int result) {
        status = result;
        QCoreApplication::quit();
    });
    QMetaObject::invokeMethod(&run, &NotebookRun::start, Qt::QueuedConnection);
    QCoreApplication::exec();
    if (run.hasRun()) return saveResults(options, document, saver, report, status);
    document.close(); // nothing was computed: the parameters alone are not worth recovering
    return status;
}

} // namespace

int runNotebookCommand(const QStringList& arguments)
{
    const auto parsed = parseRunOptions(arguments);
    if (const int* status = std::get_if<int>(&parsed)) return *status;
    const RunOptions& options = std::get<RunOptions>(parsed);
    const ReportKind kind = options.logJson ? ReportKind::JsonLines
                            : options.quiet ? ReportKind::Quiet
                                            : ReportKind::Terminal;
    const auto report = makeRunReport(kind, options.output.isEmpty() && !options.logJson);
    const auto end = [&report](int status) {
        report->finished(status);
        return status;
    };
    const auto refuse = [&](const Error& error) {
        report->failed(error);
        return end(exitUsage);
    };

    if (const auto writable = checkOutput(options.output); !writable) return refuse(writable.error());
    TerminationSignals signals; // the document has threads
    const auto document = openForRun(options);
    if (!document) return refuse(document.error());
    notebook::Notebook& notebook = (*document)->notebook();
    for (const QString& notice : notebook.notices())
        report->notice(notice);
    sayWhatIsKept(options, *report);
    if (!options.parameters.empty()) {
        if (const auto given = convert::injectParameters(notebook, options.parameters); !given)
            return refuse(given.error());
    }
    return end(runDocument(options, **document, signals, *report));
}

} // namespace cahier::console
