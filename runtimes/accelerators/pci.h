// SPDX-License-Identifier: Apache-2.0
// The PCI devices of the machine. Source: Documentation/ABI/testing/sysfs-bus-pci.
#pragma once

#include <runtimes/accelerators/hardware.h>

namespace cahier::accelerators {

struct PciDevice {
    std::string address; ///< "0000:00:05.0"
    std::string folder;  ///< in sysfs
    std::uint32_t vendor = 0, device = 0;
    std::uint32_t kind = 0; ///< the class code: 0x030000 is a VGA controller, 0x120000 an accelerator
};

/// Those of a vendor, by address.
[[nodiscard]] std::vector<PciDevice> pciDevices(const Roots& roots, std::uint32_t vendor);

/// Whether there is a display controller or accelerator of NVIDIA's.
[[nodiscard]] bool hasNvidiaGpu(const Roots& roots);

} // namespace cahier::accelerators
