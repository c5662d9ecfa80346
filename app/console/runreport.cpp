// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/runreport.h>

#include <app/console/terminal.h>
#include <core/convert/jsontext.h>
#include <core/convert/mimerank.h>
#include <core/text/ansi.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace cahier::console {

using runtime::ConnectionState;

namespace {

QLatin1StringView phaseName(ConnectionState::Phase phase)
{
    switch (phase) {
    case ConnectionState::Phase::Idle:
        return "idle"_L1;
    case ConnectionState::Phase::Connecting:
        return "connecting"_L1;
    case ConnectionState::Phase::Installing:
        return "installing"_L1;
    case ConnectionState::Phase::Connected:
        return "connected"_L1;
    case ConnectionState::Phase::Waiting:
        return "waiting"_L1;
    }
    Q_UNREACHABLE_RETURN({});
}

int percentOf(const ConnectionState& state)
{
    return state.total > 0 ? int(std::clamp<qint64>(100 * state.done / state.total, 0, 100)) : 0;
}

QLatin1StringView outcomeName(CellOutcome outcome)
{
    switch (outcome) {
    case CellOutcome::Ok:
        return "ok"_L1;
    case CellOutcome::Failed:
        return "failed"_L1;
    case CellOutcome::TimedOut:
        return "timed out"_L1;
    case CellOutcome::Interrupted:
        return "interrupted"_L1;
    case CellOutcome::Cancelled:
        return "cancelled"_L1;
    }
    Q_UNREACHABLE_RETURN({});
}

/// What the cell is about: the first line of its source that is not blank, shortened.
QString cellTitle(const notebook::Cell& cell)
{
    constexpr qsizetype longest = 50;
    for (const QString& line : cell.source().split(u'\n')) {
        const QString title = line.trimmed();
        if (!title.isEmpty()) return title.size() > longest ? title.first(longest - 1) + u'…' : title;
    }
    return {};
}

QString lineEnd(const QString& text)
{
    return text.isEmpty() || text.endsWith(u'\n') ? text : text + u'\n';
}

/// An output as terminal text; pictures and the like as a word in brackets.
QString outputText(const notebook::Output& output)
{
    if (output.type() == "stream"_L1) return output.streamText();
    const nlohmann::json value = output.value();
    if (output.type() == "error"_L1) return lineEnd(convert::tracebackText(value));
    const QString mimeType = convert::bestMimeType(output.mimeTypes(), convert::Medium::Terminal);
    return mimeType.isEmpty() ? u"[%1]\n"_s.arg(output.mimeTypes().join(u", "_s))
                              : lineEnd(convert::mimeText(value, mimeType));
}

/// Colours are kept for a terminal and taken out for a file.
QString forStream(const QString& text, int fileDescriptor)
{
    return isTerminal(fileDescriptor) ? text : text::plainText(text);
}

class TerminalReport : public RunReport {
public:
    TerminalReport(bool quiet, bool printOutputs)
        : m_quiet(quiet), m_printOutputs(printOutputs), m_live(!quiet && isTerminal(STDERR_FILENO))
    {
    }

    void notice(const QString& sentence) override
    {
        if (!m_quiet) line(u"note: "_s + sentence);
    }

    void connectionChanged(const QString& runtime, const ConnectionState& state) override
    {
        switch (state.phase) {
        case ConnectionState::Phase::Connecting:
            return live(u"connecting to %1 …"_s.arg(runtime));
        case ConnectionState::Phase::Installing:
            return live(u"copying the kernel host to %1: %2 % of %3 MB"_s.arg(runtime)
                            .arg(percentOf(state))
                            .arg(QString::number(double(state.total) / 1e6, 'f', 1)));
        case ConnectionState::Phase::Waiting:
            return live(state.error ? u"%1 Trying again …"_s.arg(state.error->message)
                                    : u"trying to reach %1 again …"_s.arg(runtime));
        case ConnectionState::Phase::Idle:
        case ConnectionState::Phase::Connected:
            clearLive();
        }
    }

    void reconnecting(const QString& runtime, bool lost) override
    {
        notice(lost ? u"The connection to %1 is lost; the cell runs on there. Reconnecting …"_s.arg(runtime)
                    : u"The connection to %1 is back."_s.arg(runtime));
    }

    void questionAsked() override { clearLive(); }

    void kernelStarting(const QString& kernel, const QString& runtime, const QString& accelerator) override
    {
        const QString place = runtime.isEmpty() ? QString() : u" on "_s + runtime;
        const QString with = accelerator.isEmpty() ? QString() : u" with "_s + accelerator;
        live(u"starting kernel %1%2%3 …"_s.arg(kernel, place, with));
    }

    void cellStarted(const CellProgress& cell) override
    {
        live(u"[%1/%2] %3"_s.arg(cell.position).arg(cell.total).arg(cellTitle(*cell.cell)));
    }

