// SPDX-License-Identifier: GPL-3.0-or-later
// What `--accelerator` says: cpu, gpu, gpu:N, gpu:UUID, mig, mig:UUID, tpu or tpu:N.
#pragma once

#include <core/error.h>
#include <core/runtime/hardware.h>

namespace cahier {

struct AcceleratorArgument {
    runtime::AcceleratorKind kind = runtime::AcceleratorKind::None;
    QString device; ///< a number or a UUID; empty: whichever comes first (all chips of a TPU)
    friend bool operator==(const AcceleratorArgument&, const AcceleratorArgument&) = default;

    [[nodiscard]] static Result<AcceleratorArgument> parse(const QString& text);
    /// Only then has the machine to be asked what it has.
    [[nodiscard]] bool needsHardware() const { return kind != runtime::AcceleratorKind::None; }
    /// The device of that machine. NotFound, with what there is as the detail, where there is none such or it
    /// cannot be used.
    [[nodiscard]] Result<runtime::AcceleratorChoice> choose(const runtime::Hardware& hardware) const;
};

} // namespace cahier
