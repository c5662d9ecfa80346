// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/runtime/runtime.h>

#include <memory>

namespace cahier::widgets {

enum class KernelOrder {
    Interrupt,
    Restart,
    Shutdown,
    Forget, ///< drops a dead one and its journal
};

/// Carries out an order on a kernel that no session of this program is attached to: attaches for as long as
/// it takes. IllegalState where a session is.
[[nodiscard]] QFuture<Result<void>> giveOrder(const std::shared_ptr<runtime::Runtime>& runtime,
                                              const runtime::KernelInfo& kernel, KernelOrder order);

} // namespace cahier::widgets
