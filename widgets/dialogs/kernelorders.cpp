// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/kernelorders.h>

#include <QCoreApplication>

namespace cahier::widgets {

namespace {

using Connection = std::shared_ptr<runtime::KernelConnection>;

QFuture<Result<void>> pass(runtime::KernelConnection& kernel, KernelOrder order)
{
    switch (order) {
    case KernelOrder::Interrupt:
        return kernel.interrupt();
    case KernelOrder::Restart:
        return kernel.restart({});
    case KernelOrder::Shutdown:
    case KernelOrder::Forget:
        break;
    }
    return kernel.shutdown();
}

} // namespace

QFuture<Result<void>> giveOrder(const std::shared_ptr<runtime::Runtime>& runtime,
                                const runtime::KernelInfo& kernel, KernelOrder order)
{
    if (order == KernelOrder::Forget) return runtime->forget(kernel.id);
    QObject* const context = runtime.get();
    const auto carryOut = [context, runtime, order](const Result<Connection>& attached) {
        if (!attached) return QtFuture::makeReadyValueFuture<Result<void>>(std::unexpected(attached.error()));
        const Connection& connection = *attached;
        // It must not go while it tells of the end.
        const auto release = [context, runtime, connection](const Result<void>& result) {
            QMetaObject::invokeMethod(context, [runtime, connection] {}, Qt::QueuedConnection);
            return result;
        };
        return pass(*connection, order).then(context, release);
    };
    return runtime->attach(kernel.id, kernel.lastSeq).then(context, carryOut).unwrap();
}

} // namespace cahier::widgets
