// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QThreadPool>

namespace cahier::window {

/// Runs `work` on a worker thread, then `take` with its result in the calling thread, unless `context` is
/// gone.
template <typename Work, typename Take> void inBackground(QObject* context, Work work, Take take)
{
    // The worker never touches the context: a helper of the calling thread does.
    auto* const courier = new QObject;
    QThreadPool::globalInstance()->start([courier, context = QPointer<QObject>(context),
                                          work = std::move(work), take = std::move(take)]() mutable {
        auto result = work();
        QMetaObject::invokeMethod(
            courier,
            [courier, context = std::move(context), take = std::move(take), result = std::move(result)] {
                courier->deleteLater();
                if (context) take(result);
            },
            Qt::QueuedConnection);
    });
}

} // namespace cahier::window
