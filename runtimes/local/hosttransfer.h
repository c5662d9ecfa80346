// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/files.h>
#include <runtimes/local/hostclient.h>

#include <QPointer>
#include <QThreadPool>
#include <QTimer>

#include <atomic>
#include <chrono>
#include <deque>

namespace cahier::runtimes {

/// How many bytes one request moves, and how many are on their way: so much that a copy is fast, and so
/// little that a kernel's message behind it waits some tens of milliseconds and no longer.
class TransferPace {
public:
    static constexpr qint64 smallest = 16 << 10;
    static constexpr qint64 largest = 1 << 20;
    static constexpr int depth = 4; ///< requests on their way

    [[nodiscard]] qint64 chunk() const { return m_chunk; }
    /// A full chunk was answered after so long.
    void note(std::chrono::milliseconds took);

private:
    qint64 m_chunk = 64 << 10;
};

/// What uploads and downloads have in common: files one after another, in each of them requests ahead of
/// their answers, local disks on a thread of their own, waiting for a lost connection.
class HostTransfer : public runtime::FileTransfer {
    Q_OBJECT
public:
    ~HostTransfer() override;

    [[nodiscard]] qint64 done() const override { return m_done; }
    [[nodiscard]] qint64 total() const override { return m_total; }
    void cancel() override;

protected:
    explicit HostTransfer(std::shared_ptr<HostClient> client);

    /// Runs work on the disk thread, in order, and then gives its result to `then` here, unless the transfer
    /// is over or a retry came between.
    template <typename Work, typename Then> void onDisk(Work work, Then then)
    {
        m_pool.start([this, round = m_round, work = std::move(work), then = std::move(then)]() mutable {
            auto result = work();
            QMetaObject::invokeMethod(
                this,
                [this, round, result = std::move(result), then = std::move(then)]() mutable {
                    if (round == m_round && !m_over) then(std::move(result));
                },
                Qt::QueuedConnection);
        });
    }
    /// A request whose failure ends or delays the transfer; `then` gets the reply, as for onDisk().
    void ask(const QString& op, nlohmann::json fields, const wire::Parts& parts,
             std::function<void(const nlohmann::json&)> then);
    /// Whether there is such a file on the machine, and what it is.
    void describe(const QString& farPath, std::function<void(std::optional<runtime::FileEntry>)> then);

    void addDone(qint64 bytes);
    void addTotal(qint64 bytes);
    void fail(const Error& error);
    void succeed();
    /// Goes back to the beginning of the present file, which finds out how far it is.
    virtual void resume() = 0;

    TransferPace m_pace;
    /// For work on the disk thread that takes long: true once its result counts no longer.
    const std::shared_ptr<std::atomic_bool> m_stop = std::make_shared<std::atomic_bool>(false);

private:
    void finish(const Result<void>& result);

    std::shared_ptr<HostClient> m_client;
    QTimer m_retry;
    qint64 m_done = 0, m_total = 0;
    quint64 m_round = 1; ///< of attempts: answers to earlier ones no longer count
    bool m_over = false;
    bool m_waiting = false;
    QThreadPool m_pool; ///< one thread; last: its work uses the above
};

/// What a partial copy is of, as hexadecimal digits: the same source has the same, a changed one another.
[[nodiscard]] QString transferToken(const QString& path, qint64 size, qint64 modified);

} // namespace cahier::runtimes
