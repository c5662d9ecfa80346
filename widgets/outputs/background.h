// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFuture>
#include <QPromise>
#include <QThreadPool>

#include <memory>
#include <type_traits>

namespace cahier::widgets {

/// Runs `work` on a worker, then `done` with its result (as std::shared_ptr) in the thread of `context`,
/// which is not called once the context is gone.
template <typename Work, typename Done> void runInBackground(QObject* context, Work work, Done done)
{
    using Result = std::invoke_result_t<Work>;
    const auto promise = std::make_shared<QPromise<std::shared_ptr<Result>>>();
    promise->start();
    static_cast<void>(promise->future().then(context, std::move(done)));
    QThreadPool::globalInstance()->start([promise, work = std::move(work)]() mutable {
        promise->addResult(std::make_shared<Result>(work()));
        promise->finish();
    });
}

} // namespace cahier::widgets
