// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/commands.h>
#include <app/console/files.h>
#include <app/console/terminal.h>
#include <core/convert/html.h>
#include <core/convert/markdown.h>
#include <core/convert/script.h>
#include <core/notebook/notebook.h>
#include <core/notebook/reader.h>
#include <core/notebook/savefile.h>
#include <core/notebook/writer.h>

#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

constexpr QLatin1StringView usage = R"(Usage: cahier convert NOTEBOOK --to FORMAT [-o OUT]

Writes a notebook in another format, to OUT or to the standard output.

Formats:
  ipynb   nbformat 4: older notebooks are upgraded; the same bytes where nothing needs changing
  py      a Python script with "# %%" before each cell, magics as comments
  md      Markdown; with -o pictures are written into OUT's name + "_files"
  html    one self-contained page that runs no scripts and fetches nothing

Options:
  -t, --to FORMAT    ipynb, py, md or html
  -o, --output OUT   the file to write
  -h, --help         this text

Exit status: 0 success, 2 wrong usage or a file problem.
)"_L1;

struct ConvertOptions {
    QString notebook;
    QString output; ///< empty: the standard output
};

Result<void> put(const QByteArray& bytes, const QString& output)
{
    if (!output.isEmpty()) {
        const std::string_view piece(bytes.constData(), static_cast<std::size_t>(bytes.size()));
        return notebook::saveFile(output, std::span(&piece, 1)).transform([](const auto&) {});
    }
    const auto size = static_cast<std::size_t>(bytes.size());
    if (std::fwrite(bytes.constData(), 1, size, stdout) != size || std::fflush(stdout) != 0)
        return failure(errorCodeFromErrno(errno), u"The standard output could not be written."_s,
                       qt_error_string());
    return {};
}

Result<void> writeIpynb(const notebook::Notebook& notebook, const ConvertOptions& options)
{
    const notebook::NotebookBytes bytes = notebook::writeNotebook(notebook.snapshot());
    for (const QString& notice : bytes.notices())
        printError(u"note: "_s + notice + u'\n');
    if (options.output.isEmpty()) return put(bytes.join(), {});
    return notebook::saveFile(options.output, bytes).transform([](const auto&) {});
}

Result<void> writePython(const notebook::Notebook& notebook, const ConvertOptions& options)
{
    const auto script = convert::toPythonScript(notebook);
    if (!script) return std::unexpected(script.error());
    return put(script->toUtf8(), options.output);
}

Result<void> writeMarkdown(const notebook::Notebook& notebook, const ConvertOptions& options)
{
    const QFileInfo out(options.output);
    const QString folder = options.output.isEmpty() ? QString() : out.completeBaseName() + u"_files"_s;
    if (!folder.isEmpty() && !out.dir().exists())
        return failure(ErrorCode::NotFound, u"The folder %1 does not exist."_s.arg(out.path()));
    const convert::MarkdownExport markdown = convert::toMarkdown(notebook, folder);
    for (const convert::ExportedFile& file : markdown.files) {
        const QString path = out.dir().filePath(file.name);
        if (!QFileInfo(path).dir().mkpath(u"."_s))
            return failure(ErrorCode::Io, u"The folder %1 could not be made."_s.arg(QFileInfo(path).path()));
        if (const auto saved = put(file.bytes, path); !saved) return saved;
    }
    return put(markdown.text.toUtf8(), options.output);
}

Result<void> writeHtml(const notebook::Notebook& notebook, const ConvertOptions& options)
{
    const QFileInfo in(options.notebook);
    return put(convert::toHtml(notebook, {in.completeBaseName(), in.absolutePath()}), options.output);
}

struct Format {
    QLatin1StringView name;
    Result<void> (*write)(const notebook::Notebook&, const ConvertOptions&);
};

constexpr Format formats[] = {
    {"ipynb"_L1, &writeIpynb}, {"py"_L1, &writePython}, {"md"_L1, &writeMarkdown}, {"html"_L1, &writeHtml}};

int convertNotebook(const Format& format, const ConvertOptions& options)
{
    if (format.write != &writeIpynb && isSameFile(options.output, options.notebook))
        return usageError(u"-o would write over the notebook itself"_s, u"convert"_s);
    auto data = notebook::readNotebookFile(options.notebook);
    if (!data) {
        printFailure(data.error());
        return exitUsage;
    }
    const notebook::Notebook notebook(std::move(*data));
    for (const QString& notice : notebook.notices())
        printError(u"note: "_s + notice + u'\n');
    if (const auto written = format.write(notebook, options); !written) {
        printFailure(written.error());
        return exitUsage;
    }
    return exitSuccess;
}

} // namespace

int convertCommand(const QStringList& arguments)
{
    QCommandLineParser parser;
    parser.addOptions({{{u"t"_s, u"to"_s}, {}, u"FORMAT"_s},
                       {{u"o"_s, u"output"_s}, {}, u"OUT"_s},
                       {{u"h"_s, u"help"_s}, {}}});
    if (!parser.parse(QStringList{u"cahier convert"_s} + arguments))
        return usageError(parser.errorText(), u"convert"_s);
    if (parser.isSet(u"help"_s)) {
        printOut(usage);
        return exitSuccess;
    }
    const QStringList files = parser.positionalArguments();
    if (files.size() != 1)
        return usageError(files.isEmpty() ? u"which notebook?"_s : u"one notebook at a time"_s, u"convert"_s);
    if (!parser.isSet(u"to"_s)) return usageError(u"--to is missing: ipynb, py, md or html"_s, u"convert"_s);
    for (const Format& format : formats) {
        if (format.name == parser.value(u"to"_s))
            return convertNotebook(format, {files.front(), parser.value(u"output"_s)});
    }
    return usageError(u"there is no format \"%1\": ipynb, py, md or html"_s.arg(parser.value(u"to"_s)),
                      u"convert"_s);
}

} // namespace cahier::console