    void cellFinished(const CellProgress& cell, CellOutcome outcome,
                      std::chrono::milliseconds duration) override
    {
        const bool bad = outcome == CellOutcome::Failed || outcome == CellOutcome::TimedOut;
        if (outcome != CellOutcome::Cancelled &&
            (!m_live || m_printOutputs || outcome != CellOutcome::Ok || duration.count() >= 1000))
            line(u"[%1/%2] %3 %4 s  %5"_s.arg(cell.position)
                     .arg(cell.total)
                     .arg(outcomeName(outcome), QString::number(double(duration.count()) / 1000, 'f', 2),
                          cellTitle(*cell.cell)));
        if (m_printOutputs) showOutputs(*cell.cell, STDOUT_FILENO);
        m_shown = 0;
        for (const notebook::Output& output : cell.cell->outputs()) {
            if (!bad || output.type() != "error"_L1) continue;
            clearLive();
            printError(forStream(outputText(output), STDERR_FILENO));
        }
    }

    void inputAsked(const CellProgress& cell) override
    {
        clearLive();
        showOutputs(*cell.cell, m_printOutputs ? STDOUT_FILENO : STDERR_FILENO);
    }

    void saved(const QString& path) override { line(u"saved "_s + path); }

    void failed(const Error& error) override
    {
        clearLive();
        printFailure(error);
    }

    void finished(int) override { clearLive(); }

private:
    /// Prints what the cell has put out (but for errors) and was not shown yet.
    void showOutputs(const notebook::Cell& cell, int fileDescriptor)
    {
        QString text;
        for (const notebook::Output& output : cell.outputs()) {
            if (output.type() != "error"_L1) text += outputText(output);
        }
        if (text.size() <= m_shown) return;
        clearLive();
        const QString news = forStream(text.sliced(m_shown), fileDescriptor);
        m_shown = text.size();
        if (fileDescriptor == STDOUT_FILENO)
            printOut(news);
        else
            printError(news);
    }
    void line(const QString& text)
    {
        clearLive();
        if (!m_quiet) printError(text + u'\n');
    }
    /// A line that the next one replaces.
    void live(const QString& text)
    {
        if (!m_live) return;
        clearLive();
        printError(text);
        m_liveShown = true;
    }
    void clearLive()
    {
        if (m_liveShown) printError(u"\r\x1b[K"_s);
        m_liveShown = false;
    }

    bool m_quiet;
    bool m_printOutputs;
    bool m_live;
    bool m_liveShown = false;
    qsizetype m_shown = 0; ///< UTF-16 units of the running cell's output text
};

class JsonReport : public RunReport {
public:
    void notice(const QString& sentence) override
    {
        write({{"event", "notice"}, {"message", sentence.toStdString()}});
    }

    void connectionChanged(const QString& runtime, const ConnectionState& state) override
    {
        nlohmann::json event{{"event", "connection"},
                             {"runtime", runtime.toStdString()},
                             {"phase", phaseName(state.phase).data()}};
        if (state.phase == ConnectionState::Phase::Installing) {
            event["done"] = state.done;
            event["total"] = state.total;
        }
        if (state.error) event["message"] = state.error->message.toStdString();
        if (std::exchange(m_connection, event) != event) write(event);
    }

    void reconnecting(const QString& runtime, bool lost) override
    {
        write({{"event", lost ? "reconnecting" : "reconnected"}, {"runtime", runtime.toStdString()}});
    }

    void questionAsked() override {}

    void kernelStarting(const QString& kernel, const QString& runtime, const QString& accelerator) override
    {
        nlohmann::json event{{"event", "kernel_starting"}, {"kernel", kernel.toStdString()}};
        if (!runtime.isEmpty()) event["runtime"] = runtime.toStdString();
        if (!accelerator.isEmpty()) event["accelerator"] = accelerator.toStdString();
        write(event);
    }

    void cellStarted(const CellProgress& cell) override { write(cellEvent("cell_started", cell)); }

    void inputAsked(const CellProgress& cell) override { write(cellEvent("input_asked", cell)); }

    void cellFinished(const CellProgress& cell, CellOutcome outcome,
                      std::chrono::milliseconds duration) override
    {
        nlohmann::json event = cellEvent("cell_finished", cell);
        event["status"] = outcomeName(outcome).data();
        event["duration_ms"] = duration.count();
        if (const auto count = cell.cell->executionCount()) event["execution_count"] = *count;
        for (const notebook::Output& output : cell.cell->outputs()) {
            if (output.type() == "error"_L1) event["error"] = output.value();
        }
        write(event);
    }

    void saved(const QString& path) override { write({{"event", "saved"}, {"path", path.toStdString()}}); }

    void failed(const Error& error) override
    {
        write({{"event", "error"},
               {"message", error.message.toStdString()},
               {"detail", error.detail.toStdString()}});
    }

    void finished(int exitStatus) override { write({{"event", "finished"}, {"exit_status", exitStatus}}); }

private:
    static nlohmann::json cellEvent(const char* name, const CellProgress& cell)
    {
        return {{"event", name},
                {"index", cell.index},
                {"position", cell.position},
                {"total", cell.total},
                {"id", cell.cell->id().toStdString()}};
    }
    static void write(const nlohmann::json& event)
    {
        printOut(
            QString::fromStdString(event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) +
            u'\n');
    }

    nlohmann::json m_connection; ///< as it was written last
};

} // namespace

std::unique_ptr<RunReport> makeRunReport(ReportKind kind, bool printOutputs)
{
    if (kind == ReportKind::JsonLines) return std::make_unique<JsonReport>();
    return std::make_unique<TerminalReport>(kind == ReportKind::Quiet, printOutputs);
}

} // namespace cahier::console
