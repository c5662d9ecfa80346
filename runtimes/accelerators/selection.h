// SPDX-License-Identifier: Apache-2.0
// What a kernel is to compute with, and the environment that makes it so.
// Sources: CUDA C++ Programming Guide (CUDA_VISIBLE_DEVICES: devices by UUID, of MIG slices one), JAX
// (JAX_PLATFORMS), PyTorch/XLA (PJRT_DEVICE), libtpu by Ray's accelerators/tpu.py (TPU_VISIBLE_CHIPS and the
// bounds that go with a part of the chips).
#pragma once

#include <runtimes/accelerators/hardware.h>
#include <runtimes/wire/error.h>

#include <utility>

namespace cahier::accelerators {

enum class Kind { None, Gpu, MigSlice, Tpu };

struct Choice {
    Kind kind = Kind::None;
    /// UUIDs of GPUs (one or more), the UUID of one MIG slice, or numbers of TPU chips (none: all of them).
    std::vector<std::string> devices;
};

/// A variable to set, or to remove where there is no value.
using Variable = std::pair<std::string, std::optional<std::string>>;

/// A choice that fits the hardware.
struct Selection {
    Choice choice;
    std::string name; ///< for the user: "NVIDIA H100 80GB HBM3", "CPU only"
    std::vector<Variable> variables;
};

/// Whether choosing it needs the hardware to be known.
[[nodiscard]] inline bool needsHardware(const Choice& choice)
{
    return choice.kind != Kind::None;
}

/// errorCodeNotFound with what there is instead, when a device is not there or cannot be used.
[[nodiscard]] wire::Result<Selection> select(const Choice& choice, const Hardware& hardware);

} // namespace cahier::accelerators
