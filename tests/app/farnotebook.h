// SPDX-License-Identifier: GPL-3.0-or-later
// Notebooks that run elsewhere: what they give, and what `cahier run` said of them.
#pragma once

#include "consolefixture.h"

#include <QTest>

/// Cells with an output of each kind, the same wherever they run.
inline QStringList farCells()
{
    return {QStringLiteral("import sys\nprint('out é😀')\nprint('err', file=sys.stderr)"),
            QStringLiteral("from IPython.display import display, HTML\n"
                           "display({'text/html': '<b>é</b>', 'image/png': 'iVBORw0KGgo='}, raw=True)\n"
                           "handle = display(HTML('one'), display_id='d')\nhandle.update(HTML('two'))"),
            QStringLiteral("for line in range(20000): print(line)"), QStringLiteral("{'six': 6 * 7}")};
}

/// Waits with the event loop, so that what lives in the test goes on; the status and all that was printed.
inline ConsoleResult finished(QProcess& process)
{
    ConsoleResult result;
    const bool ended = QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 120000);
    if (!ended) process.kill();
    if (ended && process.exitStatus() == QProcess::NormalExit) result.status = process.exitCode();
    result.out = QString::fromUtf8(process.readAllStandardOutput());
    result.err = QString::fromUtf8(process.readAllStandardError());
    return result;
}

/// The names of the events in a log of --log-json.
inline QStringList eventsIn(const QString& log)
{
    QStringList events;
    for (const QString& line : log.split(u'\n', Qt::SkipEmptyParts)) {
        const auto event = nlohmann::json::parse(line.toStdString(), nullptr, false);
        if (event.is_object()) events << QString::fromStdString(event.value("event", ""));
    }
    return events;
}
