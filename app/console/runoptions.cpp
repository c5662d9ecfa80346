// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/runoptions.h>

#include <app/console/commands.h>
#include <app/console/terminal.h>

#include <QCommandLineParser>

using namespace Qt::StringLiterals;

namespace cahier::console {

namespace {

constexpr QLatin1StringView usage = R"(Usage: cahier run NOTEBOOK [-o OUT | --inplace] [options]

Executes the code cells of a notebook from top to bottom and writes the notebook with its results.
Without -o and --inplace nothing is written and the cells' text output is printed.

Options:
  -o, --output OUT       write the results to OUT; they are saved while they come
      --inplace          write the results into NOTEBOOK itself
  -p, --parameter N=V    set a parameter (may be repeated): a cell after the one tagged "parameters".
                         True, False, None and numbers are taken as such, all else as text
  -r, --raw N=V          the same, always as text
      --kernel NAME      use this kernel instead of the notebook's
      --runtime WHERE    local (as usual), ssh:[USER@]HOST[:PORT], or a Jupyter Server's address
      --accelerator A    cpu, gpu, gpu:NUMBER, gpu:UUID, mig:UUID or tpu of the machine that runs it
      --cwd FOLDER       run in this folder instead of the notebook's; with --runtime one of the machine
                         there, instead of the home folder. --folder is the same
      --timeout SECONDS  interrupt and fail a cell that runs longer
      --allow-errors     go on after a cell that failed; the exit status is 0
      --allow-stdin      let cells ask for input on this terminal
      --log-json         progress as one JSON object a line on the standard output
  -q, --quiet            no progress
  -h, --help             this text

Over ssh the settings of ~/.ssh/config, keys and the agent are used; what is to be asked (a password, whether
a new machine's key is right) is asked on the terminal. The kernel runs on when the connection breaks, and
what it printed meanwhile follows. It ends with the run.
The token of a Jupyter Server is taken from the environment variable JUPYTER_TOKEN, or asked for. ?token= in
the address works too, but other users of this machine can see it while the program starts, and the shell
remembers it. A Jupyter Server does not let an accelerator be chosen.

Exit status: 0 success; 1 a cell failed or no kernel could be started; 2 wrong usage or a file problem;
130 interrupted with Ctrl+C (what was done is saved).
)"_L1;

Result<std::vector<convert::Parameter>> parseParameters(const QCommandLineParser& parser)
{
    std::vector<convert::Parameter> parameters;
    for (const bool raw : {false, true}) {
        for (const QString& text : parser.values(raw ? u"raw"_s : u"parameter"_s)) {
            auto parameter = convert::parseParameter(text, raw);
            if (!parameter) return std::unexpected(parameter.error());
            parameters.push_back(std::move(*parameter));
        }
    }
    return parameters;
}

Result<std::optional<std::chrono::milliseconds>> parseTimeout(const QString& text)
{
    if (text.isEmpty()) return std::nullopt;
    bool ok = false;
    const double seconds = text.toDouble(&ok);
    if (!ok || !(seconds > 0) || seconds > 1e6)
        return failure(ErrorCode::InvalidFormat,
                       u"--timeout takes a number of seconds above 0, not \"%1\""_s.arg(text));
    return std::chrono::milliseconds(qRound64(seconds * 1000));
}

/// Where to run, and on what; the usage error where they make no sense.
Result<void> parsePlace(const QCommandLineParser& parser, RunOptions& options)
{
    if (parser.isSet(u"runtime"_s)) {
        auto runtime = parseRuntimeAddress(parser.value(u"runtime"_s));
        if (!runtime) return std::unexpected(runtime.error());
        options.runtime = std::move(*runtime);
    }
    if (auto* const server = std::get_if<runtime::ServerAddress>(&options.runtime);
        server && server->token.isEmpty())
        server->token = qEnvironmentVariable("JUPYTER_TOKEN");
    options.folder = parser.value(u"cwd"_s);
    if (!parser.isSet(u"accelerator"_s)) return {};
    const auto accelerator = AcceleratorArgument::parse(parser.value(u"accelerator"_s));
    if (!accelerator) return std::unexpected(accelerator.error());
    options.accelerator = *accelerator;
    return {};
}

void addOptions(QCommandLineParser& parser)
{
    parser.addOptions({
        {{u"o"_s, u"output"_s}, {}, u"OUT"_s},
        {u"inplace"_s, {}},
        {{u"p"_s, u"parameter"_s}, {}, u"N=V"_s},
        {{u"r"_s, u"raw"_s}, {}, u"N=V"_s},
        {u"kernel"_s, {}, u"NAME"_s},
        {u"runtime"_s, {}, u"WHERE"_s},
        {u"accelerator"_s, {}, u"A"_s},
        {{u"cwd"_s, u"folder"_s}, {}, u"FOLDER"_s},
        {u"timeout"_s, {}, u"SECONDS"_s},
        {u"allow-errors"_s, {}},
        {u"allow-stdin"_s, {}},
        {u"log-json"_s, {}},
        {{u"q"_s, u"quiet"_s}, {}},
        {{u"h"_s, u"help"_s}, {}},
    });
}

} // namespace

std::variant<RunOptions, int> parseRunOptions(const QStringList& arguments)
{
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(QStringList{u"cahier run"_s} + arguments))
        return usageError(parser.errorText(), u"run"_s);
    if (parser.isSet(u"help"_s)) {
        printOut(usage);
        return exitSuccess;
    }
    const QStringList files = parser.positionalArguments();
    if (files.size() != 1)
        return usageError(files.isEmpty() ? u"which notebook?"_s : u"one notebook at a time"_s, u"run"_s);
    if (parser.isSet(u"output"_s) && parser.isSet(u"inplace"_s))
        return usageError(u"-o and --inplace exclude each other"_s, u"run"_s);
    if (parser.isSet(u"output"_s) && parser.value(u"output"_s).isEmpty())
        return usageError(u"-o needs a file name"_s, u"run"_s);
    auto parameters = parseParameters(parser);
    if (!parameters) return usageError(parameters.error().message, u"run"_s);
    const auto timeout = parseTimeout(parser.value(u"timeout"_s));
    if (!timeout) return usageError(timeout.error().message, u"run"_s);

    RunOptions options;
    options.notebook = files.front();
    options.output = parser.isSet(u"inplace"_s) ? options.notebook : parser.value(u"output"_s);
    options.kernel = parser.value(u"kernel"_s);
    if (const auto place = parsePlace(parser, options); !place)
        return usageError(place.error().message, u"run"_s);
    options.parameters = std::move(*parameters);
    options.timeout = *timeout;
    options.allowErrors = parser.isSet(u"allow-errors"_s);
    options.allowStdin = parser.isSet(u"allow-stdin"_s);
    options.logJson = parser.isSet(u"log-json"_s);
    options.quiet = parser.isSet(u"quiet"_s);
    return options;
}

} // namespace cahier::console
