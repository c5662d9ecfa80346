// SPDX-License-Identifier: GPL-3.0-or-later
// The interface to one running kernel, whatever carries its messages: the host process on this machine or
// over ssh, or a Jupyter Server. Implemented in runtimes/, used by Session and by nothing above it.
#pragma once

#include <core/error.h>
#include <core/runtime/hardware.h>
#include <core/runtime/message.h>

#include <QFuture>
#include <QObject>

#include <optional>
#include <variant>
#include <vector>

namespace cahier::runtime {

/// What the transport knows about the kernel process. Busy and idle are the protocol's business: Session
/// derives them from status messages.
enum class KernelState {
    Starting,     ///< the process runs, no answer yet
    Ready,        ///< it answered kernel_info_request and its iopub was heard
    Restarting,   ///< being replaced by a new process; its state is lost
    Reconnecting, ///< the way to it is broken; whether it lives is unknown
    Dead,         ///< the process is gone
};

struct KernelDeath {
    QString reason;     ///< "kernel killed, signal 9", "kernel exited with status 1", …
    QString stderrTail; ///< the last lines it wrote to its standard error
    bool outOfMemory = false;
};

/// One thing that happened, in the kernel's own order.
struct KernelEvent {
    struct StateChanged {
        KernelState state = KernelState::Starting;
        KernelDeath death; ///< for Dead
        bool busy = false; ///< for Ready: a cell was running when the connection was made
    };
    /// Journal numbers that are lost for good.
    struct Gap {
        quint64 from = 0, to = 0;
        quint64 outputs = 0; ///< how many of them were outputs; 0 when unknown
        /// What the running cell is told in place of that its journal no longer holds them; empty for
        /// nothing.
        std::optional<QString> notice = {};
    };
    /// Everything that happened before the attachment, or the re-attachment after Reconnecting, was
    /// delivered; what follows is news. Says how things stand now. Comes once after each (re)attachment, and
    /// once more where only later it turns out that the kernel is done with all that came before.
    struct CaughtUp {
        KernelState state = KernelState::Ready; ///< Starting, Ready, Restarting or Dead
        bool busy = false;
    };
    /// Journal number; 0 for what no journal numbers (Reconnecting). CaughtUp has the number that everything
    /// up to was delivered, or was known before: where a later attachment goes on.
    quint64 seq = 0;
    std::variant<Message, StateChanged, Gap, CaughtUp> what;
};

/// Lives in the thread that made it (the window's thread, a console program's main thread). No call blocks.
/// Destroying it detaches; the kernel lives on according to its lifetime.
class KernelConnection : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Identifies the kernel within its runtime.
    [[nodiscard]] virtual QString kernelId() const = 0;
    [[nodiscard]] virtual KernelState state() const = 0;

    /// Starts the delivery of events; what came before is kept until then, so that nothing is lost between
    /// the making of the connection and the connecting of its signal. Calling it again does nothing.
    virtual void open() = 0;

    /// Sends a request on its channel (Shell, Control or Stdin). The message keeps its id, so that sending
    /// the same message twice (after a reconnect) reaches the kernel once. The future is finished when the
    /// message was handed to the kernel's socket, or with an Error. Error code Disconnected means that
    /// whether it arrived is unknown: send the same message again after CaughtUp.
    [[nodiscard]] virtual QFuture<Result<void>> send(Message message) = 0;
    /// As the kernel spec says: SIGINT or interrupt_request.
    [[nodiscard]] virtual QFuture<Result<void>> interrupt() = 0;
    /// Where it succeeds, StateChanged Restarting comes before all that is said of the new process.
    /// With an accelerator the new process computes with that; it is refused, and nothing is restarted, when
    /// the machine does not have it (NotFound) or the runtime cannot change it (Unsupported).
    [[nodiscard]] virtual QFuture<Result<void>>
    restart(const std::optional<AcceleratorChoice>& accelerator) = 0;
    [[nodiscard]] virtual QFuture<Result<void>> shutdown() = 0;

Q_SIGNALS:
    /// Everything that came since the last batch, in order; never empty.
    void eventsArrived(const std::vector<cahier::runtime::KernelEvent>& events);
};

} // namespace cahier::runtime
