// SPDX-License-Identifier: Apache-2.0
// Google's TPU chips. Sources: the PCI ids are those of JAX (jax/_src/hardware_utils.py), the device files
// those of libtpu: /dev/accelN up to v4, /dev/vfio/GROUP from v5e on.
#pragma once

#include <runtimes/accelerators/hardware.h>

namespace cahier::accelerators {

/// Sets tpus and tpuStatus. Whether libtpu is there is up to whoever can ask a Python: see noteLibtpu().
void detectTpus(const Roots& roots, Hardware& hardware);

/// Sets hasLibtpu, and says in tpuStatus what to do when it is missing. `interpreter`: the Python that was
/// asked.
void noteLibtpu(Hardware& hardware, bool found, const std::string& interpreter);

} // namespace cahier::accelerators
