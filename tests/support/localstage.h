// SPDX-License-Identifier: GPL-3.0-or-later
// A LocalRuntime with a cahier-host of its own (in a folder of its own), and sessions on its kernels.
#pragma once

#include <core/runtime/session.h>
#include <runtimes/local/localruntime.h>
#include <tests/support/fakekernelconnection.h>

#include <QTemporaryDir>

#include <memory>

namespace cahier::test {

/// Sets the environment that hosts and kernels are started with; once per test.
class LocalStage {
public:
    LocalStage();
    ~LocalStage(); ///< ends the host, and with it its kernels

    [[nodiscard]] std::unique_ptr<runtimes::LocalRuntime> makeRuntime() const;
    /// 0 when no host listens.
    [[nodiscard]] qint64 hostPid() const;
    /// kill -9, and waits until it is gone.
    void killHost();
    [[nodiscard]] QString folder(const QString& name) const { return m_folder.filePath(name); }

    /// What a future gives, waiting with the event loop; an Error (Timeout) when it does not finish.
    template <typename T> [[nodiscard]] static Result<T> wait(const QFuture<Result<T>>& future)
    {
        if (!waitUntil([&] { return future.isFinished(); }) || future.resultCount() == 0)
            return failure(ErrorCode::Timeout, QStringLiteral("the future did not finish"));
        return future.result();
    }
    [[nodiscard]] static bool waitUntil(const std::function<bool()>& holds);

private:
    QTemporaryDir m_folder{QStringLiteral("/tmp/cahier-XXXXXX")};
};

/// A notebook of code cells that runs on a kernel.
struct LocalSession {
    FakeTarget target;
    runtime::Session session{target};

    [[nodiscard]] Result<void> start(runtime::Runtime& runtime,
                                     const QString& spec = QStringLiteral("python3"));
    [[nodiscard]] Result<void> attach(runtime::Runtime& runtime, const QString& kernelId, quint64 after = 0);
    CellKey add(const char* source, const QString& id = {})
    {
        return target.add(QString::fromUtf8(source), id);
    }
    /// Adds a cell, runs it and waits until nothing runs. Its streams' text, or what went wrong.
    QString run(const char* source);
    /// Waits until everything that was enqueued is done.
    [[nodiscard]] bool finish();
    [[nodiscard]] runtime::RunOutcome outcome(CellKey cell) const { return session.cellRun(cell).outcome; }
};

} // namespace cahier::test
