// SPDX-License-Identifier: GPL-3.0-or-later
// A LocalRuntime with a cahier-host of its own (in a folder of its own), and sessions on its kernels.
#pragma once

#include <runtimes/local/localruntime.h>
#include <tests/support/notebooksession.h>

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
        return resultOf(future);
    }
    [[nodiscard]] static bool waitUntil(const std::function<bool()>& holds);

private:
    QTemporaryDir m_folder{QStringLiteral("/tmp/cahier-XXXXXX")};
};

using LocalSession = NotebookSession;

} // namespace cahier::test
