// SPDX-License-Identifier: GPL-3.0-or-later
#include <tests/support/notebooksession.h>

#include <QTest>

namespace cahier::test {

using namespace Qt::StringLiterals;
using runtime::SessionState;

bool waitFor(const std::function<bool()>& holds)
{
    return QTest::qWaitFor(holds, 60000);
}

Result<void> NotebookSession::start(runtime::Runtime& runtime, const QString& spec)
{
    return start(runtime, runtime::StartOptions{.spec = spec});
}

Result<void> NotebookSession::start(runtime::Runtime& runtime, const runtime::StartOptions& options)
{
    auto connection = resultOf(runtime.start(options));
    if (!connection) return std::unexpected(connection.error());
    if (Result<void> attached = session.attach(*connection); !attached) return attached;
    const bool ready = waitFor(
        [this] { return session.state() == SessionState::Idle || session.state() == SessionState::Dead; });
    if (ready && session.state() == SessionState::Idle) return {};
    return failure(ErrorCode::KernelDied, u"not ready: "_s + session.death().reason,
                   session.death().stderrTail);
}

Result<void> NotebookSession::attach(runtime::Runtime& runtime, const QString& kernelId, quint64 after)
{
    auto connection = resultOf(runtime.attach(kernelId, after));
    if (!connection) return std::unexpected(connection.error());
    return session.attach(*connection);
}

CellKey NotebookSession::begin(const char* source)
{
    const CellKey cell = add(source);
    const Result<void> enqueued = session.enqueue(std::vector{cell});
    if (!enqueued) qWarning("not enqueued: %s", qPrintable(enqueued.error().text()));
    return cell;
}

QString NotebookSession::run(const char* source)
{
    const CellKey cell = add(source);
    const Result<void> enqueued = session.enqueue(std::vector{cell});
    if (!enqueued) return enqueued.error().text();
    if (!finish()) return u"it did not finish"_s;
    const runtime::CellRun run = session.cellRun(cell);
    if (run.outcome == runtime::RunOutcome::Ok) return target.text(cell);
    return run.errorName + u": "_s + run.errorValue;
}

bool NotebookSession::finish()
{
    return waitFor([this] { return !session.hasWork(); });
}

QString numberLines(int count)
{
    QString text;
    for (int number = 0; number < count; ++number)
        text += QString::number(number) + u'\n';
    return text;
}

} // namespace cahier::test
